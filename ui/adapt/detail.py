"""One adaptation in full: its progress while it is at work, then the candidate or the no-go that it ended in."""

from __future__ import annotations

import streamlit as st

from composer.activity.addresses import run_page
from composer.adaptation import kept_gain
from composer.home.processes import FAILED, FINISHED, STOPPED
from composer.prompts.composition import BARE_BASE
from composer.runs.estimates import seconds_left
from composer.runs.records import RunSummary, ask_to_stop
from ui.adapt import ended
from ui.adapt.page_data import Known
from ui.adapt.state import ENDED, MOVING, begin, mark
from ui.runs.state import AT_WORK, INTERRUPTED, NOT_STARTED
from ui.shell.context import database, now
from ui.shell.html import lasting, plain, safe, when
from ui.shell.notices import Section, action
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import who

STOP = Section("stop-adaptation")
STOPPING = Key("stopping-adaptation", False)
"""Whether this page asked an adaptation to stop."""


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
        if known.state in MOVING:
            _progress(known, known.run)
        elif known.state not in ENDED:
            _unfinished(known)
        elif one.outcome is not None:
            with database().session() as session:
                kept = kept_gain(session, one)
            ended.show(one, one.outcome, kept)


def _stop(run_id: int, adaptation_id: int) -> None:
    """Ask an adaptation's search to stop, keeping what it has."""
    with database().session() as session:
        ask_to_stop(session, run_id, by=who(), at=now())
    STOPPING.of(adaptation_id).set(True)


def _progress(known: Known, run: RunSummary) -> None:
    """Show an adaptation at work: how far, how long still, and the button that stops it."""
    one = known.one
    done = min(run.counts.asked / run.expected, 1.0) if run.expected else 0.0
    left = seconds_left(run, now())
    still = (
        f"about {lasting(left)} left at most" if left is not None else "time left: known after the first answers"
    )
    phase = run.message or "a worker is starting"
    if run.state == FINISHED:
        phase, still, done = "comparing all sides", "a moment", 1.0
    st.progress(done, text=plain(f"{phase} · {run.counts.asked:,} of up to {run.expected:,} answers · {still}"))
    html(
        f'<div class="ic ic-mute">{run.counts.stored:,} stored already · {run.counts.paid:,} paid · it ends early '
        "as soon as no composition can be of use</div>"
    )
    if known.state != AT_WORK or run.state == FINISHED:
        return
    stopping = STOPPING.of(one.id).get()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stop",
            key=f"stop-{one.id}",
            icon=":material/stop:",
            on_click=action(STOP.of(one.id))(_stop),
            args=(run.id, one.id),
            disabled=stopping,
        )
        effect = "stopping after the answer in flight" if stopping else "keeps every answer; it can go on later"
        st.caption(effect, width="content")


def _unfinished(known: Known) -> None:
    """Show why an adaptation is not at work though it has not ended, and offer to go on."""
    one = known.one
    reason = {
        INTERRUPTED: "The worker of this adaptation is gone: it was killed, or the machine was restarted.",
        NOT_STARTED: "This adaptation was entered, and its worker did not start.",
        STOPPED: "This adaptation was stopped.",
        FAILED: f"This adaptation broke off: {one.message}",
        FINISHED: "Its search has ended, and the sides were not compared yet.",
    }[known.state]
    st.warning(plain(reason), width=760)
    st.caption("Every answer is kept, and none of the stored ones is paid for again.")
    st.button(
        "Go on",
        key=f"go-on-{one.id}",
        icon=":material/play_arrow:",
        on_click=_go_on,
        args=(known,),
    )


def _go_on(known: Known) -> None:
    STOPPING.of(known.one.id).set(False)
    begin(known.one)
