"""`composer check`: whether a released prompt still answers as it did when it was measured; for CI."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from composer.cli.bounds import MaxCellsOption, MaxCostOption, bounded
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import (
    INTERRUPTED,
    KEPT,
    HomeOption,
    JsonOption,
    console,
    opened,
    person,
    refusals,
    say,
    write_file,
)
from composer.cli.figures_table import BAD

if TYPE_CHECKING:
    from composer.checking.judgement import Judged
    from composer.checking.outcome import Outcome
    from composer.checking.plan import CheckPlan
    from composer.evaluation.outcomes import Difference
    from library.database import Database
    from library.errors import Refused


@refusals
def check(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    rows: Annotated[int, typer.Option("--rows", min=2, help="How many sealed rows to ask again.")] = 50,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin",
            help="How much worse it may be, in the metric's own unit; else the policy's `drop`, or 0.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the report there; else it is printed.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draws the rows.")] = 0,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the released prompt anew about some sealed rows; exit 1 where it answers worse than at its release."""
    from composer.answers.served import ModelChanged  # statistics take a while to import
    from composer.checking.markdown_report import command, headline, report
    from composer.checking.plan import Unverified, plan_check
    from library.errors import Refused

    database = opened(home, scope="check", task=task)
    _make_room(output)
    again = f"composer check {task} --target {target} --rows {rows} --seed {seed}"
    try:
        with database.session() as session:
            plan = plan_check(session, task, target, rows=rows, seed=seed, margin=margin)
    except Unverified as refused:
        _fail(task, target, "The release does not verify", refused, again, output, as_json=as_json)
        raise
    try:
        with bounded(max_cells, max_cost, plan.target):
            found = _asked(database, plan, home)
    except Refused as refused:
        what = "Another model answers" if isinstance(refused, ModelChanged) else "It could not be asked"
        _fail(task, target, what, refused, command(plan), output, as_json=as_json)
        raise
    if output is not None:
        write_file(output, report(found), "the report")
    if as_json:
        print(json.dumps(_value(found), allow_nan=False))
    elif output is None:
        typer.echo(report(found), nl=False)
    else:
        say(headline(found), style=BAD if found.failed else "")
    if found.failed:
        raise typer.Exit(1)


def _asked(database: Database, plan: CheckPlan, home: Path | None) -> Outcome:
    from composer.checking import work
    from composer.checking.plan import cost_of_check
    from composer.cli.watching import watched
    from composer.home.paths import Home, resolve_home
    from composer.models import connection

    paid, place = [0], Home(resolve_home(home))
    with database.session() as session:
        number = work.enter_check(session, place, plan, by=person(), at=datetime.now(UTC))
        cost = cost_of_check(session, plan, number)
    takes = f"Check {number}, {len(plan.examples):,} rows: {cost.words}."
    console.print(takes, style="dim", highlight=False, soft_wrap=True)
    try:
        with watched("checking", cost.answers, lambda: paid[0]):
            return work.check(
                database,
                place,
                plan,
                number,
                by=person(),
                connect=connection.connect,
                on_paid_answer=lambda count: paid.__setitem__(0, count),
            )
    except KeyboardInterrupt as stop:
        console.print(KEPT)
        raise typer.Exit(INTERRUPTED) from stop


def _fail(
    task: str, target: str, what: str, refused: Refused, command: str, output: Path | None, *, as_json: bool
) -> None:
    """Report a check that could compare nothing."""
    from composer.checking.markdown_report import report_of_failure

    if output is not None:
        write_file(output, report_of_failure(task, target, what, str(refused), command), "the report")
    if as_json:
        print(json.dumps({"state": "not compared", "failed": True, "what": what, "reason": str(refused)}))
    elif output is None:
        typer.echo(report_of_failure(task, target, what, str(refused), command), nl=False)


def _make_room(report: Path | None) -> None:
    """Take the report of an earlier check away; raises `Refused`, before anything is paid, where none can lie."""
    from library.errors import Refused

    if report is None:
        return
    if report.is_dir() or not os.access(report.parent, os.W_OK):
        raise Refused(
            "the report can't be written there", where=str(report), fix="Name a file in a folder that there is."
        )
    report.unlink(missing_ok=True)


def _value(found: Outcome) -> dict[str, Any]:
    from dataclasses import asdict

    plan, counts = found.plan, found.comparison.counts
    return {
        "state": found.state,
        "failed": found.failed,
        "check": found.number,
        "release": plan.use.release,
        "pack": plan.use.pack,
        "target_edited": plan.edited,
        "rows": found.n,
        "available": plan.available,
        "seed": plan.seed,
        "margin": plan.margin,
        "figures": [_judged(found.metric), _judged(found.valid), *map(_difference, found.others)],
        **asdict(counts),
        "identical": found.identical,
        "changed": [{**asdict(one.row), "before": one.before, "now": one.now} for one in found.changed],
        "paid": found.paid,
    }


def _judged(one: Judged) -> dict[str, Any]:
    return {**_difference(one.difference), "state": one.state, "rows_needed": one.needed}


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "name": one.name,
        "before": one.incumbent,
        "now": one.candidate,
        "difference": one.difference,
        "low": one.low,
        "high": one.high,
    }
