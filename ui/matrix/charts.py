"""Charts of the Models page: quality against price and speed, against size, and snippets by target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from composer.analysis.data_summary import Part
from composer.evaluation.formatting import NAMES, SHARES, figure
from composer.evaluation.raters import Estimate
from composer.matrix.effects import SnippetEffects
from composer.matrix.front import By, Point, Trade
from composer.matrix.sizes import ModelSize, parameters_in_words
from composer.matrix.squares import Square, away, disagreement
from ui.components.charts import BETTER, SAME, WORSE, title

INK, DIM = "#334e68", "#b3bcc6"
HEIGHT = 260
MOST_LABELS = 8
"""Targets that a chart names: the names of more would lie over each other."""
OPPOSITE = "⇄"
"""What marks a snippet that clearly helps on one target and clearly hurts on another."""
ACROSS: dict[By, str] = {"cost": "price of 1,000 answers", "seconds": "seconds an answer"}
TONES = alt.Scale(domain=["better", "worse", "unclear", "same"], range=[BETTER, WORSE, SAME, SAME])
SHAPES = alt.Scale(domain=["better", "worse", "unclear", "same"], range=["circle", "diamond", "circle", "circle"])


def pareto(found: Trade, ends: Part | None) -> Any:
    """Chart quality against price or seconds: those that none beats in both in ink on a line, all others dimmed.

    What counts on a target now is larger, with its interval; other measured prompts are small. Names are those of
    all targets, or where these are many of the ones on the line; what else is there has its name on hover.
    """
    metric = found.points[0].square.metric
    share = 100 if metric in SHARES else 1
    data = pd.DataFrame(
        [
            {
                "at": one.at,
                "figure": share * one.square.figure.value,
                "low": share * one.square.figure.low,
                "high": share * one.square.figure.high,
                "target": one.square.target,
                "prompt": one.square.name,
                "text": f"{figure(metric, one.square.figure.value)}",
                "label": _label(one, crowded=sum(each.counts for each in found.points) > MOST_LABELS),
                "front": "front" if one.on_front else "beaten",
                "counts": "counts" if one.counts else "other",
            }
            for one in found.points
        ]
    )
    across = alt.X(
        "at:Q",
        title=ACROSS[found.by],
        scale=alt.Scale(domain=[0, 1.25 * float(data["at"].max())], nice=False),
        axis=alt.Axis(grid=False, tickCount=5),
    )
    up = alt.Y("figure:Q", title=_title(metric), scale=_scale(data, ends, metric), axis=alt.Axis(tickCount=5))
    tone = alt.Color("front:N", scale=alt.Scale(domain=["front", "beaten"], range=[INK, DIM]), legend=None)
    size = alt.Size("counts:N", scale=alt.Scale(domain=["counts", "other"], range=[110, 28]), legend=None)
    hover = [
        alt.Tooltip("target:N"),
        alt.Tooltip("prompt:N"),
        alt.Tooltip("text:N", title=NAMES[metric]),
        alt.Tooltip("at:Q", title=ACROSS[found.by], format=".3~g"),
        alt.Tooltip("front:N", title="quality for its cost"),
    ]
    base = alt.Chart(data)
    counting = base.transform_filter("datum.counts == 'counts'")
    layers = [
        *_references(ends, metric, share),
        base.transform_filter("datum.front == 'front'")
        .mark_line(interpolate="step-after", color=INK, strokeWidth=1, strokeDash=[1, 2])
        .encode(x=across, y=up),
        counting.mark_rule(strokeWidth=1.5).encode(x=across, y=alt.Y("low:Q", title=""), y2="high:Q", color=tone),
        base.mark_circle(opacity=1).encode(x=across, y=up, color=tone, size=size, tooltip=hover),
        base.mark_text(align="left", dx=8, dy=-8, fontSize=11.5).encode(
            x=across, y=up, text="label:N", color=tone
        ),
    ]
    return alt.layer(*layers).properties(height=HEIGHT, width="container", title=title(TITLES[found.by]))


def _label(one: Point, *, crowded: bool) -> str:
    if one.on_front and not one.counts:
        return one.square.name
    return one.square.target if one.counts and (one.on_front or not crowded) else ""


BY_SIZE = "Disagreement with people by model size, ○ before ● now"
TITLES: dict[By, str] = {"cost": "Quality against price", "seconds": "Quality against speed"}


def by_size(known: Sequence[tuple[Square, ModelSize]], ends: Part | None) -> Any:
    """Chart the disagreement with people by the size of models whose number of parameters is known.

    A hollow mark is what the prompt was measured beside, a full one what counts now, with its interval.
    """
    rows = []
    for one, size in known:
        now = disagreement(one)
        before = (
            None if one.before is None else away(one.metric, Estimate(one.before, one.before, one.before)).value
        )
        rows.append(
            {
                "parameters": size.parameters,
                "size": parameters_in_words(size.parameters or 0.0),
                "target": one.target,
                "now": now.value,
                "low": now.low,
                "high": now.high,
                "before": before,
                "prompt": one.name,
            }
        )
    data = pd.DataFrame(rows)
    sizes = sorted({size.parameters for _, size in known if size.parameters})
    labels = " : ".join(f"datum.value == {one:.0f} ? '{_short(one)}'" for one in sizes) + " : ''"
    across = alt.X(
        "parameters:Q",
        title="parameters of the model",
        # Room at the right: the largest model's name stands beside what the lines across are called.
        scale=alt.Scale(type="log", domain=[sizes[0] / 2, sizes[-1] * 5], nice=False),
        axis=alt.Axis(values=sizes, labelExpr=labels, grid=False),
    )
    up = alt.Y("now:Q", title="disagreement, 0 to 100", axis=alt.Axis(tickCount=5))
    hover = [
        alt.Tooltip("target:N"),
        alt.Tooltip("size:N", title="parameters"),
        alt.Tooltip("prompt:N"),
        alt.Tooltip("now:Q", title="disagreement", format=".3~g"),
        alt.Tooltip("before:Q", title="before", format=".3~g"),
    ]
    base = alt.Chart(data)
    measured = base.transform_filter("isValid(datum.before)")
    layers = [
        *_references(ends, known[0][0].metric, 1, as_disagreement=True),
        measured.mark_rule(color=DIM, strokeWidth=1, strokeDash=[2, 2]).encode(
            x=across, y=alt.Y("before:Q"), y2="now:Q"
        ),
        measured.mark_point(color=INK, size=50, strokeWidth=1.5).encode(x=across, y="before:Q", tooltip=hover),
        base.mark_rule(color=INK, strokeWidth=1.5).encode(x=across, y=alt.Y("low:Q", title=""), y2="high:Q"),
        base.mark_circle(color=INK, size=100, opacity=1).encode(x=across, y=up, tooltip=hover),
        base.mark_text(align="left", dx=9, dy=-7, fontSize=11.5, color=INK).encode(
            x=across, y=up, text="target:N"
        ),
    ]
    return alt.layer(*layers).properties(height=HEIGHT, width="container", title=title(BY_SIZE))


def snippets(found: Sequence[SnippetEffects], target: str, targets: Sequence[str], *, named: bool) -> Any:
    """Chart the effect of each snippet on one target on its interval, in the order given.

    All of these `targets` have the same axis; `named` is whether the names of the snippets stand beside.
    """
    every = {(each.key, name): one for each in found for name, one in each.on.items() if name in targets}
    metric = next(one.effect.name for one in every.values() if one.effect)
    share = 100 if metric in SHARES else 1
    named_alike = {one.key: _named(one) for one in found}
    data = pd.DataFrame(
        [
            {
                "snippet": named_alike[key],
                "target": name,
                "change": share * (one.effect.difference or 0.0),
                "low": share * (one.effect.low or 0.0),
                "high": share * (one.effect.high or 0.0),
                "kind": one.effect.direction,
                "answers": one.cells,
                "run": one.run,
            }
            for (key, name), one in every.items()
            if one.effect
        ]
    )
    across = alt.X(
        "low:Q",
        title=None,
        scale=alt.Scale(domain=[min(float(data["low"].min()), 0.0), max(float(data["high"].max()), 0.0)]),
        axis=alt.Axis(tickCount=4, labelExpr="datum.value == 0 ? '0' : format(datum.value, '+')"),
    )
    names: dict[str, Any] = {"ticks": False, "domain": False, "labelOverlap": False, "labelFlush": False}
    axis = alt.Axis(labelLimit=220, labelFontSize=12, labelPadding=8, labelColor="#1f2933", **names)
    keys = [_named(one) for one in found]
    rows = alt.Y("snippet:N", sort=keys, scale=alt.Scale(domain=keys), title=None, axis=axis if named else None)
    tone = alt.Color("kind:N", scale=TONES, legend=None)
    change = alt.Tooltip("change:Q", title=f"change of {NAMES[metric]}", format="+.3~g")
    ends = [alt.Tooltip(f"{end}:Q", format="+.3~g") for end in ("low", "high")]
    hover = ["snippet:N", "target:N", change, *ends, "kind:N", "answers:Q", "run:Q"]
    base = alt.Chart(data[data["target"] == target])
    zero = alt.Chart(pd.DataFrame({"low": [0.0]})).mark_rule(color="#5b6673").encode(x=across)
    lines = base.mark_rule(strokeWidth=2).encode(x=across, x2="high:Q", y=rows, color=tone, tooltip=hover)
    marks = base.mark_point(size=60, strokeWidth=2, opacity=1).encode(
        x="change:Q",
        y=rows,
        color=tone,
        shape=alt.Shape("kind:N", scale=SHAPES, legend=None),
        fill=alt.condition("datum.kind == 'better' || datum.kind == 'worse'", tone, alt.value("#fff")),
        tooltip=hover,
    )
    return alt.layer(zero, lines, marks).properties(width="container", height=alt.Step(21), title=title(target))


def _named(one: SnippetEffects) -> str:
    return f"{OPPOSITE} {one.key}" if one.opposite else one.key


def _title(metric: str) -> str:
    unit = ", %" if metric in SHARES else ""
    return f"{NAMES[metric]}{unit}: {'lower' if metric == 'nmse' else 'higher'} is better"


def _scale(data: pd.DataFrame, ends: Part | None, metric: str) -> alt.Scale:
    share = 100 if metric in SHARES else 1
    seen = [*data["figure"], *data.loc[data["counts"] == "counts", ["low", "high"]].to_numpy().ravel()]
    if ends is not None:
        seen += [share * ends.floor.figure, *([share * ends.ceiling.value] if ends.ceiling else [])]
    known = [one for one in seen if one == one]
    low = 0.0 if metric == "nmse" else min(known)
    return alt.Scale(domain=[low, max(known)], nice=True, zero=False)


def _references(ends: Part | None, metric: str, share: float, *, as_disagreement: bool = False) -> list[Any]:
    """Return the best constant answer and one more person as lines across, with their names."""
    if ends is None:
        return []
    known = [("best constant answer", ends.floor.figure, WORSE)]
    known += [("one more person", ends.ceiling.value, "#5b6673")] if ends.ceiling else []
    rows = [
        {
            "y": away(metric, Estimate(value, value, value)).value if as_disagreement else share * value,
            "words": words,
            "colour": colour,
        }
        for words, value, colour in known
    ]
    base, colour = alt.Chart(pd.DataFrame(rows)), alt.Color("colour:N", scale=None, legend=None)
    return [
        base.mark_rule(strokeDash=[4, 3], opacity=0.8).encode(y="y:Q", color=colour),
        # At the right end, where the axis goes on beyond the last point, and below: names of points are above.
        base.mark_text(align="right", baseline="top", dy=3, fontSize=10.5).encode(
            x=alt.value("width"), y="y:Q", text="words:N", color=colour
        ),
    ]


def _short(parameters: float) -> str:
    return f"{parameters / 1e9:g} B" if parameters >= 1e9 else f"{parameters / 1e6:g} M"
