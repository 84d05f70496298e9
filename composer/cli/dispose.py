"""`composer dispose` and `composer reject-label`: what becomes of the examples that got worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from composer.candidates.records import get_candidate_summary
from composer.cli.act import Act, carry_out
from composer.cli.common import CandidateArgument, HomeOption, JsonOption, ReasonOption, refusals
from composer.review.corrections import confirmation, corrections, decide_correction, propose_correction
from composer.review.regressions import DispositionKind, dispositions, set_disposition
from composer.review.status import review_status
from library.errors import Refused
from library.people import someone

EVERY = "all"
KINDS: Mapping[str, DispositionKind] = {
    "acceptable": "acceptable",
    "blocks": "blocks",
    "label-is-wrong": "label is wrong",
}


@refusals
def dispose(
    candidate: CandidateArgument,
    examples: Annotated[
        list[str], typer.Argument(help="Ids of examples that got worse; all for those without a disposition.")
    ],
    kind: Annotated[str, typer.Option("--as", help=f"The disposition: {', '.join(KINDS)}.")] = "acceptable",
    label: Annotated[
        str | None,
        typer.Option("--label", help="With label-is-wrong: the right label, which a second person confirms."),
    ] = None,
    reason: ReasonOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give examples that got worse a disposition: acceptable, it blocks, or its label is wrong."""
    chosen = _kind(kind)
    if (label is not None) != (chosen == "label is wrong"):
        raise Refused(
            "a label that is wrong needs the right one, and no other disposition takes one",
            fix="Give --label together with --as label-is-wrong.",
        )
    act = (
        disposing(candidate, examples, chosen, reason)
        if label is None
        else correcting(candidate, examples, label, reason)
    )
    carry_out(act, candidate, home, as_json=as_json)


@refusals
def reject_label(
    candidate: CandidateArgument,
    example: Annotated[str, typer.Argument(help="Id of the example whose label was to be corrected.")],
    reason: ReasonOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reject the correction of a label, or take your own back; in the app a second person can confirm it."""

    def act(session: Session, by: str, at: datetime) -> str:
        task = get_candidate_summary(session, candidate).task
        found = [
            one
            for one in corrections(session, task, candidate_id=candidate, open_only=True)
            if one.example_id == example
        ]
        if not found:
            raise Refused(f"no correction of {example} is open on candidate {candidate}")
        decide_correction(session, found[0].id, confirm=False, reason=reason, by=by, at=at)
        return f"The label of {example} stays as it is."

    carry_out(act, candidate, home, as_json=as_json)


def disposing(candidate: int, given: Sequence[str], kind: DispositionKind, reason: str) -> Act:
    """Return the act of giving examples a disposition; `given` are ids, also several with commas, or `all`."""

    def act(session: Session, by: str, at: datetime) -> str:
        examples = _examples(session, candidate, given, kind)
        set_disposition(session, candidate, examples, kind, reason=reason, by=by, at=at)
        return f"{len(examples)} regression{'s' * (len(examples) != 1)} of candidate {candidate}: {kind}."

    return act


def correcting(candidate: int, given: Sequence[str], label: str, reason: str) -> Act:
    """Return the act of proposing another label for one example."""

    def act(session: Session, by: str, at: datetime) -> str:
        if len(given) != 1 or given[0] == EVERY:
            raise Refused("a label is corrected example by example", fix="Name one example.")
        propose_correction(session, candidate, given[0], label, reason=reason, by=by, at=at)
        how = confirmation(someone(session, by))
        return f"Proposed for {given[0]}: {label}. {how}"

    return act


def _kind(text: str) -> DispositionKind:
    found = KINDS.get(text.strip().replace(" ", "-"))
    if found is None:
        raise Refused(f"no disposition is called {text}", where="--as", fix=f"Choose one of: {', '.join(KINDS)}.")
    return found


def _examples(session: Session, candidate_id: int, given: Sequence[str], kind: DispositionKind) -> list[str]:
    candidate = get_candidate_summary(session, candidate_id)
    if list(given) != [EVERY]:
        known = candidate.regressions
        parts = [part.strip() for text in given for part in ([text] if text in known else text.split(","))]
        return [part for part in parts if part]
    if kind != "acceptable":
        raise Refused(
            f"“{kind}” can't be given for all regressions at once",
            fix="Name the examples, or ask for changes: composer request-changes.",
        )
    unresolved = list(review_status(session, candidate).unresolved)
    if unresolved:
        return unresolved
    if not candidate.regressions or not dispositions(session, candidate_id):
        raise Refused(f"no example got worse with candidate {candidate_id}")
    raise Refused(
        f"every regression of candidate {candidate_id} has a disposition already",
        fix="Name those whose disposition you want to change.",
    )
