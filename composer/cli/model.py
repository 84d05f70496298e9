"""`composer model`: fetch model files and see which are on this machine."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from composer.cli.common import JsonOption, console, out, refusals
from composer.models.catalogue import CATALOGUE, find_model
from composer.models.download import models_folder, pull, state

app = typer.Typer(no_args_is_help=True, help="Model files: fetch them, list them.")

_STATES = {"ready": "yes", "unchecked": "yes, not checked yet", "missing": "no"}


@app.command("pull")
@refusals
def pull_command(
    name: Annotated[str, typer.Argument(help="A name that `composer model list` shows.")],
) -> None:
    """Fetch a model file, check its hash, and go on where an earlier try broke off."""
    model = find_model(name)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        row = bar.add_task(model.name, total=model.bytes)
        path = pull(name, progress=lambda done, total: bar.update(row, completed=done, total=total))
        bar.update(row, completed=model.bytes)
    console.print(f"{model.name} is ready: {path}", highlight=False, markup=False, soft_wrap=True)


@app.command("list")
@refusals
def list_command(as_json: JsonOption = False) -> None:
    """List the models that can be fetched, their sizes and licences, and which are on this machine."""
    folder = models_folder()
    if as_json:
        rows = [
            {
                "name": model.name,
                "file": str(folder / model.file),
                "bytes": model.bytes,
                "sha256": model.sha256,
                "licence": model.licence,
                "state": state(model, folder),
            }
            for model in CATALOGUE
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("Model", "Size", "Licence", "On this machine", caption=str(folder))
    for model in CATALOGUE:
        table.add_row(model.name, f"{model.bytes / 1e6:,.0f} MB", model.licence, _STATES[state(model, folder)])
    out.print(table)
