"""A user's own labelled rows, from a table of any kind: accepted whole, or refused with every wrong row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from composer.data.columns import ColumnMap, mapped
from composer.data.examples import Record, Unlabelled
from composer.data.fields import (
    LIMIT_EXPLANATION,
    Wrong,
    clusters_of,
    common_label,
    extra_of,
    given,
    label_of,
    name_of,
    short,
    text_of,
    truth_of,
)
from composer.data.raterrows import OneRater, gathered
from composer.data.readers import read_table
from composer.data.tables import Row, Table
from composer.task.task import Task
from library.canonical import digest
from library.control_tokens import known_tokens


def read_records(path: Path, task: Task, asked: ColumnMap | None = None, form: str = "") -> tuple[Record, ...]:
    """Read the labelled rows of a file for a task, its columns as `asked`, and the rest guessed from their names.

    `form` is the one it is in, as for `read_table`. Raises `Refused` with file, place and column when anything is
    wrong.
    """
    table = read_table(path, form)
    return records_of(table, mapped(table, task, asked), task)


def records_of(table: Table, columns: ColumnMap, task: Task) -> tuple[Record, ...]:
    """Return the records of a table's rows: one each, or one for all rows of an example, a row for each rater.

    What a labelling tool exported may lack answers; elsewhere a row without a label is wrong. Without ids a row is
    known by its inputs. Without clusters (several in a list, or with `;` between), rows of the same inputs share
    one. Raises `Refused` with every row that is wrong.
    """
    problems = list(table.problems)
    reader = _Reader(table, columns, task)
    parts: dict[str, list[OneRater]] = {}
    records: list[Record] = []
    places: dict[str, int] = {}
    for place, row in table.rows:
        if columns.unanswered(row, table):
            continue
        try:
            record = reader.record(row)
            if columns.rater:
                rater = name_of(row.get(columns.rater), columns.rater)
                parts.setdefault(record.id, []).append(OneRater(place, rater, record))
                continue
            if record.id in places:
                fix = "Keep one, give each its own id, or name the column with the rater."
                raise _again(row, columns, f"{table.unit} {places[record.id]}", fix)
        except Wrong as wrong:
            problems.append(wrong.at(place))
            continue
        places[record.id] = place
        records.append(record)
    for rows in parts.values():
        try:
            records.append(gathered(rows, columns, task, table.unit))
        except Wrong as wrong:
            problems.append(wrong.at(rows[0].place))
    table.refuse(problems)
    return tuple(records)


def unlabelled_of(table: Table, columns: ColumnMap, task: Task) -> tuple[Unlabelled, ...]:
    """Return the rows of a table that have no label yet; those that have one are left out.

    Ids and clusters are as in `records_of`, and so is what raises `Refused`.
    """
    problems = list(table.problems)
    reader = _Reader(table, columns, task)
    labels = [name for name in (columns.gold, *columns.raters, columns.ratings) if name]
    places: dict[str, int] = {}
    found: list[Unlabelled] = []
    for place, row in table.rows:
        try:
            one = reader.unlabelled(row)
            if one.id in places:
                raise _again(row, columns, f"{table.unit} {places[one.id]}", "Keep one, or give each its own id.")
        except Wrong as wrong:
            problems.append(wrong.at(place))
            continue
        places[one.id] = place
        if not any(given(row, name) for name in labels):
            found.append(one)
    table.refuse(problems)
    return tuple(found)


def _again(row: Row, columns: ColumnMap, first: str, fix: str) -> Wrong:
    """Return what is wrong with a row whose example came before, in the row that `first` names."""
    column, same = (columns.id, "id") if given(row, columns.id) else ("", "inputs")
    return Wrong(column, f"the same {same} as {first}", fix)


def require_askable(text: str, column: str, task: Task) -> None:
    """Raise `Wrong` for a text that no model is asked about: an empty one, or one of control tokens."""
    if not text.strip():
        raise Wrong(column, "the text is empty", "Fill it in, or remove the row.")
    if task.data.control_tokens == "refuse" and (tokens := known_tokens(text)):
        what = f"spells {', '.join(tokens)}, which models read as a control token and not as text"
        fix = "Remove it or the row, or write `control_tokens: warn` in the task's data."
        raise Wrong(column, what, fix)


class _Reader:
    """Reads one row at a time, and remembers the id under which the same inputs came first."""

    def __init__(self, table: Table, columns: ColumnMap, task: Task) -> None:
        self._columns, self._task = columns, task
        self._extras = columns.extras(table)
        self._comma = table.decimal_comma
        self._known: dict[tuple[str, ...], tuple[str, dict[str, str]]] = {}
        self._clusters: dict[str, str] = {}

    def record(self, row: Row) -> Record:
        """Check a row and return its record; raises `Wrong` for the first field that is."""
        ratings = dict(self._ratings(row))
        return self.unlabelled(row).labelled(self._gold(row, ratings), ratings)

    def unlabelled(self, row: Row) -> Unlabelled:
        """Check a row but for its label, and return what it holds; raises `Wrong` for the first field that is."""
        columns = self._columns
        content, inputs = self._inputs(row)
        key = name_of(row.get(columns.id), columns.id) if given(row, columns.id) else content[:16]
        return Unlabelled(
            id=key,
            inputs=inputs,
            # The same inputs in two splits would leak the answers of the one into the other.
            clusters=clusters_of(row[columns.cluster], columns.cluster)
            if given(row, columns.cluster)
            else (self._clusters.setdefault(content, key),),
            explanation=text_of(
                row.get(columns.explanation), columns.explanation, limit=LIMIT_EXPLANATION
            ).strip(),
            slice=name_of(row[columns.slice], columns.slice) if given(row, columns.slice) else "",
            must_not_regress=truth_of(row.get(columns.must_not_regress), columns.must_not_regress),
            extras={name: extra_of(row[name], name) for name in self._extras if given(row, name)},
        )

    def _inputs(self, row: Row) -> tuple[str, dict[str, str]]:
        """Return a row's inputs and their digest, checked once where rows have the same."""
        inputs = {name: text_of(row.get(column), column) for name, column in self._columns.inputs.items()}
        texts = tuple(inputs.values())
        if texts in self._known:
            return self._known[texts]
        for text, column in zip(texts, self._columns.inputs.values(), strict=True):
            require_askable(text, column, self._task)
        return self._known.setdefault(texts, (digest(inputs), inputs))

    def _ratings(self, row: Row) -> Iterator[tuple[str, float | str]]:
        """Yield each rater's name and rating, from columns and from an object; who gave none is passed over."""
        columns = self._columns
        for column in columns.raters:
            if given(row, column):
                yield column, self._label(row[column], column)
        if given(row, columns.ratings):
            held = row[columns.ratings]
            if not isinstance(held, Mapping):
                fix = "Write an object: each rater's name with the rating."
                raise Wrong(columns.ratings, f"{short(held)} holds no names", fix)
            for name, value in held.items():
                if value is not None:
                    yield name_of(name, columns.ratings), self._label(value, columns.ratings)

    def _gold(self, row: Row, ratings: Mapping[str, float | str]) -> float | str:
        columns = self._columns
        if given(row, columns.gold):
            return self._label(row[columns.gold], columns.gold)
        if ratings and not columns.rater:
            return common_label(ratings.values(), self._task, columns.ratings or columns.raters[0])
        raise Wrong(columns.gold or "gold", "the gold label is missing", "Fill it in, or remove the row.")

    def _label(self, value: object, column: str) -> float | str:
        return label_of(value, self._task, column, decimal_comma=self._comma)
