"""What an adaptation came to: a candidate with its gain over plain transfer, or a no-go with its reasons."""

from __future__ import annotations

import streamlit as st

from composer.adaptation import Adaptation, Outcome, Side
from composer.adaptation.outcome import SIDES
from composer.adaptation.wording import UNCHANGED, over_transfer, took
from composer.evaluation.dev_and_test import DevTestGap
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.prompts.composition import BARE_BASE
from ui.adapt import chart
from ui.shell.html import safe, table
from ui.shell.page import html

CHART_WIDTH = 720


def show(one: Adaptation, found: Outcome, kept: DevTestGap | None, price: str) -> None:
    """Show how an adaptation ended: the verdict first, then the sides it was measured on, then what it took."""
    if found.kind == "candidate":
        html(f'<div class="ic"><p class="ic-story">{safe(_gain(found))}</p></div>')
    else:
        reasons = "".join(f"<li>{safe(reason)}</li>" for reason in found.reasons)
        html(
            f'<div class="ic"><p class="ic-story">No-go: there is nothing to review for {safe(one.target)}.</p>'
            f"<ul>{reasons}</ul></div>"
        )
    if found.candidate_id is not None:
        st.page_link(
            "views/candidate.py",
            label=f"Open candidate {found.candidate_id}"
            if found.kind == "candidate"
            else f"Open what was measured, candidate {found.candidate_id}",
            icon=":material/arrow_forward:",
            query_params={"candidate": str(found.candidate_id)},
        )
    if found.sides:
        html(table(_heads(found), [_row(found, side) for side in found.sides]))
        st.altair_chart(chart.sides(found), width=CHART_WIDTH, key=f"sides-{one.id}", alt=chart.legend(found))
        html(f'<div class="ic ic-mute ic-small">{safe(chart.legend(found))}</div>')
    html(f'<dl class="ic ic-facts">{_facts(found, kept, price)}</dl>')


def _gain(found: Outcome) -> str:
    """Return what a candidate gains over the prompt that was carried over unchanged, in a sentence."""
    over = over_transfer(found)
    if over == UNCHANGED:
        return f"Candidate {found.candidate_id}: the prompt carried over unchanged is the best that was found."
    transfer, adapted = found.side("plain transfer"), found.side("adapted")
    sides = (
        f" ({figure(found.metric, transfer.composite)} → {figure(found.metric, adapted.composite)})"
        if transfer and adapted
        else ""
    )
    return f"Candidate {found.candidate_id}: adapted, compared with plain transfer, {over}{sides}."


def _heads(found: Outcome) -> tuple[str, ...]:
    return (
        "prompt",
        "target",
        f"#{NAMES[found.metric]}",
        "95% interval",
        "#valid only",
        "#valid rate",
        "#s an answer",
    )


def _row(found: Outcome, one: Side) -> str:
    bounds = bracketed(figure(found.metric, one.low), figure(found.metric, one.high))
    value = figure(found.metric, one.composite)
    shown = f"<b>{value}</b>" if one.kind == "adapted" else value
    keys = " + ".join(one.keys) or BARE_BASE
    cells = (
        f'<td><span class="ic-nowrap">{safe(one.kind)}</span>'
        f'<div class="ic-mute ic-small">{safe(SIDES[one.kind])}: {safe(keys)}</div></td>'
        f'<td class="ic-nowrap">{safe(one.target)}</td><td class="ic-num">{shown}</td>'
        f'<td class="ic-nowrap ic-mute">{bounds}</td>'
    )
    rest = (
        figure(f"valid_{found.metric}", one.valid_only),
        figure("valid_rate", one.valid_rate),
        f"{one.seconds:.2f}",
    )
    figures = "".join(f'<td class="ic-num">{text}</td>' for text in rest)
    return f"<tr>{cells}{figures}</tr>"


def _facts(found: Outcome, kept: DevTestGap | None, price: str) -> str:
    facts = {"Took": took(found.cost), "Price": price}
    if kept is not None:
        facts["Dev and test"] = f"over plain transfer, {kept.sides}. {kept.meaning}"
    if found.sights:
        facts["A larger budget"] = " ".join(found.sights)
    return "".join(f"<dt>{name}</dt><dd>{safe(text)}</dd>" for name, text in facts.items())
