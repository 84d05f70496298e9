"""Inbox: one row a candidate, what it gains, where it stands, and whom it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from composer.figures import NAMES
from composer.reading import Entry
from composer.review.standing import Standing
from composer.waiting import TABS, Tab, tabs_of, waits_for
from library.people import Person
from ui.parts import inboxes, linked, words
from ui.parts.csvtext import as_csv
from ui.parts.figures import gain, pair
from ui.parts.opening import now
from ui.parts.page import empty, html
from ui.parts.who import me
from ui.parts.words import count, safe, state_tag, when

ANY_TASK, ANY_TARGET = "every task", "every target"
NOTHING_IN = {
    "needs me": "Nothing waits for your decision.",
    "mine": "None of the candidates was proposed by you.",
    "approved": "Nothing approved waits to be released.",
    "stale": "No candidate is stale.",
    "no-go": "No candidate was turned down.",
    "released": "Nothing was released yet.",
}


def row(entry: Entry, person: Person, at: datetime) -> str:
    """Return one candidate as a table row, as HTML."""
    link = f'<a href="candidate?candidate={entry.candidate_id}">'
    made_of = " · ".join(filter(None, (", ".join(entry.keys), f"by {entry.proposed_by}")))
    name = (
        f"{link}{safe(entry.task)} → {safe(entry.target)}</a><div class='ic-mute ic-small'>{safe(made_of)}</div>"
    )
    start = f'<td class="ic-num ic-mute">{entry.candidate_id}</td><td>{name}</td>'
    age = f'<td class="ic-mute">{when(entry.created_at, at)}</td>'
    if entry.standing is None:
        return (
            f'<tr>{start}<td colspan="4" class="ic-mute">{safe(entry.problem)}</td>'
            f"<td>{state_tag(entry.state)}</td>{age}</tr>"
        )
    metric = entry.standing.candidate.figures[0]
    # What is released stays so, whatever changes under it.
    changed = entry.standing.stale and entry.standing.release
    stale = (
        f' <span title="{safe("; ".join(entry.standing.stale))}">{state_tag("stale")}</span>' if changed else ""
    )
    return (
        f'<tr>{start}<td class="ic-nowrap">{safe(NAMES[metric.name])} {pair(metric)}</td>'
        f'<td>{gain(metric)}</td><td class="ic-nowrap">{gates(entry.standing)}</td>'
        f"<td>{waits(entry.standing, person)}</td><td>{state_tag(entry.state)}{stale}</td>{age}</tr>"
    )


def gates(standing: Standing) -> str:
    """Return how many gates pass, as HTML; those that fail show on hover."""
    found = standing.candidate.gates
    failing = [gate.name if gate.binding else f"{gate.name} (advisory)" for gate in found if not gate.passed]
    held_up = any(gate.binding and not gate.passed for gate in found)
    tone, sign = ("worse", "✗") if held_up else ("better", "✓")
    title = f"fails: {', '.join(failing)}" if failing else "all pass"
    return (
        f'<span title="{safe(title)}"><span class="ic-{tone}">{sign}</span> '
        f"{len(found) - len(failing)} of {len(found)}</span>"
    )


def waits(standing: Standing, person: Person) -> str:
    """Say whom and what a candidate waits for, as HTML; all that is in its way shows on hover."""
    said = waits_for(standing, person)
    if not said:
        return '<span class="ic-mute">—</span>'
    first, rest = said[0], said[1:]
    whole = "; ".join(standing.stale or standing.against_release())
    weight = f"<b>{safe(first)}</b>" if first.startswith("you") else safe(first)
    more = f'<div class="ic-mute ic-small">{safe(" · ".join(rest))}</div>' if rest else ""
    return f'<span title="{safe(whole)}">{weight}</span>{more}'


def table(entries: Sequence[Entry], person: Person) -> str:
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
    return words.table(heads, [row(entry, person, at) for entry in entries])


def csv(entries: Sequence[Entry], person: Person) -> bytes:
    """Return the rows shown for a spreadsheet or script; figures are left empty where they can't be read."""
    lines = []
    for one in entries:
        line = {
            "candidate": one.candidate_id,
            "task": one.task,
            "target": one.target,
            "state": one.state,
            "proposed by": one.proposed_by,
            "created": one.created_at.isoformat(),
            "snippets": " ".join(one.keys),
            "problem": one.problem,
        }
        if one.standing is not None:
            metric, found = one.standing.candidate.figures[0], one.standing.candidate.gates
            line |= {
                "metric": metric.name,
                "before": metric.incumbent,
                "after": metric.candidate,
                "difference": metric.difference,
                "low": metric.low,
                "high": metric.high,
                "gates": len(found),
                "gates passed": sum(gate.passed for gate in found),
                "approvals": len(one.standing.approvals),
                "approvals needed": one.standing.approvals_needed,
                "waits for": "; ".join(waits_for(one.standing, person)),
            }
        lines.append(line)
    return as_csv(pd.DataFrame(lines))


