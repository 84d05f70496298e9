"""How prompts in use did over time, in the terminal and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text
from sqlmodel import Session

from composer.cli.common import out, say
from composer.cli.figures_table import BAD
from composer.cli.marked import say_mark
from composer.drift.due import due, releases_of
from composer.drift.history import History, Point, history_of
from composer.drift.records import DriftScore, Figure
from composer.evaluation.formatting import NAMES, bracketed, change, figure, interval
from composer.registry.releases import get_release
from composer.registry.tasks import get_task
from composer.task.wording import drift_in_words


def report(session: Session, task: str | None, *, as_json: bool, at: datetime) -> None:
    """Print what each prompt in use came to over time, and what can be scored; raises `Refused` for no task."""
    if task is not None:
        get_task(session, task)
    releases = releases_of(session, task)
    found = [history_of(session, one) for one in releases]
    if as_json:
        print(json.dumps([_row(one) for one in found], ensure_ascii=False, allow_nan=False))
        return
    if not found:
        say("Nothing is released yet, so nothing can drift. `composer inbox` lists the candidates.")
        return
    for place, one in enumerate(found):
        if place:
            out.print()
        _show(session, one, at)


def _show(session: Session, one: History, at: datetime) -> None:
    release = one.release
    say((f"{release.task} → {release.target}", "bold"), f"   release {release.id}")
    table = Table("scored", box=None, pad_edge=False)
    for name in ("on", f"{NAMES[one.metric]}, 95% interval", "since the release", "valid"):
        table.add_column(name, no_wrap=True)
    for point in one.points:
        table.add_row(
            f"{point.at:%Y-%m-%d %H:%M}",
            f"{point.n:,} {point.series}",
            f"{figure(one.metric, point.figure.value)} {ends(one.metric, point.figure)}",
            _change(point),
            figure("valid_rate", point.valid),
        )
    out.print(table)
    if policy := drift_in_words(one.task):
        say(f"Policy: {policy}.", style="dim")
    if one.mark:
        say_mark(one.mark)
    for kind in ("new labels", "anchors"):
        can = due(session, release, kind, at=at)
        if can.cost is not None and (kind == "new labels" or not one.scored_anchors):
            option = " --anchors" if kind == "anchors" else ""
            place = f"{release.task} --target {release.target}{option}"
            say(
                f"To be scored: {can.examples:,} {kind}, {can.cost.words}: ",
                (f"composer drift score {place}", "bold"),
            )


def say_found(session: Session, done: DriftScore) -> None:
    """Print what one scoring came to, and the mark that its release has."""
    found = done.found
    assert found is not None
    value = f"{NAMES[found.metric]} {figure(found.metric, found.figure.value)} {ends(found.metric, found.figure)}"
    against = ""
    if found.before is not None and found.difference is not None:
        was = figure(found.metric, found.before.value)
        gap = f"{change(found.metric, found.difference.value)} {interval(found.as_difference)}".strip()
        against = f", {gap} since the release ({was} on {found.before_n:,})"
    say(
        f"Release {done.release_id} on {found.n:,} {done.kind}: {value}{against}; ", f"{done.paid:,} answers paid."
    )
    if found.before is None:
        say("These are its first answers to the anchors: what comes later is held against them.")
    elif found.changed is not None:
        say(f"{found.changed:,} of {found.before_n:,} answers are read otherwise than the first ones.")
    if mark := history_of(session, get_release(session, done.release_id)).mark:
        say_mark(mark)


def ends(metric: str, one: Figure) -> str:
    """Return the interval of a figure in brackets; empty where there is none."""
    if one.low is None or one.high is None:
        return ""
    return bracketed(figure(metric, one.low), figure(metric, one.high))


def _change(point: Point) -> Text:
    gap = point.difference
    if gap is None or gap.difference is None:
        return Text("—", "dim")
    words = f"{change(gap.name, gap.difference)} {interval(gap)}".rstrip()
    return Text(words, BAD if gap.direction == "worse" else "")


def _row(one: History) -> dict[str, Any]:
    release = one.release
    mark = one.mark
    return {
        "task": release.task,
        "target": release.target,
        "release": release.id,
        "metric": one.metric,
        "threshold": one.threshold,
        "points": [{**asdict(point), "at": point.at.isoformat()} for point in one.points],
        "below": None if mark is None else {"what": mark.what, "scoring": mark.score_id, "run": mark.run_id},
    }
