"""What looking at a home found: each with how bad it is, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from library.errors import Refused

Level = Literal["fine", "warning", "fault"]
LEVELS: tuple[Level, ...] = ("fine", "warning", "fault")
SHOWN = 5
"""How many of several things alike a finding names; it counts the rest."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `about` says what, in a word or two, `said` how it is, `fix` what to do."""

    about: str
    level: Level
    said: str
    fix: str = ""


def fine(about: str, said: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(about, "fine", said)


def warning(about: str, said: str, fix: str) -> Finding:
    """Return what is no fault yet, or holds nothing up."""
    return Finding(about, "warning", said, fix)


def fault(about: str, said: str, fix: str) -> Finding:
    """Return what is wrong."""
    return Finding(about, "fault", said, fix)


def refused(about: str, refusal: Refused) -> Finding:
    """Return a refusal as a fault."""
    where = f" ({refusal.where})" if refusal.where else ""
    return fault(about, refusal.what + where, refusal.fix)


def tried(about: str, look: Callable[[], Iterable[Finding]]) -> tuple[Finding, ...]:
    """Return what a look finds, up to where it is refused, which is a fault."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except Refused as refusal:
        found.append(refused(about, refusal))
    return tuple(found)


def worst(found: Iterable[Finding]) -> Level:
    """Return the level of the worst finding."""
    return max((one.level for one in found), key=LEVELS.index, default="fine")


def listed(several: Sequence[str]) -> str:
    """Return the first of several things, and how many more there are."""
    more = len(several) - SHOWN
    return "; ".join(several[:SHOWN]) + (f"; and {more:,} more" if more > 0 else "")


def megabytes(count: int) -> str:
    """Return a number of bytes in MB, or in GB from a thousand of them."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"
