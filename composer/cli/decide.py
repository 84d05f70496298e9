"""`composer approve`, `request-changes`, `no-go`, `override`, `dismiss` and `comment`: decide on a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from composer.candidates.records import get_candidate_summary
from composer.cli.act import Act, carry_out
from composer.cli.common import CandidateArgument, HomeOption, JsonOption, ReasonOption, refusals
from composer.review import decisions
from composer.review.blockers import BLOCKING_VERDICTS
from composer.review.comments import add_comment
from composer.review.counting import Kind, effective_verdicts
from composer.review.status import review_status
from library.errors import Refused

DONE: Mapping[Kind, str] = {
    "approve": "You approved candidate {}.",
    "request changes": "You asked for changes to candidate {}.",
    "no-go": "You turned candidate {} down.",
    "override": "You overrode the failing gates of candidate {}.",
}


@refusals
def approve(
    candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Approve a candidate; releasing it is a step of its own."""
    carry_out(deciding("approve", candidate, reason), candidate, home, as_json=as_json)


@refusals
def request_changes(
    candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Hold a candidate's release up until you approve it, or an admin dismisses this."""
    carry_out(deciding("request changes", candidate, reason), candidate, home, as_json=as_json)


@refusals
def no_go(
    candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Turn a candidate down: no run proposes it again on the same evidence."""
    carry_out(deciding("no-go", candidate, reason), candidate, home, as_json=as_json)


@refusals
def override(
    candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Let a candidate pass although a gate fails, where the policy allows it."""
    carry_out(deciding("override", candidate, reason), candidate, home, as_json=as_json)


@refusals
def comment(
    candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Write a comment on a candidate, which decides nothing; --reason is its text."""
    carry_out(commenting(candidate, reason), candidate, home, as_json=as_json)


@refusals
def dismiss(
    candidate: CandidateArgument,
    verdict: Annotated[
        int | None, typer.Option("--verdict", help="Number of the verdict; needed where several are in the way.")
    ] = None,
    reason: ReasonOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Dismiss a request for changes or a no-go, so that it is no longer in the way of a candidate."""
    carry_out(dismissing(candidate, verdict, reason), candidate, home, as_json=as_json)


def deciding(kind: Kind, candidate: int, reason: str) -> Act:
    """Return the act of giving a verdict."""

    def act(session: Session, by: str, at: datetime) -> str:
        decisions.give_verdict(session, candidate, kind, reason=reason, by=by, at=at)
        return DONE[kind].format(candidate)

    return act


def commenting(candidate: int, text: str) -> Act:
    """Return the act of writing a comment."""

    def act(session: Session, by: str, at: datetime) -> str:
        add_comment(session, candidate, text, by=by, at=at)
        return f"You commented on candidate {candidate}."

    return act


def dismissing(candidate: int, verdict: int | None, reason: str) -> Act:
    """Return the act of dismissing a verdict: None is the only one in the way."""

    def act(session: Session, by: str, at: datetime) -> str:
        number = _only_block(session, candidate) if verdict is None else verdict
        decisions.dismiss(session, number, candidate, reason=reason, by=by, at=at)
        return f"Verdict {number} is no longer in the way of candidate {candidate}."

    return act


def _only_block(session: Session, candidate: int) -> int:
    status = review_status(session, get_candidate_summary(session, candidate))
    found = [one for one in effective_verdicts(status.verdicts) if one.kind in BLOCKING_VERDICTS]
    if not found:
        raise Refused(f"no verdict is in the way of candidate {candidate}")
    if len(found) > 1:
        listed = ", ".join(f"{one.id} ({one.reviewer}: {one.kind})" for one in found)
        raise Refused(
            f"{len(found)} verdicts are in the way of candidate {candidate}: {listed}",
            fix=f"Name one: composer dismiss {candidate} --verdict NUMBER",
        )
    return found[0].id
