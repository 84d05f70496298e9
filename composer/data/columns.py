"""Which column of a table is what: named by a person or guessed from the names, and shown before all else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from composer.data.fields import given
from composer.data.questions import question_for, refuse_unfit
from composer.data.tables import Row, Table
from composer.task.task import Task
from library.errors import Refused

_OPTIONAL = ("id", "cluster", "slice", "explanation", "must_not_regress")
# Names that people give to what a task calls otherwise, the likelier first.
_ALIKE: Mapping[str, tuple[str, ...]] = {
    "gold": (
        *("gold_label", "label", "labels", "rating", "score", "target", "class", "answer"),
        *("ground_truth", "truth", "mean", "mean_rating", "accept"),
    ),
    "id": ("example_id", "item_id", "row_id", "uuid"),
    "cluster": ("clusters",),
    "explanation": ("rationale",),
    "rater": (
        *("annotator", "annotator_id", "rater_id", "worker", "worker_id", "coder", "labeler", "labeller"),
        *("judge", "rated_by", "annotated_by"),
    ),
}
_OF_ALL_RATERS = ("gold", "gold_label", "mean", "mean_rating", "majority", "consensus")
TEXTS = ("text", "sentence", "message", "content", "body", "input", "review", "document", "comment", "question")
"""Names that people give to a column of texts."""
_NO_GOLD = "no column holds gold"
_ONE_RATER = re.compile(
    r"(.*?)_?(rater|annotator|coder|judge|labell?er|assessor|grader|rating|score|label|vote)_?(\d+|[a-z])"
)


@dataclass(frozen=True)
class ColumnMap:
    """Which column holds what; an empty name where no column does.

    `inputs` maps each input of the task to its column. `gold` is everybody's label, or, with a row for each rater,
    the one of the rater whom the column `rater` names. `raters` are columns with one person's ratings each, and
    `ratings` is a column of JSON objects that hold them by name. As what a person asked for, it lacks what is
    to be guessed, from columns that aren't `unused`; `guessed` are the fields that were.
    """

    inputs: Mapping[str, str] = field(default_factory=dict)
    gold: str = ""
    raters: tuple[str, ...] = ()
    rater: str = ""
    ratings: str = ""
    id: str = ""
    cluster: str = ""
    slice: str = ""
    explanation: str = ""
    must_not_regress: str = ""
    unused: frozenset[str] = frozenset()
    guessed: frozenset[str] = frozenset()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Each field with the column that holds it; several columns of raters come one by one."""
        single = ("gold", "rater", "ratings", *_OPTIONAL)
        return (
            *self.inputs.items(),
            *(("raters", name) for name in self.raters),
            *((name, getattr(self, name)) for name in single if getattr(self, name)),
        )

    def extras(self, table: Table) -> tuple[str, ...]:
        """Return the columns of a table that are none of these, and are kept as they are."""
        used = {column for _, column in self.pairs}
        return tuple(name for name in table.columns if name not in used and name not in table.aside)

    def unanswered(self, row: Row, table: Table) -> bool:
        """Whether a row of what a labelling tool exported has no answer to the question that holds the gold."""
        alone = bool(self.gold) and not (self.raters or self.ratings)
        return bool(table.form) and alone and not given(row, self.gold)

    def free(self, table: Table) -> tuple[str, ...]:
        """Return the extras of a table that may still be guessed to be something."""
        return tuple(name for name in self.extras(table) if name not in self.unused)

    def described(self, table: Table) -> tuple[str, ...]:
        """Return a line for each field with its columns, marked where guessed, and one for the extras."""
        columns: dict[str, list[str]] = {}
        for name, column in self.pairs:
            columns.setdefault(name, []).append(column)
        lines = [
            f"{name.replace('_', ' ')}: {', '.join(of)}{' (guessed)' if name in self.guessed else ''}"
            for name, of in columns.items()
        ]
        if not self.gold and (self.raters or self.ratings):
            lines.insert(len(self.inputs), "gold: from the single ratings")
        if extras := self.extras(table):
            lines.append(f"kept as they are: {', '.join(extras)}")
        return (*lines, *self.left_out(table))

    def left_out(self, table: Table) -> tuple[str, ...]:
        """Return a line with how many rows have no answer, where any hasn't."""
        number = sum(self.unanswered(row, table) for _, row in table.rows)
        return (f"left out: rows without an answer to {self.gold} {number:,}",) if number else ()


