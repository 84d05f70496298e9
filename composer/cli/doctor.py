"""`composer doctor`: whether a home is well, and what to do where it isn't."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from composer.cli.common import HomeOption, JsonOption, clean, console, out, refusals, say
from composer.cli.figures_table import BAD, MARKS
from composer.health import Finding, examine, worst
from composer.health.findings import Level
from composer.home.paths import Home, resolve_home

_MARKS = {"fine": MARKS[True], "warning": ("!", BAD), "fault": MARKS[False]}


@refusals
def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Look at all of a home and change nothing: database, log, rows, files, models, room; exit 1 at a fault.

    Exit status 0 where nothing is wrong, also with warnings.
    """
    found = _examined(Home(resolve_home(home)))
    if as_json:
        print(json.dumps(_as_json(found), ensure_ascii=False))
    else:
        _print(found)
    if worst(found) == "fault":
        raise typer.Exit(1)


def _examined(home: Home) -> tuple[Finding, ...]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        row = shown.add_task("looking", total=None)

        def progress(what: str, done: int, total: int) -> None:
            shown.update(row, description=what, completed=done, total=total or None)

        return examine(home, at=datetime.now(UTC), progress=progress)


def _print(found: Sequence[Finding]) -> None:
    table = Table.grid(padding=(0, 1))
    found = _said_once(found)
    for one in found:
        said = Text(clean(one.said))
        if one.fix:
            said.append(f"\n→ {clean(one.fix)}", style="bold")
        table.add_row(Text(*_MARKS[one.level]), one.about, said)
    if out.is_terminal:
        out.print(table)
    else:  # one line each, however long, for whoever searches them
        for one in found:
            say(_MARKS[one.level], f" {one.about}: {one.said}" + (f" → {one.fix}" if one.fix else ""))
    say(_MARKS[worst(found)], f" {_conclusion(found)}")


def _said_once(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings, of which those with the same thing to do as one before refer to that."""
    fixes: set[str] = set()
    shown = []
    for one in found:
        shown.append(replace(one, fix="As above.") if one.fix in fixes else one)
        fixes |= {one.fix} - {""}
    return shown


def _conclusion(found: Sequence[Finding]) -> str:
    count = Counter(one.level for one in found)
    bad: tuple[Level, ...] = ("fault", "warning")
    parts = [f"{count[one]} {one}{'s' if count[one] > 1 else ''}" for one in bad if count[one]]
    return f"{' and '.join(parts)} in {len(found)} checks." if parts else f"All {len(found)} checks are fine."


def _as_json(found: Sequence[Finding]) -> dict[str, object]:
    count = Counter(one.level for one in found)
    return {
        "faults": count["fault"],
        "warnings": count["warning"],
        "findings": [asdict(one) for one in found],
    }
