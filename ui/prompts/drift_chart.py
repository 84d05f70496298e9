"""Drift as a chart and as a table: the release's own evidence, then scorings on new labels and on anchors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import altair as alt
import pandas as pd

from composer.activity.addresses import run_page
from composer.drift.history import History, Point
from composer.evaluation.formatting import NAMES, SHARES, bracketed, figure
from ui.components.charts import BETTER, WORSE
from ui.components.metrics import gain
from ui.shell import html
from ui.shell.csv_text import as_csv
from ui.shell.html import safe, when

SERIES = {
    "own evidence": ("#45505c", "diamond"),
    "new labels": (BETTER, "circle"),
    "anchors": ("#6b3fa0", "square"),
}
"""What a series looks like: its colour and its shape."""
HEIGHT = 240


def chart(found: History) -> Any:
    """Chart a prompt's figure over time with intervals; the threshold of the policy is a line across."""
    share = 100 if found.metric in SHARES else 1
    data = pd.DataFrame([_mark(point, place, share) for place, point in enumerate(found.points)])
    unit = ", %" if share > 1 else ""
    across = alt.X(
        "scored:O",
        sort=list(data["scored"]),
        title=None,
        axis=alt.Axis(labelAngle=0, labelLimit=110, labelOverlap=True, labelExpr="slice(datum.label, 4)"),
    )
    up = alt.Y(
        "figure:Q", title=f"{NAMES[found.metric]}{unit}", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5)
    )
    legend = alt.Legend(title=None, orient="top", symbolSize=90)
    known = [name for name in SERIES if name in set(data["on"])]
    tones, shapes = ([SERIES[name][place] for name in known] for place in (0, 1))
    tone = alt.Color("on:N", scale=alt.Scale(domain=known, range=tones), legend=legend)
    shape = alt.Shape("on:N", scale=alt.Scale(domain=known, range=shapes), legend=legend)
    hover = [
        alt.Tooltip("on:N"),
        alt.Tooltip("examples:Q"),
        *(alt.Tooltip(f"{name}:Q", format=".3~g") for name in ("figure", "low", "high")),
    ]
    base = alt.Chart(data)
    bars = base.mark_rule(strokeWidth=2).encode(x=across, y=alt.Y("low:Q", title=""), y2="high:Q", color=tone)
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=across, y=up, color=tone, shape=shape, tooltip=hover
    )
    layers = [bars, dots]
    if found.threshold is not None:
        limit = pd.DataFrame([{"threshold": share * found.threshold, "said": "threshold"}])
        line = alt.Chart(limit).mark_rule(color=WORSE, strokeDash=[5, 4]).encode(y=alt.Y("threshold:Q", title=""))
        said = (
            alt.Chart(limit)
            .mark_text(align="left", dx=4, dy=-7, color=WORSE, fontSize=12)
            .encode(y=alt.Y("threshold:Q", title=""), x=alt.value(0), text="said:N")
        )
        layers += [line, said]
    return alt.layer(*layers).properties(height=HEIGHT, width="container")


def _mark(point: Point, place: int, share: int) -> dict[str, object]:
    one = point.figure
    return {
        # Its place comes first, so that two scorings of one minute are two; the chart leaves it out.
        "scored": f"{place:03} {point.at:%d %b %H:%M}",
        "on": point.series,
        "examples": point.n,
        "figure": share * one.value,
        "low": None if one.low is None else share * one.low,
        "high": None if one.high is None else share * one.high,
    }


def table(found: History, at: datetime) -> str:
    """Return the points as an HTML table, the newest first."""
    rows = [_row(found.metric, point, at) for point in reversed(found.points)]
    heads = ("scored", "on", f"{NAMES[found.metric]}, 95% interval", "since the release", "#valid", "#paid", "by")
    return html.table(heads, rows)


def _row(metric: str, point: Point, at: datetime) -> str:
    one = point.figure
    ends = ""
    if one.low is not None and one.high is not None:
        ends = bracketed(figure(metric, one.low), figure(metric, one.high))
    notes = [] if point.changed is None else [f"{point.changed:,} answers read otherwise"]
    run = f'<a href="{run_page(point.run_id)}">run {point.run_id}</a> followed' if point.run_id is not None else ""
    below = " · ".join(filter(None, (*map(safe, notes), run)))
    small = f'<div class="ic-mute ic-small">{below}</div>' if below else ""
    paid = f"{point.paid:,}" if point.scoring is not None else "—"
    return (
        f'<tr><td class="ic-mute">{when(point.at, at)}</td>'
        f'<td><span class="ic-nowrap">{point.n:,} {point.series}</span>{small}</td>'
        f'<td class="ic-nowrap"><b>{figure(metric, one.value)}</b> <span class="ic-mute">{ends}</span></td>'
        f'<td class="ic-nowrap">{gain(point.difference) if point.difference else "—"}</td>'
        f'<td class="ic-num">{figure("valid_rate", point.valid)}</td><td class="ic-num">{paid}</td>'
        f"<td>{safe(point.by) or '—'}</td></tr>"
    )


def csv(found: History) -> bytes:
    """Return the points for a spreadsheet or script, the oldest first."""
    lines = [
        {
            "task": found.release.task,
            "target": found.release.target,
            "release": found.release.id,
            "scored": point.at.isoformat(),
            "on": point.series,
            "examples": point.n,
            "metric": found.metric,
            "figure": point.figure.value,
            "low": point.figure.low,
            "high": point.figure.high,
            "difference": point.difference.difference if point.difference else None,
            "difference low": point.difference.low if point.difference else None,
            "difference high": point.difference.high if point.difference else None,
            "valid rate": point.valid,
            "answers read otherwise": point.changed,
            "threshold": found.threshold,
            "paid": point.paid,
            "by": point.by,
            "run": point.run_id,
        }
        for point in found.points
    ]
    return as_csv(pd.DataFrame(lines).astype({"answers read otherwise": "Int64", "run": "Int64"}))
