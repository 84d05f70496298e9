"""Quality against price, speed and size: three small charts, and what each of them leaves out."""

from __future__ import annotations

import streamlit as st

from composer.analysis.data_summary import Part
from composer.matrix.front import BY, Trade, trade
from composer.matrix.sizes import UNKNOWN, model_size
from composer.matrix.squares import Matrix
from ui.matrix import charts
from ui.shell.html import count, safe
from ui.shell.page import html, section

FEWEST = 2
"""Points below which a chart shows nothing that the table does not."""
MOST_NAMED = 4
"""Targets that a note names."""
WIDTHS = {1: 700, 2: 640, 3: 440}
"""Pixels of a chart where there are so many: beside each other on a wide page, else one below the other."""


def show(found: Matrix, task: str, ends: Part | None) -> None:
    """Show what each gain in quality costs, and how disagreement with people goes with size."""
    section(
        "What quality costs",
        "measured on sealed examples · dark: no other is both better and cheaper · grey: beaten",
    )
    trades = {by: trade(found, task, by) for by in BY}
    sizes = {one.name: model_size(one) for one in found.targets}
    known = [
        (one, size)
        for one in found.of(task)
        if one.split == "test" and (size := sizes.get(one.target)) and size.parameters
    ]
    shown = {
        f"by-{one.by}": (charts.pareto(one, ends), charts.TITLES[one.by])
        for one in trades.values()
        if len(one.points) >= FEWEST
    }
    if len({size.parameters for _, size in known}) >= FEWEST:
        shown["by-size"] = (charts.by_size(known, ends), charts.BY_SIZE)
    with st.container(horizontal=True, gap="medium"):
        for key, (chart, words) in shown.items():
            with st.container(width=WIDTHS[len(shown)]):
                st.altair_chart(chart, key=key, alt=words)
    notes = [words for one in trades.values() if (words := _left_out(one))]
    unknown = [one.target for one in found.of(task) if sizes.get(one.target) is None]
    if unknown:
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        notes.append(f"Size: {UNKNOWN} ({', '.join(unknown[:MOST_NAMED])}{more}).")
    if notes:
        html(f'<div class="ic ic-mute ic-small">{"<br>".join(map(safe, notes))}</div>')


def _left_out(one: Trade) -> str:
    """Return what a chart leaves out and what to do about it, as a sentence; empty where it has all."""
    reasons = [f"{count(number, 'prompt')}: {why}" for why, number in one.left_out]
    if len(one.points) < FEWEST:
        few = (
            f"{charts.TITLES[one.by]} takes two measured prompts with a {'price' if one.by == 'cost' else 'time'}."
        )
        how = " Set price_per_million_tokens in a target’s file and add it again." if one.by == "cost" else ""
        return f"{few}{how}"
    return f"{charts.TITLES[one.by]} leaves out {'; '.join(reasons)}." if reasons else ""
