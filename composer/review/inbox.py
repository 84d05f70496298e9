"""The Inbox: every candidate with what it waits for, as a person reads it, and the tabs it is listed under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from sqlmodel import Session

from composer.candidates.records import CandidateSummary, list_candidates
from composer.registry.releases import list_releases
from composer.review.blockers import OBJECTIONS, BlockerKind, blocker_text
from composer.review.next_step import NextStep, needs_decision, next_step
from composer.review.shared import Shared
from composer.review.status import ReviewStatus, State, review_status
from library.errors import Refused
from library.roles import Person
from library.snippets import preload, versions

Tab = Literal["needs me", "mine", "approved", "stale", "no-go", "not let through", "released", "all"]
TABS: tuple[Tab, ...] = get_args(Tab)
BRIEFLY: Mapping[BlockerKind, str] = {
    **dict.fromkeys(("approvals missing", "one local person"), "{count} more approval{s}"),
    "approval lapsed": "the approval of {who} no longer counts",
}
"""How a list words the blockers that a review words at more length."""


def pending_actions(status: ReviewStatus, person: Person) -> tuple[str, ...]:
    """Return in a few words each what a candidate waits for, as this person reads it; empty for nothing."""
    step = next_step(status, person)
    match step.kind:
        case "release":
            return ("you, to release it",)
        case "await releaser":
            return ("someone to release it",)
        case "rescore":
            return ("scoring again",)
        case "search again":
            return ("a new run",)
        case "vet":
            return ("a curator, to decide on a draft",)
        case "review successor":
            return (f"nothing: candidate {step.number} took its place",)
        case "in use" | "replaced" | "turned down" | "not let through":
            return ()
        case _:
            return (*(["you"] if step.is_theirs else []), *_briefly(step, person))


def tabs_of(status: ReviewStatus | None, proposed_by: str, person: Person) -> frozenset[Tab]:
    """Return the tabs of the Inbox that list a candidate for this person; None is one that can't be read."""
    if status is None:
        return frozenset({"all", "stale"})
    if status.state == "not let through":
        return frozenset({"not let through"})
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
            # What is no longer in use needs nothing.
            if status.stale and status.state == "released":
                tabs.add("stale")
    return frozenset(tabs)


def _briefly(step: NextStep, person: Person) -> list[str]:
    """Return what is in the way besides this person's decision, in a few words each; failing gates as a number."""
    found, failing = [], sum(one.kind == "gate fails" for one in step.blockers)
    for one in step.blockers:
        named = replace(one, who="you") if one.who == person.name and one.kind in OBJECTIONS else one
        text = blocker_text(named, BRIEFLY)
        if one.kind == "gate fails":
            text = "1 gate fails" if failing == 1 else f"{failing} gates fail"
        if text not in found and not (one.kind in BRIEFLY and one.count == 1 and step.is_theirs):
            found.append(text)
    return found


@dataclass(frozen=True)
class Entry:
    """A line of the Inbox: a candidate with its status, or why it can't be read any more.

    `keys` names the snippets of its composition; empty where they can't be read. `base` is the number of its base;
    None where that is the task's own.
    """

    candidate_id: int
    task: str
    target: str
    proposed_by: str
    created_at: datetime
    status: ReviewStatus | None
    problem: str = ""
    keys: tuple[str, ...] = ()
    base: int | None = None

    @property
    def made_of(self) -> tuple[str, ...]:
        """What its composition is made of, in words: a base that isn't the task's own, and its snippets."""
        return self.keys if self.base is None else (f"base {self.base}", *self.keys)

    @property
    def state(self) -> State | Literal["unreadable"]:
        """The candidate's state; `unreadable` where it has none any more."""
        return self.status.state if self.status else "unreadable"


def inbox(session: Session) -> tuple[Entry, ...]:
    """Return every candidate, newest first; one that can't be read has the reason and hides no other."""
    return _entries(session, list_candidates(session))


def _entries(session: Session, found: Sequence[CandidateSummary]) -> tuple[Entry, ...]:
    # A session remembers rows only while somebody holds them, and every candidate asks for the same snippets.
    held = preload(session, (version for one in found for version in (*one.versions, *one.incumbent_versions)))
    shared = Shared(session, found)
    entries = tuple(_entry(session, one, shared) for one in found)
    del held
    return entries


def _entry(session: Session, head: CandidateSummary, shared: Shared) -> Entry:
    known = (head.id, head.task, head.target, head.proposed_by, head.created_at)
    try:
        status = review_status(session, head, shared)
        keys = tuple(one.key for one in versions(session, head.versions))
        return Entry(*known, status, keys=keys, base=head.base)
    except Refused as refused:
        return Entry(*known, None, str(refused))


def waiting_for(session: Session, person: Person) -> int:
    """Return how many candidates wait for this person's decision; only those that may are read whole."""
    if not person.may_somewhere("reviewer"):
        return 0
    known = list_candidates(session)
    settled = {one.rescored_from for one in known} | {one.candidate_id for one in list_releases(session)}
    entries = _entries(session, [one for one in known if one.id not in settled])
    return sum(entry.status is not None and needs_decision(entry.status, person) for entry in entries)
