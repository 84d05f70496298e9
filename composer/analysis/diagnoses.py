"""What can be asked about a candidate after its run: increments, ablations and repeatability.

Increments show what each step from the incumbent to the candidate gains; ablations, which of its changes makes
an example worse; repeatability, how often the same question is answered otherwise. Each is a set of cells, read
from the store: what is stored is not paid for again and nothing is kept beside the answers. None of it chooses a
composition, and none of it is part of the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from sqlmodel import Session

from composer.answers.evaluator import questions_of
from composer.answers.store import stored_answers
from composer.candidates.records import Candidate
from composer.data.examples import Example
from composer.evaluation.metrics import Scored, figures, score
from composer.evaluation.outcomes import LOSS_TOLERANCE, Difference
from composer.evaluation.paired import difference
from composer.evaluation.parsing import Parsed, parse_answer
from composer.models.answer import Answer
from composer.prompts.changes import BASE
from composer.prompts.composition import Composition
from composer.registry.datasets import examples_of
from composer.review.status import Review
from composer.task.task import Task

Diagnosis = Literal["steps", "suspects", "noise"]
NOISE_REPLICATE = 1
"""The replicate that asks the incumbent again: its first answers are replicate 0."""
NOISE_EXAMPLES = 100
"""Sealed examples that the incumbent is asked about again, at most."""


@dataclass(frozen=True)
class Compared:
    """A candidate with both compositions: all of its review that the ways between them need."""

    candidate: Candidate
    incumbent: Composition
    composition: Composition


@dataclass(frozen=True)
class Question:
    """Cells of one composition: these examples, in this replicate."""

    composition: Composition
    examples: tuple[Example, ...]
    replicate: int = 0


@dataclass(frozen=True)
class Ablation:
    """The candidate without one of its changes: a snippet it added left out, one it reworded or its base set back.

    `name` is the snippet's key, or `BASE`.
    """

    name: str
    without: Composition


@dataclass(frozen=True)
class AblationAnswer:
    """The answer to one example without one change of the candidate, and both losses, in [0, 1].

    `parsed` and `loss` are None, and `text` is empty, where nobody has asked.
    """

    name: str
    parsed: Parsed | None
    text: str
    loss: float | None
    candidate_loss: float

    @property
    def suspect(self) -> bool:
        """Whether the answer is better without this change."""
        return self.loss is not None and self.loss < self.candidate_loss - LOSS_TOLERANCE


@dataclass(frozen=True)
class Step:
    """One composition on the way from the incumbent to the candidate, against the incumbent."""

    name: str
    composition: Composition
    difference: Difference


@dataclass(frozen=True)
class Repeatability:
    """How many of the incumbent's answers were read otherwise when asked again; `asked` were compared."""

    changed: int
    asked: int


def ablations(review: Review | Compared) -> tuple[Ablation, ...]:
    """Return the candidate without each of its changes: its base first, then snippets that it added or reworded.

    A base that is its only change is left out: without it there is the incumbent.
    """
    before = {one.key: one for one in review.incumbent.versions}
    set_back = Composition(review.incumbent.base, review.composition.versions)
    found = [] if set_back in (review.incumbent, review.composition) else [Ablation(BASE, set_back)]
    for place, one in enumerate(review.composition.versions):
        old = before.get(one.key)
        if old == one:
            continue
        left = (*review.composition.versions[:place], *review.composition.versions[place + 1 :])
        back = left if old is None else (*left[:place], old, *left[place:])
        found.append(Ablation(one.key, Composition(review.composition.base, back)))
    return tuple(found)


def increments(
    review: Review | Compared, order: Sequence[str] | None = None
) -> tuple[tuple[str, Composition], ...]:
    """Return the named compositions from the incumbent to the candidate, both ends included.

    Another base comes first, around the incumbent's snippets; what the candidate removes, rewords or moves is one
    step; then comes each snippet that it adds: in `order`, or in its own.
    """
    base, versions = review.composition.base, review.composition.versions
    known = {one.key for one in review.incumbent.versions}
    kept = tuple(one for one in versions if one.key in known)
    rebased = Composition(base, review.incumbent.versions)
    start = "incumbent" if review.incumbent.versions or rebased != review.incumbent else "base"
    found = [(start, review.incumbent)]
    if rebased != review.incumbent:
        found.append((BASE, rebased))
    if kept != review.incumbent.versions:
        found.append(("what it takes away, rewords or moves", Composition(base, kept)))
    included = set(known)
    for key in added(review) if order is None else order:
        included.add(key)
        found.append((f"+ {key}", Composition(base, tuple(each for each in versions if each.key in included))))
    return tuple(found)


def added(review: Review | Compared) -> tuple[str, ...]:
    """Return the keys of the snippets that the candidate adds, in its order."""
    known = {one.key for one in review.incumbent.versions}
    return tuple(key for key in review.composition.keys if key not in known)


