"""The top of the page of a task: what it is, how many labels it has, and how good an answer could be."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from composer.analysis.data_summary import DataSummary
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.evaluation.raters import Estimate
from composer.task.task import Task
from composer.task.wording import data_in_words, output_in_words, policy_in_words, snippets_in_words
from ui.shell.html import count, safe
from ui.shell.page import html, section
from ui.task.page_data import TaskShown

UNKNOWN = '<span class="ic-mute">needs two people’s ratings of an example</span>'


def show(found: TaskShown) -> None:
    """Show the task's name and purpose, and the figures that say how good any prompt could be."""
    task, summary = found.task, found.summary
    about = f'<p class="ic-story">{safe(task.description)}</p>' if task.description else ""
    html(
        f'<div class="ic"><div class="ic-head"><h1>{safe(task.title)}</h1></div>'
        f'<div class="ic-mute">task {safe(task.name)} · risk {task.risk} · '
        f'<code title="{task.hash}">{task.hash[:10]}</code></div>{about}</div>'
        + ("" if summary is None else cards(task, summary))
    )


def cards(task: Task, summary: DataSummary) -> str:
    """Return labels, floor, ceiling, agreement and people as a row of cards, as HTML."""
    whole, metric = summary.whole, task.metric
    sizes = " · ".join(f"{split} {number:,}" for split, number in whole.sizes.items())
    aside = "0 perfect, 100 worst" if metric == "nmse" else "higher is better"
    odd = len(summary.at_odds)
    odds = f' · <span class="ic-worse">{odd} at odds</span>' if odd else ""
    parts = [
        _card("Labels", "examples", f"<b>{whole.total:,}</b>", safe(sizes)),
        _card(
            "A constant answer",
            f"{NAMES[metric]}, {aside}",
            f"<b>{figure(metric, whole.floor.figure)}</b>",
            f"always “{safe(whole.floor.answer)}”, the best of them",
        ),
        _card("One more person", NAMES[metric], *_estimate(whole.ceiling, lambda end: figure(metric, end))),
        _card("Agreement", "alpha: 1 all, 0 chance", *_estimate(whole.alpha, two)),
        _card(
            "People",
            "",
            f"<b>{len(summary.raters):,}</b>" if summary.raters else "—",
            f"{count(summary.ratings, 'rating')}{odds}" if summary.raters else UNKNOWN,
        ),
    ]
    return f'<div class="ic ic-cards">{"".join(parts)}</div>'


def two(value: float) -> str:
    """Write a measure of agreement to two decimals."""
    return f"{value:.2f}".replace("-", "−")


def _estimate(one: Estimate | None, written: Callable[[float], str]) -> tuple[str, str]:
    if one is None:
        return "—", UNKNOWN
    bounds = bracketed(written(one.low), written(one.high))
    return f"<b>{written(one.value)}</b>", f'<span class="ic-mute">{bounds}</span>'


def _card(name: str, aside: str, value: str, below: str) -> str:
    return (
        f'<div class="ic-card"><div class="ic-label"><span>{name}</span><span>{safe(aside)}</span></div>'
        f'<div class="ic-pair">{value}</div><div class="ic-delta">{below}</div></div>'
    )


def show_texts(task: Task) -> None:
    """Show what the task asks for: its base and message, and output, snippets, data and policy in words."""
    section("What it asks for")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        html('<div class="ic ic-mute">The base: {{snippets}} is where snippets go</div>')
        st.code(task.base, language=None, wrap_lines=True)
        html('<div class="ic ic-mute">The user message, with the inputs in place of their names</div>')
        st.code(task.message, language=None, wrap_lines=True)
    with right:
        known = {
            "Inputs": ", ".join(task.inputs),
            "Output": output_in_words(task),
            "Snippets": snippets_in_words(task),
            "Data": data_in_words(task),
            "Policy": policy_in_words(task),
        }
        rows = "".join(f"<dt>{name}</dt><dd>{safe(text)}</dd>" for name, text in known.items())
        html(f'<dl class="ic ic-facts">{rows}</dl>')
