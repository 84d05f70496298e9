"""Each example's loss before against its loss after, as one chart: points for ratings, four counts for labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import pi, sqrt
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from composer.evaluation.outcomes import Row
from composer.task.task import Output
from ui.components.charts import BETTER, HEIGHT, OUTCOMES, SAME, SHAPES, WORSE, some, title

PICKED = "picked"
"""The name that the chart has for what a click picks."""
SQUARES: Mapping[tuple[bool, bool], str] = {
    (True, True): "stayed right",
    (True, False): "worse",
    (False, True): "better",
    (False, False): "stayed wrong",
}
"""What became of an answer that was right or not before, and is or isn't after: names of filters, too."""
TONES = {"stayed right": SAME, "worse": WORSE, "better": BETTER, "stayed wrong": SAME}
SIDES = ["right", "wrong"]
_STEP, _WIDEST = 0.009, 0.08
"""How far apart examples with the same two losses are drawn, and how far from their place at most."""


def chart(rows: Sequence[Row], output: Output, aside: str = ", before and after") -> Any:
    """Chart what became of each example; a click picks an example, or one of the four counts.

    `aside` is written above it, after what it shows; a narrow chart cuts what is long.
    """
    layers, above = losses(rows) if output.kind == "ordinal" else right_and_wrong(rows)
    return alt.layer(*layers, title=title(f"{above[0]}{aside}{above[1]}"), width="container", height=HEIGHT)


def picked(selection: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what a click picked: `example` and its id, or `became` and one of `SQUARES`; None for nothing."""
    points = selection.get(PICKED) or []
    return next(
        ((name, str(points[0][name])) for name in ("example", "became") if points and name in points[0]), None
    )


def losses(rows: Sequence[Row]) -> tuple[list[Any], tuple[str, str]]:
    """Chart the loss after over the loss before, a point an example; what got worse is above the diagonal.

    Both axes have the roots of losses: most are small, and for a rating the root is its distance from the gold
    label. Examples with the same two losses are spread around their place, never across the diagonal. Of more
    than `charts.MOST` an even choice is drawn. Returns the layers, what they show, and how much of it.
    """
    shown = some(rows)
    data = _points(shown)
    top = max(0.3, float(data[["across", "up"]].to_numpy().max(initial=0.0)))
    across, up = _axis(alt.X, "across", "loss before", top), _axis(alt.Y, "up", "loss after", top)
    tone = alt.Color("outcome:N", scale=OUTCOMES, legend=None)
    marks = (
        alt.Chart(data)
        .mark_point(filled=True, size=40 if len(shown) < 400 else 26, opacity=0.7, cursor="pointer")
        .encode(
            x=across,
            y=up,
            color=tone,
            shape=alt.Shape("outcome:N", scale=SHAPES, legend=None),
            tooltip=[
                alt.Tooltip("example:N"),
                *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("before", "after")),
                alt.Tooltip("outcome:N"),
            ],
        )
        .add_params(alt.selection_point(name=PICKED, fields=["example"]))
    )
    line = (
        alt.Chart(pd.DataFrame({"across": [0.0, top], "up": [0.0, top]}))
        .mark_line(color="#b3bcc6", strokeDash=[3, 3])
        .encode(x=across, y=up)
    )
    names = pd.DataFrame(
        {
            "across": [0.12 * top, 0.88 * top],
            "up": [top, 0.0],
            "outcome": ["worse", "better"],
            "name": ["▲ worse", "▼ better"],
        }
    )
    corners = alt.Chart(names).mark_text(fontSize=12).encode(x=across, y=up, text=alt.Text("name:N"), color=tone)
    drawn = f", {len(shown):,} of {len(rows):,} drawn" if len(shown) < len(rows) else ""
    return [line, corners, marks], ("losses", drawn)


def _axis(kind: Any, name: str, called: str, top: float) -> Any:
    step = 0.1 if top <= 0.65 else 0.2
    ticks = [round(step * number, 1) for number in range(int(top / step + 1e-9) + 1)]
    return kind(
        f"{name}:Q",
        title=called,
        scale=alt.Scale(domain=[-_WIDEST / 2, top + _WIDEST / 2], nice=False, zero=False),
        axis=alt.Axis(values=ticks, grid=False, labelExpr="format(datum.value * datum.value, '.2~f')"),
    )


def _points(rows: Sequence[Row]) -> pd.DataFrame:
    both = np.array([(row.incumbent_loss, row.candidate_loss) for row in rows], dtype=float).reshape(-1, 2)
    places = np.sqrt(both)
    drawn = (places + _spread(places)).round(4)
    return pd.DataFrame(
        {
            "example": [row.example_id for row in rows],
            "across": drawn[:, 0],
            "up": drawn[:, 1],
            "before": both[:, 0].round(3),
            "after": both[:, 1].round(3),
            "outcome": [row.outcome for row in rows],
        }
    )


def _spread(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each of n points is drawn from its place, shape (n, 2): nothing for one that is alone there.

    Points at one place lie as seeds in a sunflower do, the same each time. A place off the diagonal keeps all of
    its points on its own side.
    """
    _, place, number = np.unique(places.round(6), axis=0, return_inverse=True, return_counts=True)
    place = place.reshape(-1)
    order = np.argsort(place, kind="stable")
    first = np.concatenate([[0], np.cumsum(number)[:-1]]).astype(int)
    own, each = np.empty(len(places)), number[place]
    own[order] = np.arange(len(places)) - first[place[order]]
    far = np.abs(places[:, 1] - places[:, 0]) / sqrt(2)
    widest = np.minimum(_STEP * np.sqrt(each), np.where(far > 0, np.minimum(0.8 * far, _WIDEST), _WIDEST))
    out, turn = widest * np.sqrt(own / each), own * pi * (3 - sqrt(5))
    return np.column_stack([out * np.cos(turn), out * np.sin(turn)])


def right_and_wrong(rows: Sequence[Row]) -> tuple[list[Any], tuple[str, str]]:
    """Chart how many answers were right or wrong before and are after, as four counts; a click picks one.

    A malformed answer is wrong. Returns the layers, what they show, and how much of it.
    """
    counted = Counter((not row.incumbent_loss, not row.candidate_loss) for row in rows)
    data = pd.DataFrame(
        [
            {
                "before": SIDES[not before],
                "after": SIDES[not after],
                "became": became,
                "number": counted[before, after],
                "text": f"{counted[before, after]:,}",
            }
            for (before, after), became in SQUARES.items()
        ]
    )
    named: dict[str, Any] = {
        "sort": SIDES,
        "axis": alt.Axis(labelAngle=0, labelFontSize=12, labelFontWeight="normal"),
    }
    base = alt.Chart(data).encode(
        x=alt.X("before:N", title="before", **named), y=alt.Y("after:N", title="after", **named)
    )
    tiles = (
        base.mark_rect(stroke="#fff", strokeWidth=2, cursor="pointer")
        .encode(
            color=alt.Color(
                "became:N", scale=alt.Scale(domain=list(TONES), range=list(TONES.values())), legend=None
            ),
            opacity=alt.Opacity(
                "number:Q", scale=alt.Scale(domain=[0, max(len(rows), 1)], range=[0.15, 0.9]), legend=None
            ),
            tooltip=["became:N", "number:Q"],
        )
        .add_params(alt.selection_point(name=PICKED, fields=["became"]))
    )
    figures = base.mark_text(fontSize=18, dy=-8, color="#1f2933").encode(text="text:N")
    names = base.mark_text(fontSize=12, dy=12, color="#1f2933").encode(text="became:N")
    return [tiles, figures, names], ("right and wrong", "")
