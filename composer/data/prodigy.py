"""What Prodigy's `db-out` writes: a line for each answer, which was accepted, rejected or ignored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from composer.data.responses import Export, Response, laid_out, listed, objects_of
from composer.data.tables import Row, Table

DB_OUT = "Run `prodigy db-out NAME > answers.jsonl`, and import that file."
_NO_FIELDS = (
    *("answer", "accept", "options", "label", "spans", "tokens", "relations", "config", "meta", "versions"),
    *("sessions", "priority", "score", "style"),
)
_OF_THE_MODEL = ("score", "pattern")
"""What Prodigy itself puts beside an item: another number each time it is asked about."""
_UNFIT = {"spans": "marked parts of a text (spans)", "relations": "relations between words"}
_ALIKE = frozenset({"accept", "accept text", "answer"})
_NAMELESS = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d")
_NAMELESS_SESSIONS = "sessions without a name count as a person each"
_REJECTED = "a rejected label says only what an item isn't; --gold answer takes accept and reject for the labels"

_Rows = list[tuple[int, Row]]


def has_answers(table: Table) -> bool:
    """Whether a table is of Prodigy: each row has a hash of its input and an answer."""
    return bool(table.rows) and all(
        "_input_hash" in row and row.get("answer") in ("accept", "reject", "ignore") for _, row in table.rows
    )


def read_answers(table: Table) -> Table:
    """Return what people chose, or which of the labels they accepted that they were offered one by one.

    What they ignored is left out, and so is what they rejected, unless accepting and rejecting was all there was
    to do: with one label, or none, `answer` is a question, too.
    """
    kept = [(place, row) for place, row in table.rows if row["answer"] != "ignore"]
    offers = [(place, row) for place, row in kept if _offered(row)]
    one_label = len({_offered(row) for _, row in offers}) == 1
    rejected = [row for _, row in kept if row["answer"] == "reject" and not (_offered(row) and one_label)]
    rejected = [row for row in rejected if _offered(row) or _chosen(row)]
    responses = [
        _response(place, row, _chosen(row) or {"answer": row["answer"]})
        for place, row in kept
        if not _offered(row) and not (row["answer"] == "reject" and _chosen(row))
    ]
    responses += _of_offers(offers, one_label=one_label)
    notes = [_NAMELESS_SESSIONS] if any(_NAMELESS.fullmatch(one.rater) for one in responses) else []
    if one_label and any(row["answer"] == "reject" for _, row in offers):
        notes.append(_REJECTED)
    left_out = {"ignored answers": len(table.rows) - len(kept), "rejected answers": len(rejected)}
    unfit = {name: what for name, what in _UNFIT.items() if any(name in one.answers for one in responses)}
    ordered = sorted(responses, key=lambda one: one.place)
    return laid_out(
        table,
        Export("Prodigy", "_input_hash", ordered, left_out, unfit, notes=tuple(notes), repeats=True, alike=_ALIKE),
    )


def _offered(row: Row) -> str:
    """Return the one label that a person was asked to accept or reject; empty where it was another question."""
    label = row.get("label")
    return label if isinstance(label, str) and not (row.get("options") or "accept" in row) else ""


def _chosen(row: Row) -> dict[str, object]:
    """Return what was picked from options, by id, and by text where that differs; else parts that were marked."""
    if row.get("options") or "accept" in row:
        picked = row.get("accept")
        ids = picked if isinstance(picked, list) else [picked]
        texts = {repr(one.get("id")): one.get("text") for one in map(objects_of, listed(row.get("options")))}
        by_text = [texts.get(repr(one), one) for one in ids]
        return {"accept": ids, **({"accept text": by_text} if by_text != ids else {})}
    return {name: row[name] for name in _UNFIT if row.get(name)}


def _of_offers(offers: _Rows, *, one_label: bool) -> Iterator[Response]:
    """Yield one response for all labels that a person was offered for an item: those accepted in the end."""
    held: dict[tuple[str, str], dict[str, tuple[int, Row]]] = {}
    for place, row in sorted(offers, key=lambda one: _when(one[1])):
        held.setdefault((str(row["_input_hash"]), _rater(row)), {})[_offered(row)] = (place, row)
    for latest in held.values():
        place, row = min(latest.values(), key=lambda one: one[0])
        accepted: list[object] = [label for label, (_, one) in latest.items() if one["answer"] == "accept"]
        if one_label:
            yield _response(place, row, {"label": accepted, "answer": row["answer"]})
        elif accepted:
            yield _response(place, row, {"label": accepted})


def _response(place: int, row: Row, answers: Mapping[str, object]) -> Response:
    fields = {name: value for name, value in row.items() if name not in _NO_FIELDS and not name.startswith("_")}
    meta = objects_of(row.get("meta"))
    about = {f"meta.{name}": value for name, value in meta.items() if name not in _OF_THE_MODEL}
    return Response(place, str(row["_input_hash"]), {**fields, **about}, _rater(row), answers, _when(row))


def _rater(row: Row) -> str:
    return str(row.get("_annotator_id") or row.get("_session_id") or "")


def _when(row: Row) -> float:
    found = row.get("_timestamp")
    return float(found) if isinstance(found, int | float) else 0.0
