"""The matrix in the terminal: what counts on each target, targets side by side, where they disagree, snippets."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from composer.adaptation.wording import ended_in_words
from composer.analysis.data_summary import Part
from composer.cli.common import Terminal, out, say
from composer.cli.figures_table import BAD, DIRECTIONS
from composer.evaluation.formatting import NAMES, bracketed, change, figure, interval
from composer.evaluation.raters import Estimate
from composer.matrix.apart import Line
from composer.matrix.beside import OWN, Beside, OnTarget
from composer.matrix.effects import SnippetEffects
from composer.matrix.squares import Matrix, Square

WIDE = 140
"""Columns of what is not printed on a terminal."""
TOP = 8
"""Examples and snippets that are printed; JSON has all."""
_WORDS = ("target", "prompt")
"""Columns of words."""


def print_squares(name: str, squares: Sequence[Square], ends: Part) -> None:
    """Print what counts of a task on each target, at least one, with its figures; then floor and ceiling."""
    metric = squares[0].metric
    priced = any(one.cost is not None for one in squares)
    heads = ["target", "prompt", NAMES[metric], "95%", "valid", "seconds", "price of 1,000", "examples"]
    table = _table([head for head in heads if priced or head != "price of 1,000"])
    for one in squares:
        table.add_row(
            one.target,
            one.name,
            figure(metric, one.figure.value),
            _bounds(metric, one.figure),
            figure("valid_rate", one.valid_rate),
            figure("seconds", one.seconds),
            *([figure("cost", one.cost)] if priced else []),
            f"{one.examples:,} {'sealed' if one.split == 'test' else 'dev'}",
        )
    say(name, style="bold")
    _print(table)
    ceiling = f"; one more person {figure(metric, ends.ceiling.value)}" if ends.ceiling else ""
    bounds = f" {_bounds(metric, ends.ceiling)}" if ends.ceiling else ""
    constant = f"Always “{ends.floor.answer}” would come to {figure(metric, ends.floor.figure)}"
    say(f"{constant}{ceiling}{bounds}.", style="dim", hang=2)
    for one in squares:
        if one.changed:
            say(f"! {one.target}: {' and '.join(one.changed)} since {one.name} was measured", style=BAD, hang=2)
    out.print()


def print_carried(found: Matrix, task: str) -> None:
    """Print how the attempts ended to carry a task's prompt to a target."""
    for one in found.adaptations.values():
        if one.task == task:
            say(f"{one.target}: {ended_in_words(one)}", hang=2)


def print_beside(found: Beside) -> None:
    """Print how targets stand on the development examples that they share, and which have answered too few."""
    what = "each target’s own prompt" if found.prompt == OWN else found.prompt
    say(f"{what} on {len(found.shared):,} of {len(found.examples):,} development examples", style="bold")
    compared = found.compared
    if compared and compared[0].standing:
        metric = next(iter(compared[0].standing.figures))
        table = _table(["target", "prompt", NAMES[metric], "95%", "valid", "against the first"])
        for one in compared:
            table.add_row(*_standing(one, metric))
        _print(table)
        if any(one.made_here for one in compared):
            say(
                "* a search estimate: its own search has read these examples, expect less on new ones.",
                style="dim",
                hang=2,
            )
    for one in found.places:
        if one.standing is None:
            few = f"! {one.target.name} has answered {one.answers.answered:,} of them, too few to compare: "
            say(f"{few}add --ask {one.target.name}", style=BAD, hang=2)
    out.print()


def print_lines(lines: Sequence[Line]) -> None:
    """Print the examples on which targets are furthest apart."""
    differ = [one for one in lines if one.differ]
    say(f"They disagree on {len(differ):,} of {len(lines):,} examples that two or more answered", style="bold")
    for one in differ[:TOP]:
        answers = "; ".join(
            f"{name} {'malformed' if each.value is None else each.value}" for name, each in one.given.items()
        )
        say(f"  {one.example.id}: people {_gold(one.example.gold)}; {answers}", hang=4)
    out.print()


def print_effects(effects: Sequence[SnippetEffects]) -> None:
    """Print what snippets do on each target, those that help one and hurt another first."""
    opposite = sum(one.opposite for one in effects)
    tried = f"{len(effects):,} snippet{'s' * (len(effects) != 1)} tried on several targets, search estimates: "
    say(f"{tried}{opposite:,} clearly help on one and hurt on another", style="bold")
    for one in effects[:TOP]:
        each = [
            f"{name} {change(known.effect.name, known.effect.difference)} {interval(known.effect)} "
            f"{known.effect.direction}"
            for name, known in one.on.items()
            if known.effect
        ]
        say(f"  {one.key}: {'; '.join(each)}", hang=4)


def _table(heads: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, justify="left" if head in _WORDS else "right", no_wrap=True)
    return table


def _print(table: Table) -> None:
    # What is read by a script or written to a file is as wide as it needs.
    (out if out.is_terminal else Terminal(width=WIDE)).print(table)


def _standing(one: OnTarget, metric: str) -> list[str | Text]:
    assert one.standing is not None
    known, own = one.standing.figures, next(iter(one.standing.differences), None)
    against = "" if own is None else f"{change(own.name, own.difference)} {interval(own)}".rstrip()
    return [
        f"{one.target.name}{' *' * one.made_here}",
        one.link,
        figure(metric, known[metric].value),
        _bounds(metric, known[metric]),
        figure("valid_rate", known["valid_rate"].value),
        Text(against, DIRECTIONS.get(own.direction, "dim") if own else ""),
    ]


def _bounds(name: str, one: Estimate) -> Text:
    return Text(bracketed(figure(name, one.low), figure(name, one.high)))


def _gold(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
