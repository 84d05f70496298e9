"""Whom a candidate waits for: what the Inbox says of each, and under which of its tabs it stands."""

from __future__ import annotations

from typing import Literal, get_args

from composer.review.status import Standing
from composer.review.verdicts import last_words
from library.people import LOCAL, Person

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
