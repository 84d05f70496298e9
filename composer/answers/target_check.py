"""Three questions to a target, and what they show: is it reached, does it take its settings, is it of use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from composer.answers.malformed import Watch
from composer.data.examples import Example
from composer.evaluation.parsing import Parsed, parse_answer
from composer.models.answer import Answer
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.prompts.messages import Messages, render
from composer.task.task import Task

GREETING: Messages = [{"role": "user", "content": "Answer with the word yes."}]
"""What a target is asked where no task is named."""


@dataclass(frozen=True)
class TargetCheck:
    """Three answers of a target, the first two to the same question.

    `parsed` are these answers as the task reads them; empty where no task was asked about. `advice` is what to
    change where most are malformed for one cause, empty where they aren't.
    """

    answers: tuple[Answer, ...]
    parsed: tuple[Parsed, ...]
    advice: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether the same question got the same answer twice."""
        return self.answers[0].text == self.answers[1].text

    @property
    def valid(self) -> int:
        """How many of the answers the task can read."""
        return sum(one.valid for one in self.parsed)

    @property
    def seconds(self) -> float:
        """The shortest time to an answer: the first one may have had a model to load."""
        return min(answer.seconds for answer in self.answers)


def check_target(
    ask: Callable[[Messages], Answer],
    target: Target,
    task: Task | None = None,
    examples: Sequence[Example] = (),
) -> TargetCheck:
    """Ask a target about the base prompt of a task on two of its examples, or without a task one plain question.

    Nothing is kept, and each question is really asked. Raises what `ask` raises, such as an outage.
    """
    base = Composition(task.base).text if task else ""
    questions = [render(base, task.message, one.inputs) for one in examples[:2]] if task else []
    first, *others = questions or [GREETING]
    answers = tuple(ask(messages) for messages in (first, first, others[0] if others else first))
    if not task or not questions:
        return TargetCheck(answers, ())
    watch = Watch(task.output, target)
    for answer in answers:
        watch.see(answer)
    return TargetCheck(answers, tuple(parse_answer(task.output, one) for one in answers), watch.in_words())
