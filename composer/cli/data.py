"""`composer data`: labelled rows of a user's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from composer.cli.common import HomeOption, JsonOption, ReasonOption, opened, out, person, refusals, say
from composer.cli.drift import say_arrived
from composer.cli.figures_table import BAD
from composer.cli.table_report import FormatOption, show_rows
from composer.data import hutto
from composer.data.archive import fetched
from composer.data.cautions import cautions
from composer.data.columns import ColumnMap, mapped, pairs_of
from composer.data.examples import Example
from composer.data.files import records_of
from composer.data.readers import read_table
from composer.home.paths import Home, resolve_home
from composer.registry.datasets import current_dataset, dataset_of, examples_named, leave_out
from composer.registry.imports import Imported, import_records
from composer.registry.tasks import get_task
from composer.task.task import Task
from library.errors import Refused

if TYPE_CHECKING:
    from library.database import Database

app = typer.Typer(no_args_is_help=True, help="Labelled data of the tasks.")


@app.command("fetch")
@refusals
def fetch_command() -> None:
    """Fetch the data sets of the starter tasks that no installed package holds; `composer demo` does it, too."""
    out.print(
        f"{hutto.ARCHIVE.file} is ready: {fetched(hutto.ARCHIVE)}", markup=False, highlight=False, soft_wrap=True
    )


def _column(name: str, what: str) -> object:
    return typer.Option(f"--{name}", metavar="COLUMN", help=what)


@app.command("import")
@refusals
def import_file(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    file: Annotated[
        Path, typer.Argument(help="Labelled rows: CSV, TSV, JSON, JSONL, Parquet, XLSX, ZIP, or a folder.")
    ],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", metavar="INPUT=COLUMN", help="The column that holds an input.")
    ] = None,
    gold: Annotated[str, _column("gold", "Label or rating; with --rater-column, that of one rater.")] = "",
    raters: Annotated[
        list[str] | None, _column("rater", "Ratings of one person; once for each. The gold is what they come to.")
    ] = None,
    rater: Annotated[str, _column("rater-column", "Who gave the rating: a row for each rater.")] = "",
    identity: Annotated[str, _column("id", "The id.")] = "",
    cluster: Annotated[str, _column("cluster", "What keeps examples in one split, such as their document.")] = "",
    slice_: Annotated[str, _column("slice", "The kind of example.")] = "",
    explanation: Annotated[str, _column("explanation", "What people wrote about the label.")] = "",
    bound: Annotated[str, _column("must-not-regress", "Whether no candidate may get it wrong: yes or no.")] = "",
    form: FormatOption = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show columns, first rows and problems alone.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Check a file of labelled rows, split it and make it the data of a task; columns not named are guessed."""
    asked = ColumnMap(
        inputs=pairs_of(inputs or ()),
        gold=gold,
        raters=tuple(raters or ()),
        rater=rater,
        id=identity,
        cluster=cluster,
        slice=slice_,
        explanation=explanation,
        must_not_regress=bound,
    )
    database = opened(home, scope="import", task=task)
    with database.session() as session:
        found = get_task(session, task)
    if found.data.source != "import":
        raise Refused(
            f"task {task} takes its data from {found.data.source}",
            fix="Write `source: import` in a task file of another name, and add that.",
        )
    table = read_table(file, form)
    columns = mapped(table, found, asked)
    for line in (*table.notes, *columns.described(table)):
        say(line)
    if dry_run:
        show_rows(table)
    records = records_of(table, columns, found)
    if dry_run:
        say(f"{len(records):,} examples can be imported; nothing was stored.")
        return
    with database.session() as session:
        done = import_records(session, found, records, by=person(), at=datetime.now(UTC))
    _say_stored(database, home, found, done)


def _say_stored(database: Database, home: Path | None, task: Task, done: Imported) -> None:
    out.print(f"Data of {task.name} {'stored' if done.changed else 'unchanged'}.", markup=False, highlight=False)
    for line in (done.dataset.summary, *done.dataset.moves):
        say(line)
    note_data(database, home, task, done.dataset.examples)
    if done.changed:
        say_arrived(database, home, task.name)


def note_data(database: Database, home: Path | None, task: Task, examples: Sequence[Example]) -> None:
    """Print what to think about before a task's current examples are used, and how well their raters agree."""
    for caution in cautions(examples):
        say("Note: ", caution, style=BAD)
    if not any(len(one.ratings) > 1 for one in examples):
        return
    from composer.cli.data_report import say_agreement  # statistics take a while to import

    with database.session() as session:
        say_agreement(session, Home(resolve_home(home)), task, examples)


@app.command("leave-out")
@refusals
def leave_out_command(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of the examples.", metavar="ID...")] = None,
    longer_than: Annotated[
        int | None, typer.Option("--longer-than", min=0, help="All whose inputs have more characters than this.")
    ] = None,
    reason: ReasonOption = "",
    home: HomeOption = None,
) -> None:
    """Take examples out of a task's data, such as those too long for a model; importing their file undoes it."""
    if bool(ids) == (longer_than is not None):
        raise Refused("no examples are named", fix="Give their ids, or --longer-than CHARACTERS.")
    with opened(home).session() as session:
        found = get_task(session, task)
        chosen = list(ids or ())
        if longer_than is not None:
            known = current_dataset(session, task).examples
            chosen = [example.id for example in known if example.characters > longer_than]
        gone = leave_out(session, found, chosen, reason=reason, by=person(), at=datetime.now(UTC))
        left = current_dataset(session, task)
    for example in gone:
        line = f"left out: {example.id} ({example.split}, {example.characters:,} characters)"
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    out.print(left.summary, markup=False, highlight=False)
    out.print("Candidates measured on the data before are stale; importing the file again brings these back.")


@app.command("show")
@refusals
def show_command(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    kappa: Annotated[
        bool, typer.Option("--kappa", help="Every measure of agreement: alpha at each level, kappa, ICC.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a task's data hold: splits, slices, and how well the people agree who rated them."""
    from composer.analysis.kept_summary import current_summary  # statistics take a while to import
    from composer.cli.data_report import as_json_value, show

    with opened(home).session() as session:
        found = get_task(session, task)
        summary = current_summary(session, Home(resolve_home(home)), found)
        unlike = examples_named(session, dataset_of(session, task), [one.id for one in summary.unlike])
    if as_json:
        typer.echo(json.dumps(as_json_value(summary), ensure_ascii=False, indent=2))
        return
    show(found, summary, {example.id: example for example in unlike}, every_measure=kappa)
