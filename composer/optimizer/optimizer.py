"""The composer as a DSPy optimizer: it may only select and order snippets of a vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dspy
import numpy as np
from dspy.teleprompt import Teleprompter

from composer.answers.evaluator import Evaluator
from composer.data.examples import Example
from composer.data.splits import strata_of
from composer.evaluation.metrics import score
from composer.evaluation.parsing import parse_answer
from composer.optimizer.predictor import LibraryPredict
from composer.optimizer.strategies import DEFAULT_BUDGET, DEFAULT_STRATEGY, strategy_of
from composer.prompts.curator_rules import rules_of
from composer.prompts.vocabulary import Vocabulary
from composer.search.attribution import Attribution, attribute
from composer.search.prior import Prior
from composer.search.problem import Ask, BudgetedScorer, Keys, Losses, Problem, Score, SearchResult, Step
from composer.search.stratified_order import stratified_order
from composer.task.task import Task
from library.errors import Refused


class LibraryComposer(Teleprompter):  # type: ignore[misc]
    """Searches the compositions of a vocabulary and returns the student with the best one found.

    The student's own composition is the incumbent that everything is paired with; `bar` is the mean loss that
    any composition must undercut to be of use, where there is one, and `prior` what other targets' answers let
    expect of the snippets. `validity` maps each composition asked to how
    many of its answers were valid, and how many there were. After `compile`, `found`
    is what the search ended with and `attribution` the effects of snippets on its cells. Raises `Refused` for a
    strategy that doesn't exist.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        evaluator: Evaluator,
        *,
        strategy: str = DEFAULT_STRATEGY,
        budget: int = DEFAULT_BUDGET,
        seed: int = 0,
        on_step: Callable[[Step], None] = lambda _step: None,
        bar: float | None = None,
        prior: Prior | None = None,
    ) -> None:
        super().__init__()
        self.search = strategy_of(strategy)
        self.vocabulary = vocabulary
        self.evaluator = evaluator
        self.budget = budget
        self.seed = seed
        self.on_step = on_step
        self.bar = bar
        self.prior = prior
        self.found: SearchResult | None = None
        self.attribution: Attribution | None = None
        self.validity: dict[Keys, tuple[int, int]] = {}

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
        incumbent = self.vocabulary.names(student.composition)
        problem = Problem(
            snippets=tuple(self.vocabulary.versions),
            incumbent=incumbent,
            examples=stratified_order(tuple(examples), strata_of(self.vocabulary.task, examples.values()), rng),
            rules=rules_of(self.vocabulary, incumbent),
            score=self._score(examples),
            tags=self.vocabulary.tags(),
            parallel=self.evaluator.slots,
            bar=self.bar,
            prior=self.prior,
        )
        scorer = BudgetedScorer(problem, self.budget, self.on_step)
        self.found = self.search(scorer, rng)
        self.attribution = attribute(problem, scorer.known, self.found.keys, np.random.default_rng(self.seed))
        program = student.deepcopy()
        composed = self.vocabulary.compose(self.found.keys)
        program.signature = program.signature.with_instructions(composed.text)
        return program  # type: ignore[no-any-return]

    def _score(self, examples: Mapping[str, Example]) -> Score:
        task = self.vocabulary.task
        place = {example_id: number for number, example_id in enumerate(examples)}

        def losses(asked: Sequence[Ask], /) -> list[Losses]:
            # Asked in the order of the data, where neighbours share text that a model's prefix cache reuses.
            ordered = [[examples[e] for e in sorted(ids, key=place.__getitem__)] for _, ids in asked]
            compositions = [self.vocabulary.compose(keys) for keys, _ in asked]
            answers = self.evaluator.all_answers(list(zip(compositions, ordered, strict=True)))
            found = []
            for (keys, ids), own, given in zip(asked, ordered, answers, strict=True):
                scored = score(task, own, [parse_answer(task.output, answer) for answer in given])
                valid, total = self.validity.get(keys, (0, 0))
                self.validity[keys] = valid + int(scored.valid.sum()), total + len(own)
                by_id = {example.id: loss for example, loss in zip(own, scored.loss, strict=True)}
                found.append(np.array([by_id[e] for e in ids]))
            return found

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
