"""What comes next for a candidate, as one person finds it: decided here, and worded by each page and command."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from composer.candidates.records import PROPOSERS
from composer.review.blockers import Blocker
from composer.review.counting import Verdict, effective_verdicts
from composer.review.status import ReviewStatus, State
from composer.review.verdicts import COMMENTERS
from library.roles import LOCAL, Person

StepKind = Literal[
    "review successor",
    "rescore",
    "search again",
    "vet",
    "in use",
    "replaced",
    "turned down",
    "not let through",
    "release",
    "await releaser",
    "sign in",
    "await reviewer",
    "await others",
    "dispose",
    "gate fails",
    "decide",
    "settle",
    "await approvals",
]
Verb = Literal[
    "approve",
    "request-changes",
    "no-go",
    "override",
    "comment",
    "dispose",
    "dismiss",
    "reject-label",
    "rescore",
    "release",
    "rollback",
    "export",
    "compose",
]
UNDECIDED: tuple[State, ...] = ("needs review", "changes requested")
AGAINST: tuple[Verb, ...] = ("request-changes", "no-go")


@dataclass(frozen=True)
class NextStep:
    """What comes next for a candidate, as one person finds it.

    `verbs` are what this person can do about it, the most fitting first; none where others have to act.
    `blockers` is all that is in the way of a release, or of a rollback to what was replaced, with what reviewers
    object to first. `is_theirs` is whether the candidate waits for this person's decision. `about` is what the
    first verb settles, or why this person's approval doesn't count. `number` is the id of the successor, or of
    the release of a candidate that was released; 0 for others.
    """

    kind: StepKind
    verbs: tuple[Verb, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    is_theirs: bool = False
    about: Blocker | None = None
    number: int = 0


def next_step(status: ReviewStatus, person: Person) -> NextStep:
    """Return what comes next for a candidate and what this person can do about it."""
    person = person.for_task(status.task.name)
    made = status.release
    if made is not None and status.state == "replaced":
        verbs = _where(person.may("releaser") and not status.rollback_blockers, "rollback")
        return NextStep("replaced", verbs, status.rollback_blockers, number=made.id)
    if made is not None and not status.stale:
        return NextStep("in use", ("export",), number=made.id)
    if status.successor is not None:
        return NextStep("review successor", number=status.successor)
    if status.state == "not let through":
        return _not_let_through(status, person)
    if status.needs_run and status.state != "no-go":
        gone = tuple(Blocker("stale", what=reason) for reason in status.needs_run)
        return NextStep("search again", _where(person.may(*PROPOSERS), "compose"), gone)
    if status.needs_vetting and status.state != "no-go":
        return NextStep("vet", blockers=tuple(Blocker("stale", what=reason) for reason in status.needs_vetting))
    if status.stale and status.state != "no-go":
        blockers = tuple(one for one in status.release_blockers if one.kind == "stale")
        return NextStep("rescore", _where(person.may(*PROPOSERS), "rescore"), blockers)
    if status.state == "no-go":
        return _turned_down(status, person)
    if status.state == "approved":
        may = person.may("releaser")
        return NextStep("release" if may else "await releaser", _where(may, "release"))
    return _undecided(status, person)


def needs_decision(status: ReviewStatus, person: Person) -> bool:
    """Whether a candidate waits for this person's decision: they may give one, and have given none that counts."""
    person = person.for_task(status.task.name)
    return (
        status.state in UNDECIDED
        and status.successor is None
        and person.may("reviewer")
        and (LOCAL if person.local else person.name) not in status.excluded
        and not any(_is_own(one, person) for one in effective_verdicts(status.verdicts))
    )


