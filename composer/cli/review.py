"""`composer review`: the review status of a candidate; its older flags act as the verbs do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import typer

from composer.cli import decide
from composer.cli.candidate_report import as_json_value, show
from composer.cli.common import HomeOption, JsonOption, opened, person, refusals
from composer.cli.decide import CandidateArgument
from composer.review.comments import comments_on
from composer.review.regressions import DispositionKind
from composer.review.status import get_review
from library.errors import Refused
from library.people import someone


def _flag(name: str, verb: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, hidden=True, help=f"The same as `composer {verb}`.")
    return option


@refusals
def review(
    candidate: CandidateArgument,
    approve: Annotated[bool, _flag("--approve", "approve")] = False,
    request_changes: Annotated[bool, _flag("--request-changes", "request-changes")] = False,
    no_go: Annotated[bool, _flag("--no-go", "no-go")] = False,
    override: Annotated[bool, _flag("--override", "override")] = False,
    comment: Annotated[bool, _flag("--comment", "comment")] = False,
    acceptable: Annotated[str | None, _flag("--acceptable", "dispose --as acceptable")] = None,
    blocks: Annotated[str | None, _flag("--blocks", "dispose --as blocks")] = None,
    dismiss: Annotated[int | None, _flag("--dismiss", "dismiss --verdict")] = None,
    again: Annotated[bool, _flag("--score-again", "rescore")] = False,
    reason: Annotated[str, typer.Option("--reason", hidden=True, help="Why, for the hidden flags.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the review status of a candidate, and the command that takes it further."""

    def resolve(examples: str, kind: DispositionKind) -> None:
        decide.resolve(candidate, examples, kind, reason, home)

    acts: dict[str, tuple[object, Callable[[], None]]] = {
        "--approve": (approve, lambda: decide.decide(candidate, "approve", reason, home)),
        "--request-changes": (request_changes, lambda: decide.decide(candidate, "request changes", reason, home)),
        "--no-go": (no_go, lambda: decide.decide(candidate, "no-go", reason, home)),
        "--override": (override, lambda: decide.decide(candidate, "override", reason, home)),
        "--comment": (comment, lambda: decide.remark(candidate, reason, home)),
        "--acceptable": (
            acceptable,
            lambda: decide.resolve(candidate, acceptable or "", "acceptable", reason, home),
        ),
        "--blocks": (blocks, lambda: decide.resolve(candidate, blocks or "", "blocks", reason, home)),
        "--dismiss": (dismiss, lambda: decide.lift(candidate, dismiss or 0, reason, home)),
        "--score-again": (again, lambda: decide.again(candidate, home)),
    }
    given = [name for name, (value, _) in acts.items() if value is not None and value is not False]
    if len(given) > 1:
        raise Refused(f"{' and '.join(given)} at once", fix="Give one of them; the next with another command.")
    if reason and not given:
        raise Refused("a reason for nothing", fix="Use a verb: composer approve, request-changes, comment …")
    if given:
        acts[given[0]][1]()
        if not as_json:
            return
    _show(candidate, home, as_json=as_json)


def _show(candidate: int, home: HomeOption, *, as_json: bool) -> None:
    with opened(home).session() as session:
        found = get_review(session, candidate)
        if as_json:
            print(json.dumps(as_json_value(found), ensure_ascii=False))
        else:
            show(found, comments_on(session, found.candidate), someone(session, person()))
