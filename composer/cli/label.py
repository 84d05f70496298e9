"""`composer label`: what waits to be labelled by people, how far they are, and making it data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import (
    HomeOption,
    JsonOption,
    ReasonOption,
    YesOption,
    confirm,
    opened,
    person,
    refusals,
    say,
)
from composer.cli.drift import say_arrived
from composer.cli.figures_table import BAD
from composer.registry.tasks import get_task
from library.errors import Refused

app = typer.Typer(
    no_args_is_help=True, help="What waits to be labelled by people: queue it, see how far it is, make it data."
)

TaskArgument = Annotated[str, typer.Argument(help="Name of the task.")]
RatersOption = Annotated[
    int | None,
    typer.Option("--raters", min=1, help="How many people rate an example; without it three, or all who may."),
]


FLATTERS = (
    "Note: labels that prompts miss are looked at again, those that they meet by chance are not. So figures on",
    "the new labels flatter these prompts a little: compare prompts on one and the same data only.",
)


def _column(name: str, what: str) -> object:
    return typer.Option(f"--{name}", metavar="COLUMN", help=what)


@app.command("queue")
@refusals
def queue(
    task: TaskArgument,
    file: Annotated[
        Path | None, typer.Argument(help="Table of rows without labels: of every kind that can be imported.")
    ] = None,
    doubtful: Annotated[
        int | None,
        typer.Option("--doubtful", min=1, metavar="N", help="The N most doubtful examples of the data."),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help="What makes an example doubtful: people who differ, prompts that miss its label, or few raters. "
            "Without it people, or few where none differ.",
        ),
    ] = "",
    raters: RatersOption = None,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", metavar="INPUT=COLUMN", help="The column that holds an input.")
    ] = None,
    gold: Annotated[str, _column("gold", "Labels that some rows have: these are not queued.")] = "",
    identity: Annotated[str, _column("id", "The id.")] = "",
    cluster: Annotated[str, _column("cluster", "What keeps examples in one split, such as their document.")] = "",
    slice_: Annotated[str, _column("slice", "The kind of example.")] = "",
    home: HomeOption = None,
) -> None:
    """Queue rows of a table without labels, or doubtful examples of the data, for people to rate, blind."""
    if (file is None) == (doubtful is None):
        raise Refused(
            "nothing is named to be queued", fix="Name a table, or --doubtful N for examples of the data."
        )
    if doubtful is not None:
        _queue_doubtful(task, doubtful, by, raters, home)
        return
    assert file is not None
    from composer.cli.label_table import read_unlabelled
    from composer.data.columns import ColumnMap, pairs_of
    from composer.labelling.queueing import queue_unlabelled

    asked = ColumnMap(inputs=pairs_of(inputs or ()), gold=gold, id=identity, cluster=cluster, slice=slice_)
    database = opened(home)
    with database.session() as session:
        found = get_task(session, task)
    items = read_unlabelled(file, found, asked)
    with database.session() as session:
        done = queue_unlabelled(session, found, items, raters=raters, by=person(), at=datetime.now(UTC))
    _say_queued(task, done.added, done.raters)
    for count, what in (
        (done.waited, "waited already"),
        (done.labelled, "are among the labelled data"),
        (done.other_slices, "are of slices that the task doesn't take"),
    ):
        if count:
            say(f"Not queued: {count:,} rows {what}.")


def _queue_doubtful(task: str, most: int, by: str, raters: int | None, home: Path | None) -> None:
    from composer.labelling.doubt import GROUNDS, REASONS  # statistics take a while to import
    from composer.labelling.queueing import queue_doubtful

    ground = next((one for one in GROUNDS if one == by), None)
    if by and ground is None:
        raise Refused(f"nothing is doubtful by {by!r}", fix=f"Choose from {', '.join(GROUNDS)}.")
    with opened(home).session() as session:
        found = get_task(session, task)
        done = queue_doubtful(
            session, found, most, ground=ground, raters=raters, by=person(), at=datetime.now(UTC)
        )
    assert done.ground is not None
    say(f"Chosen because {REASONS[done.ground]}.")
    _say_queued(task, done.added, done.raters)
    if done.ground == "prompts":
        for line in FLATTERS:
            say(line)


def _say_queued(task: str, added: int, raters: int) -> None:
    each = "one person" if raters == 1 else f"{raters} people"
    say(f"{added:,} examples queued for {task}, each for {each} to rate: `composer app`, page Label.")


@app.command("status")
@refusals
def status(task: TaskArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show how far a task's queue is: by person, with how well they agree."""
    from composer.cli.label_report import as_json_value, show  # statistics take a while to import
    from composer.labelling.progress import progress

    with opened(home).session() as session:
        found = progress(session, task)
    if as_json:
        typer.echo(json.dumps(as_json_value(task, found), ensure_ascii=False, indent=2))
        return
    show(task, found)


@app.command("apply")
@refusals
def apply(
    task: TaskArgument,
    raters: Annotated[
        int | None,
        typer.Option("--raters", min=1, help="How many ratings are enough; without it as many as were asked for."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change alone.")] = False,
    yes: YesOption = False,
    home: HomeOption = None,
) -> None:
    """Make what enough people rated part of a task's data; first prints what that changes."""
    from composer.cli.label_report import show_feed  # statistics take a while to import
    from composer.labelling.feeding import feed, foresee

    database, by = opened(home), person()
    with database.session() as session:
        found = get_task(session, task)
        planned = foresee(session, found, raters=raters, by=by)
    show_feed(planned)
    if dry_run:
        say("Nothing was stored.")
        return
    if not yes:
        confirm(f"Make these the data of {task}?")
    with database.session() as session:
        done = feed(session, found, raters=raters, by=by, at=datetime.now(UTC))
    say(f"Data of {task} stored: {done.dataset.summary}", style="bold")
    if done != planned:
        say("Somebody rated meanwhile: that is what these data have beside what was shown.", style=BAD)
    say_arrived(database, home, task)


@app.command("close")
@refusals
def close(task: TaskArgument, reason: ReasonOption = "", home: HomeOption = None) -> None:
    """Take what still waits out of a task's queue; what people rated stays stored, and none of it becomes data."""
    from composer.labelling.queueing import close_queue

    with opened(home).session() as session:
        found = get_task(session, task)
        count = close_queue(session, found, reason=reason, by=person(), at=datetime.now(UTC))
    say(f"{count:,} examples of {task} wait no more.")