def _undecided(status: ReviewStatus, person: Person) -> NextStep:
    """Return what comes next for a candidate that still lacks something to be approved."""
    missing = status.missing_approvals
    step = NextStep(
        "await approvals",
        blockers=(*status.reviewer_blocks, *status.approval_blockers, *missing),
        is_theirs=needs_decision(status, person),
    )
    if person.local and status.signed_in:
        return replace(step, kind="sign in")
    if not person.may("reviewer"):
        return _besides_reviewers(status, step, person)
    barred = [*(one for one in missing if one.kind == "one local person"), *status.own_blockers(person)]
    if missing and barred:
        verbs = (*_where(bool(status.required_dispositions), "dispose"), *_still(status, person, *AGAINST))
        return replace(step, kind="await others", verbs=(*verbs, "comment"), about=barred[0])
    if status.required_dispositions:
        return replace(step, kind="dispose", verbs=("dispose",))
    if status.failing_gates:
        verbs = (*_overriding(status, person), *_still(status, person, *AGAINST))
        return replace(step, kind="gate fails", verbs=verbs)
    if step.is_theirs:
        return replace(step, kind="decide", verbs=("approve", *AGAINST, "comment"))
    return _settled(status, step, person) if status.reviewer_blocks else step


def _besides_reviewers(status: ReviewStatus, step: NextStep, person: Person) -> NextStep:
    """Return the step of somebody who isn't a reviewer: an admin dismisses, other roles may override a gate."""
    settled = _settled(status, step, person)
    if settled.verbs:
        return settled
    if override := _overriding(status, person):
        return replace(step, kind="gate fails", verbs=override)
    return replace(step, kind="await reviewer", verbs=_where(person.may(*COMMENTERS), "comment"))


def _settled(status: ReviewStatus, step: NextStep, person: Person) -> NextStep:
    """Return the step that settles the first objection about which this person can do something."""
    for one in status.reviewer_blocks:
        if verbs := _settling(status, one, person):
            return replace(step, kind="settle", verbs=verbs, about=one)
    return replace(step, kind="settle")


def _turned_down(status: ReviewStatus, person: Person) -> NextStep:
    about = next(one for one in status.reviewer_blocks if one.kind == "no-go")
    acts = person.may("admin") and not (person.local and status.signed_in)
    return NextStep("turned down", _where(acts, "dismiss"), status.reviewer_blocks, about=about)


def _not_let_through(status: ReviewStatus, person: Person) -> NextStep:
    """Return the step of what failed a gate: only an override, newer data or another composition changes that."""
    measured_again = bool(status.stale) and not (status.needs_run or status.needs_vetting)
    again: Verb = "rescore" if measured_again else "compose"
    acts = not (person.local and status.signed_in)
    verbs = (
        *(_overriding(status, person) if acts else ()),
        *_where(person.may(*PROPOSERS), again),
        *(_still(status, person, "no-go") if acts and person.may("reviewer") else ()),
    )
    return NextStep("not let through", verbs, status.approval_blockers)


def _settling(status: ReviewStatus, block: Blocker, person: Person) -> tuple[Verb, ...]:
    """Return what this person can do to settle what a reviewer put in the way."""
    match block.kind:
        case "changes requested":
            own = any(one.id == block.number and _is_own(one, person) for one in status.verdicts)
            if own and not status.approval_blockers_for(person):
                return ("approve",)
            return _where(person.may("admin"), "dismiss")
        case "regression blocks":
            own = block.who == person.name or person.may("admin")
            return _where(own and person.may("reviewer"), "dispose")
        case "correction open":
            return _where(person.may("reviewer", "curator"), "reject-label")
        case _:
            return ()


def _still(status: ReviewStatus, person: Person, *verbs: Verb) -> tuple[Verb, ...]:
    """Return those of these verdicts that this person hasn't given."""
    given = {one.kind.replace(" ", "-") for one in effective_verdicts(status.verdicts) if _is_own(one, person)}
    return tuple(one for one in verbs if one not in given)


def _overriding(status: ReviewStatus, person: Person) -> tuple[Verb, ...]:
    return _where(bool(status.failing_gates) and person.may(*status.task.terms.override), "override")


def _where(condition: bool, verb: Verb) -> tuple[Verb, ...]:
    return (verb,) if condition else ()


def _is_own(verdict: Verdict, person: Person) -> bool:
    """Whether a verdict is this person's; all that was given where nobody signs in is one person's."""
    return verdict.local if person.local else not verdict.local and verdict.reviewer == person.name
