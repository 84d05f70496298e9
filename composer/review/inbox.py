"""Whom a candidate waits for: what the Inbox says of each, and under which of its tabs it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlmodel import Session, select

from composer.candidates.records import Head, heads
from composer.registry.releases import list_releases
from composer.review.status import Standing, get_standing
from composer.review.verdicts import last_words
from library.errors import Refused
from library.roles import LOCAL, Person
from library.snippets import version
from library.tables import SnippetRow, SnippetVersionRow

Tab = Literal["needs me", "mine", "approved", "stale", "no-go", "released", "all"]
TABS: tuple[Tab, ...] = get_args(Tab)
UNDECIDED = ("needs review", "changes requested")


def needs(standing: Standing, person: Person) -> bool:
    """Whether a candidate waits for this person's decision: they may give one, and have given none that counts."""
    return (
        standing.state in UNDECIDED
        and standing.successor is None
        and person.may("reviewer")
        and _name(person) not in standing.excluded
        and _name(person) not in _decided(standing)
    )


def waits_for(standing: Standing, person: Person) -> tuple[str, ...]:
    """Say in a few words each whom and what a candidate waits for, as this person reads it; empty for nothing."""
    if standing.state == "approved":
        return ("you, to release it" if person.may("releaser") else "someone to release it",)
    if standing.state == "stale" or (standing.state == "released" and standing.stale):
        return ("scoring again",)
    if standing.state == "rescored":
        return (f"nothing: candidate {standing.successor} took its place",)
    if standing.state not in UNDECIDED:
        return ()
    own = f"{person.name} "
    said = [f"you {one.removeprefix(own)}" if one.startswith(own) else one for one in standing.blocks]
    if not needs(standing, person):
        return (*said, *_lacking(standing), *_approvals(standing))
    more = _approvals(standing) if standing.approvals_needed - len(standing.approvals) > 1 else []
    return ("you", *said, *_lacking(standing), *more)


def tabs_of(standing: Standing | None, proposed_by: str, person: Person) -> frozenset[Tab]:
    """Return the tabs of the Inbox a candidate stands under for this person; None can't be read any more."""
    if standing is None:
        return frozenset({"all", "stale"})
    if standing.state == "rescored":
        return frozenset({"all"})
    tabs: set[Tab] = {"all"}
    if needs(standing, person):
        tabs.add("needs me")
    if proposed_by == person.name:
        tabs.add("mine")
    match standing.state:
        case "approved" | "stale" | "no-go":
            tabs.add(standing.state)
        case "released" | "replaced":
            tabs.add("released")
            # What nobody uses any more needs no one's care.
            if standing.stale and standing.state == "released":
                tabs.add("stale")
    return frozenset(tabs)


def _name(person: Person) -> str:
    return LOCAL if person.local else person.name


def _decided(standing: Standing) -> frozenset[str]:
    return frozenset(LOCAL if one.local else one.reviewer for one in last_words(standing.verdicts))


def _lacking(standing: Standing) -> list[str]:
    lacking = []
    overridden = any(verdict.kind == "override" for verdict in standing.verdicts)
    failing = sum(gate.binding and not gate.passed for gate in standing.candidate.gates)
    if failing and not overridden:
        lacking.append("1 gate fails" if failing == 1 else f"{failing} gates fail")
    if standing.unseen and standing.task.terms.every_regression:
        unseen = len(standing.unseen)
        lacking.append(f"{unseen} regression{'s' * (unseen > 1)} without a word")
    return lacking


def _approvals(standing: Standing) -> list[str]:
    lacking = standing.approvals_needed - len(standing.approvals)
    return [f"{lacking} more approval{'s' * (lacking > 1)}"] if lacking > 0 else []


@dataclass(frozen=True)
class Entry:
    """A line of the inbox: where a candidate stands, or why it can't be read any more.

    `keys` names the snippets of its composition; empty where they can't be read.
    """

    candidate_id: int
    task: str
    target: str
    proposed_by: str
    created_at: datetime
    standing: Standing | None
    problem: str = ""
    keys: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """The candidate's state; `unreadable` where it has none any more."""
        return self.standing.state if self.standing else "unreadable"


def inbox(session: Session) -> tuple[Entry, ...]:
    """Return every candidate, newest first; one that can't be read says why, and hides none of the others."""
    return _entries(session, heads(session))


def _entries(session: Session, found: Sequence[Head]) -> tuple[Entry, ...]:
    # A session remembers rows only while somebody holds them, and every candidate asks for the same snippets.
    held = (session.exec(select(SnippetVersionRow)).all(), session.exec(select(SnippetRow)).all())
    entries = tuple(_entry(session, one) for one in found)
    del held
    return entries


def _entry(session: Session, head: Head) -> Entry:
    known = (head.id, head.task, head.target, head.proposed_by, head.created_at)
    try:
        standing = get_standing(session, head)
        return Entry(*known, standing, keys=tuple(version(session, one).key for one in head.versions))
    except Refused as refused:
        return Entry(*known, None, str(refused))


def waiting_for(session: Session, person: Person) -> int:
    """Return how many candidates wait for this person's decision; most are told apart without looking closer."""
    if not person.may("reviewer"):
        return 0
    known = heads(session)
    settled = {one.rescored_from for one in known} | {one.candidate_id for one in list_releases(session)}
    entries = _entries(session, [one for one in known if one.id not in settled])
    return sum(entry.standing is not None and needs(entry.standing, person) for entry in entries)
