"""What the page of a task reads; figures that take seconds are computed beside it, once a version of the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st

from composer.analysis.data_summary import DataSummary
from composer.analysis.kept_summary import make_summary
from composer.analysis.standings import Standing, on_the_way, standings
from composer.data.examples import Example
from composer.home.paths import Home
from composer.registry.datasets import dataset_of, examples_named, has_data
from composer.registry.tasks import get_task
from composer.task.task import Output, Task
from library.database import Database
from ui.shell.context import as_logged, database, place, this_home

PATIENCE_SECONDS = 0.2
"""How long a page waits for figures; it shows the rest meanwhile, and looks again."""


@dataclass(frozen=True)
class TaskShown:
    """All that the page shows of one task.

    `dataset` names the current data, empty where there are none. `summary` is None there, and for as long as it is
    computed; `unlike` are the examples that people differ on most, by id.
    """

    task: Task
    dataset: str
    summary: DataSummary | None
    unlike: Mapping[str, Example]
    standings: tuple[Standing, ...]


def shown(name: str) -> TaskShown:
    """Return what the page shows of a task; raises `Refused` where there is no such task."""
    task, dataset, stand = _stored(as_logged(), name)
    summaries = {
        one: found
        for one in dict.fromkeys([dataset, *(each.dataset for each in stand)])
        if one and (found := summary_now(one, task.output)) is not None
    }
    summary = summaries.get(dataset)
    unlike = {} if summary is None else _examples(dataset, tuple(one.id for one in summary.unlike))
    return TaskShown(task, dataset, summary, unlike, tuple(on_the_way(one, summaries) for one in stand))


@st.cache_resource(max_entries=16, show_spinner=False)
def _stored(now: tuple[str, str | None, str], name: str) -> tuple[Task, str, tuple[Standing, ...]]:  # noqa: ARG001
    with database().session() as session:
        task = get_task(session, name)
        dataset = dataset_of(session, name) if has_data(session, name) else ""
        return task, dataset, standings(session, name)


@st.cache_resource(max_entries=16, show_spinner=False)
def _examples(dataset: str, ids: tuple[str, ...]) -> Mapping[str, Example]:
    with database().session() as session:
        return {one.id: one for one in examples_named(session, dataset, ids)}


def summary_now(dataset: str, output: Output) -> DataSummary | None:
    """Return what a dataset holds; None while that is being computed. Raises what computing it raised."""
    shape = json.dumps(output.model_dump(mode="json"), sort_keys=True)
    given = ((*place(), dataset), shape, database(), this_home(), output)
    work = _work(*given)
    try:
        return work.result(timeout=PATIENCE_SECONDS)
    except TimeoutError:
        return None
    except Exception:
        _work.clear(*given)  # the next look tries again
        raise


@st.cache_resource(show_spinner=False)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="figures")


@st.cache_resource(max_entries=64, show_spinner=False)
def _work(
    named: tuple[str, str | None, str],
    shape: str,  # noqa: ARG001 (Streamlit hashes it)
    _database: Database,
    _home: Home,
    _output: Output,
) -> Future[DataSummary]:
    """Return the computation of a dataset's summary, begun when it is first asked for."""

    def compute() -> DataSummary:
        with _database.session() as session:
            return make_summary(session, _home, named[2], _output)

    return _pool().submit(compute)
