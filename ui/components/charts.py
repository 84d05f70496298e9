"""Charts: quiet, without legends that repeat the axes; blue for better, orange for worse, and both named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from composer.evaluation.formatting import NAMES, SHARES
from composer.evaluation.outcomes import Difference, Row
from composer.task.task import Output

BETTER, SAME, WORSE = "#1d6fb8", "#9aa5b1", "#b4540a"
OUTCOMES = alt.Scale(domain=["better", "same", "worse"], range=[BETTER, SAME, WORSE])
SHAPES = alt.Scale(domain=["better", "same", "worse"], range=["triangle-down", "circle", "triangle-up"])
"""What an outcome looks like besides its colour: the loss fell, stayed or rose."""
MALFORMED = "malformed"
HEIGHT = 290
_NAMED: dict[str, Any] = {"labelOverlap": False, "labelFontSize": 12, "labelFontWeight": "normal"}
"""How an axis of names is labelled."""
MOST = 1000
"""Examples drawn one by one; of more, an even choice is drawn."""


def title(text: str) -> Any:
    """Return what is written above a chart."""
    return alt.Title(text, anchor="start", fontWeight="normal", fontSize=13, color="#45505c")


def ratings(rows: Sequence[Row], output: Output) -> list[Any]:
    """Chart the model's rating by gold rating, before | after; malformed answers are in a lane below.

    Ratings are whole numbers, so points are spread a little around each for all of them to be seen. Of more
    than `MOST` examples an even choice is drawn.
    """
    low, high = output.scale
    data = _points(some(rows), low)
    across, up = _rating_axes(low, high, lane=bool((data["model"] == MALFORMED).any()))
    marks = (
        alt.Chart(data)
        .mark_point(filled=True, size=34, opacity=0.75)
        .encode(
            x=across,
            y=up,
            color=alt.Color("outcome:N", scale=OUTCOMES, legend=None),
            shape=alt.Shape("outcome:N", scale=SHAPES, legend=None),
            tooltip=[alt.Tooltip(name) for name in ("example:N", "gold:Q", "model:N", "outcome:N")],
        )
    )
    ends = pd.DataFrame({"gold": [low, high], "place": [low, high]})
    line = alt.Chart(ends).mark_line(color="#b3bcc6", strokeDash=[3, 3]).encode(x=across, y=up)
    return [
        alt.layer(line, marks.transform_filter(alt.datum.side == side)).properties(
            title=title(side), width="container", height=HEIGHT
        )
        for side in ("before", "after")
    ]


def _points(rows: Sequence[Row], low: int) -> pd.DataFrame:
    """Return two points for each example, before and after; a malformed answer is placed one below the scale."""
    points = [
        (side, row, value, number)
        for number, row in enumerate(rows)
        for side, value in (("before", row.incumbent_value), ("after", row.candidate_value))
    ]
    return pd.DataFrame(
        {
            "side": [side for side, _, _, _ in points],
            "example": [row.example_id for _, row, _, _ in points],
            "gold": [round(float(row.gold), 2) for _, row, _, _ in points],
            "model": [MALFORMED if value is None else str(value) for _, _, value, _ in points],
            "place": [
                (low - 1 if value is None else float(value)) + _spread(number) for _, _, value, number in points
            ],
            "outcome": [row.outcome for _, row, _, _ in points],
        }
    )


def _rating_axes(low: int, high: int, *, lane: bool) -> tuple[Any, Any]:
    """Return the axes of the ratings, with a lane for malformed answers below where there are any.

    Both layers share them: Vega would otherwise merge the second one's own into the first.
    """
    ticks = list(range(low, high + 1))
    floor = low - 1 if lane else low
    labels = f"datum.value < {low} ? '{MALFORMED}' : format(datum.value, 'd')"
    across = alt.X(
        "gold:Q",
        title="gold rating",
        scale=alt.Scale(domain=[low - 0.2, high + 0.2]),
        axis=alt.Axis(values=ticks, grid=False, format="d"),
    )
    up = alt.Y(
        "place:Q",
        title="model’s rating",
        scale=alt.Scale(domain=[floor - 0.4, high + 0.4]),
        axis=alt.Axis(values=[floor, *ticks] if lane else ticks, labelExpr=labels, labelOverlap=False),
    )
    return across, up


def some(rows: Sequence[Row]) -> Sequence[Row]:
    """Return all rows, or an even choice of them where there are too many to see each."""
    stride = -(-len(rows) // MOST)
    return rows[::stride]


def _spread(number: int) -> float:
    """Spread points evenly over ±0.22 by a golden-ratio sequence, so that the same page always looks the same."""
    return ((number * 0.618034) % 1 - 0.5) * 0.44


def confusion(rows: Sequence[Row], output: Output) -> list[Any]:
    """Chart the model's answers for each gold label, as counts, before | after."""
    any_malformed = any(not (row.incumbent_valid and row.candidate_valid) for row in rows)
    answers = [*output.labels, *([MALFORMED] if any_malformed else [])]
    charts = []
    for side in ("before", "after"):
        counted: dict[tuple[str, str], int] = {(str(a), b): 0 for a in output.labels for b in answers}
        for row in rows:
            value = row.incumbent_value if side == "before" else row.candidate_value
            counted[str(row.gold), MALFORMED if value is None else str(value)] += 1
        data = pd.DataFrame(
            [
                {"gold": g, "answer": s, "n": n, "kind": "right" if g == s else "wrong"}
                for (g, s), n in counted.items()
            ]
        )
        base = alt.Chart(data).encode(
            x=alt.X("answer:N", title="model’s label", sort=answers, axis=alt.Axis(labelAngle=0, **_NAMED)),
            y=alt.Y("gold:N", title="gold label", sort=list(output.labels), axis=alt.Axis(**_NAMED)),
        )
        tone = alt.condition("datum.kind == 'right'", alt.value(BETTER), alt.value(WORSE))
        top = max(len(rows), 1)
        tiles = base.mark_rect(stroke="#fff", strokeWidth=2).encode(
            color=tone,
            opacity=alt.Opacity("n:Q", scale=alt.Scale(domain=[0, top], range=[0.04, 0.9]), legend=None),
            tooltip=["gold:N", "answer:N", "n:Q"],
        )
        numbers = base.mark_text(fontSize=14, color="#1f2933").encode(text="n:Q")
        charts.append(alt.layer(tiles, numbers).properties(title=title(side), width="container", height=HEIGHT))
    return charts


