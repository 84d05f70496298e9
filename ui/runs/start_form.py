"""The form that starts a run: what it searches, with what budget, and what that takes."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from composer.answers.latency import Latency, answer_latency
from composer.home.processes import FINISHED
from composer.optimizer.strategies import DEFAULT_BUDGET, DEFAULT_STRATEGY, STRATEGIES
from composer.registry.datasets import test_split_size
from composer.registry.starter import TARGETS
from composer.registry.targets import task_and_target_names
from composer.registry.tasks import get_task
from composer.runs import worker
from composer.runs.plan import plan_run
from composer.runs.records import enter_run, get_run
from library.errors import Refused
from ui.runs.state import begin
from ui.shell.context import database, now, this_home
from ui.shell.html import count, lasting, plain
from ui.shell.notices import Section, action
from ui.shell.page import empty
from ui.shell.user import who

START = Section("start")


@dataclass(frozen=True)
class Choice:
    """The run that is filled in; `budget` counts the answers that the search may ask for."""

    task: str
    target: str
    strategy: str
    seed: int
    budget: int


def show() -> None:
    """Ask for what a run needs, and show what it takes before it is started."""
    with database().session() as session:
        tasks, targets = task_and_target_names(session)
    START.show_refusal()
    if not tasks or not targets:
        empty(
            "Nothing to search on yet",
            "A run needs a task with labelled data, a target (a model), and vetted snippets.",
            "`composer demo` loads two tasks, three targets and their libraries; "
            "`composer task add`, `composer target add` and `composer library import` bring your own.",
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
        strategy, seed = _strategy_and_seed()
        choice = Choice(task, target, strategy, seed, int(budget))
        try:
            cost = _cost(choice)
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
            args=(choice,),
        )
        st.caption(cost)


def _strategy_and_seed() -> tuple[str, int]:
    with st.expander("Strategy and seed", key="folded"):
        left, right = st.columns(2)
        names = list(STRATEGIES)
        strategy = left.selectbox("Strategy", names, index=names.index(DEFAULT_STRATEGY), key="strategy")
        seed = right.number_input("Seed", min_value=0, max_value=2**32 - 1, value=0, step=1, key="seed")
    return strategy, int(seed)


def _cost(choice: Choice) -> str:
    """Return what a run takes in answers and time, as Markdown; raises `Refused` where it can't be started."""
    with database().session() as session:
        test = test_split_size(session, choice.task)
        latency = answer_latency(session, choice.target)
        snippets = get_task(session, choice.task).snippets.max
        plan_run(
            session, choice.task, choice.target, strategy=choice.strategy, seed=choice.seed, budget=choice.budget
        )
    total = choice.budget + 2 * test
    return (
        f"Up to {total:,} answers: {choice.budget:,} to search compositions of up to {snippets} snippets, and "
        f"{2 * test:,} to read the sealed test split. About **{lasting(total * latency.seconds)}** "
        f"{_basis(latency)}. Stored answers are not asked for again."
    )


def _basis(latency: Latency) -> str:
    if latency.measured:
        return (
            f"at {max(latency.seconds, 0.01):.2f} s per answer, measured on "
            f"{count(latency.measured, 'stored answer')}"
        )
    return f"at a guess of {latency.seconds:.0f} s per answer: this target has not answered yet"


@action(START)
def enter(choice: Choice) -> str | None:
    """Enter a run and start its worker; the same run, entered again, goes on or is shown as it ended."""
    with database().session() as session:
        plan = plan_run(
            session, choice.task, choice.target, strategy=choice.strategy, seed=choice.seed, budget=choice.budget
        )
        run_id = enter_run(session, plan, by=who(), at=now())
        run = get_run(session, run_id)
    st.query_params["run"] = str(run_id)
    if run.state == FINISHED:
        return f"This very run was done before: it is run {run_id}. Change the budget or seed for another."
    if not worker.is_at_work(this_home(), run_id):
        begin(run_id)
    return None
