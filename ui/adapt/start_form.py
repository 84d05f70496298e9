"""The form that starts an adaptation: from which target to which, what is frozen, and what it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from composer.activity.addresses import library_page, prompt_page, task_page
from composer.adaptation import enter_adaptation, get_adaptation, plan_adaptation
from composer.adaptation import worker as adaptations
from composer.adaptation.price import no_price
from composer.adaptation.wording import head_start
from composer.candidates.records import PROPOSERS
from composer.evaluation.formatting import NAMES, figure
from composer.home.processes import FAILED, STOPPED
from composer.models.download import to_fetch
from composer.optimizer.strategies import DEFAULT_BUDGET, DEFAULT_STRATEGY, STRATEGIES
from composer.prompts.composition import BARE_BASE
from composer.runs.records import get_run
from composer.runs.spending import in_words, warning
from ui.adapt import page_data
from ui.adapt.page_data import Choices, Frozen, Offer
from ui.adapt.state import MAY_NOT
from ui.runs import bounds
from ui.runs.state import begin, go_on_with
from ui.shell import query_params
from ui.shell.context import database, now, this_home
from ui.shell.html import count, lasting, plain, safe, table
from ui.shell.notices import Section, action
from ui.shell.page import empty, html
from ui.shell.state import Key
from ui.shell.user import me, who

START = Section("adapt")
TARGETS: Key[list[str]] = Key("to", [])
"""The targets that are chosen, by the task and the target that it comes from."""


class How(TypedDict):
    """How the search of an adaptation goes."""

    strategy: str
    seed: int
    budget: int


def show() -> None:
    """Ask what to carry over and where to, and show what is frozen and what it takes before it is started."""
    known = page_data.choices()
    START.show_refusal()
    if not known.tasks or len(known.targets) < 2:
        empty(
            "Nothing to carry over yet",
            "An adaptation takes the prompt in use on one target, and looks for one as good on another.",
            "It needs a task with labelled data, a released prompt, vetted snippets, and two targets. "
            "`composer demo` brings tasks, libraries and targets; `composer compose` finds the first prompt.",
        )
        return
    with st.container(border=True, key="adapt-form"):
        html('<div class="ic"><b>1 · What to carry over</b></div>')
        first, second, third = st.columns([2, 3, 4], vertical_alignment="bottom", gap="small")
        task, source, targets = _chosen(known, first, second, third)
        how = _how()
        found = page_data.offers(task, source, targets, **how)
        planned = [one for one in found if one.plan is not None]
        if planned and planned[0].plan is not None:
            html('<div class="ic"><b>2 · What is frozen</b></div>')
            html(_frozen(page_data.frozen(planned[0].plan), known))
        html(f'<div class="ic"><b>{3 if planned else 2} · What it takes</b></div>')
        if not targets:
            st.caption("Choose one target or more under “To”: each gets an adaptation of its own.")
        else:
            _takes(found)
        names = [one.target for one in planned]
        limits = bounds.show(names, "adapt") if names else ()
        _button(task, source, names, how, limits, ready=bool(found) and len(planned) == len(found))


def _chosen(
    known: Choices, first: DeltaGenerator, second: DeltaGenerator, third: DeltaGenerator
) -> tuple[str, str, list[str]]:
    usual = next((name for name in known.tasks if known.in_use.get(name)), known.tasks[0])
    task = query_params.chosen("task", known.tasks, usual)
    first.selectbox("Task", known.tasks, key="task", on_change=query_params.keep, args=("task",))
    in_use = known.in_use.get(task, ())
    options = [*in_use, *(name for name in known.targets if name not in in_use)]
    source = query_params.chosen("from", options, options[0])
    second.selectbox(
        "From",
        options,
        key="from",
        on_change=query_params.keep,
        args=("from",),
        format_func=lambda name: name if name in in_use else f"{name} (nothing released)",
        help="The target whose prompt in use is carried over.",
    )
    targets = third.multiselect(
        "To",
        [name for name in known.targets if name != source],
        key=TARGETS.of(f"{task}-{source}").name,
        placeholder="Choose one target or more",
        help="Each gets a search of its own, under the same conditions, one after the other.",
    )
    return task, source, targets


def _how() -> How:
    with st.expander("Budget, strategy and seed", key="adapt-folded"):
        left, middle, right = st.columns(3)
        budget = left.number_input(
            "Budget, answers",
            min_value=20,
            max_value=1_000_000,
            value=DEFAULT_BUDGET,
            step=20,
            key="budget",
            help="Answers that each search may ask for. Reading the sealed test split comes on top.",
        )
        names = list(STRATEGIES)
        strategy = middle.selectbox("Strategy", names, index=names.index(DEFAULT_STRATEGY), key="strategy")
        seed = right.number_input("Seed", min_value=0, max_value=2**32 - 1, value=0, step=1, key="seed")
    return {"strategy": strategy, "seed": int(seed), "budget": int(budget)}


def _frozen(found: Frozen, known: Choices) -> str:
    """Return what stays the same for every target, as HTML."""
    plan = found.plan
    task, metric = plan.task, NAMES[plan.task.metric]
    held = " + ".join(plan.baseline.keys) or BARE_BASE
    where = f"release {found.release}" if found.release else "nothing is released there"
    if plan.source.name in known.in_use.get(task.name, ()):
        where = f'<a href="{safe(prompt_page(task.name, plan.source.name))}">{where}</a>'
    facts = {
        "Task": f'<a href="{safe(task_page(task.name))}">{safe(task.name)}</a> '
        f'<code title="{task.hash}">{task.hash[:10]}</code>',
        "Data": f"{found.dev:,} dev examples to search on, {found.test:,} sealed ones to measure on",
        "Metric": f"{safe(metric)}, and every gate of the task’s policy",
        "Baseline": f"the prompt in use on {safe(plan.source.name)}, {where}: <code>{safe(held)}</code>",
        "Library": f'<a href="{safe(library_page(task=task.name, state="vetted"))}">'
        f"{count(len(plan.run.vocabulary.versions), 'vetted snippet')}</a>",
        "Of use is": f"what beats always answering “{safe(plan.floor.answer)}”: {safe(metric)} "
        f"{figure(task.metric, plan.floor.figure)} on the dev examples",
    }
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items())
    return f'<dl class="ic ic-facts">{rows}</dl>'


def _takes(found: Sequence[Offer]) -> None:
    """Show for each target what a whole adaptation takes, and one that is given up early."""
    heads = ("to", "in use there", "#answers, at most", "#time", "#price", "#an early no-go", "#time", "#price")
    html(table(heads, [_row(one) for one in found]))
    for one in found:
        if one.plan is None:
            st.caption(plain(f"Can’t start on {one.target}: {one.refused}"))
            continue
        assert one.takes is not None
        if said := warning(one.takes.takes):
            st.warning(plain(f"{one.target}: {said}"), icon=":material/warning:", width=760)
        if (missing := to_fetch(one.plan.target)) is not None:
            st.caption(plain(f"The file of {one.target}, {missing.bytes / 1e6:,.0f} MB, is fetched first."))
    lines = [f"Price, {names}: {why}" for why, names in _alike(found, _unpriced).items()]
    shows = _alike(found, lambda one: in_words(one.takes.takes)[1] if one.takes else "")
    lines += [f"{names}: {what}" if len(shows) > 1 else what for what, names in shows.items()]
    if shows:
        lines.append(
            "Stored answers are not paid again. A search ends early as soon as it shows that no composition can "
            "be of use."
        )
    html(f'<div class="ic ic-mute ic-small">{"".join(f"<div>{safe(line)}</div>" for line in lines)}</div>')


def _alike(found: Sequence[Offer], words: Callable[[Offer], str]) -> dict[str, str]:
    """Return what holds of some of the targets, in words, with the names of these; what is empty is left out."""
    names: dict[str, list[str]] = {}
    for one in found:
        if said := words(one):
            names.setdefault(said, []).append(one.target)
    return {said: ", ".join(several) for said, several in names.items()}


def _unpriced(one: Offer) -> str:
    """Return why a target has no price; empty where it has one."""
    if one.plan is None or one.plan.target.prices is not None:
        return ""
    return no_price(one.plan.target)


def _row(one: Offer) -> str:
    if one.takes is None:
        return f'<tr><td class="ic-nowrap">{safe(one.target)}</td><td colspan="7" class="ic-mute">—</td></tr>'
    takes = one.takes
    whole, early = takes.takes.answers, takes.early
    cells = [*_cost(one, whole), *(("—", "—", "—") if early is None else _cost(one, early))]
    basis = takes.takes.latency
    told = (
        f"measured on {basis.measured:,} stored answers" if basis.measured else "a guess: it has not answered yet"
    )
    figures = "".join(f'<td class="ic-num" title="{safe(told)}">{cell}</td>' for cell in cells)
    assert one.plan is not None
    known = f'<div class="ic-mute ic-small">{safe(head_start(one.plan.prior))}</div>'
    names = f'<td>{safe(one.target)}{known}</td><td class="ic-nowrap">{safe(one.in_use)}</td>'
    return f"<tr>{names}{figures}</tr>"


def _cost(one: Offer, answers: int) -> tuple[str, str, str]:
    assert one.takes is not None
    money, guess = one.takes.money(answers), "" if one.takes.takes.latency.measured else "guessed "
    price = '<span title="the target has no price">—</span>' if money is None else f"{money:.2g}"
    return f"{answers:,}", f"{guess}{lasting(one.takes.seconds(answers))}", price


def _button(task: str, source: str, targets: list[str], how: How, limits: tuple[str, ...], *, ready: bool) -> None:
    may = me().for_task(task).may(*PROPOSERS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Start" if len(targets) < 2 else f"Start {len(targets)} adaptations",
            key="adapt-start",
            type="primary",
            icon=":material/play_arrow:",
            on_click=enter,
            args=(task, source, tuple(targets), how, limits),
            disabled=not ready or not may,
        )
        ends = "Each ends in a candidate for its target alone, or in a recorded no-go with its reasons."
        if len(targets) > 1:
            ends = (
                "One after the other, in this order: a model takes all cores of its machine. Each ends in a "
                "candidate for its target alone, or in a recorded no-go."
            )
        st.caption(plain(ends if may else MAY_NOT), width="content")


@action(START)
def enter(task: str, source: str, targets: tuple[str, ...], how: How, limits: tuple[str, ...]) -> str | None:
    """Freeze and enter an adaptation for each target and start their workers, which do one after the other.

    What was done before is shown, and what is on its way already stays so.
    """
    known, entered = [], {}
    with database().session() as session:
        plans = [plan_adaptation(session, task, source, target, **how) for target in targets]
        for plan in plans:
            one = get_adaptation(session, enter_adaptation(session, plan, by=who(), at=now()))
            run = get_run(session, one.run_id)
            if one.outcome is not None:
                known.append(f"This very adaptation to {one.target} was done before: it is number {one.id}.")
            elif adaptations.has_worker(this_home(), one.id):
                known.append(f"This very adaptation to {one.target} is on its way: it is number {one.id}.")
            else:
                entered[one.id] = run
            st.query_params.setdefault("adaptation", str(one.id))
    for run in entered.values():
        go_on_with(run, limits) if run.state in (STOPPED, FAILED) else begin(run, limits)
    TARGETS.of(f"{task}-{source}").set([])
    if len(entered) > 1:
        numbers = [str(number) for number in entered]
        known.append(f"Adaptations {', '.join(numbers[:-1])} and {numbers[-1]} are done one after the other.")
    return " ".join(known) or None
