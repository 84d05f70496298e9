"""What people answered in a labelling tool, item by item, laid out as a table with a row for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from composer.data.tables import Table
from composer.data.textfiles import columns_of


@dataclass(frozen=True, slots=True)
class Response:
    """One person's answers to one item.

    `place` is the item's in the file and `item` what the tool calls it; `fields` are what it holds. `rater` is
    empty where the tool doesn't tell who answered. `answers` are by question. `when` orders those of one person:
    texts or numbers, alike within a file.
    """

    place: int
    item: str
    fields: Mapping[str, object]
    rater: str
    answers: Mapping[str, object]
    when: str | float = ""


@dataclass(frozen=True)
class Export:
    """What a tool exported in one of its forms: the responses that count, and how many others there were, by kind.

    `own` is the column that the tool's own name of an item becomes: the id, where the items bring none. `unfit`
    says of each question that has neither label nor number for an answer what it has instead. `known` are further
    columns with a meaning. `repeats` is whether one person may have answered an item several times. `alike` are
    questions of which one says what another says, and which are no extras therefore.
    """

    form: str
    own: str
    responses: Sequence[Response]
    left_out: Mapping[str, int] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    repeats: bool = False
    alike: frozenset[str] = frozenset()


def laid_out(table: Table, export: Export) -> Table:
    """Return an export as a table: what an item holds, who answered, and a column for each question.

    Where people may repeat, the latest of one person's responses to an item counts. A field that is named as a
    question gets `data.` before its name.
    """
    responses = _latest(export.responses) if export.repeats else export.responses
    questions = columns_of(one.answers for one in responses)
    fields = {name: _free(name, questions, "data.") for name in columns_of(one.fields for one in responses)}
    named = (*fields.values(), *questions)
    own = _free(export.own, named, "own ")
    rater = _free("rater", named, "answered by ") if any(one.rater for one in responses) else ""
    ids, why = _ids(responses)
    rows = tuple(
        (
            one.place,
            {
                own: one.item,
                **{fields[name]: value for name, value in one.fields.items()},
                **({rater: one.rater} if rater else {}),
                **{name: _simple(value) for name, value in one.answers.items()},
            },
        )
        for one in responses
    )
    known = {"id": fields["id"] if ids else own, **({"rater": rater} if rater else {}), **export.known}
    left_out = {
        **export.left_out,
        "answers that the same person gave anew later": len(export.responses) - len(responses),
    }
    return replace(
        table,
        columns=(own, *fields.values(), *([rater] if rater else []), *questions),
        rows=rows,
        notes=(*table.notes, *_counts(export.form, responses, left_out), *why, *export.notes),
        form=export.form,
        answers=questions,
        unfit=export.unfit,
        known=known,
        aside=frozenset({own}) | export.alike,
    )


def objects_of(value: object) -> Mapping[str, object]:
    """Return an object of JSON as it is, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> Sequence[object]:
    """Return a list as it is, and an empty one for anything else."""
    return value if isinstance(value, list) else ()


def _latest(responses: Sequence[Response]) -> Sequence[Response]:
    """Return one response of each person to each item, in the order of the file."""
    latest: dict[object, Response] = {}
    for number, one in enumerate(responses):
        key = (one.item, one.rater) if one.rater else number
        if key not in latest or latest[key].when <= one.when:  # type: ignore[operator]  # alike within a file
            latest[key] = one
    return list(latest.values())


def _ids(responses: Iterable[Response]) -> tuple[bool, tuple[str, ...]]:
    """Return whether what the items call `id` is one, and why not, if that needs saying."""
    held: dict[str, tuple[str, Mapping[str, object]]] = {}
    for one in responses:
        found = one.fields.get("id")
        if isinstance(found, bool) or not isinstance(found, str | int) or not str(found).strip():
            return False, ()
        item, fields = held.setdefault(str(found), (one.item, one.fields))
        if item != one.item and fields != one.fields:
            return False, (f"items with the id {found} differ, so the tool's own numbers are the ids",)
    return bool(held), ()


def _counts(form: str, responses: Sequence[Response], left_out: Mapping[str, int]) -> tuple[str, ...]:
    people, items = {one.rater for one in responses if one.rater}, {one.item for one in responses}
    lines = [f"format: {form} (answers {len(responses):,}, people {len(people):,}, items {len(items):,})"]
    if parts := [f"{what} {number:,}" for what, number in sorted(left_out.items()) if number]:
        lines.append(f"left out: {', '.join(parts)}")
    return tuple(lines)


def _free(name: str, taken: Iterable[str], before: str) -> str:
    """Return a name that isn't taken: as it is, or with something before it, as often as that needs."""
    while name in taken:
        name = before + name
    return name


def _simple(value: object) -> object:
    """Return an answer alone where it comes in a list, and nothing for an empty list."""
    if isinstance(value, list) and len(value) <= 1:
        return value[0] if value else None
    return value
