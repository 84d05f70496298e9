"""What rows name a composition by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parts:
    """The base and the snippet versions of a composition, by the ids of their rows.

    `base` is None where it is the task's own; `versions` are in the order of the composition.
    """

    base: int | None = None
    versions: tuple[int, ...] = ()
