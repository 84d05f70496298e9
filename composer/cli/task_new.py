"""`composer task new`: a task drafted from a table of labelled rows and a prompt."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import HomeOption, opened, person, refusals, say, write_file
from composer.cli.data import note_data
from composer.cli.figures_table import BAD
from composer.cli.table_report import FormatOption, show_rows
from composer.data.cautions import cautions
from composer.data.columns import ColumnMap, columns_named
from composer.data.dataset import load_examples
from composer.data.drafting import Draft, Wishes, draft
from composer.data.readers import read_table
from composer.data.tables import Table
from composer.prompts.messages import render
from composer.registry.new_tasks import create_task
from composer.registry.shipped import USUAL
from composer.registry.targets import target_names
from composer.task.cautions import task_cautions
from composer.task.scales import scale_of
from composer.task.taskfile import as_yaml
from library.errors import Refused
from library.yamlfile import read_text


def _column(name: str, what: str) -> object:
    return typer.Option(f"--{name}", metavar="COLUMN", help=what)


Inputs = Annotated[
    list[str] | None,
    typer.Option("--input", metavar="[INPUT=]COLUMN", help="A column that the prompt gets; once for each."),
]
Raters = Annotated[list[str] | None, _column("rater", "Ratings of one person; once for each.")]
Extras = Annotated[list[str] | None, _column("extra", "A column that is kept, and taken for nothing else.")]


@refusals
def new(
    name: Annotated[str, typer.Argument(help="Name of the task: small letters, digits and dashes.")],
    data: Annotated[Path, typer.Option("--data", help="Table of labelled rows: CSV, XLSX, JSON …, or a folder.")],
    prompt: Annotated[Path, typer.Option("--prompt", help="Text file of the prompt to begin with.")],
    inputs: Inputs = None,
    gold: Annotated[str, _column("gold", "The label or rating.")] = "",
    raters: Raters = None,
    rater: Annotated[str, _column("rater-column", "Who gave the rating: a row for each rater.")] = "",
    identity: Annotated[str, _column("id", "The id.")] = "",
    cluster: Annotated[str, _column("cluster", "What keeps examples in one split, such as their customer.")] = "",
    slice_: Annotated[str, _column("slice", "The kind of example.")] = "",
    extras: Extras = None,
    form: FormatOption = "",
    scale: Annotated[str, typer.Option("--scale", metavar="LOW-HIGH", help="The scale of the ratings.")] = "",
    labels: Annotated[str, typer.Option("--labels", metavar="A,B", help="The labels.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the draft, and store nothing.")] = False,
    out_file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the draft as a task file, too.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Draft a task from labelled rows and a prompt, show what was guessed, and store it with its data."""
    table = read_table(data, form)
    asked = ColumnMap(
        inputs=columns_named(inputs or ()),
        gold=gold,
        raters=tuple(raters or ()),
        rater=rater,
        id=identity,
        cluster=cluster,
        slice=slice_,
        unused=frozenset(extras or ()),
    )
    wishes = Wishes(asked, scale_of(scale), tuple(one.strip() for one in labels.split(",") if one.strip()))
    drafted = draft(name, table, read_text(prompt), str(prompt), wishes)
    _show(table, drafted)
    dataset = load_examples(drafted.task, drafted.records)
    say(f"{len(drafted.records):,} examples: {dataset.summary}")
    for caution in (*task_cautions(drafted.task), *(cautions(dataset.examples) if dry_run else ())):
        say("Note: ", caution, style=BAD)
    if out_file is not None:
        _write(out_file, as_yaml(drafted.task))
        say(f"The task file is {out_file}: edit it, then `composer task add {out_file}`.")
    if dry_run:
        say("Nothing was stored.")
        return
    database = opened(home)
    with database.session() as session:
        done = create_task(session, drafted.task, drafted.records, by=person(), at=datetime.now(UTC))
        target = next(iter(target_names(session)), USUAL)
    note_data(database, home, drafted.task, done.dataset.examples)
    say(f"Task {name} and its data are {'stored' if done.changed else 'there already'}.", style="bold")
    say(f"Next, another prompt beside this one: composer propose {name} --target {target} --base OTHER.txt")
    say(f"Or a search, once snippets tagged {name} are vetted: composer compose {name} --target {target}")


def _show(table: Table, drafted: Draft) -> None:
    show_rows(table)
    for line in (*table.notes, *drafted.columns.described(table)):
        say(line)
    for subject, found in drafted.facts:
        say(f"{subject}: {found}", hang=2)
    _, first = render("", drafted.task.message, drafted.records[0].inputs)
    say("each message, as of the first row:")
    for line in first["content"].split("\n"):
        say("  ", line)


def _write(path: Path, text: str) -> None:
    if path.exists() or path.is_symlink():
        raise Refused("there is such a file already", where=str(path), fix="Name another with --out.")
    write_file(path, text)
