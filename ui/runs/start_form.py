"""The form that starts a run: what it searches, with what budget, and what that takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from composer.optimizer.strategies import DEFAULT_BUDGET, DEFAULT_STRATEGY, STRATEGIES
from composer.registry.starter import TARGETS
from composer.registry.targets import nameable_targets
from composer.registry.tasks import task_names
from composer.runs.plan import plan_run
from composer.runs.records import enter_run
from composer.runs.spending import spending
from library.errors import Refused
from ui.runs import before_start, bounds, pick_form
from ui.shell.context import database, now
from ui.shell.notices import Section, action
from ui.shell.page import empty
from ui.shell.user import who

START = Section("start")
SEARCH, PICK = "Search", "Pick by hand"
"""How the composition of a run is found."""


class How(TypedDict):
    """How a run searches."""

    strategy: str
    seed: int
    budget: int


@dataclass(frozen=True)
class Choice:
    """The run that is filled in; `budget` counts the answers that the search may ask for."""

    task: str
    target: str
    strategy: str
    seed: int
    budget: int

    @property
    def how(self) -> How:
        """What planning it takes besides task and target."""
        return {"strategy": self.strategy, "seed": self.seed, "budget": self.budget}


def show() -> None:
    """Ask for what a run needs, and show what it takes and can show before it is started."""
    with database().session() as session:
        tasks, targets = task_names(session), nameable_targets(session)
    START.show_refusal()
    if not tasks:
        empty(
            "Nothing to search on yet",
            "A run needs a task with labelled data, a target (a model), and vetted snippets.",
            "`composer demo` loads four tasks and their libraries; "
            "`composer target add` and `composer library import` bring your own.",
        )
        st.page_link("views/data.py", label="Make a task of a table", icon=":material/upload_file:")
        return
    with st.container(border=True):
        how = st.segmented_control(
            "How a composition is found",
            [SEARCH, PICK],
            default=SEARCH,
            required=True,
            key="how",
            bind="query-params",
            label_visibility="collapsed",
        )
        first, second, third, fourth = st.columns([3, 3, 2, 2], vertical_alignment="bottom", gap="small")
        task = first.selectbox("Task", tasks, key="task", bind="query-params")
        usual = TARGETS.get(task, targets[0])
        index = targets.index(usual) if usual in targets else 0
        target = second.selectbox("Target", targets, index=index, key=f"target-{task}")
        before_start.show_file(target)
        if how == PICK:
            pick_form.show(task, target, fourth)
        else:
            _search(task, target, third, fourth)


def _search(task: str, target: str, budget_place: DeltaGenerator, button_place: DeltaGenerator) -> None:
    budget = budget_place.number_input(
        "Budget, answers",
        min_value=20,
        max_value=1_000_000,
        value=DEFAULT_BUDGET,
        step=20,
        key="budget",
        help="Answers the search may ask for. Reading the sealed test split comes on top.",
    )
    strategy, seed = _strategy_and_seed()
    limits = bounds.show([target], "start")
    choice = Choice(task, target, strategy, seed, int(budget))
    try:
        with database().session() as session:
            takes = spending(session, plan_run(session, choice.task, choice.target, **choice.how))
    except Refused as refused:
        takes = None
        before_start.refused(refused)
    before_start.button(button_place, enter, choice, limits, disabled=takes is None)
    if takes is not None:
        before_start.show(takes)


def _strategy_and_seed() -> tuple[str, int]:
    with st.expander("Strategy and seed", key="folded"):
        left, right = st.columns(2)
        names = list(STRATEGIES)
        strategy = left.selectbox("Strategy", names, index=names.index(DEFAULT_STRATEGY), key="strategy")
        seed = right.number_input("Seed", min_value=0, max_value=2**32 - 1, value=0, step=1, key="seed")
    return strategy, int(seed)


@action(START)
def enter(choice: Choice, limits: tuple[str, ...]) -> str | None:
    """Enter a search and start its worker; the same run, entered again, goes on or is shown as it ended."""
    with database().session() as session:
        run_id = enter_run(
            session, plan_run(session, choice.task, choice.target, **choice.how), by=who(), at=now()
        )
    return before_start.go_on(run_id, "Change the budget or seed for another.", limits)
