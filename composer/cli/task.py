"""`composer task`: what prompts are for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from composer.cli.common import HomeOption, JsonOption, ReplacesOption, opened, out, person, refusals, say
from composer.cli.data import note_data
from composer.cli.drift import say_arrived
from composer.cli.figures_table import BAD
from composer.cli.task_new import new
from composer.data.bundled import read_bundled
from composer.registry import tasks as registry
from composer.registry.imports import import_records
from composer.registry.releases import on_another_base
from composer.registry.replacing import require_seen
from composer.task.cautions import task_cautions
from composer.task.task import Task, load_task
from composer.task.wording import data_in_words, output_in_words, policy_in_words, snippets_in_words

app = typer.Typer(no_args_is_help=True, help="Tasks: what prompts are for.")
app.command("new")(new)


@app.command()
@refusals
def add(
    file: Annotated[Path, typer.Argument(help="YAML file of the task.")],
    replaces: ReplacesOption = "",
    home: HomeOption = None,
) -> None:
    """Check a task file and store it, with its data where they come from a known source."""
    task = load_task(file)
    records = None if task.data.source == "import" else read_bundled(task)
    at = datetime.now(UTC)
    database = opened(home)
    with database.session() as session:
        require_seen(session, task, by=person(), replaces=replaces)
        changed = registry.add_task(session, task, by=person(), at=at)
        done = None if records is None else import_records(session, task, records, by=person(), at=at)
        changed = changed or (done is not None and done.changed)
        kept = on_another_base(session, task.name)
    out.print(f"Task {task.name} {'stored' if changed else 'unchanged'}.", markup=False, highlight=False)
    for caution in task_cautions(task):
        say("Note: ", caution, style=BAD)
    for release in kept:
        where = f"release {release.id}, in use on {release.target}"
        say(f"Note: {where}, keeps base {release.base}, its own: what the file's base says holds elsewhere.")
    if done is not None:
        out.print(done.dataset.summary, markup=False, highlight=False)
        note_data(database, home, task, done.dataset.examples)
        if done.changed:
            say_arrived(database, home, task.name)
    else:
        next_step = f"Bring its labelled rows with `composer data import {task.name} FILE`."
        out.print(next_step, markup=False, highlight=False)


@app.command("list")
@refusals
def list_tasks(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the tasks: name, title, metric, where the data come from."""
    with opened(home).session() as session:
        tasks = registry.list_tasks(session)
    if as_json:
        out.print_json(data=[_row(task) for task in tasks])
        return
    if not tasks:
        out.print("No tasks yet. `composer task add FILE` adds one.", markup=False, highlight=False)
        return
    table = Table("task", "title", "metric", "risk", "data", "hash")
    for task in tasks:
        table.add_row(task.name, escape(task.title), task.metric, task.risk, task.data.source, task.hash[:12])
    out.print(table)


@app.command()
@refusals
def show(
    name: Annotated[str, typer.Argument(help="Name of the task.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one task: its texts, output, data and policy."""
    with opened(home).session() as session:
        task = registry.get_task(session, name)
    if as_json:
        out.print_json(data={**task.model_dump(mode="json"), "hash": task.hash, "metric": task.metric})
        return
    for title, text in _parts(task):
        out.print(f"[bold]{title}[/]", highlight=False)
        out.print(text, markup=False, highlight=False, soft_wrap=True)
        out.print()


def _row(task: Task) -> dict[str, str]:
    return {
        "name": task.name,
        "title": task.title,
        "metric": task.metric,
        "risk": task.risk,
        "source": task.data.source,
        "hash": task.hash,
    }


def _parts(task: Task) -> list[tuple[str, str]]:
    return [
        (task.name, f"{task.title}\n{task.description}".strip()),
        ("inputs", ", ".join(task.inputs)),
        ("output", output_in_words(task)),
        ("base", task.base),
        ("message", task.message),
        ("snippets", snippets_in_words(task)),
        ("data", data_in_words(task)),
        ("policy", policy_in_words(task)),
        ("hash", task.hash),
    ]
