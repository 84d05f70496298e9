"""What snippets do on each target: a panel a target, those that help one and hurt another first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from composer.evaluation.formatting import NAMES
from composer.matrix.effects import SnippetEffects
from ui.components.effects import KEY
from ui.matrix import charts
from ui.shell.csv_text import as_csv
from ui.shell.html import count, plain
from ui.shell.page import html, section

MOST, MOST_UNCLEAR, MOST_TARGETS = 24, 12, 4
"""Snippets, those among them that do nothing clear anywhere, and targets that are charted: the file has all."""


def show(task: str, found: Sequence[SnippetEffects]) -> None:
    """Chart the effects of snippets that searches tried on several targets."""
    section(
        "Which snippets help one target and hurt another", "search estimates, each next to the prompt in use then"
    )
    if not found:
        html(
            '<div class="ic ic-mute">No snippet was tried on two targets yet: searches for this task on several '
            "targets show here what each snippet does on each of them. Start one on the Runs page.</div>"
        )
        return
    opposite = [one for one in found if one.opposite]
    chosen = targets(found)
    shown = charted(found)
    for place, (name, column) in enumerate(
        zip(chosen, st.columns(_widths(len(chosen)), gap="small"), strict=True)
    ):
        with column:
            chart = charts.snippets(shown, name, chosen, named=place == 0)
            st.altair_chart(chart, key=f"snippets-{name}", alt=f"Effects of snippets on {name}")
    first = next(one.effect for each in found for one in each.on.values() if one.effect)
    way = "left" if first.better_is == "lower" else "right"
    unit = f"change of {NAMES[first.name]}, 95% interval: further {way} is better"
    html(f'<div class="ic ic-small">{unit} · {KEY} · {charts.OPPOSITE} both, on different targets</div>')
    words = "clearly help on one target and clearly hurt on another"
    clear = (
        f"{len(opposite):,} of {len(found):,} snippets {words}: {', '.join(one.key for one in opposite[:6])}."
        if opposite
        else f"None of {count(len(found), 'snippet')} seems to {words}. Those whose effects are furthest apart "
        "for their intervals come first."
    )
    if len(shown) < len(found):
        clear += f" {len(shown):,} are charted, the file has all."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "CSV",
            lambda: csv(found),
            f"{task}-snippets-by-target.csv",
            "text/csv",
            key="snippets-csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(plain(clear), width="content")


def charted(found: Sequence[SnippetEffects]) -> list[SnippetEffects]:
    """Return the snippets that are charted, in their order: of those that do nothing clear anywhere only a few."""
    clear = [one for one in found if one.helps or one.hurts][:MOST]
    rest = [one for one in found if one not in clear][: max(MOST_UNCLEAR - len(clear), 0)]
    return [one for one in found if one in clear or one in rest]


def _widths(number: int) -> list[float]:
    """Return the widths of the panels, of which the first has the names of the snippets too."""
    return [1.0 + 0.09 * number, *([1.0] * (number - 1))]


def targets(found: Sequence[SnippetEffects]) -> list[str]:
    """Return the targets that are charted: those with most clear effects of the snippets that do both.

    Among even ones those on which most snippets were tried; by name.
    """
    counted = Counter(name for one in found for name in one.on)
    for one in found:
        if one.opposite:
            counted.update({name: len(found) for name in (*one.helps, *one.hurts)})
    return sorted(name for name, _ in counted.most_common(MOST_TARGETS))


def csv(found: Sequence[SnippetEffects]) -> bytes:
    """Return every effect for a spreadsheet or script."""
    return as_csv(
        pd.DataFrame(
            [
                {
                    "snippet": each.key,
                    "target": name,
                    "metric": one.effect.name,
                    "change": one.effect.difference,
                    "low": one.effect.low,
                    "high": one.effect.high,
                    "direction": one.effect.direction,
                    "answers": one.cells,
                    "run": one.run,
                    "opposite": each.opposite,
                }
                for each in found
                for name, one in each.on.items()
                if one.effect
            ]
        )
    )
