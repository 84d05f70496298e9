"""What a run takes before it is started, and what its test split can show."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from composer.evaluation.caveats import minimum_detectable_difference
from composer.evaluation.outcomes import Difference
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.runs.plan import plan_proposal, plan_run
from composer.runs.records import get_run
from composer.runs.spending import FEW, Spending, in_words, spending, warning
from library.database import Database
from tests import small


def of_search(database: Database, budget: int = 50) -> Spending:
    with database.session() as session:
        return spending(session, plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=budget))


def of_proposal(database: Database, *names: str) -> Spending:
    with database.session() as session:
        return spending(session, plan_proposal(session, "small", "tiny", names))


def test_before_anything_was_measured_it_is_a_guess_and_called_one(filled: Database) -> None:
    found = of_search(filled)
    assert (found.search, found.test, found.examples, found.money) == (50, 32, 16, None)
    assert (found.measured_on, found.room) == (None, None)
    takes, shows = in_words(found)
    assert takes.startswith(
        "Up to 82 answers: 50 to search, 32 to read the sealed test split; about 3 min (2 s an answer"
    )
    assert "a guess: nothing was measured yet" in shows
    assert json.loads(json.dumps(found.as_json(), allow_nan=False))["answers"] == 82


def test_a_split_with_few_examples_is_warned_of(filled: Database) -> None:
    found = of_search(filled)
    assert found.examples < FEW
    assert warning(found) == (
        "The test split is small: with 16 examples a real gain may well not show. "
        "About 64 would show one half as large."
    )
    assert warning(replace(found, examples=200)) == ""
    assert warning(replace(found, examples=200, smallest=6.0, room=10.0))


def test_what_was_measured_tells_what_the_split_can_show_and_where_the_prompt_in_use_is(
    submitted: Database,
) -> None:
    with submitted.session() as session:
        result = get_run(session, 1).result
    found = of_search(submitted)
    assert result is not None
    assert result.difference is not None
    assert result.incumbent is not None
    one = result.difference
    width = minimum_detectable_difference(
        Difference(one.metric, one.better_is, None, None, one.value, one.low, one.high)
    )
    assert (found.smallest, found.measured_on) == (pytest.approx(width), 1)
    assert found.room == pytest.approx(result.incumbent.composite)
    assert "as answers differed in candidate 1); the prompt in use is at" in in_words(found)[1]
    assert found.latency.measured > 0


def test_a_proposal_pays_for_what_is_not_stored_alone(submitted: Database) -> None:
    assert (of_proposal(submitted, "careful").search, of_proposal(submitted, "careful").test) == (0, 16)
    with submitted.session() as session:
        keys = get_run(session, 1).result.keys  # type: ignore[union-attr]
    known = of_proposal(submitted, *keys)
    assert (known.answers, known.reads, of_proposal(submitted, "careful").reads) == (0, 0, 1)
    assert in_words(known)[0] == "Nothing to pay: every answer that it needs is stored."
    assert "They were read once before" in in_words(of_proposal(submitted, "careful"))[1]


def test_money_is_the_price_of_the_tokens(filled: Database) -> None:
    priced = Target(
        name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", price_per_million_tokens=2.0, parallel=4
    )
    with filled.session() as session:
        add_target(session, priced, by="Ada", at=small.NOW)
    found = of_search(filled)
    assert found.guessed_tokens
    assert found.tokens > priced.max_tokens
    assert found.money == pytest.approx(82 * found.tokens * 2 / 1e6)
    assert found.seconds == pytest.approx(82 * 2 / 4)
    assert "tokens guessed from lengths" in in_words(found)[0]
    apart = {"price_per_million_input_tokens": 1.0, "price_per_million_output_tokens": 8.0}
    with filled.session() as session:
        dear = priced.model_copy(update={"price_per_million_tokens": None, **apart})
        add_target(session, dear, by="Ada", at=small.NOW)
    sent = found.tokens - priced.max_tokens
    assert of_search(filled).money == pytest.approx(82 * (sent + 8 * priced.max_tokens) / 1e6)
