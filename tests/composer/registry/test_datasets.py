"""Datasets: examples are counted without being read."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from composer.registry.datasets import current_dataset, dataset_of, examples_of, leave_out, split_size
from composer.registry.tasks import get_task
from library import log
from library.database import Database
from library.errors import Refused
from tests import small


def test_the_test_split_is_counted_without_reading_its_examples(filled: Database) -> None:
    with filled.session() as session:
        dataset = dataset_of(session, "small")
        assert split_size(session, dataset, "test") == len(examples_of(session, dataset, "test")) == 16
        session.execute(text("""update example set content = '{"split": "test"}' where example_id = 'test-03'"""))
    with filled.session() as session:
        assert split_size(session, dataset, "test") == 16
        assert split_size(session, dataset, "authoring") == 0
        with pytest.raises(KeyError):
            examples_of(session, dataset, "test")
        with pytest.raises(Refused, match="no labelled data"):
            dataset_of(session, "another")


def test_examples_are_left_out_whole_and_logged_with_who_why_and_which(filled: Database) -> None:
    with filled.session() as session:
        task, before = get_task(session, "small"), current_dataset(session, "small")
        gone = leave_out(session, task, ["dev-01", "test-02"], reason="too long", by="Ada", at=small.NOW)
        after, entry = current_dataset(session, "small"), log.entries(session)[-1]
    assert {one.id for one in before.examples} - {one.id for one in after.examples} == {one.id for one in gone}
    assert (entry.action, entry.who, entry.why) == ("examples left out", "Ada", "too long")
    assert entry.detail["examples_left_out"] == ["dev-01", "test-02"]


@pytest.mark.parametrize(
    ("ids", "reason", "said"),
    [
        (["dev-01"], " ", "needs a reason"),
        (["dev-99"], "too long", "no example dev-99"),
        ([f"test-{number:02}" for number in range(16)], "too long", "test split would be empty"),
    ],
)
def test_leaving_out_is_refused_without_a_reason_or_an_example_and_for_a_whole_split(
    filled: Database, ids: list[str], reason: str, said: str
) -> None:
    with filled.session() as session, pytest.raises(Refused, match=said):
        leave_out(session, get_task(session, "small"), ids, reason=reason, by="Ada", at=small.NOW)
