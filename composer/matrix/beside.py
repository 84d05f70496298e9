"""One task on several targets, on the same development examples: each target's own prompt, or one prompt on all.

All of it comes from stored answers. A search has read these examples, so that a prompt looks better here than it
is, on the target that it was found on. Sealed figures stand beside, as far as somebody has read them already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from composer.analysis.columns import named_composition
from composer.analysis.naming import BASE, column_names
from composer.answers.averages import answered_counts
from composer.data.examples import Example
from composer.evaluation.side_by_side import Answered, Standing, stand
from composer.matrix.dev_answers import Asking, DevAnswers, dev_answers
from composer.matrix.squares import Matrix, Square
from composer.models.target import Target
from composer.prompts.composition import BARE_BASE, Composition
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.tasks import get_task
from composer.task.task import Task
from library.canonical import text_digest

OWN = "own"
"""What links call the prompt that counts on each target."""
FEWEST = 8
"""Examples that a target must share with the others to be compared with them."""
MOST_OFFERED = 12
"""Candidates that are offered besides what counts now, the newest."""


@dataclass(frozen=True)
class Offered:
    """A prompt that can be looked at on every target: what links call it, and on how many targets it was answered.

    `made_for` is the target that it was submitted for, empty for the bare base.
    """

    link: str
    title: str
    made_for: str
    targets: int


@dataclass(frozen=True)
class OnTarget:
    """A prompt on one target: its stored answers, and how it stands on the examples that are shared.

    `standing` is None where it shares too few of them. `missing` are the development examples that it has not
    answered. `made_here` is whether a search for this target found it. `sealed` is its metric on sealed examples,
    None where nobody has read that.
    """

    target: Target
    link: str
    answers: DevAnswers
    missing: tuple[Example, ...]
    made_here: bool
    sealed: float | None
    standing: Standing | None = None


@dataclass(frozen=True)
class Beside:
    """Targets side by side, those with most answers first; the first is what the others are compared with.

    `examples` are the task's development examples, `shared` those that all who are compared have answered.
    `prompt` is what links call the one prompt, or `OWN`.
    """

    task: Task
    dataset: str
    prompt: str
    examples: tuple[Example, ...]
    shared: tuple[Example, ...]
    places: tuple[OnTarget, ...]

    @property
    def compared(self) -> tuple[OnTarget, ...]:
        """Those that stand beside each other."""
        return tuple(one for one in self.places if one.standing is not None)


def offered_prompts(session: Session, matrix: Matrix, task: Task) -> tuple[Offered, ...]:
    """Return the prompts of a task, those that most targets have answered on development examples first."""
    squares = [one for one in matrix.of(task.name) if one.kind != BASE]
    squares += [one for one in matrix.others if one.task == task.name][:MOST_OFFERED]
    squares = list({one.fingerprint: one for one in reversed(squares)}.values())[::-1]  # each prompt once
    base = Composition(task.base).fingerprint
    dev = {one.id for one in examples_of(session, dataset_of(session, task.name), "dev")}
    counted = answered_counts(session, [base, *(one.fingerprint for one in squares)], dev)
    now = {one.hash for one in matrix.targets}

    def targets(fingerprint: str) -> int:
        return sum(name == fingerprint and target in now for name, target in counted)

    found = [Offered(one.link, one.name, one.target, targets(one.fingerprint)) for one in squares]
    found.append(Offered(BASE, BARE_BASE, "", targets(base)))
    return tuple(sorted(found, key=lambda one: -one.targets))


def beside(session: Session, matrix: Matrix, task_name: str, prompt: str = OWN) -> Beside:
    """Return a task's targets side by side: each with the prompt that counts there, or all with one prompt.

    Raises `Refused` for an unknown task, one without data, and a prompt that there is not.
    """
    task = get_task(session, task_name)
    dataset = dataset_of(session, task.name)
    examples = examples_of(session, dataset, "dev")
    links = {
        one.name: _own(matrix, task, one) if prompt == OWN else str(column_names([prompt])[0])
        for one in matrix.targets
    }
    compositions = {
        link: named_composition(session, task, *column_names([link])) for link in dict.fromkeys(links.values())
    }
    asked = [Asking(one, compositions[links[one.name]]) for one in matrix.targets]
    places = [
        _place(matrix, task, links[one.asking.target.name], one, examples)
        for one in dev_answers(session, task, examples, asked)
    ]
    places.sort(key=lambda one: (-one.answers.answered, one.target.name))
    shared = _shared([one.answers for one in places], examples)
    return Beside(task, dataset, prompt, examples, shared, _stood(task, places, shared))


def to_ask(found: Beside, target: str, size: int) -> tuple[Example, ...]:
    """Return the examples to ask a target about next, at most `size`: first those that most others have answered.

    Among even ones it is always the same choice, made by their ids, so that several targets come to share them.
    """
    (own,) = (one for one in found.places if one.target.name == target)
    others = [one.answers.by_id for one in found.places if one is not own]

    def place(example: Example) -> tuple[int, str]:
        return -sum(example.id in each for each in others), text_digest(example.id)

    return tuple(sorted(own.missing, key=place)[:size])


def _own(matrix: Matrix, task: Task, target: Target) -> str:
    square = matrix.squares.get((task.name, target.name))
    return square.link if square else BASE


def _place(matrix: Matrix, task: Task, link: str, answers: DevAnswers, examples: Sequence[Example]) -> OnTarget:
    target, composition = answers.asking.target, answers.asking.composition
    known = [one for one in (*matrix.squares.values(), *matrix.others) if one.task == task.name]
    here = [one for one in known if one.target == target.name and one.split == "test" and not one.changed]
    missing = tuple(one for one in examples if one.id not in answers.by_id)
    made_here = any(one.searched and one.fingerprint == composition.fingerprint for one in here)
    return OnTarget(target, link, answers, missing, made_here, _sealed(here, composition.fingerprint))


def _sealed(here: Sequence[Square], fingerprint: str) -> float | None:
    """Return a prompt's figure on sealed examples, from the evidence of whatever was measured with it."""
    for one in here:
        if one.fingerprint == fingerprint:
            return one.figure.value
        if one.measured_beside == fingerprint and one.before is not None:
            return one.before
    return None


def _shared(answers: Sequence[DevAnswers], examples: Sequence[Example]) -> tuple[Example, ...]:
    """Return the examples that those who are compared have all answered, at least `FEWEST`; empty for none.

    One who has answered few is left out where the others would lose more than the comparison gains: the most
    answers that stand beside another are kept.
    """
    common, number, best, most = set[str](), 0, set[str](), -1
    for one in answers:
        both = common & set(one.by_id) if number else set(one.by_id)
        if len(both) < FEWEST:
            continue
        common, number = both, number + 1
        if (number - 1) * len(common) >= most:
            best, most = common, (number - 1) * len(common)
    return tuple(one for one in examples if one.id in best)


def _stood(task: Task, places: Sequence[OnTarget], shared: Sequence[Example]) -> tuple[OnTarget, ...]:
    ids = [one.id for one in shared]
    alike = [one for one in places if ids and set(ids) <= set(one.answers.by_id)]
    answered = [Answered(shared, [one.answers.by_id[name][0] for name in ids], one.target.prices) for one in alike]
    standings: Mapping[str, Standing] = (
        {one.target.name: found for one, found in zip(alike, stand(task, answered, 0), strict=True)}
        if alike
        else {}
    )
    return tuple(OnTarget(**{**vars(one), "standing": standings.get(one.target.name)}) for one in places)
