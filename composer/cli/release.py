"""`composer release` and `composer rollback`: make a prompt current, and print exactly what that replaces."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from composer.candidates.records import get_candidate
from composer.cli.common import CandidateArgument, HomeOption, ReasonOption, opened, person, refusals, say
from composer.cli.prompt_changes import changes
from composer.evaluation.formatting import NAMES, figure
from composer.registry.releases import Release, get_release
from composer.release.history import Replacement, replacement
from composer.release.publish import release_candidate, roll_back
from composer.review.blockers import joined
from composer.review.status import review_status
from library.errors import Refused
from library.people import require
from library.reasons import reason_of


@refusals
def release(
    candidate: CandidateArgument,
    reason: ReasonOption = "",
    home: HomeOption = None,
) -> None:
    """Make an approved candidate the prompt of its task and target; first prints what it replaces."""
    by = person()
    with opened(home).session() as session:
        reason_of(reason, "a release")
        found = get_candidate(session, candidate)
        require(session, by, "releaser", task=found.task)
        status = review_status(session, found)
        if against := status.release_blockers:
            raise Refused(
                f"candidate {candidate} can't be released: {joined(against)}",
                fix=f"See its review: composer review {candidate}",
            )
        _show_replacement(replacement(session, candidate), f"candidate {candidate}")
        made = release_candidate(session, candidate, reason=reason, by=by, at=datetime.now(UTC))
    _done(made, f"Released: candidate {candidate} is release {made.id}")


@refusals
def rollback(
    number: Annotated[int, typer.Argument(metavar="RELEASE", help="Number of the release to go back to.")],
    reason: ReasonOption = "",
    home: HomeOption = None,
) -> None:
    """Make an earlier release current again, as a release of its own; first prints what it replaces."""
    by = person()
    with opened(home).session() as session:
        reason_of(reason, "a rollback")
        earlier = get_release(session, number)
        require(session, by, "releaser", task=earlier.task)
        planned = replacement(session, earlier.candidate_id)
        made = roll_back(session, number, reason=reason, by=by, at=datetime.now(UTC))
        _show_replacement(planned, f"release {number}")
    _done(made, f"Rolled back to release {number}, as release {made.id}")
    if planned.now is not None:
        say(f'Undo it with: composer rollback {planned.now.id} --reason "…"')


def _show_replacement(planned: Replacement, by_what: str) -> None:
    say(f"{planned.task} → {planned.target}: {by_what} replaces {planned.replaced}")
    before, after = (figure(planned.metric, value) for value in (planned.before, planned.after))
    how = "" if planned.compared else ", each from its own review"
    say(f"  {NAMES[planned.metric]}: {before} → {after}{how}")
    changes(planned.changes)


def _done(made: Release, what: str) -> None:
    say(f"{what}, the prompt of {made.task} on {made.target} now.")
    say(f"Export it with: composer export {made.task} --target {made.target} --out DIR")
