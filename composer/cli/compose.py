"""`composer compose` and `composer demo`: search, compare, put up for review."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlmodel import Session

from composer.analysis.caveats import caveats_of, dev_test_gap_of
from composer.analysis.people import beside_people
from composer.answers.bound import BoundReached
from composer.answers.evaluator import Stopped
from composer.answers.served import UNSEEN, may_change_unseen
from composer.answers.store import DatabaseCells
from composer.cli.before_spending import DryRunOption, before_spending
from composer.cli.bounds import MaxCellsOption, MaxCostOption, bounded
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import (
    INTERRUPTED,
    KEPT,
    HomeOption,
    JsonOption,
    console,
    opened,
    out,
    person,
    refusals,
    say,
)
from composer.cli.run_report import progress_bar, report
from composer.cli.serve import serve
from composer.evaluation.outcomes import Difference
from composer.home.paths import Home, resolve_home
from composer.home.signin import read_sign_in
from composer.models import connection
from composer.optimizer.strategies import DEFAULT_BUDGET, DEFAULT_STRATEGY, STRATEGIES
from composer.registry.starter import TARGETS, load_starter
from composer.registry.targets import get_target
from composer.review.status import get_review
from composer.runs import worker
from composer.runs.findings import search_findings
from composer.runs.plan import plan_run
from composer.runs.recorded import make_example
from composer.runs.records import enter_run, get_run
from composer.runs.spending import spending
from library.database import Database
from library.errors import Refused

BudgetOption = Annotated[
    int, typer.Option("--budget", help="Answers the search may ask for; the test split comes on top.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of the search.")]
StrategyOption = Annotated[str, typer.Option("--strategy", help=f"How to search: {', '.join(STRATEGIES)}.")]


DEMO_TASK = "sentiment"


@refusals
def compose(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    budget: BudgetOption = DEFAULT_BUDGET,
    strategy: StrategyOption = DEFAULT_STRATEGY,
    seed: SeedOption = 0,
    queue: Annotated[
        bool, typer.Option("--queue", help="Enter the run and leave it to `composer work`, here or elsewhere.")
    ] = False,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    dry_run: DryRunOption = False,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search for a better composition and submit it for review; run it again to go on after a break."""
    place = Home(resolve_home(home))
    database = opened(place.path)
    if queue and (max_cells is not None or max_cost is not None):
        raise Refused(
            "a run that waits keeps to the bound of the worker that takes it",
            fix="Leave --max-cells and --max-cost out here, and give them to `composer work`.",
        )
    with database.session() as session:
        plan = plan_run(session, task, target, strategy=strategy, seed=seed, budget=budget)
        takes = spending(session, plan)
    before_spending(takes, as_json=as_json, dry_run=dry_run)
    with bounded(max_cells, max_cost, plan.target):
        run = _enter(database, task, target, budget, strategy, seed)
        if queue:
            say(f"Run {run} waits for a worker: `composer work` on a machine that uses this database.")
            return
        do(database, place, run, as_json)


@refusals
def demo(
    task: Annotated[
        str, typer.Option("--task", help="sentiment, relatedness, polarity or similarity.")
    ] = "sentiment",
    target: Annotated[str | None, typer.Option("--target", help="Name of the target.")] = None,
    budget: BudgetOption = DEFAULT_BUDGET,
    seed: SeedOption = 0,
    headless: Annotated[bool, typer.Option("--headless", help="In this terminal, without the app.")] = False,
    port: Annotated[int, typer.Option("--port", help="Port of the app on 127.0.0.1.")] = 8501,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load the starter tasks and library, open the app, and start composing on an embedded model."""
    place = Home(resolve_home(home))
    database = opened(place.path)
    with database.session() as session:
        load_starter(session, by=person(), at=datetime.now(UTC))
    if target is None:
        if task not in TARGETS:
            raise Refused(
                f"no starter task is called {task}",
                fix=f"Choose one of: {', '.join(TARGETS)}; or name a --target.",
            )
        target = TARGETS[task]
    if not headless and not as_json:
        read_sign_in(place, port)  # what is wrong with it must come up before a run begins
    run = _enter(database, task, target, budget, DEFAULT_STRATEGY, seed)
    if headless or as_json:
        do(database, place, run, as_json)
        return
    with console.status("Preparing a recorded example to look at meanwhile"):
        make_example(place)
    if not worker.is_at_work(place, run):
        worker.start(place, run)
    serve(place, port)


def _enter(database: Database, task: str, target: str, budget: int, strategy: str, seed: int) -> int:
    with database.session() as session:
        plan = plan_run(session, task, target, strategy=strategy, seed=seed, budget=budget)
        return enter_run(session, plan, by=person(), at=datetime.now(UTC))


def do(database: Database, home: Home, run: int, as_json: bool) -> None:
    """Do a run that was entered, with a progress bar, and print what it came to; raises `BoundReached`."""
    try:
        with progress_bar(console) as bar:
            result = worker.work(database, home, run, on_progress=bar, connect=connection.connect)
    except BoundReached:
        raise
    except (KeyboardInterrupt, Stopped) as stop:
        console.print(KEPT)
        raise typer.Exit(INTERRUPTED) from stop
    if as_json:
        print(json.dumps(result.as_json(), ensure_ascii=False, allow_nan=False))
        return
    with database.session() as session:
        found = search_findings(session, get_run(session, run))
        target = get_target(session, result.target)
        figures, standing = measured(session, result.candidate_id)
    out.print(report(result, figures, found, standing))
    if result.cells.stored and may_change_unseen(target, DatabaseCells(database).served(target.hash)):
        say(UNSEEN, style="dim")
    if result.candidate_id is not None:
        here = f"composer review {result.candidate_id}"
        out.print(f"\nRead and decide in `composer app`, or here: {here}", markup=False, highlight=False)


def measured(session: Session, candidate_id: int | None) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Return the figures of what a run measured, and sentences on what they are worth; empty for no candidate."""
    if candidate_id is None:
        return (), ()
    review = get_review(session, candidate_id)
    people = beside_people(session, review)
    beside = () if people is None else tuple(f"{one[:1].upper()}{one[1:]}." for one in (people.person, people.way))
    gap = dev_test_gap_of(session, review.candidate)
    kept = () if gap is None else (f"Dev and test: {gap.sides}. {gap.meaning}",)
    return review.candidate.figures, (*beside, *kept, *caveats_of(session, review))
