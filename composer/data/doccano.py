"""What doccano exports: labels of texts, with a file for each person where people worked apart."""

from __future__ import annotations

from collections import Counter

from composer.data.responses import Export, Response, laid_out, listed, objects_of
from composer.data.tables import Row, Table
from library.errors import Refused

JSONL_EXPORT = "In doccano: Dataset, Actions, Export dataset, JSONL (of doccano 1.0: JSONL with text labels)."
_LABELS = ("label", "labels", "cats")
_PARTS = ("entities", "relations", "spans")
_PEOPLE = ("annotator", "user", "username")
_NO_FIELDS = (*_LABELS, *_PARTS, *_PEOPLE, "id", "split", "Comments", "annotations", "annotation_approver")
_SPANS = "marked parts of a text (spans)"


def has_rows(table: Table) -> bool:
    """Whether a table is of doccano: it has what only that writes, such as comments under this name."""
    names = set(table.columns)
    marked = "id" in names and has_labels(table) and bool(names & {"Comments", "annotation_approver"})
    return marked or ("text" in names and _has_numbers(table))


def _has_numbers(table: Table) -> bool:
    """Whether labels are given by their numbers, each with the number of a person."""
    given = (objects_of(one) for _, row in table.rows for one in listed(row.get("annotations")))
    return any(isinstance(one.get("label"), int) and "user" in one for one in given)


def has_labels(table: Table) -> bool:
    """Whether a table may be of doccano: it has texts and labels, or marked parts."""
    names = set(table.columns)
    return "text" in names and bool(names & {*_LABELS, *_PARTS})


def read_rows(table: Table) -> Table:
    """Return the labels that people gave in doccano; rows without one are left out.

    Who gave them is the name of the file where a folder or an archive has several, else a column with annotators.
    Raises `Refused` where labels are given by their numbers.
    """
    names = set(table.columns)
    if "annotations" in names and not names & {*_LABELS, *_PARTS}:
        what = "the labels are not in the file, only their numbers"
        raise Refused(what, where=str(table.path), fix=JSONL_EXPORT)
    questions = [name for name in (*_LABELS, *_PARTS) if name in names]
    people = next((name for name in (*_PEOPLE, "split") if name in names), "")
    responses: list[Response] = []
    left_out: Counter[str] = Counter()
    unfit: dict[str, str] = {}
    for place, row in table.rows:
        answers = {name: row[name] for name in questions if row.get(name) not in (None, "", [])}
        if not answers:
            left_out["rows without a label"] += 1
            continue
        unfit |= {name: _SPANS for name, value in answers.items() if name in _PARTS or _is_parts(value)}
        fields = {name: value for name, value in row.items() if name not in _NO_FIELDS}
        comments = _comments(row)
        rater = "" if not people or row.get(people) is None else str(row[people])
        item = str(row.get("id", place))
        responses.append(Response(place, item, {**fields, **comments}, rater, answers))
    known = {"explanation": "Comments"} if any("Comments" in one.fields for one in responses) else {}
    return laid_out(table, Export("doccano", "id", responses, left_out, unfit, known))


def _is_parts(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(one, list | dict) for one in value)


def _comments(row: Row) -> dict[str, object]:
    """Return a person's comments as one text, where there are any."""
    found = row.get("Comments")
    text = "\n".join(map(str, found)) if isinstance(found, list) else found
    return {"Comments": text} if text else {}
