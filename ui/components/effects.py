"""Effects of snippets: a chart with their intervals, and what else a search found, in sentences."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from composer.activity.addresses import run_page
from composer.evaluation.formatting import NAMES, SHARES
from composer.runs.findings import (
    BESIDE_INCUMBENT,
    WITHIN_COMPOSITION,
    Effect,
    SearchFindings,
    order_in_words,
    pair_in_words,
    power_in_words,
    shown,
)
from ui.components.charts import BETTER, SAME, WORSE
from ui.shell.csv_text import as_csv
from ui.shell.html import count, safe
from ui.shell.page import html, section

KINDS = ("better", "worse", "unclear")
SIGNS = ("●", "◆", "○")
TONES = alt.Scale(domain=[*KINDS, "same"], range=[BETTER, WORSE, SAME, SAME])
SHAPES = alt.Scale(domain=[*KINDS, "same"], range=["circle", "diamond", "circle", "circle"])
ROW = 21
WIDTH = 820
TICK = "✓"
MOST = 40
BESIDE = f"Effect of each snippet {BESIDE_INCUMBENT}"
WITHIN = f"Effect of each snippet {WITHIN_COMPOSITION}"
"""What is charted of a run, and of a candidate: two figures that differ."""
"""Snippets charted; a library may have hundreds, and few of them matter."""

KEY = " ".join(
    f'<b class="ic-{"same" if kind == "unclear" else kind}">{sign}</b> {kind}'
    for kind, sign in zip(KINDS, SIGNS, strict=True)
)
"""What the marks of the chart mean, as HTML."""
_QUIET: dict[str, Any] = {
    "grid": False,
    "ticks": False,
    "domain": False,
    "labelFontSize": 12,
    "labelPadding": 8,
    "labelColor": "#1f2933",
    "labelOverlap": False,
    "labelFlush": False,
}


def chart(effects: Sequence[Effect], *, ticked: bool = True) -> Any:
    """Chart each effect as a mark on its 95% interval, a line each, in the order given.

    Colour, shape and text show alike whether it is better, worse or unclear. `ticked` marks the snippets of
    the composition found.
    """
    metric, better_is = effects[0].difference.name, effects[0].difference.better_is
    names = [_name(one, ticked) for one in effects]
    data = _data(effects, names)
    unit = " in points" if metric in SHARES else ""
    across = alt.X(
        "low:Q",
        title=f"change of {NAMES[metric]}{unit}: further {'left' if better_is == 'lower' else 'right'} is better",
        axis=alt.Axis(labelExpr="datum.value == 0 ? '0' : format(datum.value, '+')", tickCount=6, grid=True),
        scale=alt.Scale(domain=_span(data), nice=False),
    )
    keys, figures = _axes(dict(zip(names, (one.text for one in effects), strict=True)))
    hover = [
        alt.Tooltip("name:N", title="snippet"),
        alt.Tooltip("effect:N", title=f"{NAMES[metric]}, 95%"),
        alt.Tooltip("answers:Q", title="answers"),
    ]
    tone = alt.Color("kind:N", scale=TONES, legend=None)
    base = alt.Chart(data)
    zero = alt.Chart(pd.DataFrame({"low": [0.0]})).mark_rule(color="#5b6673").encode(x=across)
    lines = base.mark_rule(strokeWidth=2).encode(
        x=across, x2="high:Q", y=alt.Y("name:N", sort=names, axis=keys), color=tone, tooltip=hover
    )
    marks = base.mark_point(size=70, strokeWidth=2, opacity=1).encode(
        x="change:Q",
        y=alt.Y("name:N", sort=names, axis=figures),
        shape=alt.Shape("kind:N", scale=SHAPES, legend=None),
        color=tone,
        fill=alt.condition("datum.kind == 'better' || datum.kind == 'worse'", tone, alt.value("#fff")),
        tooltip=hover,
    )
    return (
        alt.layer(zero, lines, marks)
        .resolve_axis(y="independent")
        .properties(height=alt.Step(ROW), width="container")
    )


def _data(effects: Sequence[Effect], names: Sequence[str]) -> pd.DataFrame:
    """Return what is drawn of each effect; shares of examples in points."""
    share = 100 if effects[0].difference.name in SHARES else 1
    return pd.DataFrame(
        [
            {
                "name": name,
                "change": share * (one.difference.difference or 0.0),
                "low": share * (one.difference.low or 0.0),
                "high": share * (one.difference.high or 0.0),
                "kind": one.difference.direction,
                "effect": one.text,
                "answers": one.cells,
            }
            for name, one in zip(names, effects, strict=True)
        ]
    )


def _axes(figures: Mapping[str, str]) -> tuple[Any, Any]:
    """Return the axes of the rows: names on the left, ticked ones bold, and the figure of each on the right."""
    ticked = {"test": f"substring(datum.label, 0, 1) == '{TICK}'", "value": "bold"}
    keys = alt.Axis(title=None, labelLimit=230, labelFontWeight={"condition": ticked, "value": "normal"}, **_QUIET)
    right = alt.Axis(
        title=None,
        orient="right",
        labelExpr=f"{json.dumps(figures, ensure_ascii=False)}[datum.label]",
        labelLimit=260,
        **_QUIET,
    )
    return keys, right


def _span(data: pd.DataFrame) -> list[float]:
    """Return the ends of an axis that holds zero and every interval, with some room on both sides."""
    low, high = min(data["low"].min(), 0.0), max(data["high"].max(), 0.0)
    room = 0.04 * ((high - low) or 1.0)
    return [float(low - room), float(high + room)]


def _name(one: Effect, ticked: bool) -> str:
    return f"{TICK} {one.names[0]}" if ticked and one.chosen else one.names[0]


def show(found: SearchFindings, run_id: int, message: str = "") -> None:
    """Show what a search found: the effect of each snippet, then sentences; `message` is on the page already."""
    chosen = f" · <b>{TICK}</b> in the composition it ended with" if found.composition else ""
    section(
        BESIDE,
        f"search estimate with 95% interval · {KEY}{chosen}",
    )
    first = shown(found.snippets, MOST)
    if first:
        st.altair_chart(
            chart(first), width=WIDTH, key=f"effects-{run_id}", alt=f"Effect of each snippet {BESIDE_INCUMBENT}"
        )
    facts = {"Not shown": _hidden(found, len(first)), **_facts(found, message)}
    html(f'<dl class="ic ic-facts">{_rows(facts)}</dl>')
    st.download_button(
        "CSV",
        csv(found),
        file_name=f"run-{run_id}-effects.csv",
        mime="text/csv",
        key=f"effects-csv-{run_id}",
        icon=":material/download:",
        on_click="ignore",
        help="Every snippet with its effect, interval and answers.",
    )


def _facts(found: SearchFindings, message: str) -> dict[str, str]:
    return {
        "Pairs": "<br>".join(safe(pair_in_words(pair) + ".") for pair in found.pairs)
        or "No two snippets do clearly more or less together than the sum of both.",
        "Order": safe(_sentence(order_in_words(found))),
        "Why it stopped": "" if found.stopped in message else safe(_sentence(found.stopped)),
        "Detectable gain": safe(_sentence(power_in_words(found))),
    }


def _hidden(found: SearchFindings, charted: int) -> str:
    rest, never = len(found.snippets) - charted, len(found.untried)
    parts = [f"{count(rest, 'more snippet')}, in the CSV" if rest else ""]
    parts += [f"{count(never, 'snippet')} the search never tried: {', '.join(found.untried)}" if never else ""]
    return safe("; ".join(filter(None, parts)))


def _rows(facts: dict[str, str]) -> str:
    return "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items() if text)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def csv(found: SearchFindings) -> bytes:
    """Return every snippet with its effect on the metric, best first, those never tried last."""
    share = 100 if found.metric in SHARES else 1
    lines: list[dict[str, Any]] = [
        {
            "snippet": one.names[0],
            f"change of {found.metric}": share * (one.difference.difference or 0.0),
            "low": share * (one.difference.low or 0.0),
            "high": share * (one.difference.high or 0.0),
            "direction": one.difference.direction,
            "answers": one.cells,
            "in the composition": one.chosen,
        }
        for one in found.snippets
    ]
    lines += [{"snippet": name, "answers": 0, "in the composition": False} for name in found.untried]
    return as_csv(pd.DataFrame(lines))


@st.fragment
def show_parts(found: SearchFindings, run_id: int) -> None:
    """Show, folded, the effect of each snippet of a candidate, as its run's search estimated it.

    The chart is drawn once it is unfolded, without the rest of the page.
    """
    parts = found.left_out
    clear = sum(one.difference.direction == "better" for one in parts)
    title = f"{WITHIN} · search estimate, a clear gain for {clear} of {len(parts)}"
    folder = st.expander(title, key="adds", on_change="rerun")
    if not folder.open:
        return
    with folder:
        html(
            f'<div class="ic ic-mute">{NAMES[found.metric]} with the snippet against the candidate without it, on '
            f'the development examples that chose it: expect less on new ones · <a href="{run_page(run_id)}">run '
            f"{run_id}</a> · {KEY}</div>"
        )
        st.altair_chart(
            chart(parts, ticked=False),
            width=WIDTH,
            key="adds-chart",
            alt=WITHIN,
        )
