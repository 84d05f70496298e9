"""The chart of a benchmark: gain on test against answers paid, a facet a world or a group of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from composer.bench.report import Point, Summary
from composer.optimizer.strategies import DEFAULT_STRATEGY
from library.errors import Refused

FORMATS = (".png", ".html", ".svg")
FACETS = 12
"""Facets that still fit a page; with more worlds than that, those of one kind share a facet."""
COLUMNS = 3
GAIN = "gain on test: mean loss saved"


def draw(summary: Summary, path: Path) -> None:
    """Write the chart as PNG, SVG, or HTML that needs no network; raises `Refused` for another ending."""
    if path.suffix.lower() not in FORMATS:
        raise Refused(
            f"no chart can be written as {path.suffix or 'a file without an ending'}",
            where=str(path),
            fix=f"Name a file that ends in one of: {', '.join(FORMATS)}.",
        )
    made = chart(summary.points)
    options: dict[str, Any] = {"inline": True} if path.suffix.lower() == ".html" else {"scale_factor": 1.5}
    try:
        made.save(str(path), **options)
    except OSError as error:
        raise Refused(f"the chart can't be written: {error.strerror or error}", where=str(path)) from error


def chart(points: Sequence[Point]) -> Any:
    """Return the Altair chart: means over seeds, the default's with its 95% band; dashes are the oracle."""
    data = _rows(points)
    base = alt.Chart(data)
    across = alt.X("paid:Q", title="answers paid, each step twice as many", scale=alt.Scale(type="log", base=2))
    up = alt.Y("gain:Q", title=GAIN)
    legend = alt.Legend(title="strategy", symbolOpacity=1, symbolType="stroke")
    colour = alt.Color("strategy:N", legend=legend, scale=alt.Scale(scheme="tableau10"))
    usual = alt.datum.strategy == DEFAULT_STRATEGY
    band = (
        base.transform_filter(usual)
        .mark_area(opacity=0.18)
        .encode(x=across, y=alt.Y("low:Q", title=GAIN), y2="high:Q", color=colour)
    )
    line = base.mark_line(point=alt.OverlayMarkDef(size=14)).encode(
        x=across,
        y=up,
        color=colour,
        strokeWidth=alt.condition(usual, alt.value(3.2), alt.value(1.2)),
        tooltip=["world", "strategy", "budget", "paid", "gain", "low", "high"],
    )
    oracle = base.mark_rule(strokeDash=[4, 3], color="#6b7680").encode(y="mean(oracle):Q")
    return (
        alt.layer(band, oracle, line)
        .properties(width=300, height=200)
        .facet(facet=alt.Facet("world:N", title=None, sort=list(dict.fromkeys(data["world"]))), columns=COLUMNS)
        .resolve_scale(x="independent", y="independent")
        .properties(
            title="Gain on test against answers paid (band: 95% of the default over seeds; dashes: the oracle)"
        )
    )


def _rows(points: Sequence[Point]) -> pd.DataFrame:
    """One row a facet, strategy and budget at which anything was paid."""
    columns = ["world", "strategy", "budget", "paid", "gain", "low", "high", "oracle"]
    data = pd.DataFrame([vars(point) for point in points])[columns]
    for bound in ("low", "high"):
        data[bound] = data[bound].fillna(data["gain"])
    if data["world"].nunique() > FACETS:
        data["world"] = [re.sub(r"^synthetic/([a-z]+)-.*$", r"synthetic: \1", str(name)) for name in data["world"]]
        data = data.groupby(["world", "strategy", "budget"], sort=False, as_index=False).mean()
    return data[data["paid"] > 0].round(6)
