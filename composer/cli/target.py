"""`composer target`: add targets from files and list them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from composer.cli.common import HomeOption, JsonOption, console, opened, out, person, refusals
from composer.models.target import load_target
from composer.registry.targets import add_target, list_targets

app = typer.Typer(no_args_is_help=True, help="Targets: the models prompts are composed for.")


@app.command("add")
@refusals
def add_command(
    file: Annotated[Path, typer.Argument(help="A target file (YAML).")], home: HomeOption = None
) -> None:
    """Add a target from a file, or make the file's content the current one of its name."""
    target = load_target(file)
    with opened(home).session() as session:
        changed = add_target(session, target, by=person(), at=datetime.now(UTC))
    said = "added" if changed else "unchanged"
    console.print(f"target {target.name} {said} ({target.hash[:12]})", highlight=False, markup=False)


@app.command("list")
@refusals
def list_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the targets of this home."""
    with opened(home).session() as session:
        known = list_targets(session)
    if as_json:
        typer.echo(
            json.dumps([{**target.model_dump(mode="json"), "hash": target.hash} for target in known], indent=2)
        )
        return
    if not known:
        console.print("No target yet: `composer target add FILE` adds one.", markup=False)
        return
    table = Table("Target", "Kind", "Model", "Server", "Temperature", "Seed", "Longest answer", "Hash")
    for target in known:
        table.add_row(
            target.name,
            target.kind,
            target.model,
            target.api_base or "",
            f"{target.temperature:g}",
            str(target.seed),
            f"{target.max_tokens} tokens",
            target.hash[:12],
        )
    out.print(table)
