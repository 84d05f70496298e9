"""What Argilla exports: flattened records, which are whole, and plain ones, which lack the responses' status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from composer.data.responses import Export, Response, laid_out, listed, objects_of
from composer.data.tables import Row, Table
from library.errors import Refused

FLAT_EXPORT = (
    'In Python: client.datasets("NAME").records.to_datasets().to_json("answers.jsonl"); import that file.'
)
WITHOUT_STATUS = "argilla-without-status"
_NO_FIELDS = ("id", "status", "_server_id", "score", "external_id")
_UNFIT = {
    frozenset({"start", "end", "label"}): "marked parts of a text (spans)",
    frozenset({"value", "rank"}): "an order of several things (ranking)",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    question: str
    value: object
    user: str
    status: str


def has_flat_records(table: Table) -> bool:
    """Whether a table holds flattened records: columns such as `label.responses` and `label.responses.status`."""
    return bool(_questions(table))


def has_plain_records(table: Table) -> bool:
    """Whether a table holds plain records: objects of fields and of responses."""
    return bool(table.rows) and all(
        all(isinstance(row.get(name), dict) for name in ("fields", "responses")) for _, row in table.rows
    )


def has_records(table: Table) -> bool:
    """Whether a table holds records of either form."""
    return has_flat_records(table) or has_plain_records(table)


def refuse_plain_records(table: Table) -> Table:
    """Raise `Refused`: in plain records what was discarded looks like what was submitted."""
    raise Refused(
        "Argilla's plain JSON lacks the responses' status, so discarded ones and drafts look like submitted ones",
        where=str(table.path),
        fix=f"{FLAT_EXPORT} Where nobody discarded any, --format {WITHOUT_STATUS} takes this file.",
    )


def read_flat_records(table: Table) -> Table:
    """Return the submitted responses of flattened records.

    Raises `Refused` where lists were written as text, and where responses have no status.
    """
    return _read(table, needs_status=True)


def read_without_status(table: Table) -> Table:
    """Return the responses of records without a status, or submitted; others are left out."""
    return _read(table, needs_status=False)


def _read(table: Table, *, needs_status: bool) -> Table:
    flat = has_flat_records(table)
    responses: list[Response] = []
    left_out: Counter[str] = Counter()
    unfit: dict[str, str] = {}
    vectors = _vectors(table)
    for place, row in table.rows:
        found = 0
        given: dict[tuple[str, str], dict[str, object]] = {}
        for one in _flat_answers(table, place, row) if flat else _plain_answers(row):
            given.setdefault((one.user, one.status), {})[one.question] = one.value
            if isinstance(one.value, list) and one.value and isinstance(one.value[0], dict):
                unfit[one.question] = _UNFIT.get(frozenset(one.value[0]), "several objects")
        fields = _flat_fields(row, vectors) if flat else _plain_fields(row)
        for (user, status), answers in given.items():
            if not status and needs_status:
                refuse_plain_records(table)
            if status not in ("submitted", ""):
                left_out[f"{status} responses"] += 1
                continue
            found += 1
            responses.append(Response(place, str(row.get("id", place)), fields, user, answers))
        left_out["items without an answer"] += not found
    form = "Argilla" if needs_status else "Argilla, responses of any status"
    return laid_out(table, Export(form, "id", responses, left_out, unfit))


def _questions(table: Table) -> list[str]:
    names = set(table.columns)
    ends = ("", ".users", ".status")
    found = [name.removesuffix(".responses") for name in table.columns if name.endswith(".responses")]
    return [name for name in found if all(f"{name}.responses{end}" in names for end in ends)]


def _flat_answers(table: Table, place: int, row: Row) -> Iterator[_Answer]:
    for question in _questions(table):
        name = f"{question}.responses"
        lists = [row.get(name), row.get(f"{name}.users"), row.get(f"{name}.status")]
        if all(one in (None, "") for one in lists):
            continue
        values, users, states = (one if isinstance(one, list) else [] for one in lists)
        if not len(values) == len(users) == len(states) or not values:
            what = "lists were written as text, so who gave which answer can't be told"
            raise Refused(what, where=f"{table.path}, {table.unit} {place}, field {name}", fix=FLAT_EXPORT)
        for value, user, status in zip(values, users, states, strict=True):
            yield _Answer(question, value, str(user), str(status or ""))


def _plain_answers(row: Row) -> Iterator[_Answer]:
    for question, given in objects_of(row["responses"]).items():
        for one in map(objects_of, listed(given)):
            yield _Answer(question, one.get("value"), str(one.get("user_id", "")), str(one.get("status") or ""))


def _flat_fields(row: Row, vectors: set[str]) -> dict[str, object]:
    kept = (name for name in row if name not in _NO_FIELDS and name not in vectors)
    return {name: row[name] for name in kept if ".responses" not in name and ".suggestion" not in name}


def _plain_fields(row: Row) -> dict[str, object]:
    return {**objects_of(row["fields"]), **objects_of(row.get("metadata"))}


def _vectors(table: Table) -> set[str]:
    """Return the columns of vectors, which stand among the fields: lists of numbers with decimals."""
    return {
        name
        for name in table.columns
        if (cells := [row[name] for _, row in table.rows if row.get(name) is not None])
        and all(isinstance(one, list) and one and isinstance(one[0], float) for one in cells)
        and not name.endswith(".responses")
    }
