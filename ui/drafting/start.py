"""What the editor of a draft begins with, and where it keeps what is typed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import get_args

from library.canonical import digest
from library.drafts import WRITTEN, Draft, Origin
from library.file import Pin
from library.versions import SnippetVersion
from ui.shell.state import Key

PINS: tuple[str, ...] = get_args(Pin)
NONE = "none"
"""What the choice of a pin calls having none."""


@dataclass(frozen=True)
class Start:
    """A draft as it stands before anybody types: empty, from a disagreement, or the next version of a snippet.

    `key` is that of the snippet whose next version is written, empty for a new one. `task` is the one that it is
    written for, whose tags it is offered; empty for none. Another start is another draft: what was typed for this
    one is not shown in it.
    """

    key: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    group: str | None = None
    requires: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    pin: str | None = None
    rationale: str = ""
    task: str = ""
    origin: Origin = WRITTEN

    @classmethod
    def of(cls, version: SnippetVersion, *, origin: Origin = WRITTEN) -> Start:
        """Return the start of the next version of a snippet."""
        return cls(
            version.key,
            version.text,
            version.tags,
            version.group,
            version.requires,
            version.conflicts,
            version.pin,
            version.rationale,
            origin=origin,
        )

    @cached_property
    def name(self) -> str:
        """What sets its widgets apart from those of any other start."""
        # Not what is noted of its origin: that is typed elsewhere on the page, while this goes on.
        fields = {name: value for name, value in asdict(self).items() if name != "origin"}
        return digest({**fields, "kind": self.origin.kind, "target": self.origin.target})[:12]

    @property
    def has_rules(self) -> bool:
        """Whether it begins with any rule."""
        return bool(self.group or self.requires or self.conflicts or self.pin)


TEXT: Key[str] = Key("draft-text", "")
KEY: Key[str] = Key("draft-key", "")
TAGS: Key[list[str]] = Key("draft-tags", [])
RATIONALE: Key[str] = Key("draft-rationale", "")
GROUP: Key[str | None] = Key("draft-group", None)
REQUIRES: Key[list[str]] = Key("draft-requires", [])
CONFLICTS: Key[list[str]] = Key("draft-conflicts", [])
PIN: Key[str] = Key("draft-pin", NONE)
REASON: Key[str] = Key("draft-reason", "")


def typed(start: Start, text: str, suggested: str) -> Draft:
    """Return the draft as typed so far; `suggested` is its key where none was typed."""
    name = start.name
    pin = PIN.of(name).get()
    return Draft(
        start.key or KEY.of(name).get().strip() or suggested,
        text,
        tuple(TAGS.of(name).get()),
        (GROUP.of(name).get() or "").strip() or None,
        tuple(REQUIRES.of(name).get()),
        tuple(CONFLICTS.of(name).get()),
        None if pin == NONE else pin,
        RATIONALE.of(name).get().strip(),
    )


def reason_for(start: Start, warning: str) -> Key[str]:
    """Return where the reason for a warning is typed."""
    return REASON.of(start.name).of(digest(warning)[:12])


def forget(start: Start) -> None:
    """Put every field but the text back to what the draft began with."""
    name = start.name
    KEY.of(name).set("")
    TAGS.of(name).set(list(start.tags))
    RATIONALE.of(name).set(start.rationale)
    GROUP.of(name).set(start.group)
    REQUIRES.of(name).set(list(start.requires))
    CONFLICTS.of(name).set(list(start.conflicts))
    PIN.of(name).set(start.pin or NONE)
