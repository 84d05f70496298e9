"""`composer drift`: how prompts in use do as time goes by, and scoring them again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from composer.cli.bounds import MaxCellsOption, MaxCostOption, bounded
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import (
    INTERRUPTED,
    KEPT,
    HomeOption,
    JsonOption,
    YesOption,
    confirm,
    opened,
    person,
    refusals,
    say,
)
from composer.cli.figures_table import BAD

if TYPE_CHECKING:
    from composer.drift.due import Due
    from composer.drift.records import DriftScore, Kind
    from composer.home.paths import Home
    from composer.models.target import Target
    from library.database import Database

SHOW = "show"


class _ShowsByItself(TyperGroup):
    """A group that takes what is none of its commands for the arguments of `show`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` before arguments that name no command."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [SHOW, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_ShowsByItself, help="Prompts in use: how they do as time goes by, and scoring them again.")


@app.command(SHOW)
@refusals
def show(
    task: Annotated[str | None, typer.Argument(help="Name of the task; without it, all.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how prompts in use did over time, what is below its threshold, and what can be scored."""
    from composer.cli.drift_report import report  # statistics take a while to import

    with opened(home).session() as session:
        report(session, task, as_json=as_json, at=datetime.now(UTC))


@app.command("score")
@refusals
def score(
    task: Annotated[str | None, typer.Argument(help="Name of the task; without it, all.")] = None,
    target: Annotated[str | None, typer.Option("--target", help="Name of the target; without it, all.")] = None,
    anchors: Annotated[
        bool, typer.Option("--anchors", help="Ask again about the anchors, in place of what is new.")
    ] = False,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    yes: YesOption = False,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
) -> None:
    """Score prompts in use again, on new labels or on anchors; first prints what that takes."""
    from composer.home.paths import Home, resolve_home

    place, database = Home(resolve_home(home)), opened(home)
    kind: Kind = "anchors" if anchors else "new labels"
    found = _to_score(database, task, target, kind)
    for one in found:
        assert one.cost is not None
        going = ", which broke off" if one.going_on else ""
        say(f"Release {one.release.id} ({one.release.task} → {one.release.target}), {kind}{going}: ", _takes(one))
    if anchors:
        _say_anchors(database, found)
    if not yes:
        confirm("Score them?" if len(found) > 1 else "Score it?")
    with bounded(max_cells, max_cost, *_targets(database, found)):
        for one in found:
            _score(database, place, one)


def _targets(database: Database, found: list[Due]) -> list[Target]:
    from composer.registry.targets import get_target

    with database.session() as session:
        return [get_target(session, name) for name in dict.fromkeys(one.release.target for one in found)]


def _takes(one: Due) -> str:
    assert one.cost is not None
    return f"{one.examples:,} example{'s' * (one.examples != 1)}, {one.cost.words}"


def _to_score(database: Database, task: str | None, target: str | None, kind: Kind) -> list[Due]:
    """Return what can be scored; raises `Refused` where nothing can, saying why."""
    from composer.drift.due import due, releases_of
    from composer.registry.tasks import get_task
    from library.errors import Refused

    with database.session() as session:
        if task is not None:
            get_task(session, task)
        releases = [one for one in releases_of(session, task) if target in (None, one.target)]
        found = [due(session, one, kind, at=datetime.now(UTC)) for one in releases]
    if not found:
        place = " on ".join(filter(None, (task or "any task", target)))
        raise Refused(f"nothing is released for {place}", fix="`composer release` makes a candidate current.")
    wanted = [one for one in found if one.cost is not None]
    if not wanted:
        raise Refused(
            f"there is nothing to score: {found[0].refused}",
            fix=""
            if kind == "anchors"
            else "`--anchors` asks again about the anchors, which shows a changed model.",
        )
    return wanted


def _say_anchors(database: Database, found: list[Due]) -> None:
    from composer.drift.anchors import to_choose
    from composer.registry.anchors import anchors_of

    with database.session() as session:
        for task in sorted({one.release.task for one in found}):
            if anchors_of(session, task) is None:
                number = len(to_choose(session, task))
                say(f"Note: {number} sealed examples of {task} become its anchors, for good.", style=BAD)
                say("From now on no candidate is measured on them, so runs are a little less sure.", style=BAD)


def _score(database: Database, home: Home, one: Due) -> None:
    """Do one scoring with a progress bar, print what it came to, and start the run that a policy wants."""
    from composer.cli.drift_report import say_found
    from composer.cli.watching import watched
    from composer.drift.records import get_score
    from composer.drift.scoring import do_score, enter_score
    from composer.drift.worker import start_run
    from composer.models import connection

    release, expected = one.release, one.cost.answers if one.cost else 0
    with database.session() as session:
        number = enter_score(session, release.task, release.target, one.kind, by=person(), at=datetime.now(UTC))
        before = get_score(session, number).paid

    def paid() -> int:
        with database.session() as session:
            return get_score(session, number).paid - before

    try:
        with watched(f"scoring release {release.id}", expected, paid):
            done: DriftScore = do_score(database, home, number, connect=connection.connect)
    except KeyboardInterrupt as stop:
        say(KEPT)
        raise typer.Exit(INTERRUPTED) from stop
    with database.session() as session:
        say_found(session, done)
    if done.message:
        say(f"{done.message[:1].upper()}{done.message[1:]}", style=BAD)
    if done.run_id is not None and start_run(database, home, done.run_id):
        say(f"Run {done.run_id} has begun, as the task's policy wants; the Runs page of `composer app` shows it.")


def say_arrived(database: Database, home: Path | None, task: str) -> None:
    """Print which prompts in use can be scored on labels that have just arrived, and start what a policy wants."""
    from composer.drift.due import labels_arrived
    from composer.drift.scoring import start
    from composer.home.paths import Home, resolve_home

    with database.session() as session:
        arrived = labels_arrived(session, task, by=person(), at=datetime.now(UTC))
    for one in arrived:
        say(f"{one.words[:1].upper()}{one.words[1:]}.")
        if one.entered is not None:
            start(Home(resolve_home(home)), one.entered)
    if any(one.entered is None for one in arrived):
        say(f"Do it with: composer drift score {task}")
    elif arrived:
        say(f"See what it comes to with: composer drift {task}")
