"""Stored answers to development examples, and none that were given to another text."""

from __future__ import annotations

from dataclasses import replace

from composer.matrix.dev_answers import Asking, DevAnswers, dev_answers
from composer.prompts.composition import Composition
from composer.registry.targets import get_target
from library.database import Database
from tests import small


def answers(database: Database, target: str, **changes: object) -> DevAnswers:
    task = small.task()
    examples = [replace(one, **changes) for one in small.examples() if one.split == "dev"]
    with database.session() as session:
        asked = Asking(get_target(session, target), Composition(task.base))
        (found,) = dev_answers(session, task, examples, [asked])
    return found


def test_what_is_stored_is_returned_in_the_order_of_the_data_as_it_reads(several: Database) -> None:
    found = answers(several, "cloud")
    assert [one.id for one in found.examples] == [f"dev-{number:02}" for number in range(16)]
    assert all(read.valid for read in found.read)
    assert set(found.by_id) == {one.id for one in found.examples}
    assert found.scored(small.task()).loss.shape == (16,)


def test_an_answer_to_a_text_that_was_another_does_not_count(several: Database) -> None:
    assert answers(several, "cloud", inputs={"query": "another", "document": "text"}).answered == 0


def test_a_target_that_was_not_asked_has_none(several: Database) -> None:
    assert answers(several, "larger").answered == 0
