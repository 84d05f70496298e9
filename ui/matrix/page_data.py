"""What the Models page reads, kept for as long as nothing is logged; floor and ceiling as their data stay."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from composer.analysis.data_summary import Part
from composer.analysis.kept_summary import kept_summary
from composer.curation.cost import Cost
from composer.curation.questions import Questions, price
from composer.curation.worth import finished_runs, library_worth
from composer.matrix.asking import plan_next
from composer.matrix.beside import Beside, Offered, beside, offered_prompts
from composer.matrix.effects import SnippetEffects, effects_by_target
from composer.matrix.front import shared_dataset
from composer.matrix.squares import Matrix, detailed, read_matrix
from composer.registry.datasets import has_data
from composer.registry.tasks import get_task
from composer.task.task import Task
from ui.shell.context import as_logged, database, this_home
from ui.task.page_data import summary_now

Now = tuple[str, str | None, str]


def matrix() -> Matrix:
    """Return what counts now for each task on each target."""
    return _matrix(as_logged())


def detail(task: str) -> Matrix:
    """Return the same, with all that is known of one task."""
    return _detail(as_logged(), task)


@st.cache_resource(max_entries=16, show_spinner=False)
def _detail(now: Now, task: str) -> Matrix:
    with database().session() as session:
        return detailed(session, _matrix(now), task)


@st.cache_resource(max_entries=4, show_spinner=False)
def _matrix(now: Now) -> Matrix:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return read_matrix(session)


def ends_kept(found: Matrix) -> Mapping[str, Part]:
    """Return floor and ceiling of each task's sealed examples, by name, as far as they were computed before."""
    kept = {}
    for task in found.tasks:
        if dataset := shared_dataset(found.of(task.name)):
            kept[task.name] = _kept(str(this_home().path), dataset, task)
    return {name: part for name, part in kept.items() if part is not None}


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={Task: lambda task: task.hash})
def _kept_part(place: str, dataset: str, task: Task) -> Part | None:  # noqa: ARG001 (Streamlit hashes it)
    summary = kept_summary(this_home(), dataset, task.output)
    return None if summary is None else summary.test or summary.whole


def _kept(place: str, dataset: str, task: Task) -> Part | None:
    found = _kept_part(place, dataset, task)
    if found is None:  # it may be there by the next look
        _kept_part.clear(place, dataset, task)
    return found


def ends_now(found: Matrix, task: Task) -> Part | None:
    """Return floor and ceiling of one task's sealed examples; None where nothing is measured, or not yet."""
    dataset = shared_dataset(found.of(task.name))
    summary = summary_now(dataset, task.output) if dataset else None
    return None if summary is None else summary.test or summary.whole


def offered(task: str) -> tuple[Offered, ...]:
    """Return the prompts of a task that can be looked at on every target; empty where it has no data."""
    return _offered(as_logged(), task)


@st.cache_resource(max_entries=16, show_spinner=False)
def _offered(now: Now, task: str) -> tuple[Offered, ...]:
    with database().session() as session:
        return (
            offered_prompts(session, _detail(now, task), get_task(session, task))
            if has_data(session, task)
            else ()
        )


def stood(task: str, prompt: str) -> Beside:
    """Return a task's targets side by side; raises `Refused` where they can't be."""
    return _stood(as_logged(), task, prompt)


@st.cache_resource(max_entries=16, show_spinner=False)
def _stood(now: Now, task: str, prompt: str) -> Beside:
    with database().session() as session:
        return beside(session, _detail(now, task), task, prompt)


def effects(task: str) -> tuple[SnippetEffects, ...]:
    """Return what snippets do on each of a task's targets."""
    with database().session() as session:
        runs = finished_runs(session)
    return _effects(as_logged(), runs, task)


@st.cache_resource(max_entries=16, show_spinner=False)
def _effects(now: Now, runs: tuple[int, str], task: str) -> tuple[SnippetEffects, ...]:  # noqa: ARG001
    with database().session() as session:
        return effects_by_target(library_worth(session), task)


def planned(found: Beside, target: str, size: int) -> tuple[Questions, Cost]:
    """Return what asking about so many more examples takes; raises `Refused` where none is left."""
    with database().session() as session:
        questions = plan_next(session, found, target, size)
        return questions, price(session, questions)
