"""`composer adapt`: carry the prompt in use on one target to others, each to a candidate or a recorded no-go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from composer.adaptation import AdaptationPlan, enter_adaptation, get_adaptation, list_adaptations, plan_adaptation
from composer.adaptation import worker as adaptations
from composer.adaptation.price import price_in_words
from composer.answers.bound import BoundReached
from composer.answers.evaluator import Stopped
from composer.cli.adapt_report import as_row, before, listing, report
from composer.cli.before_spending import DryRunOption
from composer.cli.bounds import REACHED, MaxCellsOption, MaxCostOption, bounded
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
    print_refusal,
    refusals,
)
from composer.cli.compose import BudgetOption, SeedOption, StrategyOption
from composer.cli.run_report import progress_bar
from composer.home.paths import Home, resolve_home
from composer.models import connection
from composer.optimizer.strategies import DEFAULT_BUDGET, DEFAULT_STRATEGY
from composer.runs.spending import Spending, spending
from library.database import Database
from library.errors import Refused


@refusals
def adapt(
    task: Annotated[str | None, typer.Argument(help="Name of the task.")] = None,
    source: Annotated[str, typer.Option("--from", help="The target whose prompt in use is carried over.")] = "",
    to: Annotated[
        list[str] | None, typer.Option("--to", help="The target to carry it to; may be given again.")
    ] = None,
    budget: BudgetOption = DEFAULT_BUDGET,
    strategy: StrategyOption = DEFAULT_STRATEGY,
    seed: SeedOption = 0,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    dry_run: DryRunOption = False,
    listed: Annotated[
        bool, typer.Option("--list", help="List what was adapted so far, and how it ended.")
    ] = False,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry a task's prompt from one target to others: each ends in a candidate, or a no-go with its reasons.

    Several are done one after the other. Run it again to go on.
    """
    place = Home(resolve_home(home))
    database = opened(place.path)
    if listed:
        _list(database, task, as_json=as_json)
        return
    if not task or not source or not to:
        raise Refused(
            "an adaptation needs a task, the target whose prompt is carried over, and one to carry it to",
            fix="Write `composer adapt TASK --from A --to B`; `composer adapt --list` shows those there are.",
        )
    plans = _planned(database, task, source, to, strategy=strategy, seed=seed, budget=budget)
    if not as_json:
        out.print(before(plans))
    elif dry_run:
        print(json.dumps([{"to": plan.target.name, **takes.as_json()} for plan, takes in plans], allow_nan=False))
    if dry_run:
        return
    with bounded(max_cells, max_cost, *(plan.target for plan, _ in plans)):
        _all_done(database, place, [plan for plan, _ in plans], as_json=as_json)


def _planned(
    database: Database, task: str, source: str, to: list[str], *, strategy: str, seed: int, budget: int
) -> list[tuple[AdaptationPlan, Spending]]:
    with database.session() as session:
        plans = [
            plan_adaptation(session, task, source, target, strategy=strategy, seed=seed, budget=budget)
            for target in dict.fromkeys(to)
        ]
        return [(plan, spending(session, plan.run)) for plan in plans]


def _all_done(database: Database, home: Home, plans: Sequence[AdaptationPlan], *, as_json: bool) -> None:
    """Do adaptations one after the other and print each; one that fails or is stopped keeps none from its turn."""
    rows, status = [], 0
    for plan in plans:
        with database.session() as session:
            number = enter_adaptation(session, plan, by=person(), at=datetime.now(UTC))
        try:
            _done(database, home, number, as_json=as_json)
        except Refused as refusal:
            print_refusal(refusal)
            status = 1
        except BoundReached as reached:
            console.print(f"{plan.target.name}: {reached}", markup=False, highlight=False, soft_wrap=True)
            status = REACHED
        except Stopped:
            console.print(f"{plan.target.name}: {KEPT}")
            status = status or INTERRUPTED
        with database.session() as session:
            rows.append(as_row(get_adaptation(session, number)))
        if status == REACHED:
            break
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, allow_nan=False))
    if status:
        raise typer.Exit(status)


def _done(database: Database, home: Home, number: int, *, as_json: bool) -> None:
    """Do one adaptation with a progress bar, and print what it came to."""
    try:
        with progress_bar(console) as bar:
            adaptations.work(database, home, number, on_progress=bar, connect=connection.connect)
    except KeyboardInterrupt as stop:
        console.print(KEPT)
        raise typer.Exit(INTERRUPTED) from stop
    if not as_json:
        with database.session() as session:
            ended = get_adaptation(session, number)
            out.print(report(ended, price_in_words(session, ended)))


def _list(database: Database, task: str | None, *, as_json: bool) -> None:
    with database.session() as session:
        known = list_adaptations(session, task)
    if as_json:
        print(json.dumps([as_row(one) for one in known], ensure_ascii=False, allow_nan=False))
        return
    out.print(listing(known))
