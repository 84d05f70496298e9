"""Whom a candidate waits for: what the Inbox says of each, and under which of its tabs it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlmodel import Session, select

from composer.candidates.records import CandidateSummary, list_candidates
from composer.registry.releases import list_releases
from composer.review.status import ReviewStatus, State, more_approvals, review_status, unresolved_regressions
from composer.review.verdicts import effective_verdicts
from library.errors import Refused
from library.roles import LOCAL, Person
from library.snippets import version
from library.tables import SnippetRow, SnippetVersionRow

Tab = Literal["needs me", "mine", "approved", "stale", "no-go", "released", "all"]
TABS: tuple[Tab, ...] = get_args(Tab)
UNDECIDED = ("needs review", "changes requested")


def needs_decision(status: ReviewStatus, person: Person) -> bool:
    """Whether a candidate waits for this person's decision: they may give one, and have given none that counts."""
    return (
        status.state in UNDECIDED
        and status.successor is None
        and person.may("reviewer")
        and _name(person) not in status.excluded
        and _name(person) not in _decided(status)
    )


def pending_actions(status: ReviewStatus, person: Person) -> tuple[str, ...]:
    """Say in a few words each whom and what a candidate waits for, as this person reads it; empty for nothing."""
    if status.state == "approved":
        return ("you, to release it" if person.may("releaser") else "someone to release it",)
    if status.state == "stale" or (status.state == "released" and status.stale):
        return ("scoring again",)
    if status.state == "rescored":
        return (f"nothing: candidate {status.successor} took its place",)
    if status.state not in UNDECIDED:
        return ()
    own = f"{person.name} "
    said = [f"you {one.removeprefix(own)}" if one.startswith(own) else one for one in status.reviewer_blocks]
    if not needs_decision(status, person):
        return (*said, *_lacking(status), *_approvals(status))
    more = _approvals(status) if status.approvals_missing > 1 else []
    return ("you", *said, *_lacking(status), *more)


def tabs_of(status: ReviewStatus | None, proposed_by: str, person: Person) -> frozenset[Tab]:
    """Return the tabs of the Inbox a candidate stands under for this person; None can't be read any more."""
    if status is None:
        return frozenset({"all", "stale"})
    if status.state == "rescored":
        return frozenset({"all"})
    tabs: set[Tab] = {"all"}
    if needs_decision(status, person):
        tabs.add("needs me")
    if proposed_by == person.name:
        tabs.add("mine")
    match status.state:
        case "approved" | "stale" | "no-go":
            tabs.add(status.state)
        case "released" | "replaced":
            tabs.add("released")
            # What nobody uses any more needs no one's care.
            if status.stale and status.state == "released":
                tabs.add("stale")
    return frozenset(tabs)


def _name(person: Person) -> str:
    return LOCAL if person.local else person.name


def _decided(status: ReviewStatus) -> frozenset[str]:
    return frozenset(LOCAL if one.local else one.reviewer for one in effective_verdicts(status.verdicts))


def _lacking(status: ReviewStatus) -> list[str]:
    failing, unresolved = len(status.failing_gates), len(status.required_dispositions)
    gates = ["1 gate fails" if failing == 1 else f"{failing} gates fail"] if failing else []
    return [*gates, *([unresolved_regressions(unresolved)] if unresolved else [])]


def _approvals(status: ReviewStatus) -> list[str]:
    return [more_approvals(status.approvals_missing)] if status.approvals_missing else []


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
    status: ReviewStatus | None
    problem: str = ""
    keys: tuple[str, ...] = ()

    @property
    def state(self) -> State | Literal["unreadable"]:
        """The candidate's state; `unreadable` where it has none any more."""
        return self.status.state if self.status else "unreadable"


def inbox(session: Session) -> tuple[Entry, ...]:
    """Return every candidate, newest first; one that can't be read says why, and hides none of the others."""
    return _entries(session, list_candidates(session))


def _entries(session: Session, found: Sequence[CandidateSummary]) -> tuple[Entry, ...]:
    # A session remembers rows only while somebody holds them, and every candidate asks for the same snippets.
    held = (session.exec(select(SnippetVersionRow)).all(), session.exec(select(SnippetRow)).all())
    entries = tuple(_entry(session, one) for one in found)
    del held
    return entries


def _entry(session: Session, head: CandidateSummary) -> Entry:
    known = (head.id, head.task, head.target, head.proposed_by, head.created_at)
    try:
        status = review_status(session, head)
        return Entry(*known, status, keys=tuple(version(session, one).key for one in head.versions))
    except Refused as refused:
        return Entry(*known, None, str(refused))


def waiting_for(session: Session, person: Person) -> int:
    """Return how many candidates wait for this person's decision; most are told apart without looking closer."""
    if not person.may("reviewer"):
        return 0
    known = list_candidates(session)
    settled = {one.rescored_from for one in known} | {one.candidate_id for one in list_releases(session)}
    entries = _entries(session, [one for one in known if one.id not in settled])
    return sum(entry.status is not None and needs_decision(entry.status, person) for entry in entries)