def mapped(table: Table, task: Task, asked: ColumnMap | None = None, *, labelled: bool = True) -> ColumnMap:
    """Return which columns of a table are what, for a task: what was `asked` for, and the rest by their names.

    A column of the same name comes first, whatever its capitals, then names that people use for it; of a text that
    is still missing, the only column left. Rows that aren't `labelled` need no column that holds gold. Raises
    `Refused` where a column is missing, or a name asked for is no column, with all of these and the columns that
    there are.
    """
    asked = _named_as_written(table, asked or ColumnMap())
    missing = [f"{column} is no column" for _, column in asked.pairs if column not in table.columns]
    missing += [f"the task has no input {name}" for name in asked.inputs if name not in task.inputs]
    found = asked if missing else _Guess(table, task.inputs, (task.output.field,), asked, task).whole()
    missing += [] if missing else _missing(found, task, labelled=labelled)
    if missing:
        raise _wrong_columns(table, missing)
    return found


def labels_mapped(table: Table, fields: Sequence[str], asked: ColumnMap) -> ColumnMap:
    """Return which columns of a table are what, its inputs aside, for a task that is still to be made.

    `fields` are further names of the gold. Raises `Refused` as `mapped` does, but not where no column holds gold.
    """
    asked = _named_as_written(table, asked)
    if missing := [f"{column} is no column" for _, column in asked.pairs if column not in table.columns]:
        raise _wrong_columns(table, missing)
    return _Guess(table, tuple(asked.inputs), fields, asked).whole()


def _named_as_written(table: Table, asked: ColumnMap) -> ColumnMap:
    """Return what was asked for with columns as the table spells them; raises `Refused` for one without rows."""
    if not table.rows:
        table.refuse(table.problems)
        if table.form:
            fix = "Export it again once people have answered."
            raise Refused("; ".join(("no answer counts", *table.notes)), where=str(table.path), fix=fix)
        raise Refused("the file has no rows", where=str(table.path), fix="Bring some labelled rows.")
    single = {name: _found(table, getattr(asked, name)) for name in ("gold", "rater", "ratings", *_OPTIONAL)}
    return ColumnMap(
        inputs={name: _found(table, column) for name, column in asked.inputs.items()},
        raters=tuple(_found(table, column) for column in asked.raters),
        unused=frozenset(_found(table, column) for column in asked.unused),
        **single,  # type: ignore[arg-type]  # all of these are names of columns
    )


def _wrong_columns(table: Table, missing: Sequence[str]) -> Refused:
    fix = f"The columns are {', '.join(table.columns)}; name them: --input text=COLUMN, --gold COLUMN."
    if list(missing) == [_NO_GOLD]:
        fix += f" If nobody has labelled the rows yet, people can: `composer label queue TASK {table.path}`."
    return Refused("; ".join(missing), where=str(table.path), fix=fix)


def _missing(found: ColumnMap, task: Task, *, labelled: bool) -> Iterator[str]:
    yield from (f"no column holds {name}" for name in task.inputs if not found.inputs.get(name))
    if labelled and not (found.gold or ((found.raters or found.ratings) and not found.rater)):
        yield _NO_GOLD


def _found(table: Table, column: str) -> str:
    """Return a column as the table spells it, where capitals alone differ; else as it was asked for."""
    if column in table.columns:
        return column
    alike = [name for name in table.columns if name.casefold() == column.casefold()]
    return alike[0] if len(alike) == 1 else column


