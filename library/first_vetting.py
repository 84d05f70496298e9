"""The first of two people's yes to a draft that may carry another task into a prompt; the log keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from library import log
from library.people import people
from library.roles import KEEPERS
from library.versions import SnippetVersion

FIRST = "vetted first"
"""What the log calls the first yes of two; the second one is a vetting like any other."""
_UNDONE = "undone"


@dataclass(frozen=True)
class FirstYes:
    """Who said yes to a version first, when and why."""

    by: str
    at: datetime
    reason: str


def first_yes(session: Session, found: Sequence[SnippetVersion]) -> Mapping[int, FirstYes]:
    """Return who said yes first to each of these versions, by id; none where nobody did.

    It counts for this very text, until it is taken back and for as long as who gave it may vet.
    """
    if not found:
        return {}
    entries = log.entries(session, only=log.LogFilter(kind="snippet", actions=(FIRST, _UNDONE)))
    gone = {one.detail["undoes"] for one in entries if one.action == _UNDONE}
    keepers = {one.name for one in people(session) if one.may(*KEEPERS)}
    given = {
        (one.subject, one.detail["version"], one.detail["sha256"]): FirstYes(one.who, one.at, one.why)
        for one in entries
        if one.action == FIRST and one.id not in gone and one.who in keepers
    }
    known = {one.id: given.get((f"snippet:{one.key}", one.version, one.sha256)) for one in found}
    return {id: yes for id, yes in known.items() if yes is not None}


def first_change(one: SnippetVersion, reason: str, rules: Sequence[str]) -> log.Change:
    """Return what the log says of a first yes: to which text, and which rules of lint it meets."""
    detail = {"version": one.version, "state": one.state, "sha256": one.sha256, "rules": list(rules)}
    return log.Change(FIRST, f"snippet:{one.key}", reason, detail)
