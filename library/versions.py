"""A snippet's version: its text with its rules, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SnippetVersion:
    """One text of a snippet with its rules, as stored.

    `version` counts from 1 within a key, `created_at` is in UTC. A prompt holds at most one of a `group`;
    `requires` and `conflicts` name other keys; `pin` is "first", "last" or None.
    """

    id: int
    key: str
    version: int
    text: str
    sha256: str
    state: str
    tags: tuple[str, ...]
    group: str | None
    rationale: str
    author: str
    created_at: datetime
    requires: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    pin: str | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """Its rules, a phrase each."""
        rules = (
            ("group", self.group),
            ("requires", ", ".join(self.requires)),
            ("conflicts with", ", ".join(self.conflicts)),
            ("pinned", self.pin),
        )
        return tuple(f"{what} {value}" for what, value in rules if value)


@dataclass(frozen=True)
class Current:
    """What of a snippet counts now.

    newest: its newest version, whatever its state. in_force: the newest that is vetted or retired.
    draft: the newest that is a draft, where none in force is newer.
    """

    newest: SnippetVersion
    in_force: SnippetVersion | None = None
    draft: SnippetVersion | None = None

    @property
    def counting(self) -> SnippetVersion | None:
        """The version in force or, where there is none, the draft; None where every draft was rejected."""
        return self.in_force or self.draft
