"""`composer review`: where a candidate stands, a verdict on it, a word on what got worse, scoring it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlmodel import Session

from composer.candidates.records import CandidateSummary, get_candidate
from composer.cli.candidate_report import as_json_value, next_step, show
from composer.cli.common import HomeOption, JsonOption, opened, out, person, refusals
from composer.cli.rescore import score_again
from composer.home.paths import Home, resolve_home
from composer.review.comments import add_comment, comments_on
from composer.review.decisions import dismiss as dismiss_verdict
from composer.review.decisions import give_verdict
from composer.review.regressions import DispositionKind, dispositions, set_disposition
from composer.review.status import get_review, review_status
from composer.review.verdicts import Kind
from library.errors import Refused
from library.people import someone

EVERY = "all"
Act = Callable[[Session], str]


@refusals
def review(
    candidate: Annotated[int, typer.Argument(help="Number of the candidate.")],
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve it; releasing is a step of its own.")
    ] = False,
    request_changes: Annotated[
        bool, typer.Option("--request-changes", help="Stand in the way until you approve, or it is dismissed.")
    ] = False,
    no_go: Annotated[
        bool, typer.Option("--no-go", help="Turn it down: no run proposes it again on the same evidence.")
    ] = False,
    override: Annotated[
        bool, typer.Option("--override", help="Let it pass although a gate fails, where the policy allows it.")
    ] = False,
    comment: Annotated[bool, typer.Option("--comment", help="Say something without deciding.")] = False,
    acceptable: Annotated[
        str | None,
        typer.Option("--acceptable", help="Examples that may get worse: ids with commas, or all without a word."),
    ] = None,
    reviewer_blocks: Annotated[
        str | None, typer.Option("--blocks", help="Examples that must not get worse: ids with commas.")
    ] = None,
    dismiss: Annotated[
        int | None, typer.Option("--dismiss", help="Number of a verdict that shall no longer stand in the way.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--score-again", help="Score a stale candidate again, on every answer stored.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a candidate stands and what to do next, or do one thing to it."""
    by, at = person(), datetime.now(UTC)

    def decide(kind: Kind) -> Act:
        def act(session: Session) -> str:
            give_verdict(session, candidate, kind, reason=reason, by=by, at=at)
            return f"Noted: {kind} on candidate {candidate}."

        return act

    def say(session: Session) -> str:
        add_comment(session, candidate, reason, by=by, at=at)
        return f"Noted: a comment on candidate {candidate}."

    def word(kind: DispositionKind, given: str) -> Act:
        def act(session: Session) -> str:
            examples = _examples(session, candidate, given, every=kind == "acceptable")
            set_disposition(session, candidate, examples, kind, reason=reason, by=by, at=at)
            return f"Noted: {_counted(len(examples))} {kind}."

        return act

    def let_go(session: Session) -> str:
        dismiss_verdict(session, dismiss or 0, candidate, reason=reason, by=by, at=at)
        return f"Noted: verdict {dismiss} no longer stands in the way."

    asked: dict[str, Act] = {}
    asked |= {"--approve": decide("approve")} if approve else {}
    asked |= {"--request-changes": decide("request changes")} if request_changes else {}
    asked |= {"--no-go": decide("no-go")} if no_go else {}
    asked |= {"--override": decide("override")} if override else {}
    asked |= {"--comment": say} if comment else {}
    asked |= {"--acceptable": word("acceptable", acceptable)} if acceptable is not None else {}
    asked |= {"--blocks": word("blocks", reviewer_blocks)} if reviewer_blocks is not None else {}
    asked |= {"--dismiss": let_go} if dismiss is not None else {}
    given = [*asked, *(["--score-again"] if again else [])]
    if len(given) > 1:
        raise Refused(f"{' and '.join(given)} at once", fix="Give one of them; the next with another command.")
    if reason and not given:
        raise Refused("a reason for nothing", fix="Say what it is for: --approve, --request-changes, --comment …")
    database = opened(home)
    if again:
        score_again(database, Home(resolve_home(home)), candidate, by=by)
        return
    with database.session() as session:
        said = [act(session) for act in asked.values()]
    with database.session() as session:
        found = get_review(session, candidate)
        me = someone(session, by)
        if as_json:
            print(json.dumps(as_json_value(found), ensure_ascii=False))
        elif said:
            for line in (*said, next_step(found.status, me)):
                out.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            show(found, comments_on(session, found.candidate), me)


def _examples(session: Session, candidate_id: int, given: str, *, every: bool) -> list[str]:
    candidate: CandidateSummary = get_candidate(session, candidate_id)
    if given != EVERY:
        if given in candidate.regressions:
            return [given]
        return [name for name in (part.strip() for part in given.split(",")) if name]
    if not every:
        raise Refused("`--blocks all` says nothing about any example", fix="Name them, or use --request-changes.")
    words = dispositions(session, candidate_id)
    unresolved = list(review_status(session, candidate).unresolved)
    if not unresolved and not words:
        raise Refused(f"no example got worse with candidate {candidate_id}")
    if not unresolved:
        what = f"every regression of candidate {candidate_id} has a word already"
        raise Refused(what, fix="Name those whose word you want to change.")
    return unresolved


def _counted(number: int) -> str:
    return f"{number} regression{'s' * (number != 1)}"
