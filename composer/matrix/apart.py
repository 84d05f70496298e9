"""Where targets disagree on an example: each one's answer beside the people's label, most disagreement first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from composer.data.examples import Example
from composer.evaluation.metrics import score
from composer.matrix.beside import Beside, OnTarget
from composer.task.task import Task

Value = float | str | None


@dataclass(frozen=True)
class Given:
    """One target's answer to an example: as read, None where malformed; as it came; and its loss, in [0, 1]."""

    value: Value
    text: str
    loss: float


@dataclass(frozen=True)
class Line:
    """One development example: each target's answer by name, as far as there is one.

    `apart` is how far answers differ, in [0, 1]: for ratings the widest gap as a share of the scale, for labels
    the share of answers that isn't the most frequent one. A malformed answer is as far from others as can be.
    """

    example: Example
    given: Mapping[str, Given]
    apart: float

    @property
    def differ(self) -> bool:
        """Whether two targets answered it otherwise."""
        return self.apart > 0

    @property
    def hardest(self) -> float:
        """The mean loss of all that answered it."""
        return sum(one.loss for one in self.given.values()) / len(self.given)


TESTS: Mapping[str, Callable[[Line], bool]] = {
    "they differ": lambda one: one.differ,
    "one is malformed": lambda one: any(each.value is None for each in one.given.values()),
    "all alike, and not as people": lambda one: not one.differ and one.hardest > 0.05,
    "all": lambda _one: True,
}
"""The filters by name."""


def lines(found: Beside) -> tuple[Line, ...]:
    """Return the examples that two targets or more have answered, those on which they are furthest apart first."""
    each = {one.target.name: _given(found.task, one) for one in found.places if one.answers.answered}
    made = []
    for example in found.examples:
        given = {name: known[example.id] for name, known in each.items() if example.id in known}
        if len(given) > 1:
            made.append(Line(example, given, apart(found.task, [one.value for one in given.values()])))
    return tuple(sorted(made, key=lambda one: (-one.apart, -one.hardest, one.example.id)))


def apart(task: Task, values: list[Value]) -> float:
    """Return how far answers to one example differ, at least one: 0 where all are the same, 1 at most."""
    if len(set(values)) < 2:
        return 0.0
    ratings = [float(one) for one in values if isinstance(one, int | float)]
    if task.output.kind == "ordinal" and len(ratings) == len(values):
        low, high = task.output.scale
        return (max(ratings) - min(ratings)) / (high - low)
    if task.output.kind == "ordinal":
        return 1.0
    return 1 - Counter(values).most_common(1)[0][1] / len(values)


def _given(task: Task, one: OnTarget) -> dict[str, Given]:
    answers = one.answers
    losses = score(task, answers.examples, answers.read).loss.tolist()
    every = zip(answers.examples, answers.answers, answers.read, losses, strict=True)
    return {example.id: Given(read.value, answer.text, loss) for example, answer, read, loss in every}
