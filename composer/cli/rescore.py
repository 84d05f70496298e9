"""`composer rescore`: score a stale candidate again, with a progress bar while answers are paid."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import typer

from composer.analysis import jobs
from composer.answers.bound import current_bound
from composer.answers.latency import answer_latency
from composer.candidates.records import get_candidate_summary
from composer.cli.bounds import MaxCellsOption, MaxCostOption, bounded
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import (
    INTERRUPTED,
    KEPT,
    CandidateArgument,
    HomeOption,
    opened,
    out,
    person,
    refusals,
    say,
)
from composer.cli.figures_table import comparison
from composer.cli.watching import watched
from composer.home.paths import Home, resolve_home
from composer.models import connection
from composer.registry.targets import get_target
from composer.review.status import review_status
from library.database import Database
from library.errors import Refused


@refusals
def rescore(
    candidate: CandidateArgument,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
) -> None:
    """Score a stale candidate again on the answers stored; first prints how many have to be paid."""
    with bounded(max_cells, max_cost):
        score_again(candidate, home)


def score_again(candidate_id: int, folder: Path | None) -> None:
    """Print what scoring again costs, do it, and print the figures of the candidate that it submits.

    Raises `Refused` where nothing under the candidate has changed, or it was scored again already.
    """
    database, home = opened(folder), Home(resolve_home(folder))
    with database.session() as session:
        candidate = get_candidate_summary(session, candidate_id)
        status = review_status(session, candidate)
        if status.successor is not None:
            what = f"candidate {candidate_id} was scored again already"
            raise Refused(what, fix=f"Go on with it: composer review {status.successor}")
        if not status.stale:
            what = f"nothing under candidate {candidate_id} has changed: it is not stale"
            raise Refused(what, fix=f"See its review: composer review {candidate_id}")
        current_bound().check(get_target(session, candidate.target))
        number = jobs.enter_job(session, candidate_id, "rescore", by=person(), at=datetime.now(UTC))
        expected = jobs.cost(session, candidate_id, "rescore")
        seconds = expected * answer_latency(session, candidate.target).seconds
    say(f"Candidate {candidate_id} is stale: {'; '.join(status.stale)}.")
    if expected:
        say(f"Scoring it again pays for {expected} answer{'s' * (expected > 1)}, about {_lasting(seconds)}.")
    else:
        say("Scoring it again pays for no answer: all it needs are stored.")
    try:
        with watched("scoring again", expected, lambda: _paid(database, number)):
            done = jobs.do_job(database, home, number, connect=connection.connect)
    except KeyboardInterrupt as stop:
        say(KEPT)
        raise typer.Exit(INTERRUPTED) from stop
    assert done.made is not None
    with database.session() as session:
        made = get_candidate_summary(session, done.made)
    out.print(comparison(made.figures))
    say(f"It is candidate {made.id} now. Verdicts don't carry over: they were given on other evidence.")
    say(f"Review it with: composer review {made.id}")


def _paid(database: Database, number: int) -> int:
    with database.session() as session:
        return jobs.get_job(session, number).paid


def _lasting(seconds: float) -> str:
    return f"{max(round(seconds), 1)} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
