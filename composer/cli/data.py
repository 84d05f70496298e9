"""`composer data`: labelled rows of a user's own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import HomeOption, opened, out, person, refusals
from composer.data.dataset import load_examples
from composer.data.files import read_records
from composer.registry.datasets import add_examples
from composer.registry.tasks import get_task
from library.errors import Refused

app = typer.Typer(no_args_is_help=True, help="Labelled data of the tasks.")


@app.callback()
def _group() -> None:
    """Keep `import` a command of its own although it is the only one."""


@app.command("import")
@refusals
def import_file(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines file: the task's inputs and gold.")],
    home: HomeOption = None,
) -> None:
    """Check a file of labelled rows, split it and make it the data of a task."""
    database = opened(home)
    with database.session() as session:
        found = get_task(session, task)
    if found.data.source != "import":
        raise Refused(
            f"task {task} takes its data from {found.data.source}",
            fix="Write `source: import` in a task file of another name, and add that.",
        )
    dataset = load_examples(found, read_records(file, found))
    with database.session() as session:
        changed = add_examples(session, found, dataset, by=person(), at=datetime.now(UTC))
    out.print(f"Data of {task} {'stored' if changed else 'unchanged'}.", markup=False, highlight=False)
    out.print(dataset.summary, markup=False, highlight=False)
