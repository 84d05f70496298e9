"""Charts: quiet, without legends that repeat the axes, blue for better and orange for worse beside the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from composer.reading import ExampleView, Said
from composer.task import Output

BETTER, SAME, WORSE = "#1d6fb8", "#9aa5b1", "#b4540a"
OUTCOMES = alt.Scale(domain=["better", "same", "worse"], range=[BETTER, SAME, WORSE])
MALFORMED = "malformed"
HEIGHT = 290


def _title(text: str) -> Any:
    return alt.Title(text, anchor="start", fontWeight="normal", fontSize=13, color="#45505c")


def ratings(views: Sequence[ExampleView], output: Output) -> list[Any]:
    """Chart the model's rating against people's, before | after; malformed answers stand in a lane below.

    Ratings are whole numbers, so points are spread a little around each for all of them to be seen.
    """
    low, high = output.scale
    rows = []
    for number, view in enumerate(views):
        for side, said in (("before", view.before), ("after", view.after)):
            value = _rating(said)
            rows.append(
                {
                    "side": side,
                    "example": view.example.id,
                    "people": round(float(view.example.gold), 2),
                    "model": MALFORMED if value is None else str(value),
                    "place": (low - 1 if value is None else value) + _spread(number),
                    "outcome": view.row.outcome,
                }
            )
    data = pd.DataFrame(rows)
    some_malformed = bool((data["model"] == MALFORMED).any())
    ticks = list(range(low, high + 1))
    floor = low - 1 if some_malformed else low
    labels = f"datum.value < {low} ? '{MALFORMED}' : format(datum.value, 'd')"
    # One set of axes for both layers: Vega would otherwise merge the second one's own into it.
    across = alt.X(
        "people:Q",
        title="people’s rating",
        scale=alt.Scale(domain=[low - 0.2, high + 0.2]),
        axis=alt.Axis(values=ticks, grid=False, format="d"),
    )
    up = alt.Y(
        "place:Q",
        title="model’s rating",
        scale=alt.Scale(domain=[floor - 0.4, high + 0.4]),
        axis=alt.Axis(values=[floor, *ticks] if some_malformed else ticks, labelExpr=labels, labelOverlap=False),
    )
    points = (
        alt.Chart(data)
        .mark_circle(size=34, opacity=0.75)
        .encode(
            x=across,
            y=up,
            color=alt.Color("outcome:N", scale=OUTCOMES, legend=None),
            tooltip=["example:N", "people:Q", "model:N", "outcome:N"],
        )
    )
    ends = pd.DataFrame({"people": [low, high], "place": [low, high]})
    line = alt.Chart(ends).mark_line(color="#b3bcc6", strokeDash=[3, 3]).encode(x=across, y=up)
    return [
        alt.layer(line, points.transform_filter(alt.datum.side == side)).properties(
            title=_title(side), width="container", height=HEIGHT
        )
        for side in ("before", "after")
    ]


def _rating(said: Said | None) -> int | None:
    return said.parsed.value if said is not None and isinstance(said.parsed.value, int) else None


def _spread(number: int) -> float:
    """Spread points evenly over ±0.22 by a golden-ratio sequence, so that the same page always looks the same."""
    return ((number * 0.618034) % 1 - 0.5) * 0.44


def confusion(views: Sequence[ExampleView], output: Output) -> list[Any]:
    """Chart what the model said for each gold label, as counts, before | after."""
    spoilt = any(view.malformed for view in views)
    answers = [*output.labels, *([MALFORMED] if spoilt else [])]
    charts = []
    for side in ("before", "after"):
        counted: dict[tuple[str, str], int] = {(str(a), b): 0 for a in output.labels for b in answers}
        for view in views:
            said = view.before if side == "before" else view.after
            value = said.parsed.value if said is not None and said.parsed.valid else MALFORMED
            counted[str(view.example.gold), str(value)] += 1
        data = pd.DataFrame(
            [
                {"gold": g, "said": s, "n": n, "kind": "right" if g == s else "wrong"}
                for (g, s), n in counted.items()
            ]
        )
        base = alt.Chart(data).encode(
            x=alt.X("said:N", title="model", sort=answers, axis=alt.Axis(labelAngle=0, labelOverlap=False)),
            y=alt.Y("gold:N", title="people", sort=list(output.labels)),
        )
        tone = alt.condition("datum.kind == 'right'", alt.value(BETTER), alt.value(WORSE))
        top = max(len(views), 1)
        tiles = base.mark_rect(stroke="#fff", strokeWidth=2).encode(
            color=tone,
            opacity=alt.Opacity("n:Q", scale=alt.Scale(domain=[0, top], range=[0.04, 0.9]), legend=None),
            tooltip=["gold:N", "said:N", "n:Q"],
        )
        numbers = base.mark_text(fontSize=14, color="#1f2933").encode(text="n:Q")
        charts.append(alt.layer(tiles, numbers).properties(title=_title(side), width="container", height=HEIGHT))
    return charts


def changes(views: Sequence[ExampleView]) -> Any:
    """Chart the loss each example gained or lost, one bar an example, from most saved to most added."""
    ordered = sorted(views, key=lambda view: view.row.change)
    data = pd.DataFrame(
        [
            {"place": place, "example": view.example.id, "change": view.row.change, "outcome": view.row.outcome}
            for place, view in enumerate(ordered)
        ]
    )
    return (
        alt.Chart(data)
        .mark_bar(binSpacing=0)
        .encode(
            x=alt.X("place:O", axis=None, scale=alt.Scale(paddingInner=0.15, paddingOuter=0)),
            y=alt.Y(
                "change:Q",
                title="loss, after − before",
                axis=alt.Axis(labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.2f')", tickCount=5),
            ),
            color=alt.Color("outcome:N", scale=OUTCOMES, legend=None),
            tooltip=["example:N", alt.Tooltip("change:Q", format="+.3f"), "outcome:N"],
        )
        .properties(height=HEIGHT, title=_title("change, best to worst"))
    )


def search_line(
    line: Sequence[tuple[int, float]], steps: Sequence[tuple[int, float]], metric: str, *, share: bool
) -> Any:
    """Chart the best search estimate against answers asked for (a step line) over all that was tried (dots)."""
    across = alt.X("answers:Q", title="answers asked for", axis=alt.Axis(format="d", grid=False, tickCount=8))
    form = "+.0%" if share else "+.3g"
    up = alt.Y("change:Q", title=f"change of {metric}", axis=alt.Axis(tickCount=5, format=form))
    dots = pd.DataFrame(steps, columns=["answers", "change"])
    best = pd.DataFrame(line, columns=["answers", "change"])
    hover = ["answers:Q", alt.Tooltip("change:Q", format=form)]
    return alt.layer(
        alt.Chart(dots).mark_circle(size=18, color=SAME, opacity=0.7).encode(x=across, y=up, tooltip=hover),
        alt.Chart(best)
        .mark_line(interpolate="step-after", color=BETTER, strokeWidth=2)
        .encode(x=across, y=up, tooltip=hover),
    ).properties(height=220)
