"""Inbox: one row a candidate, what it gains and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from composer.figures import NAMES
from composer.reading import Entry, inbox
from ui.parts import words
from ui.parts.figures import gain, pair
from ui.parts.opening import database, now
from ui.parts.page import empty, html
from ui.parts.words import count, safe, state_tag, when

TABS = {
    "needs review": {"needs review", "changes requested"},
    "released": {"released", "replaced"},
    "stale": {"stale", "unreadable"},
}
ALL = "all"


def state_of(entry: Entry) -> str:
    """Return the state of a candidate; `unreadable` where it can't be composed any more."""
    return entry.review.state if entry.review else "unreadable"


def row(entry: Entry, at: datetime) -> str:
    """Return one candidate as a table row, as HTML."""
    link = f'<a href="candidate?candidate={entry.candidate_id}">'
    name = f"{link}{safe(entry.task)} → {safe(entry.target)}</a>"
    start = f'<td class="ic-num ic-mute">{entry.candidate_id}</td><td class="ic-nowrap">{name}</td>'
    age = f'<td class="ic-mute">{when(entry.created_at, at)}</td>'
    if entry.review is None:
        state = state_tag("stale")
        return f'<tr>{start}<td colspan="4" class="ic-mute">{safe(entry.problem)}</td><td>{state}</td>{age}</tr>'
    candidate = entry.review.candidate
    metric = candidate.figures[0]
    passed = sum(gate.passed for gate in candidate.gates)
    total = len(candidate.gates)
    failing = ", ".join(gate.name for gate in candidate.gates if not gate.passed)
    tone, sign = ("better", "✓") if passed == total else ("worse", "✗")
    gates = f'<span class="ic-{tone}" title="{safe(f"fails: {failing}") if failing else "all pass"}">{sign}</span>'
    return (
        f'<tr>{start}<td class="ic-nowrap">{safe(NAMES[metric.name])} {pair(metric)}</td>'
        f'<td class="ic-nowrap">{gain(metric)}</td>'
        f'<td class="ic-nowrap">{gates} {passed} of {total}</td>'
        f'<td class="ic-nowrap ic-mute">{waits(entry)}</td><td>{state_tag(entry.review.state)}</td>{age}</tr>'
    )


def waits(entry: Entry) -> str:
    """Say who or what a candidate waits for."""
    review = entry.review
    if review is None or review.state not in TABS["needs review"]:
        return ""
    if review.obstacles:
        return (
            f'<span title="{safe("; ".join(review.obstacles))}">{count(len(review.obstacles), "obstacle")}</span>'
        )
    return count(review.approvals_needed - len(review.approvals), "approval")


def table(entries: Sequence[Entry]) -> str:
    """Return the candidates as an HTML table."""
    at = now()
    heads = (
        "#no.",
        "task → target",
        "before → after",
        "difference, 95% interval",
        "gates",
        "waits for",
        "state",
        "age",
    )
    return words.table(heads, [row(entry, at) for entry in entries])


def fits(entry: Entry, wanted: str) -> bool:
    """Whether a candidate has every word of the filter in its task, target, state, number or snippets."""
    keys = entry.review.composition.keys if entry.review else ()
    text = f"{entry.candidate_id} {entry.task} {entry.target} {state_of(entry)} {' '.join(keys)}".lower()
    return all(word in text for word in wanted.lower().split())


st.title("Inbox", anchor=False)
with database().session() as session:
    found = inbox(session)
if not found:
    empty(
        "No candidate yet",
        "A candidate is a composition of vetted snippets that beat the prompt in use on the sealed test split. "
        "It waits here, with its evidence, for someone to approve it or not.",
        "A run looks for one: it tries compositions on the development examples, within a budget of answers.",
    )
    st.page_link("views/runs.py", label="Start a run", icon=":material/play_arrow:")
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    tab = st.segmented_control(
        "State",
        [*TABS, ALL],
        default="needs review",
        required=True,
        key="state",
        bind="query-params",
        label_visibility="collapsed",
    )
    wanted = st.text_input(
        "Filter",
        key="inbox",
        bind="query-params",
        placeholder="Filter by task, target, snippet or state",
        label_visibility="collapsed",
        width=320,
    )
shown = [
    entry for entry in found if (tab == ALL or state_of(entry) in TABS[tab or ALL]) and fits(entry, wanted or "")
]
if shown:
    html(table(shown))
else:
    of = "" if tab == ALL else f" under “{tab}”"
    st.caption(f"None of {count(len(found), 'candidate')} fits{of}{' with this filter' if wanted else ''}.")
