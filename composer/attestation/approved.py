"""Whether a release was approved as its task's policy asks, by people who held their roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from composer.attestation.facts import LoggedEntry, ReviewFacts
from composer.candidates.evidence import Evidence
from composer.review.blockers import BLOCKING_VERDICTS
from composer.review.counting import DISMISSAL, KINDS, Verdict, approvals, effective_verdicts, holds_role
from composer.task.task import Task
from library.canonical import digest
from library.roles import LOCAL, Person, held

LOGGED_VERDICTS = frozenset({*KINDS, DISMISSAL})
"""Actions of the log about a candidate that are verdicts."""
REGRESSION = "regression: "
"""What the action of a disposition begins with."""


def approval_faults(facts: ReviewFacts, evidence: Evidence, task: Task) -> Iterator[str]:
    """Yield what should have kept the candidate from being released, as its log and its task's policy have it.

    What counts is how things stood when it was first released: roles that were lost later take nothing back. The
    verdicts and dispositions have to be those of the log.
    """
    before = _before_release(facts)
    if before is None:
        yield "the statement's log has no release of this candidate"
        return
    people = _people(before, task.name)
    verdicts = _verdicts(facts, before)
    named = any(one.subject.startswith("person:") for one in before)
    if not named and not all(one.local for one in verdicts):
        # Where nobody is known everybody may do all: that must not be had by leaving the people out.
        yield "the statement's log lacks the people who gave its verdicts"
    if any(one.evidence_hash != digest(facts.evidence) for one in verdicts):
        yield "a verdict was given on other evidence"
    effective = effective_verdicts(verdicts)
    for one in effective:
        if one.kind in BLOCKING_VERDICTS:
            yield f"{one.reviewer} was against it: {BLOCKING_VERDICTS[one.kind]}"
    counting, _ = approvals(effective, _excluded(facts, task, people), people)
    missing = task.terms.approvals - len(counting)
    if missing > 0:
        yield f"{missing} approval{'s' * (missing > 1)} that the policy asks for {_is_or_are(missing)} missing"
    overridden = any(one.kind == "override" and holds_role(one, people, *task.terms.override) for one in verdicts)
    if not overridden:
        yield from (f"the gate “{one.name}” fails" for one in evidence.gates if one.binding and not one.passed)
    yield from _regressions(facts, evidence, task, before)
    yield from _releasers(facts, task.name)


def _releasers(facts: ReviewFacts, task: str) -> Iterator[str]:
    """Check that whoever released the candidate, or rolled back to it, was a releaser then."""
    for place, one in enumerate(facts.log):
        if one.subject.startswith("release:") and one.detail.get("candidate") == facts.candidate:
            people = _people(facts.log[:place], task)
            if people and not any(each.name == one.who and each.may("releaser") for each in people):
                yield f"{one.who}, who released it, was no releaser"


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def _before_release(facts: ReviewFacts) -> Sequence[LoggedEntry] | None:
    """Return the entries before the candidate's first release; None where there is none."""
    for place, one in enumerate(facts.log):
        is_release = one.action == "released" and one.subject.startswith("release:")
        if is_release and one.detail.get("candidate") == facts.candidate:
            return facts.log[:place]
    return None


def _people(before: Sequence[LoggedEntry], task: str) -> tuple[Person, ...]:
    """Return the people there were after these entries, with the roles that they had for a task."""
    known: dict[str, Person] = {}
    for one in before:
        kind, _, name = one.subject.partition(":")
        if kind != "person":
            continue
        known.pop(name, None)
        if one.action != "person removed":
            everywhere, by_task = held(one.detail.get("roles", ()))
            known[name] = Person(name, "", everywhere, by_task=by_task).for_task(task)
    return tuple(known.values())


def _verdicts(facts: ReviewFacts, before: Sequence[LoggedEntry]) -> list[Verdict]:
    subject = f"candidate:{facts.candidate}"
    count = sum(one.subject == subject and one.action in LOGGED_VERDICTS for one in before)
    return [
        Verdict(
            id=one.id,
            candidate_id=facts.candidate,
            kind=one.kind,
            reason=one.reason,
            reviewer=one.reviewer,
            evidence_hash=one.evidence,
            given_at=datetime.fromisoformat(one.at),
            about=one.about,
            local=one.local,
        )
        for one in facts.verdicts[:count]
    ]


def _excluded(facts: ReviewFacts, task: Task, people: Sequence[Person]) -> frozenset[str]:
    """Return whose approval the policy doesn't count, as `composer.review.verdicts.excluded` does from rows."""
    names: set[str] = set()
    if "proposer" in task.terms.exclude:
        names.add(facts.proposer)
    if "authors" in task.terms.exclude:
        names |= set(facts.authors)
    if not people:
        return frozenset({LOCAL} if names else ())
    return frozenset(names | {name.removesuffix(LOCAL) for name in names})


def _regressions(
    facts: ReviewFacts, evidence: Evidence, task: Task, before: Sequence[LoggedEntry]
) -> Iterator[str]:
    given: Mapping[str, str] = {
        example: one.action.removeprefix(REGRESSION)
        for one in before
        if one.subject == f"candidate:{facts.candidate}" and one.action.startswith(REGRESSION)
        for example in one.detail.get("examples", ())
    }
    worse = evidence.outcome().worse
    if task.terms.every_regression and (left := [one for one in worse if one not in given]):
        yield f"{len(left)} of the examples that got worse have no disposition, such as {left[0]}"
    yield from (f"{example} was marked as blocking" for example, kind in given.items() if kind == "blocks")
