"""Examples too long for a target's context: all named before a run costs more than a few answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from dspy.lm15 import ContextLengthError, Request, Response
from sqlmodel import select

from composer.home.paths import Home
from composer.home.processes import FAILED
from composer.models.client import TooLong
from composer.registry.datasets import current_dataset, leave_out
from composer.registry.tasks import get_task
from composer.runs.records import get_run
from composer.tables import CellRow
from library.database import Database, open_database
from tests import small
from tests.scripted import ScriptedEngine


class Narrow(ScriptedEngine):
    """A scripted model that reads at most so many characters of a message."""

    def __init__(self, inner: ScriptedEngine, limit: int) -> None:
        super().__init__(inner.answer)
        self.limit = limit

    def complete(self, request: Request) -> Response:
        text = request.messages[-1].text or ""
        if len(text) > self.limit:
            raise ContextLengthError("the request exceeds the available context size")
        return super().complete(request)


def long(example: small.Example, characters: int) -> small.Example:
    return replace(example, inputs={**example.inputs, "document": "x" * characters})


LONG = {"dev-03": 9000, "dev-11": 6500, "test-05": 12_000}


@pytest.fixture
def with_long(tmp_path: Path) -> tuple[Home, Database]:
    home = Home(tmp_path / "home")
    database = open_database(home.path)
    data = [long(one, LONG[one.id]) if one.id in LONG else one for one in small.examples()]
    small.fill(database, tmp_path, data=data)
    return home, database


def test_a_run_names_every_example_that_does_not_fit_before_it_searches(with_long: tuple[Home, Database]) -> None:
    place, database = with_long
    number = small.enter(database)
    model = Narrow(small.engine(), 5000)
    with pytest.raises(TooLong) as refusal:
        small.run(database, place, number, model)
    assert refusal.value.what.startswith("3 examples don't fit into the context")
    assert [line.partition(":")[0] for line in refusal.value.problems] == ["test-05", "dev-03", "dev-11"]
    assert "composer data leave-out small test-05 dev-03 dev-11" in refusal.value.fix
    assert len(model.asked) <= 6
    with database.session() as session:
        assert len(session.exec(select(CellRow.key)).all()) == len(model.asked)
        run = get_run(session, number)
    assert run.state == FAILED
    assert "dev-11" in run.message


def test_what_was_left_out_no_longer_keeps_a_run_from_its_end(with_long: tuple[Home, Database]) -> None:
    place, database = with_long
    with database.session() as session:
        task = get_task(session, "small")
        leave_out(session, task, sorted(LONG), reason="longer than the context", by="Ada", at=small.NOW)
        known = current_dataset(session, "small").examples
    assert not {one.id for one in known} & set(LONG)
    assert small.run(database, place, small.enter(database), Narrow(small.engine(), 5000)).message


def test_messages_that_can_not_exceed_the_context_cost_no_question_of_their_own(
    filled: Database, tmp_path: Path
) -> None:
    model = small.engine()
    result = small.run(filled, Home(tmp_path), small.enter(filled), model)
    assert result.cells.paid == len(model.asked)


def test_a_server_with_less_context_than_its_target_says_is_found_out_in_the_run(
    filled: Database, tmp_path: Path
) -> None:
    inputs = (len(one.inputs["query"]) + len(one.inputs["document"]) for one in small.examples())
    shorter = Narrow(small.engine(), max(inputs) + 15)
    with pytest.raises(TooLong, match="fit into the context") as refusal:
        small.run(filled, Home(tmp_path), small.enter(filled), shorter)
    assert refusal.value.problems
