"""A task's data on the terminal, and as JSON."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from composer.analysis.data_summary import DataSummary
from composer.cli.common import out, say
from composer.cli.figures_table import BAD
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.evaluation.raters import Agreement
from composer.task.task import Task

MOST_RATERS = 10
"""Raters that are listed, those most at odds with the others first; the JSON has all."""
LONGEST = 100
"""Characters of an example's inputs that a line shows."""


def show(task: Task, found: DataSummary) -> None:
    """Print what a task's data hold."""
    total = sum(found.sizes.values())
    splits = ", ".join(f"{split} {number:,}" for split, number in found.sizes.items())
    say(f"{task.name}: {total:,} examples ({splits})", style="bold")
    if found.slices:
        say("slices: ", ", ".join(f"{name} {number:,}" for name, number in found.slices.items()))
    if found.people is None:
        say("No example has the ratings of two people, so nothing is known of how well they agree.")
        return
    _agreement(task, found, found.people)
    if found.unlike:
        say()
        say("What people differ on most", style="bold")
        for example, spread in found.unlike:
            text = " / ".join(example.inputs.values())[:LONGEST]
            say(f"  {example.id}  spread {spread:.2f}  {text}", hang=4)


def _agreement(task: Task, found: DataSummary, people: Agreement) -> None:
    alpha = bracketed(*(f"{end:.3f}" for end in (people.alpha.low, people.alpha.high)))
    ends = (people.ceiling.low, people.ceiling.high)
    ceiling = bracketed(*(figure(task.metric, end) for end in ends))
    say(
        f"{found.ratings:,} ratings by {len(people.raters):,} people; {people.several:,} examples have two or more"
    )
    say(f"Krippendorff's alpha {people.alpha.value:.3f} {alpha}")
    say(
        f"one more person, compared with the others: {NAMES[task.metric]} "
        f"{figure(task.metric, people.ceiling.value)} {ceiling}"
    )
    say()
    table = Table(box=None, pad_edge=False)
    for name in ("rater", "ratings", f"{NAMES[task.metric]} against the others", ""):
        table.add_column(name, justify="right" if table.columns else "left")
    for one in people.raters[:MOST_RATERS]:
        mark = Text("at odds with the others", BAD) if one.at_odds else ""
        table.add_row(Text(one.name), f"{one.number:,}", figure(task.metric, one.figure), mark)
    out.print(table)
    if len(people.raters) > MOST_RATERS:
        say(f"  … and {len(people.raters) - MOST_RATERS:,} more, who are nearer to the others: --json has all")
    for one in people.raters:
        if one.at_odds:
            say(f"! {one.name} is at odds with all others: look at how the task was understood.", style=BAD)


def as_json_value(found: DataSummary) -> dict[str, Any]:
    """Return what a task's data hold as one JSON value; figures with an interval as `[figure, low, high]`."""
    people = found.people
    return {
        "splits": dict(found.sizes),
        "slices": dict(found.slices),
        "ratings": found.ratings,
        "people": people
        and {
            "alpha": [people.alpha.value, people.alpha.low, people.alpha.high],
            "one_more_person": [people.ceiling.value, people.ceiling.low, people.ceiling.high],
            "examples": people.several,
            "raters": [
                {"name": one.name, "ratings": one.number, "figure": one.figure, "at_odds": one.at_odds}
                for one in people.raters
            ],
        },
        "differ_most": [{"id": example.id, "spread": spread} for example, spread in found.unlike],
    }
