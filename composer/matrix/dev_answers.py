"""Stored answers to a task's development examples: of any prompts on any targets, with nothing asked anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from composer.answers.evaluator import questions_of
from composer.answers.store import answered_examples, stored_answers
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
    for one in asked:
        # Keys take a while to work out: only where anything was asked with this composition.
        known = answered_examples(session, one.target.hash, one.composition.fingerprint)
        some = [example for example in examples if example.id in known]
        keys = [each.key for each in questions_of(task, one.target.hash, one.composition, some)]
        stored = stored_answers(session, keys)
        pairs = [(example, stored[key]) for example, key in zip(some, keys, strict=True) if key in stored]
        own, answers = (tuple(side) for side in zip(*pairs, strict=True)) if pairs else ((), ())
        found.append(DevAnswers(one, own, answers, tuple(parsed(task, answers))))
    return tuple(found)
