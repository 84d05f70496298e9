"""Runs: start a search, watch it, stop or continue it, and see what it found."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.answers.latency import answer_latency
from composer.evaluation.formatting import NAMES, SHARES, change
from composer.evaluation.metrics import as_change
from composer.optimizer.strategies import DEFAULT_BUDGET, DEFAULT_STRATEGY, STRATEGIES
from composer.registry.datasets import test_split_size
from composer.registry.starter import TARGETS
from composer.registry.targets import task_and_target_names
from composer.registry.tasks import get_task
from composer.runs import worker
from composer.runs.estimates import best_so_far, seconds_left
from composer.runs.findings import search_findings
from composer.runs.plan import plan_run
from composer.runs.records import (
    FAILED,
    FINISHED,
    RUNNING,
    STOPPED,
    WAITING,
    Run,
    ask_to_stop,
    enter_run,
    get_run,
    list_runs,
)
from library.errors import Refused
from ui.components import charts, effects
from ui.shell import html as words
from ui.shell.context import database, now, plain, refusals, this_home
from ui.shell.html import count, lasting, safe, when
from ui.shell.page import empty, html, recall, remember, section
from ui.shell.user import who

# How long a worker may take to start before a run counts as not started.
PATIENCE_SECONDS = 60
MOVING = ("at work", "starting")
MARKS = {"at work": "ic-blue", "starting": "ic-blue", "interrupted": "ic-orange", STOPPED: "", FAILED: "ic-orange"}


def status(run: Run) -> str:
    """Return where a run stands: its state, or `starting`, `at work`, `interrupted`, `not started`."""
    begun = st.session_state.get(f"begun-{run.id}") or run.created_at
    fresh = (now() - begun).total_seconds() < PATIENCE_SECONDS
    if run.state == RUNNING:
        if worker.is_at_work(this_home(), run.id):
            return "at work"
        return "starting" if fresh and f"begun-{run.id}" in st.session_state else "interrupted"
    if run.state == WAITING:
        return "starting" if fresh else "not started"
    if run.state in (STOPPED, FAILED) and f"begun-{run.id}" in st.session_state and fresh:
        ended = run.ended_at
        return "starting" if ended is None or ended < begun else run.state
    return run.state


def begin(run_id: int) -> None:
    """Start a worker process for a run."""
    st.session_state[f"begun-{run_id}"] = now()
    worker.start(this_home(), run_id)


def enter(task: str, target: str, strategy: str, seed: int, budget: int) -> None:
    """Enter a run and start its worker; the same run, entered again, goes on or is shown as it ended."""
    try:
        with database().session() as session:
            plan = plan_run(session, task, target, strategy=strategy, seed=seed, budget=budget)
            run_id = enter_run(session, plan, by=who(), at=now())
            run = get_run(session, run_id)
    except Refused as refused:
        st.session_state["refused"] = str(refused)
        return
    st.query_params["run"] = str(run_id)
    if run.state == FINISHED:
        remember(f"This very run was done before: it is run {run_id}. Change the budget or seed for another.")
    elif not worker.is_at_work(this_home(), run_id):
        begin(run_id)


def stop(run_id: int) -> None:
    """Ask a run to stop, keeping what it has."""
    st.session_state[f"stopping-{run_id}"] = True
    try:
        with database().session() as session:
            ask_to_stop(session, run_id, by=who(), at=now())
    except Refused as refused:
        st.session_state["refused"] = str(refused)


def start_form() -> None:
    """Ask for what a run needs, and say what it takes before it is started."""
    with database().session() as session:
        tasks, targets = task_and_target_names(session)
    if not tasks or not targets:
        empty(
            "Nothing to search on yet",
            "A run needs a task with labelled data, a target (a model), and vetted snippets.",
            "composer demo loads two tasks, three targets and their libraries; "
            "composer task add, composer target add and composer library import bring your own.",
        )
        return
    with st.container(border=True):
        first, second, third, fourth = st.columns([3, 3, 2, 2], vertical_alignment="bottom", gap="small")
        task = first.selectbox("Task", tasks, key="task")
        usual = TARGETS.get(task, targets[0])
        index = targets.index(usual) if usual in targets else 0
        target = second.selectbox("Target", targets, index=index, key=f"target-{task}")
        budget = third.number_input(
            "Budget, answers",
            min_value=20,
            max_value=1_000_000,
            value=DEFAULT_BUDGET,
            step=20,
            key="budget",
            help="Answers the search may ask for. Reading the sealed test split comes on top.",
        )
        with st.expander("Strategy and seed", key="folded"):
            left, right = st.columns(2)
            names = list(STRATEGIES)
            strategy = left.selectbox("Strategy", names, index=names.index(DEFAULT_STRATEGY), key="strategy")
            seed = right.number_input("Seed", min_value=0, max_value=2**32 - 1, value=0, step=1, key="seed")
        try:
            with database().session() as session:
                pairs, speed = test_split_size(session, task), answer_latency(session, target)
                snippets = get_task(session, task).snippets.max
                plan_run(session, task, target, strategy=strategy, seed=int(seed), budget=int(budget))
        except Refused as refused:
            fourth.button("Start", key="start", type="primary", disabled=True, width="stretch")
            st.caption(plain(f"Can't start: {refused}"))
            return
        fourth.button(
            "Start",
            key="start",
            type="primary",
            width="stretch",
            icon=":material/play_arrow:",
            on_click=enter,
            args=(task, target, strategy, int(seed), int(budget)),
        )
        total = int(budget) + 2 * pairs
        basis = (
            f"at {max(speed.seconds, 0.01):.2f} s an answer, measured on {count(speed.measured, 'stored answer')}"
            if speed.measured
            else f"at a guess of {speed.seconds:.0f} s an answer: this target has not answered yet"
        )
        st.caption(
            f"Up to {total:,} answers: {int(budget):,} to search compositions of up to {snippets} snippets, and "
            f"{2 * pairs:,} to read the sealed test split. About **{lasting(total * speed.seconds)}** {basis}. "
            "Stored answers are not asked for again."
        )


def line_of(run: Run) -> None:
    """Chart a run's best search estimate against the answers it asked for."""
    with database().session() as session:
        metric = get_task(session, run.task).metric
    line = [(cells, as_change(metric, gain)) for cells, gain in best_so_far(run.trace)]
    dots = [(step.cells, as_change(metric, step.gain)) for step in run.trace]
    if line:
        better = "lower is better" if metric == "nmse" else "higher is better"
        name = f"Best search estimate so far: {NAMES[metric]} {change(metric, line[-1][1])} against the incumbent"
        st.caption(f"{name} ({better}). Dots are the compositions compared, on few examples at first.")
        st.altair_chart(
            charts.search_line(line, dots, NAMES[metric], share=metric in SHARES),
            width=820,
            key=f"line-{run.id}",
            alt="Best search estimate by answers",
        )


