"""Measuring two prompts: every test example asked once a side, in order, and the cells named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from composer.answers.evaluator import Evaluator
from composer.answers.store import MemoryCells
from composer.candidates.evidence import MeasurementPlan
from composer.candidates.measurement import UNREPORTED, measure
from composer.models.answer import Answer
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.prompts.messages import Messages
from tests import small

TEST = small.examples(0, 12)
TARGET = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b")


def test_both_prompts_are_asked_about_every_example_and_their_cells_are_named_in_order() -> None:
    task, model, cells = small.task(), small.engine(data=TEST).answer, MemoryCells()
    before, after = Composition(task.base), Composition(task.base, (small.snippets()[2],))

    def put(messages: Messages) -> Answer:
        system, user = (message["content"] for message in messages)
        return small.answer(model(system, user))

    with ThreadPoolExecutor(1) as pool:
        evaluator = Evaluator(task, TARGET.hash, cells, put, pool)
        plan = MeasurementPlan(task, TARGET, "small:0", TEST, before, after)
        measured, comparison = measure(plan, evaluator, seed=5)
        again = measure(plan, evaluator, seed=5)
    assert evaluator.counts.paid == len(cells.stored) == 2 * len(TEST)
    keys = [[question.key for question in evaluator.questions(side, TEST)] for side in (before, after)]
    assert measured.cells == {"incumbent": keys[0], "candidate": keys[1]}
    assert [row.example_id for row in comparison.rows] == [one.id for one in TEST]
    assert again == (measured, comparison)
    assert measured.plan == plan


def test_where_some_answers_came_with_a_report_of_the_model_and_others_without_both_are_named() -> None:
    task, cells = small.task(), MemoryCells()
    before, after = Composition(task.base), Composition(task.base, (small.snippets()[2],))
    plan = MeasurementPlan(task, TARGET, "small:0", TEST, before, after)

    def put(messages: Messages) -> Answer:
        old = messages[0]["content"] == before.text
        return small.answer("3") if old else replace(small.answer("3"), served_model="m", system_fingerprint="f")

    with ThreadPoolExecutor(1) as pool:
        measured, _ = measure(plan, Evaluator(task, TARGET.hash, cells, put, pool), seed=5)
    assert [(one.model, one.fingerprint) for one in measured.served] == [("m", "f"), (UNREPORTED, "")]
