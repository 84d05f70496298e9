"""No-gos: a composition that was turned down is not proposed again on the same evidence."""

from __future__ import annotations

from typing import Any

import pytest

from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.datasets import add_examples
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.runs.plan import plan_run
from composer.runs.records import get_run
from composer.runs.summary import RunResult
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.review import acts


def searched(database: Database, home: Home, **changes: Any) -> RunResult:
    number = small.enter(database, **{"budget": 100, "seed": 0, **changes})
    return small.run(database, home, number, small.engine())


def barred(database: Database, target: str = "tiny") -> frozenset[tuple[str, ...]]:
    with database.session() as session:
        plan = plan_run(session, "small", target, strategy="greedy", seed=0, budget=100)
    return plan.vocabulary.barred


def keys(database: Database) -> tuple[str, ...]:
    return acts.review(database).composition.keys


def test_a_no_go_keeps_candidate_and_evidence_and_says_why(waiting: Database) -> None:
    before = acts.review(waiting).candidate
    status = acts.verdict(waiting, "no-go", "Joan", reason="It drops what matters.")
    assert status.state == "no-go"
    assert [one.reason for one in status.verdicts] == ["It drops what matters."]
    assert acts.review(waiting).candidate == before


@pytest.mark.parametrize("strategy", ["greedy", "random", "effects", "halving", "prune"])
def test_the_composer_does_not_propose_it_again(waiting: Database, home: Home, strategy: str) -> None:
    no_go = keys(waiting)
    acts.verdict(waiting, "no-go", "Joan")
    for seed in (0, 1):
        summary = searched(waiting, home, seed=seed, strategy=strategy)
        assert summary.keys != no_go
        if summary.candidate_id:
            assert acts.review(waiting, summary.candidate_id).composition.keys != no_go


def test_without_the_no_go_it_is_proposed_again(waiting: Database, home: Home) -> None:
    assert searched(waiting, home, seed=1).keys == keys(waiting)


def test_a_no_go_that_was_dismissed_or_taken_back_bars_nothing(waiting: Database, home: Home) -> None:
    status = acts.verdict(waiting, "no-go", "Joan")
    assert barred(waiting) == {keys(waiting)}
    acts.dismissed(waiting, status.verdicts[0].id, "Max")
    assert barred(waiting) == frozenset()
    acts.verdict(waiting, "no-go", "Joan")
    acts.approve(waiting, "Joan")
    assert barred(waiting) == frozenset()
    assert searched(waiting, home, seed=1).keys == keys(waiting)


def test_after_a_no_go_the_same_plan_is_another_run(waiting: Database) -> None:
    before = small.enter(waiting, budget=100, seed=0)
    acts.verdict(waiting, "no-go", "Joan")
    assert small.enter(waiting, budget=100, seed=0) != before


def test_a_run_entered_before_the_no_go_does_not_go_on_to_propose_it(waiting: Database, home: Home) -> None:
    number = small.enter(waiting, budget=100, seed=1)
    acts.verdict(waiting, "no-go", "Joan")
    with pytest.raises(Refused, match="changed since"):
        small.run(waiting, home, number, small.engine())
    with waiting.session() as session:
        assert not get_run(session, number).result


def test_on_corrected_data_it_may_be_proposed_again(waiting: Database, home: Home) -> None:
    acts.verdict(waiting, "no-go", "Joan")
    with waiting.session() as session:
        first, *rest = small.examples()
        corrected = Dataset((small.example(0, gold=float(first.gold) + 1), *rest))
        add_examples(session, small.task(), corrected, by="Ada", at=small.NOW)
    assert barred(waiting) == frozenset()
    assert searched(waiting, home, seed=1).keys == keys(waiting)


def test_an_edited_task_or_target_frees_it_too(waiting: Database) -> None:
    acts.verdict(waiting, "no-go", "Joan")
    with waiting.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)
    assert barred(waiting) == frozenset()
    with waiting.session() as session:
        add_task(session, small.task(), by="Ada", at=small.NOW)
        colder = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", temperature=0.5)
        add_target(session, colder, by="Ada", at=small.NOW)
    assert barred(waiting) == frozenset()


def test_a_no_go_holds_for_its_target_alone(waiting: Database) -> None:
    other = Target(name="other", kind="embedded", model="qwen2.5-coder-0.5b", temperature=0.5)
    with waiting.session() as session:
        add_target(session, other, by="Ada", at=small.NOW)
    acts.verdict(waiting, "no-go", "Joan")
    assert barred(waiting) == {keys(waiting)}
    assert barred(waiting, "other") == frozenset()


def test_a_request_for_changes_bars_nothing(waiting: Database) -> None:
    acts.verdict(waiting, "request changes", "Joan")
    assert barred(waiting) == frozenset()


def test_a_no_go_outlasts_scoring_again_on_other_data_only(worse: Database, home: Home) -> None:
    """It was about the old evidence, and counts for nothing on the new."""
    acts.verdict(worse, "no-go", "Joan")
    acts.decide(worse, acts.propose(worse))
    again = acts.scored_again(worse, home)
    assert acts.status(worse, again).state == "needs review"
    assert barred(worse) == frozenset()
    acts.verdict(worse, "no-go", "Kit", again)
    assert barred(worse) == {keys(worse)}
