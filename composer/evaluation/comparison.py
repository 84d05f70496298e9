"""The paired comparison of a candidate with the incumbent on the sealed test split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from composer.data.examples import Example
from composer.evaluation.gates import check_gates
from composer.evaluation.metrics import figures, score
from composer.evaluation.outcomes import Comparison, Difference, MalformedAnswer, Row, SideName
from composer.evaluation.paired import differences
from composer.evaluation.parsing import Parsed, parse_answer
from composer.evaluation.slices import slices
from composer.evaluation.spending import spent
from composer.models.answer import Answer
from composer.models.prices import Prices
from composer.task.task import Task


@dataclass(frozen=True)
class Side:
    """One prompt's answers to the examples, in their order."""

    answers: Sequence[Answer]


def compare(
    task: Task,
    examples: Sequence[Example],
    incumbent: Side,
    candidate: Side,
    rng: np.random.Generator,
    *,
    prices: Prices | None = None,
) -> Comparison:
    """Compare two prompts on the same examples; `rng` drives the bootstrap and the permutations alone.

    `prices` are the target's, where it has any.

    Every resampled figure is taken over the same resamples, and every mean by the same method, so that
    figures which agree have intervals that agree.
    """
    seed = int(rng.integers(2**32))
    was, now = (parsed(task, side.answers) for side in (incumbent, candidate))
    before, after = score(task, examples, was), score(task, examples, now)
    clusters = [example.clusters for example in examples]
    found = [
        *differences(figures(task), before, after, clusters, np.random.default_rng(seed)),
        *_spending(task, incumbent, candidate, prices),
    ]
    rows = tuple(
        Row(
            example.id,
            float(before.loss[place]),
            float(after.loss[place]),
            was[place].valid,
            now[place].valid,
            was[place].value,
            now[place].value,
            example.gold,
            example.slice,
            example.must_not_regress,
        )
        for place, example in enumerate(examples)
    )
    gates = check_gates(task, examples, {one.name: one for one in found}, rows)
    malformed = (
        *_malformed("incumbent", examples, incumbent, was),
        *_malformed("candidate", examples, candidate, now),
    )
    return Comparison(tuple(found), gates, rows, slices(task, examples, before, after), malformed)


def parsed(task: Task, answers: Sequence[Answer]) -> list[Parsed]:
    """Read each answer as the task's output has it, in their order."""
    # Thousands of answers are often of a few kinds.
    bare = [replace(answer, prompt_tokens=0, completion_tokens=0, seconds=0.0) for answer in answers]
    known = {answer: parse_answer(task.output, answer) for answer in set(bare)}
    return [known[answer] for answer in bare]


def _malformed(
    name: SideName, examples: Sequence[Example], side: Side, parsed: Sequence[Parsed]
) -> list[MalformedAnswer]:
    return [
        MalformedAnswer(example.id, name, one.error, answer.finish_reason, answer.refusal)
        for example, answer, one in zip(examples, side.answers, parsed, strict=True)
        if not one.valid
    ]


def _spending(task: Task, incumbent: Side, candidate: Side, prices: Prices | None) -> list[Difference]:
    """Return what both prompts took as evidence has it: without intervals, the cost where a gate asks for it."""
    was, now = (spent(side.answers, prices) for side in (incumbent, candidate))
    asked = ["tokens", "seconds", *(["cost"] if task.policy.gates.max_cost_growth is not None else [])]
    return [
        Difference(
            name, "lower", was[name].whole(), now[name].whole(), now[name].whole() - was[name].whole(), None, None
        )
        for name in asked
        if name in was and name in now
    ]
