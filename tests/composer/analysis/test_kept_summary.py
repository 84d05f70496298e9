"""What a task's data hold, computed once for each version of the data and kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session

from composer.analysis.data_summary import summarised
from composer.analysis.kept_summary import current_summary, kept_summary
from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.registry.datasets import add_examples, dataset_of, leave_out
from composer.registry.tasks import get_task
from composer.task.task import Task
from library.database import Database
from library.errors import Refused
from tests import small
from tests.library.queries import statements

RATED = tuple(
    replace(one, ratings={"ann": one.gold, "bo": min(float(one.gold) + 1, 5)}) for one in small.examples()
)


def stored(session: Session) -> Task:
    task = get_task(session, "small")
    add_examples(session, task, Dataset(RATED), by="Ada", at=small.NOW)
    return task


def test_what_was_computed_once_is_read_again_as_it_was(filled: Database, home: Home) -> None:
    with filled.session() as session:
        task = stored(session)
        assert kept_summary(home, dataset_of(session, "small"), task.output) is None
        first = current_summary(session, home, task)
        assert first == summarised(RATED, task.output)
        with statements(session) as sent:
            assert current_summary(session, home, task) == first
    assert not any("FROM example" in one for one in sent)


def test_other_data_or_another_scale_are_summed_up_anew(filled: Database, home: Home) -> None:
    with filled.session() as session:
        task = stored(session)
        first = current_summary(session, home, task)
        wider = small.task(output={"field": "rating", "kind": "ordinal", "low": 0, "high": 9})
        assert current_summary(session, home, wider).whole.ceiling != first.whole.ceiling
        leave_out(session, task, ["dev-00"], reason="Odd.", by="Ada", at=small.NOW)
        assert current_summary(session, home, task).whole.total == first.whole.total - 1


def test_a_damaged_file_is_computed_again(filled: Database, home: Home) -> None:
    with filled.session() as session:
        task = stored(session)
        first = current_summary(session, home, task)
        (file,) = home.figures.iterdir()
        for content in ("", "{}", '{"whole": 1}', "\xff"):
            file.write_text(content, encoding="latin-1")
            assert current_summary(session, home, task) == first


def test_where_nothing_can_be_kept_the_figures_are_computed_all_the_same(filled: Database, home: Home) -> None:
    home.figures.write_text("a file where the folder should be")
    with filled.session() as session:
        task = stored(session)
        assert current_summary(session, home, task) == summarised(RATED, task.output)


def test_a_task_without_data_is_refused(filled: Database, home: Home) -> None:
    with filled.session() as session, pytest.raises(Refused, match="no labelled data"):
        current_summary(session, home, small.label_task())
