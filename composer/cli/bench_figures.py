"""Figures of a benchmark on the terminal: as a table beside their limits, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping

import typer

from composer.bench.limits import Limits
from composer.cli.common import out


def show_figures(figures: Mapping[str, float], limits: Limits, *, check: bool, as_json: bool) -> None:
    """Print figures; with `check`, end the command with status 1 where one is over its limit."""
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        out.print(limits.table(figures))
    if check and limits.broken(figures):
        raise typer.Exit(1)
