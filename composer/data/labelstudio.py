"""What Label Studio exports: its JSON, which is whole, and JSON_MIN and CSV, which are not."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from composer.data.responses import Export, Response, laid_out, listed, objects_of
from composer.data.tables import Row, Table
from library.errors import Refused

JSON_EXPORT = "In Label Studio: the project, Export, JSON (not JSON_MIN and not CSV)."
_ANSWERS = ("annotations", "completions")
_ABOUT_ANSWERS = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time")
_NO_ANSWERS = ("agreement", "history")
_WRAPPED = ("rating", "number", "choices", "text", "datetime")
_UNFIT = {
    "taxonomy": "paths in a tree of categories (taxonomy)",
    "ranker": "an order of several things (ranker)",
    "relation": "relations",
}
_ABOUT_A_PART = ("start", "startOffset", "x", "points")


def has_tasks(table: Table) -> bool:
    """Whether a table holds tasks as Label Studio's JSON has them: data, and a list of annotations."""
    return bool(table.rows) and all(
        isinstance(row.get("data"), dict) and any(isinstance(row.get(name), list) for name in _ANSWERS)
        for _, row in table.rows
    )


def read_tasks(table: Table) -> Table:
    """Return the answers in Label Studio's JSON, without those that were skipped, are drafts or are empty.

    Predictions are passed over. Raises `Refused` where the annotations are given by their numbers alone.
    """
    responses: list[Response] = []
    left_out: Counter[str] = Counter()
    unfit: dict[str, str] = {}
    truths = 0
    for place, task in table.rows:
        before = len(responses)
        left_out["drafts"] += len(listed(task.get("drafts")))
        for one in _annotations(task):
            if not isinstance(one, dict):
                where = f"{table.path}, {table.unit} {place}, field annotations"
                raise Refused("the answers are not in the file, only their numbers", where=where, fix=JSON_EXPORT)
            answers = _answers(one, unfit)
            skipped = one.get("was_cancelled") or one.get("skipped")
            if skipped or not answers:
                left_out["skipped answers" if skipped else "empty answers"] += 1
                continue
            truths += bool(one.get("ground_truth"))
            when = str(one.get("updated_at") or one.get("created_at") or "")
            fields, rater = objects_of(task["data"]), _person(one.get("completed_by", one.get("created_username")))
            responses.append(Response(place, str(task.get("id", place)), fields, rater, answers, when))
        left_out["items without an answer"] += len(responses) == before
    notes = (f"answers marked as ground truth, which count as any other: {truths:,}",) if truths else ()
    export = Export("Label Studio JSON", "task_id", responses, left_out, unfit, notes=notes, repeats=True)
    return laid_out(table, export)


def _annotations(task: Row) -> Sequence[object]:
    return next(listed(task[name]) for name in _ANSWERS if isinstance(task.get(name), list))


def has_short_rows(table: Table) -> bool:
    """Whether a table is Label Studio's JSON_MIN or CSV: an annotation a row, without skipped ones."""
    return set(table.columns) >= {"annotation_id", "annotator", "lead_time"}


def read_short_rows(table: Table) -> Table:
    """Return the answers in Label Studio's JSON_MIN or CSV, with what the form has lost among the notes.

    Raises `Refused` where it doesn't tell who answered.
    """
    rows = [(place, {_renamed(name): _value(value) for name, value in row.items()}) for place, row in table.rows]
    given = [(place, row) for place, row in rows if row.get("annotation_id") not in (None, "")]
    nobody = [place for place, row in given if row.get("annotator") in (None, "", "None")]
    if nobody:
        what = "this form of Label Studio's export doesn't tell who answered"
        raise Refused(what, where=f"{table.path}, {table.unit} {nobody[0]}", fix=JSON_EXPORT)
    notes = [
        f"format: Label Studio JSON_MIN or CSV (answers {len(given):,})",
        "This form leaves out skipped answers and items that were only skipped, may have Label Studio's number in "
        "place of an id of your own, and keeps one of the two where a question is named as a field of the data. "
        f"Its JSON has all of it. {JSON_EXPORT}",
    ]
    if len(given) < len(rows):
        notes.insert(1, f"left out: items without an answer {len(rows) - len(given):,}")
    columns = [_renamed(name) for name in table.columns]
    about = (*_ABOUT_ANSWERS, *_NO_ANSWERS)
    return replace(
        table,
        columns=tuple(name for name in columns if name not in about or name == "annotator"),
        rows=tuple(given),
        notes=(*table.notes, *notes),
        form="Label Studio JSON_MIN or CSV",
        known={"rater": "annotator", **({"id": "id"} if "id" in columns else {})},
    )


def _person(found: object) -> str:
    """Return who answered: an e-mail address, a name, or Label Studio's number."""
    if isinstance(found, Mapping):
        name = " ".join(str(found[part]) for part in ("first_name", "last_name") if found.get(part))
        found = found.get("email") or found.get("username") or name or found.get("id")
    return "" if found is None else str(found).strip()


def _answers(annotation: Mapping[str, object], unfit: dict[str, str]) -> dict[str, object]:
    """Return the answers of one annotation by question; notes in `unfit` why one is no label or number."""
    answers: dict[str, list[object]] = {}
    for one in map(objects_of, listed(annotation.get("result"))):
        value, name, kind = objects_of(one.get("value")), one.get("from_name"), str(one.get("type", "")).lower()
        if not isinstance(name, str) or not value:
            continue
        held = value.get({"textarea": "text", "pairwise": "selected"}.get(kind, kind))
        if kind.endswith("labels") or any(part in value for part in _ABOUT_A_PART):
            unfit[name] = "about marked parts of an item"
        elif kind in _UNFIT or held is None:
            unfit[name] = _UNFIT.get(kind, f"of the type {kind}")
        parts = [dict(value)] if name in unfit else held if isinstance(held, list) else [held]
        answers.setdefault(name, []).extend(parts)
    return {name: parts for name, parts in answers.items() if parts}


def _renamed(name: str) -> str:
    """Return a column's name: newer versions put `_data_` before a field that is named as a question."""
    return re.sub("^_data_", "data.", name)


def _value(value: object) -> object:
    """Return an answer out of what JSON_MIN and CSV wrap it in: `[{"rating": 4}]`, `{"choices": [...]}`."""
    if isinstance(value, str) and value.startswith(("[{", "{")):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        (inner,) = value
        if len(inner) == 1 and (kind := next(iter(inner))) in _WRAPPED:
            return inner[kind]
    if isinstance(value, dict) and list(value) == ["choices"]:
        return value["choices"]
    return value
