"""What the editor of a draft begins with, and where it keeps what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, get_args

import streamlit as st

from composer.curation.finding import Finding
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

    `key` is that of the snippet whose next version is written, `version` the one before it; empty and 0 for a new
    one. `task` is the one that it is written for, whose tags it is offered; empty for none. Another start is
    another draft: what was typed for this one is not shown in it. The examples of its `origin`, and what was noted
    of them, may change while one types.
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
    version: int = 0

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
            version=version.version,
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
FIELDS: tuple[Key[Any], ...] = (TEXT, KEY, TAGS, RATIONALE, GROUP, REQUIRES, CONFLICTS, PIN)
KEPT: Key[dict[str, Any]] = Key("draft-kept", {})
"""What was typed into each field, by the name of its key."""


def begin(start: Start, tags: Sequence[str]) -> None:
    """Fill the fields that aren't on the page: with what was typed before, else with what the draft begins with.

    Streamlit forgets what a field holds once a page is shown without it. `tags` are those that a draft without any
    begins with.
    """
    kept = KEPT.of(start.name).get()
    rules = (start.group, list(start.requires), list(start.conflicts), start.pin or NONE)
    begun = (start.text, start.key, list(start.tags or tags), start.rationale, *rules)
    for field, value in zip(FIELDS, begun, strict=True):
        own = field.of(start.name)
        if own.name not in st.session_state:
            own.set(kept.get(field.name, value))


def keep(start: Start) -> None:
    """Keep what the fields hold now."""
    KEPT.of(start.name).set({field.name: field.of(start.name).get() for field in FIELDS})


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
        start.version,
    )


def reason_for(start: Start, warning: Finding) -> Key[str]:
    """Return where the reason for a warning is typed: the same while the text changes and the warning stays."""
    # Of another snippet it says how near that is, which changes with each word.
    about = warning.similar or warning.what
    return REASON.of(start.name).of(digest([warning.kind, about])[:12])


def forget(start: Start) -> None:
    """Put every field back to what the draft began with."""
    KEPT.of(start.name).pop()
    for field in FIELDS:
        field.of(start.name).pop()
