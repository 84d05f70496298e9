"""What a run takes and can show, printed before it is started."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.text import Text

from composer.cli.common import console
from composer.cli.figures_table import BAD
from composer.runs.spending import Spending, in_words, warning

DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what it takes and what gain it can show, and start nothing.")
]


def before_spending(takes: Spending, *, as_json: bool, dry_run: bool) -> None:
    """Print what a run takes, on standard error; with `dry_run` on standard output, and end the command there."""
    if as_json:
        if dry_run:
            print(json.dumps(takes.as_json(), allow_nan=False))
            raise typer.Exit
        return
    for line in in_words(takes):
        console.print(Text(line, "dim"), soft_wrap=True)
    if said := warning(takes):
        console.print(Text(f"! {said}", BAD), soft_wrap=True)
    if dry_run:
        raise typer.Exit