def fits(entry: Entry, wanted: str) -> bool:
    """Whether a candidate has every word of the filter in its place, state, number, proposer or snippets."""
    parts = (entry.candidate_id, entry.task, entry.target, entry.state, entry.proposed_by, *entry.keys)
    text = " ".join(str(part) for part in parts).lower()
    return all(word in text for word in wanted.lower().split())


def place_filter(name: str, everything: str, known: Sequence[str]) -> str:
    """Offer the tasks or targets there are, where there is more than one; returns the one chosen, or empty."""
    options = sorted(set(known))
    if len(options) < 2:
        return ""
    chosen = linked.chosen(name, [everything, *options], everything)
    st.selectbox(
        name.capitalize(),
        [everything, *options],
        key=name,
        label_visibility="collapsed",
        width=200,
        on_change=linked.keep,
        args=(name,),
    )
    return "" if chosen == everything else chosen


def filters(found: Sequence[Entry]) -> list[Entry]:
    """Take words, task and target, and return the candidates that fit."""
    wanted = st.text_input(
        "Filter",
        key="inbox",
        bind="query-params",
        placeholder="Filter by snippet, person, state …",
        label_visibility="collapsed",
        width=260,
    )
    task = place_filter("task", ANY_TASK, [entry.task for entry in found])
    target = place_filter("target", ANY_TARGET, [entry.target for entry in found])
    return [
        entry
        for entry in found
        if task in ("", entry.task) and target in ("", entry.target) and fits(entry, wanted or "")
    ]


def tabs(counts: dict[Tab, int]) -> str:
    """Offer the tabs with their counts and return the one that is open: what waits for you, if anything does."""
    tab = linked.chosen("state", TABS, "needs me" if counts["needs me"] else "all")
    st.segmented_control(
        "Which candidates",
        TABS,
        key="state",
        required=True,
        format_func=lambda name: f"{name} {counts[name]}",
        label_visibility="collapsed",
        on_change=linked.keep,
        args=("state",),
    )
    return tab


st.title("Inbox", anchor=False)
person = me()
found = inboxes.entries()
if not found:
    empty(
        "No candidate yet",
        "A candidate is a composition of vetted snippets that beat the prompt in use on the sealed test split. "
        "It waits here, with its evidence, for someone to approve it or not.",
        "A run looks for one: it tries compositions on the development examples, within a budget of answers.",
    )
    st.page_link("views/runs.py", label="Start a run", icon=":material/play_arrow:")
    st.stop()

above = st.container(horizontal=True, vertical_alignment="center")
with st.container(horizontal=True, vertical_alignment="center"):
    fitting = filters(found)
of = {entry.candidate_id: tabs_of(entry.standing, entry.proposed_by, person) for entry in fitting}
with above:
    tab = tabs({name: sum(name in one for one in of.values()) for name in TABS})
    shown = [entry for entry in fitting if tab in of[entry.candidate_id]]
    st.download_button(
        "CSV",
        lambda: csv(shown, person),
        "inbox.csv",
        "text/csv",
        key="csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not shown,
    )
if shown:
    html(table(shown, person))
elif len(fitting) == len(found):
    st.caption(NOTHING_IN[tab])
else:
    under = "" if tab == "all" else f" under “{tab}”"
    st.caption(f"None of {count(len(found), 'candidate')} fits{under} with this filter.")