def working(run: Run, where: str) -> None:
    """Show a run at work: how far, how long still, and the button that stops it."""
    done = min(run.counts.asked / run.expected, 1.0) if run.expected else 0.0
    left = seconds_left(run, now())
    still = (
        f"about {lasting(left)} left at most" if left is not None else "time left: known after the first answers"
    )
    phase = run.message or ("a worker is starting" if where == "starting" else "at work")
    st.progress(done, text=plain(f"{phase} · {run.counts.asked:,} of up to {run.expected:,} answers · {still}"))
    tried = len({step.keys for step in run.trace})
    html(
        f'<div class="ic ic-mute">{run.counts.asked:,} asked · {run.counts.stored:,} stored already · '
        f"{run.counts.paid:,} paid · {count(tried, 'composition')} tried</div>"
    )
    stopping = st.session_state.get(f"stopping-{run.id}", False)
    if where == "at work":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Stop",
                key=f"stop-{run.id}",
                icon=":material/stop:",
                on_click=stop,
                args=(run.id,),
                disabled=stopping,
            )
            said = "stopping after the answer in flight" if stopping else "keeps every answer; it can be continued"
            st.caption(said, width="content")


def ended(run: Run, where: str) -> None:
    """Show a run that isn't at work: what it found, or why it stopped, and what to do next."""
    if where in ("interrupted", "not started", STOPPED, FAILED):
        what = {
            "interrupted": "The worker of this run is gone: it was killed, or the machine was restarted.",
            "not started": "This run was entered, and its worker did not start.",
            STOPPED: "This run was stopped.",
            FAILED: f"This run ended early: {run.message}",
        }[where]
        kept = f" {count(run.counts.paid, 'paid answer is', 'paid answers are')} kept." if run.counts.paid else ""
        st.warning(plain(f"{what}{kept} Continuing pays for none of the stored ones again."))
        st.button(
            "Continue", key=f"continue-{run.id}", icon=":material/play_arrow:", on_click=begin, args=(run.id,)
        )
        return
    result, found = run.result, run.candidate_id
    message = run.message or "finished"
    if result and found is not None:
        failing = [gate.name for gate in result.gates if not gate.passed]
        gates = f"; it fails {', '.join(failing)}" if failing else ""
        message = f"found candidate {found}, which beats the incumbent on the sealed test split{gates}"
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
        html(
            f'<div class="ic ic-mute">{cells.asked:,} answers asked for · {cells.stored:,} stored already · '
            f"{cells.paid:,} paid · {count(result.tried, 'composition')} tried · {lasting(result.seconds)}</div>"
        )


