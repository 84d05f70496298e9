"""How links and commands name the prompts that stand side by side: `candidate:7`, `release:3`, `base`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from composer.prompts.composition import BARE_BASE
from library.errors import Refused

BASE = "base"
MOST = 12
"""Columns at most: more can't be read."""
_NAME = re.compile(r"(?P<kind>candidate|release):(?P<number>[0-9]{1,9})|(?P<base>base)(@(?P<target>[a-z0-9.-]+))?")


@dataclass(frozen=True)
class ColumnName:
    """A prompt as links and commands name it: `candidate:7`, `release:3`, `base`, or `base@TARGET`."""

    kind: Literal["candidate", "release", "base"]
    number: int = 0
    target: str = ""

    def __str__(self) -> str:
        if self.kind != BASE:
            return f"{self.kind}:{self.number}"
        return f"{BASE}@{self.target}" if self.target else BASE

    @property
    def title(self) -> str:
        """What people read."""
        return BARE_BASE if self.kind == BASE else f"{self.kind} {self.number}"


def column_names(given: Sequence[str]) -> tuple[ColumnName, ...]:
    """Read names of columns, each once, in their order; raises `Refused` for what is none, or too many."""
    found: dict[ColumnName, None] = {}
    for text in given:
        match = _NAME.fullmatch(text.strip())
        if match is None:
            raise Refused(
                f"{text!r} is no prompt", fix="Name them like candidate:7, release:3, base, or base@TARGET."
            )
        if match["base"]:
            found[ColumnName("base", target=match["target"] or "")] = None
        else:
            found[ColumnName("candidate" if match["kind"] == "candidate" else "release", int(match["number"]))] = (
                None
            )
    if len(found) > MOST:
        raise Refused(f"{len(found)} prompts side by side can't be read", fix=f"Name {MOST} at most.")
    return tuple(found)
