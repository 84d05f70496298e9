"""`composer library disagreements`: where the prompt in use and people differ, and paying for missing answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from composer.cli.bounds import MaxCellsOption, MaxCostOption, bounded
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import INTERRUPTED, KEPT, HomeOption, JsonOption, console, opened, person, refusals, say
from composer.cli.figures_table import BAD
from composer.cli.watching import watched
from composer.curation import jobs
from composer.curation.cost import Cost
from composer.curation.disagreements import Disagreements, Group, Judged, find_disagreements, losses
from composer.curation.questions import Questions, plan_answers, price
from composer.evaluation.distribution import range_in_words
from composer.home.paths import Home, resolve_home
from composer.models import connection
from library.database import Database

LONGEST = 300
"""Characters of an input, a note or a raw answer that are printed."""
TOP = 5
"""Disagreements of a group that are printed, where no number is given."""


@refusals
def disagreements_command(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the prompt in use for the answers that lack, and pay for them.")
    ] = False,
    top: Annotated[
        int | None,
        typer.Option("--top", min=1, metavar="N", help="The N largest of each group: 5, and in JSON all."),
    ] = None,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where the prompt in use and people differ on the authoring examples, to write snippets from."""
    database = opened(home)
    with database.session() as session:
        planned = plan_answers(session, task, target)
        cost = price(session, planned)
    if ask:
        console.print(Text(f"Asking {planned.now.name}: {cost.words}.", "dim"), soft_wrap=True)
        if cost.answers:
            with bounded(max_cells, max_cost, planned.now.target):
                _ask(database, home, planned, cost)
    with database.session() as session:
        found = find_disagreements(session, task, target)
        cost = price(session, planned)
    if as_json:
        typer.echo(json.dumps(_as_json(found, cost, top), allow_nan=False))
        return
    _print(found, cost, top or TOP)


def _ask(database: Database, folder: Path | None, planned: Questions, cost: Cost) -> None:
    with database.session() as session:
        number = jobs.enter_job(session, planned, by=person(), at=datetime.now(UTC))

    def paid() -> int:
        with database.session() as session:
            return jobs.get_job(session, number).paid

    try:
        with watched("asking", cost.answers, paid):
            jobs.do_job(database, Home(resolve_home(folder)), number, connect=connection.connect)
    except KeyboardInterrupt as stop:
        console.print(KEPT)
        raise typer.Exit(INTERRUPTED) from stop


def _print(found: Disagreements, cost: Cost, top: int) -> None:
    now, rows = found.now, found.rows
    say(f"{now.task.name} → {now.target.name}: {now.name} on {found.total:,} authoring examples.", style="bold")
    if found.judged:
        malformed = sum(row.direction == "malformed" for row in rows)
        say(
            f"{len(rows):,} of {len(found.judged):,} answers differ from people, {malformed:,} malformed; "
            f"mean loss {losses(found.judged):.3f}."
        )
    if found.missing:
        say(f"{len(found.missing):,} are not answered yet: add --ask to ask about them ({cost.words}).")
    for group in found.groups:
        _print_group(group, top)


def _print_group(group: Group, top: int) -> None:
    say("")
    say((f"{group.title}: {len(group.rows):,}", "bold"), f", loss {group.loss:.2f} together")
    for row in group.rows[:top]:
        _print_row(row)
    if len(group.rows) > top:
        say(f"  and {len(group.rows) - top:,} more")


def _print_row(row: Judged) -> None:
    example = row.example
    answer = f"malformed ({row.parsed.error})" if row.parsed.value is None else str(row.parsed.value)
    people = range_in_words(example.ratings)
    rated = f" (rated {people})" if people else ""
    say(
        f"  {'↳ ' if row.near else ''}{example.id}: people {_number(example.gold)}{rated}, model ",
        (answer, BAD),
        f", loss {row.loss:.3f}",
        ("; people are far apart themselves" if row.disputed else "", BAD),
    )
    for name, text in example.inputs.items():
        say(f"    {name}: {_cut(text)}", hang=6)
    if row.direction == "malformed":
        say(f"    answer: {_cut(row.answer.text)}", hang=6)
    if example.explanation:
        say(f"    note: {_cut(example.explanation)}", hang=6)


def _cut(text: str) -> str:
    """Return a text on one line, cut where it is long: the page and the JSON have all of it."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def _as_json(found: Disagreements, cost: Cost, top: int | None) -> dict[str, Any]:
    now = found.now
    return {
        "task": now.task.name,
        "target": now.target.name,
        "release": now.release,
        "examples": found.total,
        "answered": len(found.judged),
        "differ": len(found.rows),
        "mean_loss": losses(found.judged) if found.judged else None,
        "missing": cost.as_json(),
        "groups": [
            {
                "title": group.title,
                "direction": group.direction,
                "slice": group.slice,
                "number": len(group.rows),
                "loss": group.loss,
                "rows": [_row(row) for row in group.rows[:top]],
            }
            for group in found.groups
        ],
    }


def _row(row: Judged) -> dict[str, Any]:
    example = row.example
    return {
        "id": example.id,
        "inputs": dict(example.inputs),
        "gold": example.gold,
        "answer": row.parsed.value,
        "raw": row.answer.text,
        "problem": row.parsed.error,
        "loss": row.loss,
        "slice": example.slice,
        "near": row.near,
        "ratings": dict(example.ratings),
        "spread": row.spread,
        "people_disagree": row.disputed,
        "within_people": row.inside,
        "explanation": example.explanation,
    }
