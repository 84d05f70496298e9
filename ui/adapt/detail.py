"""One adaptation in full: its progress while it is at work, then the candidate or the no-go that it ended in."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.activity.addresses import run_page
from composer.adaptation import kept_gain
from composer.adaptation.price import price_in_words
from composer.answers.bound import bound_in
from composer.candidates.records import PROPOSERS
from composer.home.processes import FAILED, FINISHED, RUNNING, STOPPED
from composer.prompts.composition import BARE_BASE
from composer.runs.estimates import seconds_left
from composer.runs.records import get_run
from ui.adapt import ended
from ui.adapt.page_data import Known
from ui.adapt.state import ENDED, MAY_NOT, MOVING, mark
from ui.runs import bounds, stop_button
from ui.runs.detail import search_line
from ui.runs.state import AT_WORK, IN_LINE, INTERRUPTED, NOT_STARTED, go_on_with
from ui.shell.context import database, now
from ui.shell.html import count, lasting, plain, safe, when
from ui.shell.notices import Section, action
from ui.shell.page import html
from ui.shell.user import me

STOP, GO_ON = Section("stop-adaptation"), Section("go-on-adaptation")


def show(known: Known) -> None:
    """Show one adaptation in full."""
    one = known.one
    held = " + ".join(one.baseline) or BARE_BASE
    with st.container(border=True, key=f"adaptation-{one.id}"):
        html(
            f'<div class="ic ic-head"><b>Adaptation {one.id}</b> {safe(one.task)}: {safe(one.source)} → '
            f'{safe(one.target)} {mark(known.state)} <span class="ic-mute">{safe(one.strategy)}, seed {one.seed}, '
            f'budget {one.budget:,} · <a href="{run_page(one.run_id)}">run {one.run_id}</a> · started by '
            f"{safe(one.started_by)} {when(one.created_at, now())}</span></div>"
            f'<div class="ic ic-mute">carried over: <code>{safe(held)}</code></div>'
        )
        STOP.of(one.id).show_refusal()
        GO_ON.of(one.id).show_refusal()
        if known.state in MOVING:
            _progress(known)
        elif known.state not in ENDED:
            _unfinished(known)
        elif one.outcome is not None:
            with database().session() as session:
                kept, price = kept_gain(session, one), price_in_words(session, one)
            ended.show(one, one.outcome, kept, price)


def _progress(known: Known) -> None:
    """Show an adaptation on its way: how far, what looks best, how long still, and the button that stops it."""
    run = known.run
    done = min(run.counts.asked / run.expected, 1.0) if run.expected else 0.0
    st.progress(1.0 if run.state in (FINISHED, FAILED) else done, text=plain(_at(known)))
    begun = known.state == AT_WORK and run.state == RUNNING
    if begun:
        with database().session() as session:
            searched = get_run(session, run.id)
        tried = len({step.keys for step in searched.trace})
        parts = [f"{run.counts.stored:,} stored already, {run.counts.paid:,} paid"]
        parts += [f"{count(tried, 'composition')} tried"] if tried else []
        parts.append("it ends early as soon as no composition can be of use")
        html(f'<div class="ic ic-mute">{" · ".join(parts)}</div>')
        search_line(searched)
    if begun or known.state == IN_LINE:
        keeps = "keeps every answer; it can go on later"
        stop_button.show(run, STOP, known.one.id, keeps=keeps, may_not=MAY_NOT)


def _at(known: Known) -> str:
    """Return what an adaptation on its way is at, in words."""
    run = known.run
    if known.state == IN_LINE:
        return _waits_for(known.before)
    if known.state != AT_WORK:
        return "a worker is starting"
    if run.state != RUNNING:
        return "comparing all sides"
    left = seconds_left(run, now())
    still = "time left: known after the first answers" if left is None else f"about {lasting(left)} left at most"
    since = "" if run.started_at is None else f" · at work for {lasting((now() - run.started_at).total_seconds())}"
    answers = f"{run.counts.asked:,} of up to {run.expected:,} answers"
    return f"{run.message or 'at work'} · {answers}{since}, {still}"


def _waits_for(before: Sequence[int]) -> str:
    """Return for which adaptations one waits, in words."""
    if not before:
        return "a worker is starting"
    if len(before) == 1:
        return f"waiting its turn: adaptation {before[0]} comes before it"
    named = f"{', '.join(map(str, before[:-1]))} and {before[-1]}"
    return f"waiting its turn: adaptations {named} come before it"


def _unfinished(known: Known) -> None:
    """Show why an adaptation is not at work though it has not ended, and offer to go on."""
    one, may = known.one, me().for_task(known.one.task).may(*PROPOSERS)
    reason = {
        INTERRUPTED: "The worker of this adaptation is gone: it was killed, or the machine was restarted.",
        NOT_STARTED: "This adaptation was entered, and no worker has it.",
        STOPPED: bound_in(one.message) or "This adaptation was stopped.",
        FAILED: f"This adaptation broke off: {one.message}",
        FINISHED: "Its search has ended, and the sides were not compared yet.",
    }[known.state]
    st.warning(plain(reason), width=760)
    answers = f"{count(one.answers, 'answer')} of up to {one.expected:,} came until then. " if one.answers else ""
    st.caption(f"{answers}Every answer is kept, and none of the stored ones is paid for again.")
    limits = bounds.show([one.target], f"go-on-{one.id}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Go on",
            key=f"go-on-{one.id}",
            icon=":material/play_arrow:",
            on_click=action(GO_ON.of(one.id))(go_on_with),
            args=(known.run, limits),
            disabled=not may,
        )
        if not may:
            st.caption(MAY_NOT, width="content")
