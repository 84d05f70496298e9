"""Trying a draft from the page: the button with its cost, its progress, and what it fixes and breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from composer.curation import jobs as work
from composer.curation.disagreements import Disagreements, find_disagreements
from composer.curation.jobs import AuthoringJob
from composer.curation.questions import plan_try
from composer.curation.trying import SAMPLE, Tried
from composer.data.examples import Example
from composer.evaluation.formatting import NAMES
from composer.evaluation.outcomes import Row
from library.errors import Refused
from library.roles import Person
from ui.components import metrics
from ui.components.metrics import gold, read_value
from ui.disagreements import job, page_data
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe, table, when
from ui.shell.page import html
from ui.shell.user import who

WHAT_IT_IS = (
    f"On up to {SAMPLE} authoring examples: half are those on which the prompt in use is furthest off, in each "
    "direction, which flatters any change; half are drawn at random. A look, no evidence: only a run measures it."
)
LONGEST = 160
"""Characters of an input that stand in a row; the rest is in the opened example."""


def show(found: Disagreements, text: str, key: str, apart: Sequence[str], person: Person) -> Tried | None:
    """Offer to try a draft, or show in short what trying it came to, and return that; None before it was tried."""
    task, target = found.now.task.name, found.now.target.name
    if not text.strip():
        st.caption(plain(f"Write the line, then it can be tried here. {WHAT_IT_IS}"))
        return None
    try:
        offer = page_data.try_offer(found, text, key, apart)
    except Refused as refused:
        st.caption(plain(f"Can’t be tried yet: {refused}"))
        return None

    def enter() -> int:
        with database().session() as session:
            # Read anew, not as the page keeps it: another may have asked meanwhile.
            planned = plan_try(find_disagreements(session, task, target), text, key=key, apart=apart)
            return work.enter_job(session, planned, by=who(), at=now(), apart=apart)

    done = None if offer.newest is None else offer.newest.tried
    if done is not None and not offer.at_work and done.fingerprint == found.now.prompt.fingerprint:
        html(summary(done, found.now.name))
        return done
    job.show(offer, "Try it", enter, person.for_task(found.now.task.name), "try")
    if not offer.at_work:
        st.caption(plain(WHAT_IT_IS))
    return None


def show_rows(found: Disagreements, done: Tried) -> None:
    """Show example by example what trying a draft came to."""
    examples = {one.example.id: one.example for one in found.judged} | {one.id: one for one in found.missing}
    changed = [row for row in done.rows if row.outcome != "same"]
    if changed:
        html(rows("What it fixes and breaks", changed, done, examples))
    if done.apart:
        html(rows("What it was written from, which counts for nothing", done.apart, done, examples))
    if same := [row for row in done.rows if row.outcome == "same"]:
        with st.expander(f"{count(len(same), 'example')} as before", key="tried-same"):
            html(rows("", same, done, examples))


def summary(done: Tried, prompt: str) -> str:
    """Return what trying a draft came to, beside the prompt in use, as HTML."""
    counts, (was, now_) = done.counts, done.malformed
    if not counts.total:
        nothing = "Every authoring example is one that it was written from: there is nothing to count."
        return f'<div class="ic ic-mute">{nothing}</div>'
    before, after = done.losses
    metric = (
        ""
        if done.figure.difference is None
        else f"{metrics.pair(done.figure)} &nbsp;{metrics.plain_gain(done.figure)}"
    )
    facts = [
        ("tried on", f"{count(counts.total, 'example')}, beside {safe(prompt)}"),
        (
            "came to",
            f'<b class="ic-better">{counts.better}</b> better · <b class="ic-worse">{counts.worse}</b> worse · '
            f"{counts.same} as before",
        ),
        (NAMES[done.figure.name], metric),
        ("mean loss", f"{before:.3f} → <b>{after:.3f}</b>"),
        ("malformed", f"{was} → <b>{now_}</b>"),
    ]
    cells = "".join(f"<dt>{safe(name)}</dt><dd>{value}</dd>" for name, value in facts)
    return (
        f'<div class="ic ic-open"><dl class="ic-facts">{cells}</dl>'
        f'<p class="ic-mute ic-small">{safe(WHAT_IT_IS)}</p></div>'
    )


def rows(title: str, some: Sequence[Row], done: Tried, examples: Mapping[str, Example]) -> str:
    """Return examples with the answers before and after, as an HTML table."""
    lines = [_line(row, done.answers.get(row.example_id, ""), examples.get(row.example_id)) for row in some]
    head = f'<div class="ic ic-under"><b>{safe(title)}</b></div>' if title else ""
    return head + table(("", "#people", "#before", "#after", "inputs", "example"), lines)


def _line(row: Row, raw: str, example: Example | None) -> str:
    sign, tone = {"better": ("+", "better"), "worse": ("−", "worse")}.get(row.outcome, ("=", "same"))
    inputs = "" if example is None else "<br>".join(safe(_short(text)) for text in example.inputs.values())
    after = read_value(row.candidate_value)
    shown = f'<span title="{safe(raw)}">{safe(after)}</span>'
    return (
        f'<tr><td class="ic-nowrap"><b class="ic-{tone}">{sign} {row.outcome}</b></td>'
        f'<td class="ic-num">{safe(gold(row.gold))}</td>'
        f'<td class="ic-num">{safe(read_value(row.incumbent_value))}</td><td class="ic-num"><b>{shown}</b></td>'
        f'<td class="ic-wide ic-verbatim">{inputs}</td>'
        f'<td class="ic-mono ic-nowrap">{safe(row.example_id)}</td></tr>'
    )


def show_earlier(found: Disagreements) -> None:
    """List the drafts that were tried beside the prompt in use, so that one can be held against another."""
    known = page_data.tried_before(found)
    if not known:
        return
    with st.expander(f"{count(len(known), 'draft')} tried lately beside {found.now.name}", key="tried-before"):
        heads = (
            "draft",
            "#better",
            "#worse",
            "#as before",
            "#malformed",
            NAMES[found.now.task.metric],
            "who",
            "when",
        )
        html(table(heads, [_tried_row(one, one.tried) for one in known if one.tried is not None]))


def _tried_row(entered: AuthoringJob, done: Tried) -> str:
    counts = done.counts
    was, left = done.malformed
    figures = (
        "—" if done.figure.difference is None else f"{metrics.pair(done.figure)} {metrics.plain_gain(done.figure)}"
    )
    numbers = (counts.better, counts.worse, counts.same, f"{was} → {left}")
    cells = "".join(f'<td class="ic-num">{one}</td>' for one in numbers)
    return (
        f'<tr><td class="ic-wide ic-verbatim">{safe(entered.text)}</td>{cells}<td class="ic-nowrap">{figures}</td>'
        f"<td>{safe(entered.started_by)}</td><td>{when(entered.ended_at or entered.created_at, now())}</td></tr>"
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
