"""A DSPy program without a guard: any text may become its prompt, for mining alone.

Nothing here is reached by a search, a run, a review or a release: what they compose comes from a `Vocabulary`. Its
prompts are `Rewrite`s, asked about authoring examples, and what comes of them are drafts that a person judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import dspy

from composer.answers.evaluator import Evaluator
from composer.data.examples import Example
from composer.evaluation.metrics import Scored, figures, score
from composer.evaluation.parsing import Parsed, parse_answer
from composer.models.answer import Answer
from composer.optimizer.feedback import feedback
from composer.optimizer.predictor import signature_of
from composer.optimizer.program import Halted
from composer.prompts.askable import Askable
from composer.prompts.composition import Composition
from composer.prompts.rewrite import Rewrite
from composer.search.problem import BudgetSpent
from composer.task.task import Task


class Ledger:
    """What a target answers while its prompt is rewritten, each answer once, and no more of them than the budget.

    `start` is the prompt in use, from which the rewriting begins, and `full` are the examples on which a text is
    measured in full. Of examples with the same inputs only the first counts. Raises `Halted`, at which DSPy's
    optimizers end: for an outage, and for `BudgetSpent`.
    """

    def __init__(
        self,
        task: Task,
        evaluator: Evaluator,
        start: Composition,
        examples: Sequence[Example],
        *,
        full: int,
        budget: int,
    ) -> None:
        self.task = task
        self.start = start
        self.budget = budget
        self._by_inputs = _distinct(task, examples)
        self.examples = tuple(self._by_inputs.values())
        self.full = self.examples[:full]
        self._evaluator = evaluator
        self._known: dict[tuple[str, str], Answer] = {}

    @property
    def left(self) -> int:
        """How many more answers may be asked for."""
        return self.budget - len(self._known)

    def example(self, inputs: Mapping[str, Any]) -> Example:
        """Return the example that has these inputs."""
        return self._by_inputs[_inputs(self.task, inputs)]

    def answer(self, text: str, example: Example, *, together: bool = False) -> Answer:
        """Return the answer to one example; with `together` all of the full set is asked for at once."""
        if (text, example.id) not in self._known:
            self._ask(text, self.full if together and example in self.full else (example,))
        return self._known[text, example.id]

    def measured(self, text: str) -> Scored | None:
        """Return the scores of a text on the full set; None where it was not measured in full."""
        answers = [self._known.get((text, one.id)) for one in self.full]
        known = [one for one in answers if one is not None]
        if len(known) < len(answers):
            return None
        return score(self.task, self.full, [parse_answer(self.task.output, one) for one in known])

    def figure(self, text: str) -> float | None:
        """Return the task's metric of a text on the full set; None where it was not measured in full."""
        scored = self.measured(text)
        return None if scored is None else figures(self.task)[0].of(scored)

    def _ask(self, text: str, examples: Sequence[Example]) -> None:
        fresh = [one for one in examples if (text, one.id) not in self._known]
        try:
            if self.left < len(fresh):
                raise BudgetSpent
            prompt: Askable = self.start if text == self.start.text else Rewrite(text)
            answers = self._evaluator.answers(prompt, fresh)
        except (Exception, KeyboardInterrupt) as problem:
            raise Halted(problem) from problem
        self._known |= {(text, one.id): answer for one, answer in zip(fresh, answers, strict=True)}


class Judged(NamedTuple):
    """One answer with its example and how it reads."""

    example: Example
    answer: Answer
    parsed: Parsed


class FreePredict(dspy.Predict):  # type: ignore[misc]
    """A `dspy.Predict` of the task whose instructions may be any text.

    It asks through the ledger, which sends the task's own messages as `VerbatimAdapter` does and keeps the
    answers.
    """

    def __init__(self, ledger: Ledger, text: str) -> None:
        self.__dict__["ledger"] = ledger
        super().__init__(signature_of(ledger.task, text))

    def answer(self, inputs: Mapping[str, Any], *, together: bool) -> dspy.Prediction:
        """Return the answer as `judged`, also a malformed one; what the model wrote stands in DSPy's trace."""
        task, example = self.ledger.task, self.ledger.example(inputs)
        answer = self.ledger.answer(self.signature.instructions, example, together=together)
        trace = dspy.settings.trace
        if trace is not None:
            shown = {name: example.inputs[name] for name in task.inputs}
            trace.append((self, shown, dspy.Prediction(**{task.output.field: answer.text})))
        return dspy.Prediction(judged=Judged(example, answer, parse_answer(task.output, answer)))

    def __deepcopy__(self, memo: dict[int, Any]) -> FreePredict:
        return FreePredict(self.ledger, self.signature.instructions)


class FreeProgram(dspy.Module):  # type: ignore[misc]
    """The program that DSPy's optimizers rewrite."""

    def __init__(self, ledger: Ledger, text: str | None = None) -> None:
        super().__init__()
        self.ledger = ledger
        self.speaker = FreePredict(ledger, ledger.start.text if text is None else text)

    def forward(self, **inputs: Any) -> dspy.Prediction:
        """Answer one example of `as_dspy`."""
        return self.speaker.answer(inputs, together=_together(self.ledger.task) in inputs)

    def __deepcopy__(self, memo: dict[int, Any]) -> FreeProgram:
        return FreeProgram(self.ledger, self.speaker.signature.instructions)


def reward(task: Task, judged: Judged) -> float:
    """Return 1 less the loss of an answer, as DSPy wants it: more is better."""
    return 1.0 - float(score(task, [judged.example], [judged.parsed]).loss[0])


def told(task: Task, judged: Judged) -> str:
    """Return what the reflection model is told of an answer."""
    return feedback(task, judged.example, judged.answer, judged.parsed)


def as_dspy(task: Task, examples: Sequence[Example], *, together: bool = False) -> list[dspy.Example]:
    """Return examples as DSPy knows them: inputs and label, and nothing else that it could show.

    With `together` each says that it is asked for with the full set, because the optimizer is going through that.
    """
    found = []
    for one in examples:
        inputs: dict[str, Any] = {name: one.inputs[name] for name in task.inputs}
        inputs |= {_together(task): True} if together else {}
        found.append(dspy.Example(**inputs, **{task.output.field: one.gold}).with_inputs(*inputs))
    return found


def _together(task: Task) -> str:
    """Return the name of the input that says so: none of the task's own."""
    name = "together"
    while name in (*task.inputs, task.output.field):
        name += "_"
    return name


def _distinct(task: Task, examples: Sequence[Example]) -> dict[tuple[str, ...], Example]:
    found: dict[tuple[str, ...], Example] = {}
    for one in examples:
        found.setdefault(_inputs(task, one.inputs), one)
    return found


def _inputs(task: Task, inputs: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(inputs[name]) for name in task.inputs)