def questions_for(
    review: Review, diagnosis: Diagnosis, test: Sequence[Example], chosen: Sequence[str] = ()
) -> tuple[Question, ...]:
    """Return the cells that a diagnosis needs; `chosen` are the ids of the examples to ask about suspects."""
    if diagnosis == "steps":
        return tuple(Question(composition, tuple(test)) for _, composition in increments(review))
    if diagnosis == "noise":
        return (Question(review.incumbent, tuple(test[:NOISE_EXAMPLES]), NOISE_REPLICATE),)
    wanted = tuple(example for example in test if example.id in set(chosen))
    return tuple(Question(part.without, wanted) for part in ablations(review))


def missing(session: Session, review: Review, some: Sequence[Question]) -> int:
    """Return how many answers to these questions aren't stored yet."""
    keys = {key for question in some for key in _keys(review, question)}
    return len(keys - set(stored_answers(session, sorted(keys))))


def ablation_results(session: Session, review: Review, example: Example) -> tuple[AblationAnswer, ...]:
    """Return the answer to an example without each change of the candidate, as far as anybody has asked.

    The example must be one of the evidence.
    """
    found = []
    loss = next(row.candidate_loss for row in review.candidate.rows if row.example_id == example.id)
    for part in ablations(review):
        (key,) = _keys(review, Question(part.without, (example,)))
        answer = stored_answers(session, [key]).get(key)
        if answer is None:
            found.append(AblationAnswer(part.name, None, "", None, loss))
            continue
        parsed = parse_answer(review.task.output, answer)
        own = float(score(review.task, [example], [parsed]).loss[0])
        found.append(AblationAnswer(part.name, parsed, answer.text, own, loss))
    return tuple(found)


def repeatability(session: Session, review: Review, test: Sequence[Example]) -> Repeatability | None:
    """Return how many answers of the incumbent changed when asked again; None where nobody asked again."""
    (again,) = questions_for(review, "noise", test)
    first = replace(again, replicate=0)
    both = [answers_to(session, review, question) for question in (first, again)]
    pairs = [(was, now) for was, now in zip(*both, strict=True) if was is not None and now is not None]
    if not pairs:
        return None
    output = review.task.output
    changed = sum(parse_answer(output, was).value != parse_answer(output, now).value for was, now in pairs)
    return Repeatability(changed, len(pairs))


def steps(
    session: Session, review: Review, test: Sequence[Example], rng: np.random.Generator
) -> tuple[Step, ...] | None:
    """Return each step's difference of the metric to the incumbent, with its 95% interval.

    `test` are the sealed examples; None where an answer is missing. `rng` drives the bootstrap.
    """
    way = increments(review)
    answers = [answers_to(session, review, Question(composition, tuple(test))) for _, composition in way]
    if any(answer is None for some in answers for answer in some):
        return None
    return scored_steps(review, way, test, answers, rng)


def scored_steps(
    review: Review,
    way: Sequence[tuple[str, Composition]],
    examples: Sequence[Example],
    answers: Sequence[Sequence[Answer | None]],
    rng: np.random.Generator,
) -> tuple[Step, ...]:
    """Return the difference from the first composition of the `way` to each, on the same examples.

    `answers` has a row for each composition of the way and a column for each example.
    """
    seed = int(rng.integers(2**32))
    output = review.task.output
    scored = [
        score(review.task, examples, [parse_answer(output, answer) for answer in some if answer is not None])
        for some in answers
    ]
    return tuple(
        Step(name, composition, _difference(review.task, examples, scored[0], one, np.random.default_rng(seed)))
        for (name, composition), one in zip(way, scored, strict=True)
    )


def sealed_examples(session: Session, review: Review) -> tuple[Example, ...]:
    """Return the sealed examples that a candidate was measured on."""
    data = review.candidate.evidence.data
    measured = set(data.examples)
    return tuple(one for one in examples_of(session, data.dataset, "test") if one.id in measured)


def _difference(
    task: Task, examples: Sequence[Example], before: Scored, after: Scored, rng: np.random.Generator
) -> Difference:
    return difference(figures(task)[0], before, after, [example.clusters for example in examples], rng)


def answers_to(session: Session, review: Review, question: Question) -> list[Answer | None]:
    """Return the stored answer to each example of a question, None where there is none."""
    keys = _keys(review, question)
    known: Mapping[str, Answer] = stored_answers(session, keys)
    return [known.get(key) for key in keys]


def _keys(review: Review, question: Question) -> list[str]:
    cells = questions_of(
        review.task,
        review.candidate.evidence.target.hash,
        question.composition,
        question.examples,
        replicate=question.replicate,
    )
    return [cell.key for cell in cells]