def steps(found: Sequence[tuple[str, Difference]]) -> Any:
    """Chart the metric after each step from the incumbent to the candidate, each with its interval.

    A step's interval is that of its difference to the incumbent, around the figure it comes to.
    """
    metric = found[0][1].name
    share = 100 if metric in SHARES else 1
    names = [name for name, _ in found]
    data = pd.DataFrame(
        [
            {
                "step": name,
                "figure": share * (one.candidate or 0.0),
                "low": share * ((one.incumbent or 0.0) + (one.low or 0.0)),
                "high": share * ((one.incumbent or 0.0) + (one.high or 0.0)),
                "kind": one.direction if place else "same",
                "change": share * (one.difference or 0.0),
            }
            for place, (name, one) in enumerate(found)
        ]
    )
    unit = ", %" if share > 1 else ""
    across = alt.X(
        "step:N",
        sort=names,
        title=None,
        axis=alt.Axis(labelAngle=0, labelLimit=150, grid=False, **_NAMED),
    )
    up = alt.Y("figure:Q", title=f"{NAMES[metric]}{unit}", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    tone = alt.Color("kind:N", scale=STEP_TONES, legend=None)
    hover = ["step:N", *(alt.Tooltip(f"{name}:Q", format=".3~g") for name in ("figure", "change"))]
    base = alt.Chart(data)
    line = base.mark_line(interpolate="step", color="#9aa5b1", strokeWidth=1.5).encode(x=across, y=up)
    bars = base.mark_rule(strokeWidth=2).encode(x=across, y=alt.Y("low:Q", title=""), y2="high:Q", color=tone)
    dots = base.mark_circle(size=90, opacity=1).encode(x=across, y=up, color=tone, tooltip=hover)
    figures = base.mark_text(dx=9, dy=-10, align="left", fontSize=12, color="#1f2933").encode(
        x=across, y=up, text=alt.Text("figure:Q", format=".3~g")
    )
    return alt.layer(line, bars, dots, figures).properties(height=230, width="container")


STEP_TONES = alt.Scale(domain=["better", "worse", "unclear", "same"], range=[BETTER, WORSE, SAME, SAME])


def search_line(
    line: Sequence[tuple[int, float]], steps: Sequence[tuple[int, float]], metric: str, *, share: bool
) -> Any:
    """Chart the best search estimate against answers asked for (a step line) over all that was tried (dots)."""
    across = alt.X("answers:Q", title="answers asked for", axis=alt.Axis(format="d", grid=False, tickCount=8))
    form = "+.0%" if share else "+.3~g"
    signed = f"datum.value == 0 ? '0' : format(datum.value, '{form}')"
    up = alt.Y("change:Q", title=f"change of {metric}", axis=alt.Axis(tickCount=5, labelExpr=signed))
    dots = pd.DataFrame(steps, columns=["answers", "change"])
    best = pd.DataFrame(line, columns=["answers", "change"])
    hover = ["answers:Q", alt.Tooltip("change:Q", format=form)]
    return alt.layer(
        alt.Chart(dots).mark_circle(size=18, color=SAME, opacity=0.7).encode(x=across, y=up, tooltip=hover),
        alt.Chart(best)
        .mark_line(interpolate="step-after", color=BETTER, strokeWidth=2)
        .encode(x=across, y=up, tooltip=hover),
    ).properties(height=220)
