"""`composer review`: a candidate with all that decides it, and the older form of the verbs, as hidden options."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlmodel import Session

from composer.analysis.caveats import caveats_of, dev_test_gap_of
from composer.analysis.prices import cost_of
from composer.cli.act import carry_out
from composer.cli.candidate_report import as_json_value, listed, show
from composer.cli.common import CandidateArgument, HomeOption, JsonOption, opened, person, refusals
from composer.cli.decide import commenting, deciding, dismissing
from composer.cli.dispose import disposing
from composer.registry.datasets import examples_named, has_ratings
from composer.review.comments import comments_on
from composer.review.status import Review, get_review
from library.errors import Refused
from library.people import someone

if TYPE_CHECKING:
    from composer.analysis.people import BesidePeople

LONGEST = 70
"""How many characters of an example are shown beside its id."""


def _older(name: str, verb: str) -> Any:
    return typer.Option(name, hidden=True, help=f"An older form of composer {verb}.")


@refusals
def review(
    candidate: CandidateArgument,
    approve: Annotated[bool, _older("--approve", "approve")] = False,
    request_changes: Annotated[bool, _older("--request-changes", "request-changes")] = False,
    no_go: Annotated[bool, _older("--no-go", "no-go")] = False,
    override: Annotated[bool, _older("--override", "override")] = False,
    comment: Annotated[bool, _older("--comment", "comment")] = False,
    acceptable: Annotated[str | None, _older("--acceptable", "dispose")] = None,
    blocks: Annotated[str | None, _older("--blocks", "dispose")] = None,
    dismiss: Annotated[int | None, _older("--dismiss", "dismiss")] = None,
    again: Annotated[bool, _older("--score-again", "rescore")] = False,
    reason: Annotated[str, _older("--reason", "approve and the others")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a candidate: what changes, gains and breaks, what is in its way, and what comes next."""
    acts = {
        "--approve": deciding("approve", candidate, reason) if approve else None,
        "--request-changes": deciding("request changes", candidate, reason) if request_changes else None,
        "--no-go": deciding("no-go", candidate, reason) if no_go else None,
        "--override": deciding("override", candidate, reason) if override else None,
        "--comment": commenting(candidate, reason) if comment else None,
        "--acceptable": None if acceptable is None else disposing(candidate, [acceptable], "acceptable", reason),
        "--blocks": None if blocks is None else disposing(candidate, [blocks], "blocks", reason),
        "--dismiss": None if dismiss is None else dismissing(candidate, dismiss, reason),
    }
    given = {name: act for name, act in acts.items() if act is not None}
    names = [*given, *(["--score-again"] if again else [])]
    if len(names) > 1:
        raise Refused(f"{' and '.join(names)} at once", fix="Give one of them; the next with another command.")
    if reason and not names:
        raise Refused(
            "a reason for nothing", fix=f'Name what it is for: composer approve {candidate} --reason "…"'
        )
    for act in given.values():
        carry_out(act, candidate, home, as_json=as_json)
    if again:
        from composer.cli.rescore import score_again  # only this needs the models

        score_again(candidate, home)
    elif not given:
        _show(candidate, home, as_json=as_json)


def _show(candidate: int, home: Path | None, *, as_json: bool) -> None:
    with opened(home).session() as session:
        found = get_review(session, candidate)
        people = _people(session, found)
        caveats, gap = caveats_of(session, found), dev_test_gap_of(session, found.candidate)
        if as_json:
            from composer.analysis.spending import candidate_spending  # statistics take a while to import

            spent = candidate_spending(session, found.candidate)
            print(json.dumps(as_json_value(found, people, spent, caveats, gap), ensure_ascii=False))
            return
        cost = cost_of(session, found.candidate)
        comments, me = comments_on(session, found.candidate), someone(session, person())
        examples = examples_named(session, found.candidate.evidence.data.dataset, listed(found, people))
    texts = {one.id: shorten(" | ".join(one.inputs.values()), LONGEST, placeholder="…") for one in examples}
    show(found, comments, me, people, cost, texts, caveats, gap)


def _people(session: Session, found: Review) -> BesidePeople | None:
    if not has_ratings(session, found.candidate.evidence.data.dataset):
        return None
    from composer.analysis.people import beside_people  # statistics take a while to import

    return beside_people(session, found)
