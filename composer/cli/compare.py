"""`composer compare`: several prompts of one task side by side, from the answers that are stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from composer.cli.common import HomeOption, JsonOption, opened, out, refusals, say
from composer.cli.figures_table import BAD, DIRECTIONS
from composer.evaluation.formatting import METHODS, NAMES, WORTH, bracketed, change, figure, interval
from composer.home.paths import Home, resolve_home
from composer.prompts.changes import BASE

if TYPE_CHECKING:
    from composer.analysis.side_by_side import Ends, Place, SideBySide
    from composer.evaluation.outcomes import Difference
    from composer.evaluation.raters import Estimate

MOST_WIDE = 3
"""Prompts beyond which an interval is written below its figure."""


@refusals
def compare(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    columns: Annotated[
        list[str],
        typer.Argument(help="Two or more of: candidate:N, release:N, base, base@TARGET.", metavar="PROMPT…"),
    ],
    against: Annotated[
        str, typer.Option("--against", help="The prompt that the others are compared with; by default base.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare candidates, releases and the bare base side by side, from stored answers: nothing is asked."""
    from composer.analysis.kept_summary import make_summary  # statistics take a while to import
    from composer.analysis.side_by_side import as_json_value, ends_of, side_by_side

    place = Home(resolve_home(home))
    with opened(place.path).session() as session:
        found = side_by_side(session, task, columns, against)
        dataset = found.places[found.base].column.dataset
        ends = ends_of(found, make_summary(session, place, dataset, found.task.output))
    if as_json:
        print(json.dumps(as_json_value(found, ends), ensure_ascii=False, allow_nan=False))
        return
    _show(found, ends)


def _show(found: SideBySide, ends: Ends) -> None:
    base = found.places[found.base]
    say(f"{found.task.name}: {len(found.places)} prompts side by side", style="bold")
    out.print()
    out.print(_figures(found, ends))
    out.print()
    for one in found.places:
        if one.problem:
            say(f"! {_title(one)} is not compared: {one.problem}", style=BAD, hang=2)
        elif one.standing.common < max(one.standing.total, base.standing.total):
            shared = f"{one.standing.common:,} of {base.standing.total:,}"
            say(f"! {_title(one)} is compared on the {shared} examples that both answered", hang=2)
    ceiling = f"; one more person {_own(found.metric, ends.ceiling)}" if ends.ceiling else ""
    say(
        f"Always “{ends.floor.answer}” would come to {NAMES[found.metric]} "
        f"{figure(found.metric, ends.floor.figure)}{ceiling}.",
        style="dim",
        hang=2,
    )
    say(
        f"Differences are to {_title(base)}, paired, with 95% intervals; p is corrected for the number of prompts "
        f"(Holm). {METHODS} Seconds: {WORTH}.",
        style="dim",
        hang=2,
    )
    out.print()
    out.print(_snippets(found))
    differ = [line.id for line in found.lines if line.disagree]
    say(f"They differ on {len(differ):,} of {len(found.lines):,} examples; --json names them.", style="dim")


def _figures(found: SideBySide, ends: Ends) -> Table:
    """Return the prompts as columns: each figure with its interval, its difference to the base prompt below."""
    table = Table("", box=None, pad_edge=False)
    for one in found.places:
        table.add_column(Text(f"{_title(one)}\n{one.column.target}"), justify="right")
    names = dict.fromkeys(name for one in found.places for name in one.standing.figures)
    narrow = len(found.places) > MOST_WIDE
    for name in names:
        own = (_own(name, one.standing.figures.get(name), narrow=narrow) for one in found.places)
        table.add_row(NAMES[name], *own)
        changes = [_difference(one, name, narrow=narrow) for one in found.places]
        if any(str(cell) for cell in changes):
            table.add_row("", *changes)
    counts = [one.standing.counts for one in found.places]
    table.add_row(
        "better · same · worse", *(f"{one.better} · {one.same} · {one.worse}" if one else "" for one in counts)
    )
    table.add_row("p, Holm", *("" if one.standing.p is None else f"{one.standing.p:.3g}" for one in found.places))
    if any(way is not None for way in ends.ways):
        table.add_row("constant to person", *("" if way is None else f"{way:.0%}" for way in ends.ways))
    table.add_row("examples", *(f"{one.standing.total:,}" for one in found.places))
    return table


def _snippets(found: SideBySide) -> Table:
    """Return which snippets each prompt has, by their place in it."""
    table = Table("snippet", box=None, pad_edge=False)
    for one in found.places:
        table.add_column(_title(one), justify="right")
    if found.bases:
        table.add_row(BASE, *found.bases)
    for key, held in found.keys.items():
        table.add_row(key, *("–" if one is None else f"{one[0]} (v{one[1]})" for one in held))
    return table


def _title(one: Place) -> str:
    return one.column.name.title


def _own(name: str, one: Estimate | None, *, narrow: bool = False) -> Text:
    if one is None:
        return Text("—")
    if name == "tokens":  # the same prompt takes as many each time
        return Text(figure(name, one.value))
    bounds = bracketed(figure(name, one.low), figure(name, one.high))
    return Text(f"{figure(name, one.value)}{chr(10) if narrow else ' '}{bounds}")


def _difference(one: Place, name: str, *, narrow: bool) -> Text:
    known: Difference | None = next((each for each in one.standing.differences if each.name == name), None)
    if known is None or known.difference is None:
        return Text("")
    # More spread is neither better nor worse by itself.
    style = "dim" if name == "spread" else DIRECTIONS.get(known.direction, "dim")
    return Text(f"{change(name, known.difference)}{chr(10) if narrow else ' '}{interval(known)}".strip(), style)
