"""`composer matrix`: what counts for each task on each target, and one task on several targets side by side."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from composer.cli.bounds import MaxCellsOption, MaxCostOption, bounded
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import INTERRUPTED, KEPT, HomeOption, JsonOption, console, opened, person, refusals, say
from composer.home.paths import Home, resolve_home

if TYPE_CHECKING:
    from sqlmodel import Session

    from composer.analysis.data_summary import Part
    from composer.curation.questions import Questions
    from composer.matrix.squares import Matrix
    from library.database import Database

EXAMPLES = 40
"""Development examples that are asked about, where no number is given."""


@refusals
def matrix(
    task: Annotated[str, typer.Argument(help="Name of a task, to see its targets side by side.")] = "",
    prompt: Annotated[
        str,
        typer.Option(
            help="The prompt on every target: own (what counts there), base, candidate:N or release:N.",
        ),
    ] = "own",
    ask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TARGET",
            help="Ask the prompt on this target about development examples, and pay; may be given again.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many development examples more to ask about.")
    ] = EXAMPLES,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --ask: show what it takes, ask nothing.")
    ] = False,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every task on every target: figures, seconds and price of what counts now; one task in detail."""
    from composer.matrix.squares import detailed, read_matrix  # statistics take a while to import

    database, place = opened(home), Home(resolve_home(home))
    if ask:
        planned = _planned(database, task, prompt, ask, examples, dry_run=dry_run)
        with bounded(max_cells, max_cost, *(one.now.target for one, _ in planned)):
            for one, answers in planned:
                _pay(database, place, one, answers)
    with database.session() as session:
        found = read_matrix(session)
        for name in [task] if task else [one.name for one in found.tasks]:
            found = detailed(session, found, name)
        ends = _ends(session, place, found, task)
        if not task:
            _print_all(found, ends, as_json=as_json)
            return
        _print_task(session, found, ends, task, prompt, as_json=as_json)


def _ends(session: Session, place: Home, found: Matrix, only: str) -> dict[str, Part]:
    """Return the floor and the ceiling of the sealed examples of each task that has any figures, or of one."""
    from composer.analysis.kept_summary import make_summary

    ends = {}
    for task in found.tasks:
        squares = found.of(task.name)
        if squares and only in ("", task.name):
            summary = make_summary(session, place, squares[0].dataset, task.output)
            ends[task.name] = summary.test or summary.whole
    return ends


def _print_all(found: Matrix, ends: dict[str, Part], *, as_json: bool) -> None:
    from composer.cli.matrix_tables import print_carried, print_squares
    from composer.matrix.report import matrix_value

    if as_json:
        print(json.dumps(matrix_value(found, ends), ensure_ascii=False, allow_nan=False))
        return
    shown = [one.name for one in found.tasks if found.of(one.name)]
    if not shown:
        say("Nothing was measured on any target yet: `composer compose TASK --target T` starts a search.")
        return
    for name in shown:
        print_squares(name, found.of(name), ends[name])
        print_carried(found, name)
    say("One task in detail, with its targets side by side: composer matrix TASK", style="dim")


def _print_task(
    session: Session, found: Matrix, ends: dict[str, Part], task: str, prompt: str, *, as_json: bool
) -> None:
    from composer.cli.matrix_tables import print_beside, print_carried, print_effects, print_lines, print_squares
    from composer.curation.worth import library_worth
    from composer.matrix.apart import lines
    from composer.matrix.beside import beside
    from composer.matrix.effects import effects_by_target
    from composer.matrix.report import matrix_value, task_value

    stood = beside(session, found, task, prompt)
    differ, effects = lines(stood), effects_by_target(library_worth(session), task)
    if as_json:
        (own,) = (one for one in matrix_value(found, ends)["tasks"] if one["task"] == task)
        value = {**own, **task_value(found, stood, differ, effects)}
        print(json.dumps(value, ensure_ascii=False, allow_nan=False))
        return
    if squares := found.of(task):
        print_squares(task, squares, ends[task])
    print_carried(found, task)
    print_beside(stood)
    print_lines(differ)
    print_effects(effects)


def _planned(
    database: Database, task: str, prompt: str, targets: list[str], size: int, *, dry_run: bool
) -> list[tuple[Questions, int]]:
    """Show what asking each target takes, and return what is to be asked of each, with how many answers that pays.

    Nothing is asked where one is refused.
    """
    from composer.curation.questions import price
    from composer.matrix.asking import plan_asking

    with database.session() as session:
        planned = [plan_asking(session, task, prompt, target, size) for target in dict.fromkeys(targets)]
        costs = [price(session, one) for one in planned]
    for one, cost in zip(planned, costs, strict=True):
        console.print(Text(f"Asking {one.prompt} on {one.now.target.name}: {cost.words}.", "dim"), soft_wrap=True)
    if dry_run:
        raise typer.Exit
    return [(one, cost.answers) for one, cost in zip(planned, costs, strict=True) if cost.answers]


def _pay(database: Database, place: Home, planned: Questions, answers: int) -> None:
    from composer.cli.watching import watched  # the command mostly asks nothing
    from composer.curation import jobs
    from composer.models import connection

    with database.session() as session:
        number = jobs.enter_job(session, planned, by=person(), at=datetime.now(UTC))

    def paid() -> int:
        with database.session() as session:
            return jobs.get_job(session, number).paid

    try:
        with watched("asking", answers, paid):
            jobs.do_job(database, place, number, connect=connection.connect)
    except KeyboardInterrupt as stop:
        console.print(KEPT)
        raise typer.Exit(INTERRUPTED) from stop