def detail(run: Run, where: str) -> None:
    """Show one run in full."""
    with st.container(border=True, key=f"run-{run.id}"):
        html(
            f'<div class="ic ic-head"><b>Run {run.id}</b> {safe(run.task)} → {safe(run.target)} {mark(where)} '
            f'<span class="ic-mute">{safe(run.strategy)}, seed {run.seed}, budget {run.budget:,} · started by '
            f"{safe(run.started_by)} {when(run.created_at, now())}</span></div>"
        )
        if where in MOVING:
            working(run, where)
        else:
            ended(run, where)
        line_of(run)
        if where not in MOVING:
            worth_of(run)


def worth_of(run: Run) -> None:
    """Show what the search of a run learnt of the library, where that is known."""
    with database().session() as session:
        found = search_findings(session, run)
    if found:
        effects.show(found, run.id, run.message)


def mark(where: str) -> str:
    """Return where a run stands as a mark with its word, as HTML."""
    return f'<span class="ic-tag {MARKS.get(where, "")}">{safe(where)}</span>'


def table(shown: Sequence[tuple[Run, str]], here: int | None) -> str:
    """Return all runs as an HTML table."""
    rows = []
    for run, where in shown:
        link = f'<a href="runs?run={run.id}">'
        found = run.candidate_id
        outcome = f'<a href="candidate?candidate={found}">candidate {found}</a>' if found is not None else ""
        if not outcome and where == FINISHED:
            outcome = '<span class="ic-mute">no candidate</span>'
        rows.append(
            f'<tr class="{"ic-here" if run.id == here else ""}"><td class="ic-num">{link}{run.id}</a></td>'
            f'<td class="ic-nowrap">{link}{safe(run.task)} → {safe(run.target)}</a></td>'
            f'<td>{mark(where)}</td><td class="ic-num">{run.counts.asked:,}</td>'
            f'<td class="ic-num">{run.counts.paid:,}</td><td class="ic-num">{run.budget:,}</td>'
            f'<td class="ic-nowrap">{safe(run.strategy)}, seed {run.seed}</td><td class="ic-nowrap">{outcome}</td>'
            f'<td class="ic-mute">{when(run.created_at, now())}</td></tr>'
        )
    heads = ("#run", "task → target", "state", "#asked", "#paid", "#budget", "strategy", "outcome", "entered")
    return words.table(heads, rows)


def everything(moving: bool) -> None:
    """Show the runs at work, the one the link names, and the list of all; `moving` says whether it looks again."""
    with refusals():
        with database().session() as session:
            shown = [(run, status(run)) for run in list_runs(session)]
        if moving != any(where in MOVING for _, where in shown):
            st.rerun()
        asked = st.query_params.get("run", "")
        here = int(asked) if asked.isascii() and asked.isdigit() else None
        if asked and here not in {run.id for run, _ in shown}:
            st.caption(plain(f"There is no run {asked}."))
        for run, where in shown:
            if where in (*MOVING, "interrupted") or run.id == here or (here is None and run is shown[0][0]):
                detail(run, where)
        if shown:
            section("All runs")
            html(table(shown, here))
        else:
            st.caption("No run yet. Each one is listed here, with what it found or why it found nothing.")


def live() -> bool:
    """Whether any run moves, so that the page has to look again."""
    with database().session() as session:
        return any(status(run) in MOVING for run in list_runs(session))


st.title("Runs", anchor=False)
message = recall()
if message:
    st.info(plain(message))
refused_text = st.session_state.pop("refused", None)
if refused_text:
    st.error(plain(refused_text), icon=":material/block:")
with refusals():
    start_form()
    moving = live()
    st.fragment(everything, run_every="2s" if moving else None)(moving)