class _Guess:
    """Guesses the columns that nobody named, each column at most once."""

    def __init__(
        self,
        table: Table,
        inputs: Sequence[str],
        fields: Sequence[str],
        asked: ColumnMap,
        task: Task | None = None,
    ) -> None:
        self._gold_names = (*fields, *_ALIKE["gold"])
        self._asked = self._of_export(table, asked, task) if table.form else asked
        self._asked_for = {name for name, _ in asked.pairs}
        used = {column for _, column in self._asked.pairs} | asked.unused
        self._free = {name: plain_name(name) for name in table.columns if name not in used}
        self._names, self._rows, self._answers = inputs, table.rows, table.answers
        self._inputs = dict(asked.inputs)

    def _of_export(self, table: Table, asked: ColumnMap, task: Task | None) -> ColumnMap:
        """Return what was asked for, with what the form of an export says of its columns."""

        def by_name(columns: Sequence[str]) -> str:
            plain = {plain_name(column): column for column in reversed(columns)}
            return next((plain[name] for name in self._gold_names if name in plain), "")

        refuse_unfit(table, asked.gold)
        if asked.raters:
            return asked
        # Who says which columns are not to be guessed has chosen the question, too, or wants none.
        gold = asked.gold or ("" if asked.unused else question_for(table, task, by_name))
        known = {name: column for name, column in table.known.items() if column not in asked.unused}
        return replace(
            asked,
            gold=gold,
            **{name: getattr(asked, name) or column for name, column in known.items()},  # type: ignore[arg-type]
        )

    def whole(self) -> ColumnMap:
        asked = self._asked
        # Columns of the very name are taken before anything else looks for one like it.
        for name in self._names:
            self._inputs[name] = self._inputs.get(name) or self._take(name)
        single = {name: getattr(asked, name) or self._take(name) for name in ("gold", *_OPTIONAL)}
        ratings = asked.ratings or self._objects()
        raters = asked.raters or (() if asked.rater or ratings else self._raters())
        rater = asked.rater or ("" if raters or ratings else self._take("rater", *_ALIKE["rater"]))
        gold_names = _OF_ALL_RATERS if raters or ratings else self._gold_names
        single["gold"] = single["gold"] or self._take(*gold_names)
        for name in ("id", "cluster", "explanation"):
            single[name] = single[name] or self._take(*_ALIKE[name])
        for name in self._answers:
            self._free.pop(name, None)
        self._text()
        inputs = {name: self._inputs[name] for name in self._names}
        found = replace(asked, inputs=inputs, raters=raters, rater=rater, ratings=ratings)
        found = replace(found, **single)  # type: ignore[arg-type]  # all of these are names of columns
        guessed = {
            name for name, column in found.pairs if name not in self._asked_for and plain_name(column) != name
        }
        return replace(found, guessed=frozenset(guessed))

    def _take(self, *names: str) -> str:
        """Return the free column that has the first of these names, and let nobody else have it."""
        for name in names:
            for column, plain in self._free.items():
                if plain == name:
                    del self._free[column]
                    return column
        return ""

    def _objects(self) -> str:
        held = [name for name, plain in self._free.items() if plain == "ratings"]
        cells = [row.get(held[0]) for _, row in self._rows if row.get(held[0]) is not None] if held else []
        return self._take("ratings") if cells and all(isinstance(cell, dict) for cell in cells) else ""

    def _raters(self) -> tuple[str, ...]:
        """Take the columns that are named alike but for a number or letter at the end: rater1, rater2."""
        named = {name: match for name, plain in self._free.items() if (match := _ONE_RATER.fullmatch(plain))}
        stems = Counter(match[1] + match[2] for match in named.values())
        if not stems or stems.most_common(1)[0][1] < 2:
            return ()
        stem = stems.most_common(1)[0][0]
        chosen = tuple(name for name, match in named.items() if match[1] + match[2] == stem)
        for name in chosen:
            del self._free[name]
        return chosen

    def _text(self) -> None:
        """Find the one input that is still missing: a column named as texts are, or the only one left."""
        missing = [name for name in self._names if not self._inputs[name]]
        if len(missing) == 1:
            left = list(self._free)
            self._inputs[missing[0]] = self._take(*TEXTS) or (left[0] if len(left) == 1 else "")


def plain_name(name: str) -> str:
    """Return the name of a column without what people write differently: capitals, spaces, dots, dashes."""
    return re.sub(r"[\s.\-]+", "_", name.strip()).casefold()


def pairs_of(options: Sequence[str]) -> dict[str, str]:
    """Return what options such as `message=text` say: columns by input; raises `Refused` for another form."""
    found = {}
    for option in options:
        name, equals, column = option.partition("=")
        if not (name.strip() and equals and column.strip()):
            raise Refused(f"{option!r} names no input and column", fix="Write it as in --input message=text.")
        found[name.strip()] = column.strip()
    return found


def columns_named(options: Sequence[str]) -> dict[str, str]:
    """Return what options such as `message=text`, or `text` alone, say: columns by what an input is called."""
    named = pairs_of([one for one in options if "=" in one])
    return named | {one.strip(): one.strip() for one in options if "=" not in one and one.strip()}
