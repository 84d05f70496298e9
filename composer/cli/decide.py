"""What a person does to a candidate on the command line: one verb, one act, then what comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.cli.candidate_report import next_command
from composer.cli.common import HomeOption, opened, out, person, refusals
from composer.home.paths import Home, resolve_home
from composer.review.comments import add_comment
from composer.review.decisions import dismiss as dismiss_verdict
from composer.review.decisions import give_verdict
from composer.review.regressions import DispositionKind, dispositions, set_disposition
from composer.review.status import review_status
from composer.review.verdicts import Kind
from library.errors import Refused
from library.people import someone

EVERY = "all"
CandidateArgument = Annotated[int, typer.Argument(help="Number of the candidate.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in a sentence.")]


@refusals
def approve(candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None) -> None:
    """Approve a candidate; releasing it is a step of its own."""
    decide(candidate, "approve", reason, home)


@refusals
def request_changes(candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None) -> None:
    """Hold a release up until you decide otherwise, or it is dismissed."""
    decide(candidate, "request changes", reason, home)


@refusals
def no_go(candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None) -> None:
    """Turn a candidate down: no run proposes it again on the same evidence."""
    decide(candidate, "no-go", reason, home)


@refusals
def override(candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None) -> None:
    """Let a candidate pass although a gate fails, where the policy allows it."""
    decide(candidate, "override", reason, home)


@refusals
def comment(candidate: CandidateArgument, reason: ReasonOption = "", home: HomeOption = None) -> None:
    """Comment on a candidate without deciding; the comment is the reason."""
    remark(candidate, reason, home)


@refusals
def dispose(
    candidate: CandidateArgument,
    examples: Annotated[str, typer.Argument(help="Ids of regressions with commas, or all that are unresolved.")],
    kind: Annotated[
        Literal["acceptable", "blocks"], typer.Option("--as", help="acceptable, or blocks.")
    ] = "acceptable",
    reason: ReasonOption = "",
    home: HomeOption = None,
) -> None:
    """Resolve regressions: say that they are acceptable, or that they block."""
    resolve(candidate, examples, kind, reason, home)


@refusals
def dismiss(
    candidate: CandidateArgument,
    verdict: Annotated[int, typer.Option("--verdict", help="Number of the verdict, as composer review shows it.")],
    reason: ReasonOption = "",
    home: HomeOption = None,
) -> None:
    """Dismiss a verdict that is in the way, with a reason; for the role admin."""
    lift(candidate, verdict, reason, home)


@refusals
def rescore(candidate: CandidateArgument, home: HomeOption = None) -> None:
    """Score a stale candidate again, on every answer that is stored."""
    again(candidate, home)


def decide(candidate: int, kind: Kind, reason: str, home: Path | None) -> None:
    """Give a verdict and print what comes next; raises `Refused` as `give_verdict` does."""

    def act(session: Session, by: str, at: datetime) -> str:
        give_verdict(session, candidate, kind, reason=reason, by=by, at=at)
        return f"Noted: {kind} on candidate {candidate}."

    _do(candidate, act, home)


def remark(candidate: int, text: str, home: Path | None) -> None:
    """Add a comment and print what comes next."""

    def act(session: Session, by: str, at: datetime) -> str:
        add_comment(session, candidate, text, by=by, at=at)
        return f"Noted: a comment on candidate {candidate}."

    _do(candidate, act, home)


def resolve(candidate: int, examples: str, kind: DispositionKind, reason: str, home: Path | None) -> None:
    """Set the disposition of some regressions, or of all that are unresolved, and print what comes next."""

    def act(session: Session, by: str, at: datetime) -> str:
        chosen = _examples(session, candidate, examples, kind)
        set_disposition(session, candidate, chosen, kind, reason=reason, by=by, at=at)
        return f"Noted: {len(chosen)} regression{'s' * (len(chosen) != 1)} {kind}."

    _do(candidate, act, home)


def lift(candidate: int, verdict: int, reason: str, home: Path | None) -> None:
    """Dismiss a verdict and print what comes next."""

    def act(session: Session, by: str, at: datetime) -> str:
        dismiss_verdict(session, verdict, candidate, reason=reason, by=by, at=at)
        return f"Noted: verdict {verdict} is dismissed and no longer in the way."

    _do(candidate, act, home)


def again(candidate: int, home: Path | None) -> None:
    """Score a stale candidate again, with its cost told first and a progress bar."""
    from composer.cli.rescore import score_again  # brings the model and the statistics

    score_again(opened(home), Home(resolve_home(home)), candidate, by=person())


def _do(candidate: int, act: Callable[[Session, str, datetime], str], home: Path | None) -> None:
    by = person()
    database = opened(home)
    with database.session() as session:
        done = act(session, by, datetime.now(UTC))
    with database.session() as session:
        status = review_status(session, get_candidate(session, candidate))
        for line in (done, next_command(status, someone(session, by))):
            out.print(line, markup=False, highlight=False, soft_wrap=True)


def _examples(session: Session, candidate_id: int, given: str, kind: DispositionKind) -> list[str]:
    candidate = get_candidate(session, candidate_id)
    if given != EVERY:
        if given in candidate.regressions:
            return [given]
        return [name for name in (part.strip() for part in given.split(",")) if name]
    if kind != "acceptable":
        raise Refused("that all regressions block says nothing about any", fix="Name them, or request changes.")
    unresolved = list(review_status(session, candidate).unresolved)
    if not unresolved and not dispositions(session, candidate_id):
        raise Refused(f"no example got worse with candidate {candidate_id}")
    if not unresolved:
        what = f"every regression of candidate {candidate_id} is resolved already"
        raise Refused(what, fix="Name those whose disposition you want to change.")
    return unresolved
