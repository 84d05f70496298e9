"""Trying a draft on a small sample of the authoring examples, beside the prompt in use: what it fixes and breaks.

It is a look and no evidence. The sample holds the examples on which the prompt in use is furthest off, on which
there is most to gain, and others drawn at random, on which there is something to break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from composer.curation.disagreements import Disagreements, Judged, judge
from composer.data.examples import Example
from composer.evaluation.metrics import Scored, figures, score
from composer.evaluation.outcomes import Difference, OutcomeCounts, Row
from composer.models.answer import Answer
from composer.prompts.trial import Trial
from composer.task.task import Task

SAMPLE = 20
"""Examples that a draft is tried on, besides those that it was written from."""
SEED = 0
"""Of the random part of a sample: every draft is tried on the same."""


@dataclass(frozen=True)
class Tried:
    """What trying a draft came to, beside the prompt in use, whose `fingerprint` it was.

    `figure` is the task's metric on the sample before and after; it has no interval, since the sample is no random
    one. `rows` are the sample, the one that is most better first. `apart` are the examples that the draft was
    written from: they show whether it does what it was written for, and count in no figure. `answers` are the raw
    texts that came with the draft, by example.
    """

    fingerprint: str
    figure: Difference
    rows: tuple[Row, ...]
    apart: tuple[Row, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> OutcomeCounts:
        """How many examples of the sample the draft makes better, leaves as they are, and makes worse."""
        found = Counter(row.outcome for row in self.rows)
        return OutcomeCounts(better=found["better"], same=found["same"], worse=found["worse"])

    @property
    def malformed(self) -> tuple[int, int]:
        """How many answers to the sample are malformed, before and after."""
        return (
            sum(not row.incumbent_valid for row in self.rows),
            sum(not row.candidate_valid for row in self.rows),
        )

    @property
    def losses(self) -> tuple[float, float]:
        """The mean loss on the sample before and after, in [0, 1]; NaN for an empty one."""
        if not self.rows:
            return float("nan"), float("nan")
        before, after = zip(*((row.incumbent_loss, row.candidate_loss) for row in self.rows), strict=True)
        return float(np.mean(before)), float(np.mean(after))

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        return asdict(self)


@cache
def adapter() -> TypeAdapter[Tried]:
    """Return what reads a stored result."""
    return TypeAdapter(Tried)


def sampled(found: Disagreements, apart: Sequence[str], *, size: int = SAMPLE) -> tuple[str, ...]:
    """Return the examples that a draft is tried on, by id: half the largest disagreements, half at random.

    The largest are taken from each direction in turn: else malformed answers, which all lose most, would leave
    room for nothing else. None of those that it was written from (`apart`) is among them. The same data and
    answers give the same sample; where there are fewer examples, all of them.
    """
    barred = set(apart)
    wrong = [one for one in found.judged if one.disagrees and one.example.id not in barred]
    largest = [one.example.id for one in _in_turn(wrong)[: size // 2]]
    everything = sorted({*(one.example.id for one in found.judged), *(one.id for one in found.missing)})
    order = np.random.default_rng(SEED).permutation(len(everything))
    rest = [everything[place] for place in order if everything[place] not in {*barred, *largest}]
    return (*largest, *rest[: size - len(largest)])


def _in_turn(some: Sequence[Judged]) -> list[Judged]:
    """Sort disagreements so that each direction has its largest first, then each its second, and so on."""
    found: list[tuple[int, float, str, Judged]] = []
    rank: Counter[str] = Counter()
    for one in sorted(some, key=lambda each: (-round(each.loss, 12), each.example.id)):
        found.append((rank[one.direction], -round(one.loss, 12), one.example.id, one))
        rank[one.direction] += 1
    return [one for *_, one in sorted(found, key=lambda each: each[:3])]


def tried(
    task: Task,
    trial: Trial,
    examples: Sequence[Example],
    answers: Sequence[tuple[Answer, Answer]],
    apart: Sequence[str] = (),
) -> Tried:
    """Return what a trial came to on these examples; `answers` are those before and after, in their order."""
    counted = [place for place, one in enumerate(examples) if one.id not in set(apart)]
    sides = [
        judge(task, examples, {one.id: pair[side] for one, pair in zip(examples, answers, strict=True)})
        for side in (0, 1)
    ]
    rows = [_row(before, after) for before, after in zip(*sides, strict=True)]
    sample = [examples[place] for place in counted]
    scored = [score(task, sample, [side[place].parsed for place in counted]) for side in sides]
    return Tried(
        fingerprint=trial.prompt.fingerprint,
        figure=_figure(task, sample, *scored),
        rows=tuple(sorted((rows[place] for place in counted), key=_most_better)),
        apart=tuple(sorted((row for row in rows if row.example_id in set(apart)), key=_most_better)),
        answers={one.id: pair[1].text for one, pair in zip(examples, answers, strict=True)},
    )


def _figure(task: Task, sample: Sequence[Example], before: Scored, after: Scored) -> Difference:
    metric = figures(task)[0]
    if not sample:
        return Difference(metric.name, metric.better_is, None, None, None, None, None)
    was, now = metric.of(before), metric.of(after)
    # Half of the sample was chosen for being wrong before: an interval would vouch for a gain that this makes.
    return Difference(metric.name, metric.better_is, was, now, now - was, None, None)


def _row(before: Judged, after: Judged) -> Row:
    example = before.example
    return Row(
        example_id=example.id,
        incumbent_loss=before.loss,
        candidate_loss=after.loss,
        incumbent_valid=before.parsed.valid,
        candidate_valid=after.parsed.valid,
        incumbent_value=before.parsed.value,
        candidate_value=after.parsed.value,
        gold=example.gold,
        slice=example.slice,
        must_not_regress=example.must_not_regress,
    )


def _most_better(row: Row) -> tuple[float, str]:
    return round(row.change, 12), row.example_id
