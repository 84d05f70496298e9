"""The matrix: what counts now for each task on each target, with its figures.

That is the release; where nothing is released the newest candidate; and where nothing was submitted the bare
base, on the development examples that it has answered. Sealed figures are those that a candidate's evidence holds:
nothing is read here that nobody has read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan
from typing import Literal

import numpy as np
from sqlmodel import Session

from composer.adaptation.records import Adaptation, list_adaptations
from composer.answers.averages import Asked, Average, averages
from composer.answers.cost import money_for
from composer.candidates.losses import SealedLosses, sealed_losses
from composer.candidates.records import CandidateSummary, candidate_summaries, candidates_of, newest_candidates
from composer.evaluation.formatting import ANSWERS
from composer.evaluation.metrics import Scored, composite, figures
from composer.evaluation.outcomes import Better
from composer.evaluation.paired import alone_interval
from composer.evaluation.raters import Estimate
from composer.matrix.dev_answers import Asking, DevAnswers, dev_answers
from composer.models.prices import Tokens
from composer.models.target import Target
from composer.prompts.composition import BARE_BASE, Composition
from composer.registry.datasets import clusters_of, current_datasets, examples_of
from composer.registry.releases import Release, current_releases
from composer.registry.targets import list_targets
from composer.registry.tasks import list_tasks
from composer.tables.runs import PROPOSED
from composer.task.task import Task

Kind = Literal["release", "candidate", "base"]
Place = tuple[str, str]
"""A task and a target, by name."""


@dataclass(frozen=True)
class Square:
    """What counts now of one task on one target.

    `number` is that of the release or candidate (0: the bare base), `candidate` the one whose page it has.
    `figure` is the task's metric with its own 95% interval, over `examples` of `split`: sealed ones for a release
    or candidate. `before` is the metric of what it was measured beside. `seconds` is an answer's, `cost` that of
    1,000 answers, None where the target has no price. `fingerprint` is its composition's, `measured_beside` that
    of the prompt it was measured beside; `searched` is whether a search found it. `changed` says what is another
    since it was measured.
    """

    task: str
    target: str
    kind: Kind
    number: int
    candidate: int
    split: Literal["test", "dev"]
    dataset: str
    metric: str
    better_is: Better
    figure: Estimate
    before: float | None
    valid_only: float | None
    valid_rate: float | None
    examples: int
    seconds: float | None
    cost: float | None
    fingerprint: str
    measured_beside: str = ""
    searched: bool = False
    changed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a reader knows the prompt as."""
        return BARE_BASE if self.kind == "base" else f"{self.kind} {self.number}"

    @property
    def link(self) -> str:
        """What links and commands call the prompt: `candidate:7`, `release:3`, `base`."""
        return self.kind if self.kind == "base" else f"{self.kind}:{self.number}"

    @property
    def place(self) -> Place:
        """Its task and target."""
        return self.task, self.target


@dataclass(frozen=True)
class Matrix:
    """All tasks and targets by name, and what counts where; a place that nothing was asked at has no square.

    `adaptations` has the newest attempt to carry a task's prompt to a target. `detailed` adds what takes longer,
    of one task: `others`, the other candidates measured on sealed examples, as squares, the newest first; and
    squares of the bare base where nothing was submitted.
    """

    tasks: tuple[Task, ...]
    targets: tuple[Target, ...]
    squares: Mapping[Place, Square]
    others: tuple[Square, ...] = ()
    adaptations: Mapping[Place, Adaptation] = field(default_factory=dict)

    def of(self, task: str) -> tuple[Square, ...]:
        """Return the squares of a task, the best figure first."""
        return tuple(sorted((one for one in self.squares.values() if one.task == task), key=_best_first))

    def without(self, task: str) -> tuple[str, ...]:
        """Return the targets on which nothing counts for a task yet, by name."""
        return tuple(one.name for one in self.targets if (task, one.name) not in self.squares)


def read_matrix(session: Session) -> Matrix:
    """Return what counts now for each task on each target; raises `Refused` where a task's row was changed."""
    tasks = {one.name: one for one in list_tasks(session)}
    targets = {one.name: one for one in list_targets(session)}
    releases = current_releases(session)
    numbers = newest_candidates(session) | {place: one.candidate_id for place, one in releases.items()}
    heads = candidate_summaries(session, list(numbers.values()))
    known = [one for one in heads if one.task in tasks]
    read = _Read.of(session, tasks, targets, known)
    squares = {(one.task, one.target): read.square(one, releases.get((one.task, one.target))) for one in known}
    carried: dict[Place, Adaptation] = {}
    for one in list_adaptations(session):
        carried.setdefault((one.task, one.target), one)
    return Matrix(tuple(tasks.values()), tuple(targets.values()), squares, (), carried)


def detailed(session: Session, matrix: Matrix, task: str) -> Matrix:
    """Return the matrix with what takes longer to read, of one task; of one that there is not nothing is added."""
    own = {one.name: one for one in matrix.tasks if one.name == task}
    targets = {one.name: one for one in matrix.targets}
    chosen = {one.candidate for one in matrix.squares.values()}
    others = [one for one in candidates_of(session, task) if own and one not in chosen]
    heads = candidate_summaries(session, others)
    read = _Read.of(session, own, targets, heads)
    free = [one for one in matrix.targets if (task, one.name) not in matrix.squares]
    bare = {one.place: one for name in own for one in _bare(session, own[name], free, read.datasets.get(name))}
    return replace(
        matrix, squares={**matrix.squares, **bare}, others=tuple(read.square(head, None) for head in heads)
    )


def disagreement(square: Square) -> Estimate:
    """Return how far a square's answers are from people, 0 to 100: the metric as it is, or the share not right."""
    return away(square.metric, square.figure)


