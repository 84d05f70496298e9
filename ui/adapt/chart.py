"""The prompts of an adaptation on one axis, between the best constant answer and one more person."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from composer.adaptation import Outcome
from composer.evaluation.formatting import NAMES, SHARES, figure
from ui.components.charts import BETTER, SAME

FLOOR, CEILING = "#b4540a", "#334e68"
ROW, AXIS = 32, 62
"""Heights in pixels: of a row, and of the axis with its title, which Streamlit takes out of the whole."""


def sides(found: Outcome) -> Any:
    """Chart each side's figure with its interval, and the floor and the ceiling as lines across."""
    data = pd.DataFrame(
        {
            "prompt": [one.kind for one in found.sides],
            "figure": [one.composite for one in found.sides],
            "low": [one.low for one in found.sides],
            "high": [one.high for one in found.sides],
            "target": [one.target for one in found.sides],
            "tone": [BETTER if one.kind == "adapted" else SAME for one in found.sides],
        }
    )
    better = "lower is better" if found.metric == "nmse" else "higher is better"
    form = ".0%" if found.metric in SHARES else "~g"
    ends = [*data["low"], *data["high"], found.floor, *([] if found.ceiling is None else [found.ceiling])]
    title = f"{NAMES[found.metric]} on the sealed examples, with 95% interval ({better})"
    across = alt.X(
        "figure:Q",
        title=title,
        scale=alt.Scale(domain=[min(ends), max(ends)], nice=True, zero=False),
        axis=alt.Axis(format=form, tickCount=6, labelFlush=False),
    )
    up = alt.Y(
        "prompt:N",
        title=None,
        sort=list(data["prompt"]),
        axis=alt.Axis(labelLimit=200, labelFontSize=12, labelOverlap=False, labelFlush=False),
    )
    colour = alt.Color("tone:N", scale=None)
    hover = [alt.Tooltip(name) for name in ("prompt:N", "target:N", "figure:Q", "low:Q", "high:Q")]
    base = alt.Chart(data).encode(y=up, color=colour, tooltip=hover)
    layers = [
        base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title), x2="high:Q"),
        base.mark_circle(size=70, opacity=1).encode(x=across),
    ]
    lines = [(f"always “{found.floor_answer}” {figure(found.metric, found.floor)}", found.floor, FLOOR)]
    if found.ceiling is not None:
        lines.append((f"one more person {figure(found.metric, found.ceiling)}", found.ceiling, CEILING))
    for name, value, colour_of in lines:
        mark = pd.DataFrame({"figure": [value], "name": [name]})
        layers.append(
            alt.Chart(mark).mark_rule(color=colour_of, strokeDash=[4, 3]).encode(x=across, tooltip=["name:N"])
        )
    return alt.layer(*layers).properties(height=ROW * len(data) + AXIS)


def legend(found: Outcome) -> str:
    """Return what the dashed lines are, in words."""
    floor = f"Dashed: always answering “{found.floor_answer}”, {figure(found.metric, found.floor)} (the floor)"
    if found.ceiling is None:
        return f"{floor}. No two people rated the same examples, so there is no ceiling to draw."
    return f"{floor}, and one more person, {figure(found.metric, found.ceiling)} (the ceiling)."
