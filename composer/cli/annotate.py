"""`composer annotate`: the released prompt over a whole file, and what people would say of it."""

from __future__ import annotations

import json
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
    YesOption,
    confirm,
    console,
    opened,
    person,
    print_refusal,
    print_rows,
    refusals,
    say,
)
from composer.cli.figures_table import BAD

if TYPE_CHECKING:
    from composer.annotation.corrected import Corrected, Estimate
    from composer.annotation.plan import Plan
    from composer.annotation.work import Annotated as Done
    from library.database import Database


@refusals
def annotate(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    source: Annotated[Path, typer.Option("--input", metavar="FILE", help="Rows: CSV, TSV, JSONL or Parquet.")],
    output: Annotated[
        Path,
        typer.Option("--output", metavar="FILE", help="Where the same rows go with the answers, in its kind."),
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="INPUT=COLUMN", help="The column that holds an input; else guessed."),
    ] = None,
    gold: Annotated[
        str,
        typer.Option(
            "--gold", metavar="COLUMN", help="People's labels of some rows, picked at random: adds estimates."
        ),
    ] = "",
    name: Annotated[
        str,
        typer.Option("--as", metavar="COLUMN", help="The column for the answers; else the task's output field."),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it takes, and ask nothing.")] = False,
    yes: YesOption = False,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the released prompt about every row of a file; run it again to go on after a break."""
    from composer.annotation.plan import plan_annotation  # statistics take a while to import
    from composer.data.columns import ColumnMap, pairs_of

    database, asked = opened(home), ColumnMap(inputs=pairs_of(columns or ()), gold=gold)
    with database.session() as session:
        plan = plan_annotation(session, task, target, source, output, asked, name=name)
    _say_plan(plan, as_json=as_json, dry_run=dry_run)
    if dry_run:
        raise typer.Exit
    if plan.cost.answers and not yes:
        confirm("Ask?")
    with bounded(max_cells, max_cost, plan.use.target):
        done = _asked(database, plan)
    _report(plan, done, as_json=as_json)


def _asked(database: Database, plan: Plan) -> Done:
    from composer.annotation import work
    from composer.cli.watching import watched
    from composer.models import connection

    paid = [0]
    try:
        with watched("annotating", plan.cost.answers, lambda: paid[0]):
            return work.annotate(
                database,
                plan,
                by=person(),
                at=datetime.now(UTC),
                connect=connection.connect,
                on_paid_answer=lambda number: paid.__setitem__(0, number),
            )
    except KeyboardInterrupt as stop:
        console.print(KEPT)
        raise typer.Exit(INTERRUPTED) from stop


def _say_plan(plan: Plan, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        if dry_run:
            print(json.dumps(_plan_value(plan), allow_nan=False))
        return
    use = plan.use
    say(f"Release {use.release} of {use.task.name} on {use.target.name}, verified; pack {use.pack[:12]}.")
    for input_, column in plan.columns.inputs.items():
        say(f"{input_}: {column}{' (guessed)' if input_ in plan.columns.guessed else ''}")
    if plan.columns.gold:
        say(f"labels: {plan.columns.gold}, in {plan.labelled:,} rows")
    same = f", {plan.different:,} of them different" if plan.different != plan.rows else ""
    say(f"{plan.rows:,} row{'s' * (plan.rows != 1)}{same}; {plan.cost.words}.")
    if plan.malformed:
        rows, go = ("row", "goes") if plan.malformed == 1 else ("rows", "go")
        say(f"{plan.malformed:,} {rows} can't be asked, and {go} apart with the reason.", style=BAD)


def _plan_value(plan: Plan) -> dict[str, Any]:
    return {
        "release": plan.use.release,
        "pack": plan.use.pack,
        "rows": plan.rows,
        "different": plan.different,
        "malformed": plan.malformed,
        "labelled": plan.labelled,
        "cost": plan.cost.as_json(),
    }


def _report(plan: Plan, done: Done, *, as_json: bool) -> None:
    from composer.annotation.estimates import estimates
    from library.errors import Refused

    found: dict[str, Corrected] = {}
    refused: Refused | None = None
    try:
        found = dict(estimates(plan.use.task.output, done.tally)) if plan.columns.gold else {}
    except Refused as refusal:
        refused = refusal
    if as_json:
        print(json.dumps(_value(plan, done, found, refused), allow_nan=False))
    else:
        _say_done(done)
        _say_estimates(plan, done, found)
    if refused is not None:
        print_refusal(refused)
        raise typer.Exit(1)


def _say_done(done: Done) -> None:
    say(f"{done.output}: {done.rows:,} rows, {done.valid:,} with a valid answer; {done.paid:,} answers paid.")
    if done.malformed_file is not None:
        parts = ((done.rows - done.valid, "whose answer is malformed"), (done.unasked, "that could not be asked"))
        words = " and ".join(f"{number:,} {which}" for number, which in parts if number)
        say(f"{done.malformed_file}: {words}, each with the reason.", style=BAD)


def _say_estimates(plan: Plan, done: Done, found: dict[str, Corrected]) -> None:
    if not found:
        return
    from composer.annotation.estimates import APART

    shares = plan.use.task.output.kind == "label"
    rows = [
        (
            what,
            *(_written(each, share=shares) for each in (one.naive, one.classical, one.corrected)),
            f"{one.power:.2f}",
        )
        for what, one in found.items()
    ]
    one = next(iter(found.values()))
    say(f"What people would say of all {done.rows:,} rows, 95% intervals:")
    print_rows(
        (
            "share of" if shares else "",
            "answers as they are",
            f"{one.labels:,} labels alone",
            "corrected",
            "answers count",
        ),
        rows,
    )
    say("It holds if the rows with a label are a random sample of the file, which nothing in the file can show.")
    if any(each.apart > APART for each in found.values()):
        say(
            "! The answers to rows with and without labels differ by more than chance: it is no such sample.",
            style=BAD,
        )


def _written(one: Estimate, *, share: bool) -> str:
    from composer.evaluation.formatting import bracketed, figure

    value, low, high = (figure("accuracy" if share else "", each) for each in (one.value, one.low, one.high))
    return f"{value} {bracketed(low, high)}"


def _value(plan: Plan, done: Done, found: dict[str, Corrected], refused: Exception | None) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "release": plan.use.release,
        "pack": plan.use.pack,
        "rows": done.rows,
        "valid": done.valid,
        "unasked": done.unasked,
        "paid": done.paid,
        "output": str(done.output),
        "malformed_file": str(done.malformed_file) if done.malformed_file else None,
        "estimates": {name: asdict(one) for name, one in found.items()},
        "refused": str(refused) if refused else None,
    }