def away(metric: str, one: Estimate) -> Estimate:
    """Return a figure of a metric as a disagreement with people, 0 to 100, with its interval."""
    if metric == "nmse":
        return one
    return Estimate(*(100 * (1 - value) for value in (one.value, one.high, one.low)))


def _best_first(one: Square) -> tuple[float, str]:
    return disagreement(one).value, one.target


@dataclass(frozen=True)
class _Read:
    """All that squares are made of, read in a few looks however many there are."""

    tasks: Mapping[str, Task]
    targets: Mapping[str, Target]
    datasets: Mapping[str, str]
    losses: Mapping[int, SealedLosses]
    took: Mapping[Asked, Average]
    clusters: Mapping[str, Mapping[str, tuple[str, ...]]]

    @classmethod
    def of(
        cls,
        session: Session,
        tasks: Mapping[str, Task],
        targets: Mapping[str, Target],
        heads: Sequence[CandidateSummary],
    ) -> _Read:
        datasets = current_datasets(session)
        losses = sealed_losses(session, [one.id for one in heads])
        asked = [one for one in heads if _seconds(one) is None or _priced(targets.get(one.target))]
        took = averages(session, [losses[one.id].fingerprint for one in asked])
        used = dict.fromkeys(one.outcome.dataset for one in heads)
        clusters = {name: clusters_of(session, name, "test") for name in used}
        return cls(tasks, targets, datasets, losses, took, clusters)

    def square(self, head: CandidateSummary, release: Release | None) -> Square:
        metric, alone, by_name = head.figures[0], self._alone(head), {one.name: one for one in head.figures}
        valid, target = by_name.get("valid_rate"), self.targets.get(head.target)
        seconds, tokens = self._took(head)
        return Square(
            task=head.task,
            target=head.target,
            kind="release" if release else "candidate",
            number=release.id if release else head.id,
            candidate=head.id,
            split="test",
            dataset=head.outcome.dataset,
            metric=metric.name,
            better_is=metric.better_is,
            figure=alone,
            before=metric.incumbent,
            valid_only=head.figures[1].candidate,
            valid_rate=valid.candidate if valid else None,
            examples=head.outcome.counts.total,
            seconds=seconds,
            cost=money_for(target, ANSWERS, tokens) if target else None,
            fingerprint=self.losses[head.id].fingerprint,
            measured_beside=self.losses[head.id].incumbent,
            searched=self.losses[head.id].strategy != PROPOSED,
            changed=self._changed(head),
        )

    def _took(self, head: CandidateSummary) -> tuple[float | None, Tokens | None]:
        """Return the seconds of an answer by its evidence, else by all stored answers, and by these its tokens."""
        seconds = _seconds(head)
        known = self.took.get((self.losses[head.id].fingerprint, head.outcome.target_hash))
        if known is None:
            return seconds, None
        return known.seconds if seconds is None else seconds, known.tokens

    def _alone(self, head: CandidateSummary) -> Estimate:
        """Return the metric of one candidate as its evidence has it, with its own interval."""
        known, value = self.losses[head.id], head.figures[0].candidate
        clusters = self.clusters[head.outcome.dataset]
        unknown = np.full(len(known.losses), np.nan)
        scored = Scored(np.array(known.losses), np.array(known.valid, dtype=bool), unknown, unknown)
        mean = composite(self.tasks[head.task], scored)
        bounds = alone_interval(mean, [clusters.get(name, (name,)) for name in known.examples])
        return Estimate(mean.whole() if value is None else value, bounds.low, bounds.high)

    def _changed(self, head: CandidateSummary) -> tuple[str, ...]:
        target, known = self.targets.get(head.target), head.outcome
        reasons = (
            (self.tasks[head.task].hash != known.task_hash, "the task was edited"),
            (self.datasets.get(head.task) != known.dataset, "the labelled data changed"),
            (target is not None and target.hash != known.target_hash, "the target was edited"),
        )
        return tuple(words for is_so, words in reasons if is_so)


def _seconds(head: CandidateSummary) -> float | None:
    """Return the seconds of an answer as evidence has them."""
    return next((one.candidate for one in head.figures if one.name == "seconds"), None)


def _priced(target: Target | None) -> bool:
    return target is not None and target.prices is not None


def _bare(session: Session, task: Task, free: Sequence[Target], dataset: str | None) -> Iterable[Square]:
    """Yield what the bare base came to on development examples, on the targets where nothing was submitted."""
    if not free or dataset is None:
        return
    base = Composition(task.base)
    took = averages(session, [base.fingerprint])
    asked = [Asking(one, base) for one in free if (base.fingerprint, one.hash) in took]
    for one in dev_answers(session, task, examples_of(session, dataset, "dev"), asked):
        if one.answered:
            yield _bare_square(task, dataset, one, took[base.fingerprint, one.asking.target.hash])


def _bare_square(task: Task, dataset: str, one: DevAnswers, took: Average) -> Square:
    scored, target = one.scored(task), one.asking.target
    known = {metric.name: metric.of(scored) for metric in figures(task)}
    first, valid_only, *_ = figures(task)
    bounds = alone_interval(composite(task, scored), [example.clusters for example in one.examples])
    return Square(
        task=task.name,
        target=target.name,
        kind="base",
        number=0,
        candidate=0,
        split="dev",
        dataset=dataset,
        metric=first.name,
        better_is=first.better_is,
        figure=Estimate(known[first.name], bounds.low, bounds.high),
        before=None,
        valid_only=None if isnan(known[valid_only.name]) else known[valid_only.name],
        valid_rate=known["valid_rate"],
        examples=one.answered,
        seconds=took.seconds,
        cost=money_for(target, ANSWERS, took.tokens),
        fingerprint=one.asking.composition.fingerprint,
    )
