"""What mining rests on and takes: both models apart, in time and money, before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest

from composer.curation.mining_plan import FEW, MiningPlan, mining_cost, plan_mining
from composer.optimizer.reflection import reflecting
from composer.tables import CellRow
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed, add_person
from tests import small
from tests.composer.curation import authoring


def plan(database: Database, **changes: Any) -> MiningPlan:
    values: dict[str, Any] = {"strategy": "gepa", "reflection": "tiny", "budget": 60, "seed": 0, "by": "Ada"}
    with database.session() as session:
        return plan_mining(session, "small", "tiny", **(values | changes))


def test_both_models_are_priced_apart(aside: Database) -> None:
    authoring.set_aside(aside, price_per_million_tokens=2.0)
    with aside.session() as session:
        cost = mining_cost(session, plan(aside))
    assert (cost.answers.answers, cost.texts.answers) == (60, plan(aside).texts)
    assert cost.answers.money is not None
    assert cost.texts.money == pytest.approx(plan(aside).texts * 2000 * 2.0 / 1_000_000)
    assert cost.texts.seconds == plan(aside).texts * 45
    first, second, third = cost.words
    assert first.startswith("Target tiny, on 12 authoring examples: up to 60 answers to pay, about 2 min, a guess")
    assert second.startswith(f"Reflection model tiny: up to {plan(aside).texts} answers to pay")
    assert "none is vetted" in third
    assert cost.as_json()["texts"]["answers"] == plan(aside).texts


def test_the_pace_is_that_of_what_was_written_before(aside: Database) -> None:
    writer = reflecting(plan(aside).reflection)
    row = {"composition": "c", "example_id": "", "replicate": 0, "text": "x", "finish_reason": "stop"}
    row |= {"prompt_tokens": 100, "completion_tokens": 20, "seconds": 7.0, "answered_at": small.NOW}
    with aside.session() as session:
        session.add(CellRow(key="k", target=writer.hash, **row))
        session.flush()
        cost = mining_cost(session, plan(aside))
    assert cost.texts.seconds == 7.0 * plan(aside).texts
    assert cost.texts.latency.measured == 1
    assert cost.answers.latency.measured == 0


def test_it_is_said_where_there_are_few_examples(aside: Database) -> None:
    authoring.set_aside(aside, authoring.aside(FEW - 1))
    with aside.session() as session:
        assert "which is few" in mining_cost(session, plan(aside)).words[0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"strategy": "copro"}, "gepa, mipro"),
        ({"budget": 11}, "at least 12"),
        ({"seed": -1}, "out of range"),
        ({"reflection": "unknown"}, "unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(aside: Database, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(aside, **changes)
    assert says in str(refused.value)


def test_without_authoring_examples_it_is_refused(filled: Database) -> None:
    with pytest.raises(Refused, match="authoring split is empty"):
        plan(filled)


def test_only_curators_may(aside: Database) -> None:
    with aside.session() as session:
        add_person(session, "Ada", "ada@example.org", ("admin",), by="Ada", at=small.NOW)
        add_person(session, "Rex", "rex@example.org", ("reviewer",), by="Ada", at=small.NOW)
    with pytest.raises(NotAllowed):
        plan(aside, by="Rex")
