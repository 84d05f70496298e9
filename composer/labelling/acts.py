"""What one person did with queued examples, one act after the other, and what of it counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["rating", "skip", "undo"]


@dataclass(frozen=True)
class Act:
    """One act of a person: a rating with its value and note, a skip, or taking back the act that it is `about`.

    `item` is the number of the queued example.
    """

    id: int
    item: int
    kind: Kind
    value: float | str | None = None
    note: str = ""
    about: int | None = None

    def does_as(self, other: Act) -> bool:
        """Whether it says of the same example what another act says."""
        return (self.item, self.kind, self.value, self.note) == (other.item, other.kind, other.value, other.note)


def counting(acts: Sequence[Act]) -> dict[int, Act]:
    """Return what one person's acts, oldest first, come to: of each example the last that was not taken back."""
    taken_back = {act.about for act in acts if act.kind == "undo"}
    return {act.item: act for act in acts if act.kind != "undo" and act.id not in taken_back}


def last_counting(acts: Sequence[Act]) -> Act | None:
    """Return the newest act of one person that was not taken back: the one to be taken back next."""
    taken_back = {act.about for act in acts if act.kind == "undo"}
    return next((act for act in reversed(acts) if act.kind != "undo" and act.id not in taken_back), None)


def order_for(person: str, items: Iterable[int]) -> list[int]:
    """Return examples in the order in which one person gets them: the same each time, another for each person.

    So what comes early, when nobody knows the scale yet, is not the same for all.
    """
    return sorted(items, key=lambda item: hashlib.sha256(f"{item} for {person}".encode()).hexdigest())


def next_item(
    person: str, open_to_them: Iterable[int], acts: Sequence[Act], *, skipped: bool = False
) -> int | None:
    """Return the example that a person gets now, of those that are open to them; None where none is left.

    It is the one of which they have just taken something back, else the first that they have neither rated nor
    skipped; with `skipped`, after these, the one whose skip is oldest.
    """
    order, done = order_for(person, open_to_them), counting(acts)
    if acts and acts[-1].kind == "undo" and acts[-1].item in order and acts[-1].item not in done:
        return acts[-1].item
    found = next((item for item in order if item not in done), None)
    if found is None and skipped:
        return next(iter(_skipped(order, done)), None)
    return found


def _skipped(order: Sequence[int], done: Mapping[int, Act]) -> list[int]:
    passed = [item for item in order if item in done and done[item].kind == "skip"]
    return sorted(passed, key=lambda item: done[item].id)
