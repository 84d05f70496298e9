"""Stored answers to a task's development examples: of any prompts on any targets, with nothing asked anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from composer.answers.answered import answered_of_several
from composer.data.examples import Example
from composer.evaluation.comparison import parsed
from composer.evaluation.metrics import Scored, score
from composer.evaluation.parsing import Parsed
from composer.models.answer import Answer
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.task.task import Task


@dataclass(frozen=True)
class Asking:
    """A prompt on a target."""

    target: Target
    composition: Composition


@dataclass(frozen=True)
class DevAnswers:
    """What one prompt on one target answered: `examples` in the data's order, `answers`, and these as read."""

    asking: Asking
    examples: tuple[Example, ...]
    answers: tuple[Answer, ...]
    read: tuple[Parsed, ...]

    @property
    def answered(self) -> int:
        """How many examples were answered."""
        return len(self.examples)

    @cached_property
    def by_id(self) -> dict[str, tuple[Answer, Parsed]]:
        """Each answer and how it reads, by the id of its example."""
        each = zip(self.examples, self.answers, self.read, strict=True)
        return {example.id: (answer, read) for example, answer, read in each}

    def scored(self, task: Task) -> Scored:
        """Return the answers scored, in order."""
        return score(task, self.examples, self.read)


def dev_answers(
    session: Session, task: Task, examples: Sequence[Example], asked: Sequence[Asking]
) -> tuple[DevAnswers, ...]:
    """Return what is stored of each prompt on its target about these examples, in their order."""
    found = []
    every = answered_of_several(session, task, [(one.target.hash, one.composition) for one in asked], examples)
    for one, given in zip(asked, every, strict=True):
        own, answers = tuple(example for example in examples if example.id in given), tuple(given.values())
        found.append(DevAnswers(one, own, answers, tuple(parsed(task, answers))))
    return tuple(found)
