"""One run in full: its progress while it is at work, then what it found or why it stopped."""

from __future__ import annotations

import streamlit as st

from composer.activity.addresses import adaptation_page
from composer.answers.bound import bound_in
from composer.candidates.records import PROPOSERS
from composer.evaluation.formatting import NAMES, SHARES, change
from composer.evaluation.metrics import as_change
from composer.home.processes import FAILED, STOPPED
from composer.registry.tasks import get_task
from composer.runs.estimates import best_so_far, seconds_left
from composer.runs.findings import search_findings
from composer.runs.plan import PROPOSED
from composer.runs.records import Run, get_run
from ui.components import charts, effects
from ui.runs import bounds, stop_button
from ui.runs.state import AT_WORK, IN_LINE, INTERRUPTED, MOVING, NOT_STARTED, found_how, go_on_with, mark
from ui.shell.context import database, now
from ui.shell.html import count, lasting, plain, safe, when
from ui.shell.notices import Section, action
from ui.shell.page import html
from ui.shell.user import me

STOP = Section("stop")
GO_ON = Section("go on")


def show(run_id: int, state: str) -> None:
    """Show one run in full; `state` is as `run_state` returns it."""
    with database().session() as session:
        run = get_run(session, run_id)
    with st.container(border=True, key=f"run-{run.id}"):
        budget = f", budget {run.budget:,}" if run.budget else ""
        html(
            f'<div class="ic ic-head"><b>Run {run.id}</b> {safe(run.task)} → {safe(run.target)} {mark(state)} '
            f'<span class="ic-mute">{safe(found_how(run))}{budget} · started by '
            f"{safe(run.started_by)} {when(run.created_at, now())}{_part_of(run)}</span></div>"
        )
        STOP.of(run.id).show_refusal()
        GO_ON.of(run.id).show_refusal()
        if state in MOVING:
            _progress(run, state)
        elif state in (INTERRUPTED, NOT_STARTED, STOPPED, FAILED):
            _unfinished(run, state)
        else:
            _finished(run)
        search_line(run)
        if state not in MOVING:
            _findings(run)


def _part_of(run: Run) -> str:
    """Return which adaptation a run is the search of, as HTML; empty for most."""
    if run.adaptation is None:
        return ""
    return f' · part of <a href="{adaptation_page(run.adaptation)}">adaptation {run.adaptation}</a>'


def _progress(run: Run, state: str) -> None:
    """Show a run at work: how far, how long still, and the button that stops it."""
    done = min(run.counts.asked / run.expected, 1.0) if run.expected else 0.0
    left = seconds_left(run, now())
    still = (
        f"about {lasting(left)} left at most" if left is not None else "time left: known after the first answers"
    )
    phase = run.message or {AT_WORK: "at work", IN_LINE: IN_LINE}.get(state, "a worker is starting")
    far = f" · {run.counts.asked:,} of up to {run.expected:,} answers · {still}" if state == AT_WORK else ""
    st.progress(done, text=plain(f"{phase}{far}"))
    tried = len({step.keys for step in run.trace})
    searched = "" if run.strategy == PROPOSED else f" · {count(tried, 'composition')} tried"
    html(
        f'<div class="ic ic-mute">{run.counts.asked:,} asked · {run.counts.stored:,} stored already · '
        f"{run.counts.paid:,} paid{searched}</div>"
    )
    if state not in (AT_WORK, IN_LINE):
        return
    stop_button.show(run, STOP, run.id, keeps="keeps every answer; it can be continued")


def _unfinished(run: Run, state: str) -> None:
    """Show why a run is not at work though it has not finished, and offer to continue it."""
    reason = {
        INTERRUPTED: "The worker of this run is gone: it was killed, or the machine was restarted.",
        NOT_STARTED: "This run was entered, and its worker did not start.",
        STOPPED: bound_in(run.message) or "This run was stopped.",
        FAILED: f"This run ended early: {run.message}",
    }[state]
    st.warning(plain(reason))
    kept = f"{count(run.counts.paid, 'paid answer is', 'paid answers are')} kept. " if run.counts.paid else ""
    st.caption(f"{kept}Continuing pays for none of the stored ones again.")
    limits = bounds.show([run.target], f"{run.id}")
    st.button(
        "Continue",
        key=f"continue-{run.id}",
        icon=":material/play_arrow:",
        on_click=action(GO_ON.of(run.id))(go_on_with),
        args=(run, limits),
        disabled=not me().for_task(run.task).may(*PROPOSERS),
    )


def _finished(run: Run) -> None:
    """Show what a finished run found, and what it cost."""
    result, found = run.result, run.candidate_id
    message = run.message or "finished"
    if result and found is not None:
        failing = [gate.name for gate in result.gates if not gate.passed]
        gates = f"; it fails {', '.join(failing)}" if failing else ""
        if result.let_through is not False:
            beats = f"beats the incumbent on the sealed test split{gates}"
            picked = run.strategy == PROPOSED
            message = f"candidate {found} {beats}" if picked else f"found candidate {found}, which {beats}"
    html(f'<div class="ic">{safe(message[:1].upper() + message[1:])}.</div>')
    if found is not None:
        st.page_link(
            "views/candidate.py",
            label=f"Open candidate {found}",
            icon=":material/arrow_forward:",
            query_params={"candidate": str(found)},
        )
    if result:
        cells = result.cells
        tried = "" if run.strategy == PROPOSED else f"{count(result.tried, 'composition')} tried · "
        html(
            f'<div class="ic ic-mute">{cells.asked:,} answers asked for · {cells.stored:,} stored already · '
            f"{cells.paid:,} paid · {tried}{lasting(result.seconds)}</div>"
        )


def search_line(run: Run) -> None:
    """Chart a run's best search estimate against the answers it asked for."""
    start = "the incumbent" if run.adaptation is None else "the prompt that is carried over"
    with database().session() as session:
        metric = get_task(session, run.task).metric
    line = [(cells, as_change(metric, gain)) for cells, gain in best_so_far(run.trace)]
    dots = [(step.cells, as_change(metric, step.gain)) for step in run.trace]
    if line:
        better = "lower is better" if metric == "nmse" else "higher is better"
        best = f"{NAMES[metric]} {change(metric, line[-1][1])}{' points' if metric in SHARES else ''}"
        name = f"Best search estimate so far: {best} against {start}"
        st.caption(f"{name} ({better}). Dots are the compositions compared, on few examples at first.")
        st.altair_chart(
            charts.search_line(line, dots, NAMES[metric], share=metric in SHARES),
            width=820,
            key=f"line-{run.id}",
            alt="Best search estimate by answers",
        )


def _findings(run: Run) -> None:
    """Show what the search of a run found about each snippet, where that is known."""
    with database().session() as session:
        found = search_findings(session, run)
    if found:
        effects.show(found, run.id, run.message)
