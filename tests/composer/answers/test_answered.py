"""What a prompt has answered, by example, out of what is stored."""

from __future__ import annotations

from pathlib import Path

from composer.answers.answered import answered
from composer.home.paths import Home
from composer.prompts.composition import Composition
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from library.database import Database
from tests import small


def test_it_has_the_answers_that_there_are_in_the_order_of_the_examples(
    database: Database, tmp_path: Path, home: Home
) -> None:
    small.fill(database, tmp_path)
    small.run(database, home, small.enter(database), small.engine())
    with database.session() as session:
        task, target = get_task(session, "small"), get_target(session, "tiny")
        test = examples_of(session, dataset_of(session, "small"), "test")
        base = Composition(task.base)
        found = answered(session, task, target.hash, base, [*reversed(test)])
        assert list(found) == [one.id for one in reversed(test)]
        assert answered(session, task, "another target", base, test) == {}
        stranger = small.example(99, "test")
        assert list(answered(session, task, target.hash, base, [stranger, test[0]])) == [test[0].id]
