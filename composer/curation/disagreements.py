"""Where the prompt in use and the people differ, on the examples that are set aside to write snippets by.

Dev is what a search chooses by and test is sealed: neither is ever read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

import numpy as np
from sqlmodel import Session

from composer.analysis.people import ratings_of
from composer.answers.answered import answered
from composer.curation.in_use import InUse, authoring_examples, in_use
from composer.curation.neighbours import families
from composer.data.examples import Example
from composer.evaluation.distribution import is_within
from composer.evaluation.metrics import score
from composer.evaluation.parsing import Parsed, parse_answer
from composer.evaluation.raters import spread_of
from composer.models.answer import Answer
from composer.task.task import Output, Task

Direction = Literal["too high", "too low", "another label", "malformed", "agrees"]
DIRECTIONS: tuple[Direction, ...] = ("malformed", "too high", "too low", "another label")
"""The ways to disagree."""
ROUNDING = 0.5 + 1e-9
"""How far a whole number may be from a mean of ratings and still be the nearest there is."""
WIDE = 1 / 8
"""Standard deviation of an example's ratings, as a share of the scale, from which people disagree widely."""
WIDE_SHARE = 1 / 3
"""Share of people who gave another label than most, from which people disagree widely."""


@dataclass(frozen=True)
class Judged:
    """One authoring example with the answer of the prompt in use; `loss` is in [0, 1].

    `spread` is how far people are apart on it (see `composer.evaluation.raters.Agreement`), None where fewer than
    two rated it; `disputed` whether that is so wide that the label itself is uncertain, and `inside` whether
    anybody gave what the model answers, or more and less (None without ratings). `near` is the example that this
    one resembles and stands below, empty where it stands by itself.
    """

    example: Example
    answer: Answer
    parsed: Parsed
    loss: float
    direction: Direction
    spread: float | None = None
    disputed: bool = False
    inside: bool | None = None
    near: str = ""

    @property
    def disagrees(self) -> bool:
        """Whether the model said something else than people."""
        return self.direction != "agrees"


@dataclass(frozen=True)
class Group:
    """Disagreements of one slice and direction; `confusion` names both labels where answers are labels.

    `slice` is empty where all examples are of one.
    """

    slice: str
    direction: Direction
    confusion: str
    rows: tuple[Judged, ...]

    @property
    def loss(self) -> float:
        """The loss of all its rows together."""
        return sum(one.loss for one in self.rows)

    @property
    def title(self) -> str:
        """What it is called: its direction, both labels, its slice."""
        return " · ".join(filter(None, (self.confusion or self.direction, self.slice)))


@dataclass(frozen=True)
class Disagreements:
    """The authoring examples of a task under the prompt in use on a target.

    `judged` are those that were answered, in the order of the data, and `missing` the others. `groups` have those
    that disagree: what costs most first, and inside a group the largest first, its neighbours below it.
    """

    now: InUse
    judged: tuple[Judged, ...]
    missing: tuple[Example, ...]
    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """How many authoring examples there are."""
        return len(self.judged) + len(self.missing)

    @property
    def rows(self) -> tuple[Judged, ...]:
        """All that disagree, group by group."""
        return tuple(row for group in self.groups for row in group.rows)


def find_disagreements(session: Session, task: str, target: str) -> Disagreements:
    """Return where the prompt in use and the people differ; raises as `in_use` does. Nothing is asked."""
    now = in_use(session, task, target)
    examples = authoring_examples(session, now)
    given = answered(session, now.task, now.target.hash, now.prompt, examples)
    judged = judge(now.task, [example for example in examples if example.id in given], given)
    missing = tuple(example for example in examples if example.id not in given)
    return Disagreements(now, judged, missing, grouped(now.task, judged))


def judge(task: Task, examples: Sequence[Example], answers: Mapping[str, Answer]) -> tuple[Judged, ...]:
    """Hold answers, by example id, against what people said of these examples."""
    if not examples:
        return ()
    parsed = [parse_answer(task.output, answers[one.id]) for one in examples]
    scored = score(task, examples, parsed)
    spread = spread_of(ratings_of(examples, task.output), task.output)
    return tuple(
        Judged(
            example=one,
            answer=answers[one.id],
            parsed=read,
            loss=float(scored.loss[place]),
            direction=_direction(task.output, read, float(scored.value[place] - scored.gold[place])),
            spread=None if isnan(spread[place]) else float(spread[place]),
            disputed=is_wide(task.output, float(spread[place])),
            inside=is_within(one.ratings.values(), read.value) if one.ratings else None,
        )
        for place, (one, read) in enumerate(zip(examples, parsed, strict=True))
    )


def is_wide(output: Output, spread: float) -> bool:
    """Whether people are so far apart on an example that its label is uncertain; never where `spread` is NaN."""
    if output.kind == "label":
        return bool(spread >= WIDE_SHARE)
    low, high = output.scale
    return bool(spread >= WIDE * (high - low))


def _direction(output: Output, read: Parsed, off: float) -> Direction:
    if not read.valid:
        return "malformed"
    if output.kind == "label":
        return "another label" if off else "agrees"
    if abs(off) <= ROUNDING:
        return "agrees"
    return "too high" if off > 0 else "too low"


def grouped(task: Task, judged: Sequence[Judged]) -> tuple[Group, ...]:
    """Group what disagrees by slice, where there are several, and direction; the group that loses most first."""
    several = len({one.example.slice for one in judged}) > 1
    found: dict[tuple[str, Direction, str], list[Judged]] = {}
    for one in judged:
        if one.disagrees:
            own = one.example.slice if several else ""
            found.setdefault((own, one.direction, _confusion(one)), []).append(one)
    groups = [Group(*key, _in_order(task, rows)) for key, rows in found.items()]
    return tuple(sorted(groups, key=lambda group: (-group.loss, group.title)))


def _confusion(one: Judged) -> str:
    return f"{one.parsed.value} for {one.example.gold}" if one.direction == "another label" else ""


def _in_order(task: Task, rows: Sequence[Judged]) -> tuple[Judged, ...]:
    """Sort a group by loss, and bring the neighbours of each row below it."""
    largest = sorted(rows, key=lambda one: (-round(one.loss, 12), one.example.id))
    found: list[Judged] = []
    for head, *others in families([" ".join(one.example.inputs[name] for name in task.inputs) for one in largest]):
        found.append(largest[head])
        found += [replace(largest[place], near=largest[head].example.id) for place in others]
    return tuple(found)


def losses(judged: Sequence[Judged]) -> float:
    """Return the mean loss of judged examples, in [0, 1]; NaN for none."""
    return float(np.mean([one.loss for one in judged])) if judged else float("nan")
