"""`composer work`: runs that were entered, done one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from composer.adaptation import worker as adaptations
from composer.answers.bound import Bound, BoundReached, spending_at_most
from composer.answers.evaluator import Stopped
from composer.cli.bounds import MaxCellsOption, MaxCostOption
from composer.cli.common import INTERRUPTED, HomeOption, console, opened, print_refusal, refusals, say
from composer.cli.figures_table import MARKS
from composer.cli.run_report import progress_bar
from composer.home.paths import Home, resolve_home
from composer.models import connection
from composer.models.target import Target
from composer.registry.targets import get_target
from composer.runs import worker
from composer.runs.queue import give_back, queued_runs
from composer.runs.records import RunSummary, get_run
from library.claims import Taken
from library.database import Database
from library.errors import Refused

LOOK_SECONDS = 5.0


@refusals
def work(
    watch: Annotated[bool, typer.Option("--watch", help="Wait for more when none is left, until Ctrl-C.")] = False,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    home: HomeOption = None,
) -> None:
    """Do the runs that wait, one after the other; several at once, on any machine, take different ones.

    With --max-cells or --max-cost each run is held to that bound, and stops there; it can go on later.
    """
    place, database = Home(resolve_home(home)), opened(home)
    left: set[int] = set()
    try:
        while True:
            if _took_one(database, place, max_cells, max_cost, left):
                continue
            if not watch:
                break
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt as stop:
        say("Stopped. The answers so far are kept: the run goes on with whoever takes it next.")
        raise typer.Exit(INTERRUPTED) from stop
    say(f"{len(left)} left for another worker." if left else "No run waits.")


def _took_one(
    database: Database, home: Home, max_cells: int | None, max_cost: float | None, left: set[int]
) -> bool:
    """Do the oldest run that nobody has, however it ends; returns whether there was one.

    `left` are the runs that are left to others, as they can't be held to the bound; more are added.
    """
    with database.session() as session:
        queued = queued_runs(session)
    for run in queued:
        if run.id in left or worker.is_at_work(home, run.id):
            continue
        try:
            with spending_at_most(max_cells, max_cost) as bound:
                with database.session() as session:
                    target = get_target(session, run.target)
                if not _held(bound, target, run):
                    left.add(run.id)
                    continue
                _do(database, home, run)
        except Taken:
            continue  # another worker was quicker
        except BoundReached as reached:
            say(f"run {run.id}: {reached}")
        except Stopped:
            say(f"run {run.id} was stopped; it can be continued")
        except Refused as refusal:
            print_refusal(refusal)
        except KeyboardInterrupt:
            give_back(database, run.id)
            raise
        return True
    return False


def _held(bound: Bound, target: Target, run: RunSummary) -> bool:
    """Whether a run can be held to a bound; where it can't, say why it is left."""
    try:
        bound.check(target)
    except Refused as refusal:
        say(f"run {run.id} is left for another worker: {refusal.what}")
        return False
    return True


def _do(database: Database, home: Home, run: RunSummary) -> None:
    say(f"run {run.id}: {run.task} → {run.target}")
    with progress_bar(console) as bar:
        how: Callable[..., object] = partial(worker.work, database, home, run.id)
        if run.adaptation is not None:
            how = partial(adaptations.work, database, home, run.adaptation)
        how(on_progress=bar, connect=connection.connect, only_queued=True)
    with database.session() as session:
        ended = get_run(session, run.id)
    say(MARKS[True], f" run {run.id}: {ended.message}")
