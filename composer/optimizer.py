"""The composer as a DSPy optimizer: it may only select and order snippets of a vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dspy
import numpy as np
from dspy.teleprompt import Teleprompter

from composer.composition import Vocabulary
from composer.data.examples import Example
from composer.data.splits import stratum
from composer.evaluator import Evaluator
from composer.metrics import score
from composer.parsing import parse
from composer.predictor import LibraryPredict
from composer.search.problem import Found, Keys, Losses, Problem, Score, Step
from composer.search.strategies import DEFAULT_BUDGET, STRATEGIES, search
from composer.task import Task
from library.errors import Refused


class LibraryComposer(Teleprompter):  # type: ignore[misc]
    """Searches the compositions of a vocabulary and returns the student with the best one found.

    The student's own composition is the incumbent that everything is paired with. `found` says after
    `compile` what the search ended with. Raises `Refused` for a strategy that doesn't exist.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        evaluator: Evaluator,
        *,
        strategy: str = "greedy",
        budget: int = DEFAULT_BUDGET,
        seed: int = 0,
        on_step: Callable[[Step], None] = lambda _step: None,
    ) -> None:
        super().__init__()
        if strategy not in STRATEGIES:
            raise Refused(f"no strategy is called {strategy}", fix=f"Choose one of: {', '.join(STRATEGIES)}.")
        self.vocabulary = vocabulary
        self.evaluator = evaluator
        self.strategy = strategy
        self.budget = budget
        self.seed = seed
        self.on_step = on_step
        self.found: Found | None = None

    def compile(
        self,
        student: LibraryPredict,
        *,
        trainset: Sequence[dspy.Example],
        teacher: object = None,
        valset: Sequence[dspy.Example] | None = None,
        **kwargs: object,
    ) -> LibraryPredict:
        """Return a copy of the student that speaks the best composition found on `trainset` and `valset`.

        Examples are `dspy.Example`s as `to_dspy` makes them. `teacher` must be None: nobody rewrites here.
        Raises `Refused` for no examples, and what asking the model raises.
        """
        if teacher is not None or kwargs:
            raise TypeError("a library composer takes a student, a trainset and a valset, and nothing else")
        given = [from_dspy(self.vocabulary.task, one) for one in (*trainset, *(valset or ()))]
        examples = {example.id: example for example in given}
        if not examples:
            raise Refused("there are no dev examples to search on", fix="Import labelled data for the task.")
        rng = np.random.default_rng(self.seed)
        problem = Problem(
            snippets=tuple(self.vocabulary.versions),
            incumbent=self.vocabulary.names(student.composition),
            examples=_interleaved(self.vocabulary.task, tuple(examples.values()), rng),
            max_length=self.vocabulary.task.snippets.max,
            score=self._score(examples),
            groups=self.vocabulary.exclusive,
        )
        self.found = search(problem, strategy=self.strategy, budget=self.budget, rng=rng, on_step=self.on_step)
        program = student.deepcopy()
        composed = self.vocabulary.compose(self.found.keys)
        program.signature = program.signature.with_instructions(composed.text)
        return program  # type: ignore[no-any-return]

    def _score(self, examples: Mapping[str, Example]) -> Score:
        task = self.vocabulary.task
        place = {example_id: number for number, example_id in enumerate(examples)}

        def losses(composition: Keys, example_ids: Sequence[str], /) -> Losses:
            # Asked in the order of the data, where neighbours share text that a model's prefix cache reuses.
            ordered = [examples[e] for e in sorted(example_ids, key=place.__getitem__)]
            answers = self.evaluator.answers(self.vocabulary.compose(composition), ordered)
            scored = score(task, ordered, [parse(task.output, answer.text) for answer in answers])
            by_id = {example.id: loss for example, loss in zip(ordered, scored.loss, strict=True)}
            return np.array([by_id[e] for e in example_ids])

        return losses


def to_dspy(task: Task, example: Example) -> dspy.Example:
    """Return an example as DSPy knows it: its inputs, and the gold under the output's name."""
    fields: dict[str, Any] = {**example.inputs, task.output.field: example.gold, "labelled": example}
    return dspy.Example(**fields).with_inputs(*task.inputs)


def from_dspy(task: Task, example: dspy.Example) -> Example:
    """Return our example of a `dspy.Example`; raises `Refused` where an input or the gold is missing."""
    if "labelled" in example:
        return example["labelled"]  # type: ignore[no-any-return]
    missing = [name for name in (*task.inputs, task.output.field) if name not in example]
    if missing:
        raise Refused(f"an example lacks {', '.join(missing)}", fix="Give every input and the gold output.")
    inputs = {name: str(example[name]) for name in task.inputs}
    name = " | ".join(inputs.values())
    return Example(id=name, inputs=inputs, gold=example[task.output.field], split="dev", clusters=(name,))


def _interleaved(task: Task, examples: Sequence[Example], rng: np.random.Generator) -> tuple[str, ...]:
    """Return example ids shuffled so that every prefix holds the strata in nearly equal parts."""
    strata: dict[object, list[str]] = {}
    for example in examples:
        strata.setdefault(stratum(task, example.gold), []).append(example.id)
    keyed = []
    for ids in (strata[name] for name in sorted(strata, key=str)):
        keyed += [((place + 0.5) / len(ids), ids[pick]) for place, pick in enumerate(rng.permutation(len(ids)))]
    return tuple(example_id for _, example_id in sorted(keyed))
