"""Models: every task on every target, what quality costs there, and one task's targets side by side."""

from __future__ import annotations

import streamlit as st

from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.matrix.squares import Matrix
from composer.registry.datasets import has_data
from composer.task.task import Task
from library.roles import Person
from ui.matrix import apart, beside, effects, page_data, squares, trade
from ui.shell import notices, query_params
from ui.shell.context import database
from ui.shell.html import plain
from ui.shell.page import empty, html, section
from ui.shell.user import me

TASK, PART = "task", "part"
PARTS = ("what quality costs", "side by side", "snippets")
"""What is shown of the task that is chosen: all at once would take a while to read, and to compute."""


def choose(found: Matrix) -> Task:
    """Offer the tasks, those with most figures first, and return the one that is chosen."""
    known = {one.name: one for one in sorted(found.tasks, key=lambda one: (-len(found.of(one.name)), one.name))}
    chosen = query_params.chosen(TASK, list(known), next(iter(known)))
    if len(known) > 1:
        st.selectbox(
            "Task",
            list(known),
            key=TASK,
            on_change=query_params.keep,
            args=(TASK,),
            label_visibility="collapsed",
            width=260,
        )
    return known[chosen]


def show(found: Matrix, task: Task) -> None:
    """Show a task's prompt on each target with its figures, floor and ceiling, and where there is none yet."""
    counting = found.of(task.name)
    if not counting:
        empty(
            f"Nothing was measured for {task.name} yet",
            "Start a search on the Runs page, or with `composer compose`: what it finds on a target shows here.",
        )
        return
    ends = page_data.ends_now(found, task)
    html(squares.targets(found, task.name, ends))
    if ends is not None:
        metric = counting[0].metric
        words = f"Dashed: always “{ends.floor.answer}” would come to {figure(metric, ends.floor.figure)}"
        if ends.ceiling:
            bounds = bracketed(figure(metric, ends.ceiling.low), figure(metric, ends.ceiling.high))
            words += f". Grey: one more person, {NAMES[metric]} {figure(metric, ends.ceiling.value)} {bounds}"
        st.caption(plain(f"{words}."))
    if rest := squares.without(found, task.name):
        words = "start a search there on the Runs page, or carry over a prompt that is in use elsewhere, on Adapt"
        st.caption(plain(f"Nothing was measured on {', '.join(rest)} yet: {words}."))


def show_part(found: Matrix, task: Task, person: Person) -> None:
    """Show the part that is chosen: what quality costs, the same examples on every target, or snippets."""
    html('<div class="ic-under"></div>')
    part = query_params.segments("Part", PART, PARTS, PARTS[0])
    if part == PARTS[0]:
        trade.show(found, task.name, page_data.ends_now(found, task))
    elif part == PARTS[1]:
        side_by_side(task, person)
    else:
        effects.show(task.name, page_data.effects(task.name))


def side_by_side(task: Task, person: Person) -> None:
    """Show targets side by side on development examples, let more be asked, and where they disagree."""
    with database().session() as session:
        data = has_data(session, task.name)
    if not data:
        empty(
            "It has no labelled data",
            f"Bring rows on the Data page, or with `composer data import {task.name} FILE`.",
        )
        return
    section("The same examples on every target", "development examples, from stored answers")
    prompt = beside.choose(page_data.offered(task.name))
    stood = page_data.stood(task.name, prompt)
    beside.show(stood)
    beside.ask(stood, person)
    apart.show(stood)


st.title("Models", anchor=False)
notices.show_message("toast")
with notices.refusals():
    everything = page_data.matrix()
    if not everything.tasks or not everything.targets:
        empty(
            "Nothing to compare yet",
            "Each task stands here on each target, with what its prompt comes to there, its speed and its price. "
            "That takes a task and a target.",
            "`composer demo` loads some; `composer task add` and `composer target add` bring your own.",
        )
    else:
        measured = {one.task for one in everything.squares.values()}
        if len(measured) > 1:
            html(squares.overview(everything, page_data.ends_kept(everything), st.query_params.get(TASK, "")))
        task = choose(everything)
        found = page_data.detail(task.name)
        show(found, task)
        show_part(found, task, me())
