"""A task's data on the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text
from sqlmodel import Session

from composer.analysis.data_summary import DataSummary, Part
from composer.analysis.kept_summary import current_summary
from composer.cli.common import out, say
from composer.cli.figures_table import BAD
from composer.data.examples import Example
from composer.evaluation.distribution import Counts
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.evaluation.raters import Estimate, RaterLoss
from composer.home.paths import Home
from composer.task.task import Task

MOST_RATERS = 10
"""Raters that are listed, those most at odds with the others first; the JSON has all."""
LONGEST = 100
"""Characters of an example's inputs that a line shows."""


def show(task: Task, found: DataSummary, texts: Mapping[str, Example], *, every_measure: bool = False) -> None:
    """Print what a task's data hold; `texts` are the examples that people differ on most, by id."""
    splits = ", ".join(f"{split} {number:,}" for split, number in found.whole.sizes.items())
    say(f"{task.name}: {found.whole.total:,} examples ({splits})", style="bold")
    say(f"always answering {found.whole.floor.answer}: ", _metric(task, found.whole.floor.figure))
    if found.whole.ceiling is None:
        _slices(task, found.slices)
        say("No example has the ratings of two people, so nothing is known of how well they agree.")
        return
    say(f"{found.ratings:,} ratings by {len(found.raters):,} people; {found.several:,} examples have two or more")
    for line in agreement_lines(task, found, every_measure=every_measure):
        say(line)
    _slices(task, found.slices)
    say()
    _raters(task, found)
    if found.unlike:
        say()
        say("What people differ on most", style="bold")
    for one in found.unlike:
        text = " / ".join(texts[one.id].inputs.values())[:LONGEST]
        say(f"  {one.id}  spread {one.spread:.2f} ({_given(one.given)})  {text}", hang=4)


def say_agreement(session: Session, home: Home, task: Task, examples: Sequence[Example]) -> None:
    """Print how well the people agree who rated a task's current examples, and who is at odds with the others."""
    found = current_summary(session, home, task, examples)
    for line in agreement_lines(task, found):
        say(line)
    for one in found.at_odds:
        say(_odd(one), style=BAD)


def agreement_lines(task: Task, found: DataSummary, *, every_measure: bool = False) -> tuple[str, ...]:
    """Return how well people agree and what one more of them would score, with intervals; empty where unknown."""
    if found.whole.ceiling is None:
        return ()
    named = list(found.coefficients.items())
    return (
        *(f"{name}: {_two(one)}" for name, one in (named if every_measure else named[:1])),
        f"one more person, compared with the others: {_metric(task, found.whole.ceiling)}",
    )


def _two(one: Estimate) -> str:
    return f"{one.value:.3f} {bracketed(*(f'{end:.3f}' for end in (one.low, one.high)))}".replace("-", "−")


def _metric(task: Task, one: Estimate | float) -> str:
    """Return a figure of the task's metric, with its interval where it has one."""
    value = one if isinstance(one, float) else one.value
    ends = () if isinstance(one, float) else (one.low, one.high)
    bounds = f" {bracketed(*(figure(task.metric, end) for end in ends))}" if ends else ""
    return f"{NAMES[task.metric]} {figure(task.metric, value)}{bounds}"


def _given(given: Counts) -> str:
    return ", ".join(f"{value} ×{number}" for value, number in given if number)


def _slices(task: Task, slices: Sequence[Part]) -> None:
    if not slices:
        return
    say()
    table = Table(box=None, pad_edge=False)
    heads = ("slice", "authoring", "dev", "test", "best constant", "one more person", "alpha")
    for name in heads:
        table.add_column(name, justify="right" if table.columns else "left")
    for one in slices:
        people = ("—", "—")
        if one.alpha is not None and one.ceiling is not None:
            people = (figure(task.metric, one.ceiling.value), f"{one.alpha.value:.2f}".replace("-", "−"))
        sizes = [f"{number:,}" for number in one.sizes.values()]
        table.add_row(Text(one.name), *sizes, figure(task.metric, one.floor.figure), *people)
    out.print(table)


def _raters(task: Task, found: DataSummary) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("rater", "ratings", f"{NAMES[task.metric]} against the others", ""):
        table.add_column(name, justify="right" if table.columns else "left")
    for one in found.raters[:MOST_RATERS]:
        mark = Text("at odds with the others", BAD) if one.at_odds else ""
        table.add_row(Text(one.name), f"{one.number:,}", figure(task.metric, one.figure), mark)
    out.print(table)
    if len(found.raters) > MOST_RATERS:
        say(f"  … and {len(found.raters) - MOST_RATERS:,} more, who are nearer to the others: --json has all")
    for one in found.at_odds:
        say(_odd(one), style=BAD)


def _odd(one: RaterLoss) -> str:
    return f"! {one.name} is at odds with all others: look at how the task was understood."


def as_json_value(found: DataSummary) -> dict[str, Any]:
    """Return what a task's data hold as one JSON value; figures with an interval as `[figure, low, high]`."""
    alpha, ceiling = found.whole.alpha, found.whole.ceiling
    people = None
    if alpha is not None and ceiling is not None:
        people = {
            "alpha": _three(alpha),
            "one_more_person": _three(ceiling),
            "measures": {name: _three(one) for name, one in found.coefficients.items()},
            "examples": found.several,
            "raters": [
                {"name": one.name, "ratings": one.number, "figure": one.figure, "at_odds": one.at_odds}
                for one in found.raters
            ],
        }
    return {
        "splits": dict(found.whole.sizes),
        "slices": {one.name: one.total for one in found.slices},
        "by_slice": {one.name: _part(one) for one in found.slices},
        "test": found.test and _part(found.test),
        "best_constant": {"answer": found.whole.floor.answer, "figure": found.whole.floor.figure},
        "ratings": found.ratings,
        "people": people,
        "differ_most": [{"id": one.id, "spread": one.spread, "given": dict(one.given)} for one in found.unlike],
    }


def _part(one: Part) -> dict[str, Any]:
    return {
        "splits": dict(one.sizes),
        "best_constant": one.floor.figure,
        "alpha": one.alpha and _three(one.alpha),
        "one_more_person": one.ceiling and _three(one.ceiling),
    }


def _three(one: Estimate) -> list[float]:
    return [one.value, one.low, one.high]
