"""The prompts that can stand side by side, by name: candidates, releases, and the bare base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from composer.analysis.naming import BASE, ColumnName
from composer.analysis.prices import prices_now
from composer.answers.evaluator import questions_of
from composer.answers.store import stored_answers
from composer.candidates.records import Candidate, CandidateSummary, get_candidate, get_candidate_summary
from composer.data.examples import Example
from composer.models.answer import Answer
from composer.models.prices import Prices
from composer.prompts.composition import Composition
from composer.prompts.parts import Parts
from composer.registry.datasets import examples_of
from composer.registry.releases import get_release, measured_composition
from composer.registry.targets import get_target
from composer.registry.tasks import get_task_version
from composer.task.task import Task
from library.errors import Refused


@dataclass(frozen=True)
class Column:
    """One prompt with the answers that it was given, as stored.

    `target` is the one it was measured on, `hash` that target's then; `candidate` is the candidate whose page it
    has, 0 for a bare base. `answers` are those stored, in the order of `examples`, which are of `dataset`.
    """

    name: ColumnName
    candidate: int
    task: Task
    target: str
    hash: str
    prices: Prices | None
    dataset: str
    composition: Composition
    examples: tuple[Example, ...]
    answers: tuple[Answer, ...]


def read_columns(session: Session, task: str, names: Sequence[ColumnName]) -> tuple[Column, ...]:
    """Return prompts of a task with their stored answers to sealed examples, in the order of their names.

    A bare base stands on the first other column's task, target and data. Raises `Refused` for a prompt of another
    task, one that there is not, and for a base alone.
    """
    prompts = {name: _candidate(session, task, name) for name in names if name.kind != BASE}
    if not prompts:
        raise Refused("a bare base was not measured by itself", fix="Name a candidate or a release beside it.")
    sealed = {
        one.evidence.data.dataset: examples_of(session, one.evidence.data.dataset, "test")
        for one in prompts.values()
    }
    first = next(iter(prompts.values()))
    return tuple(
        _prompt(session, name, prompts[name], sealed)
        if name in prompts
        else _base(session, name, first, tuple(prompts.values()), sealed)
        for name in names
    )


def named_composition(session: Session, task: Task, name: ColumnName) -> Composition:
    """Return the composition of a prompt by its name, snippets retired since included: to ask, not to release.

    Raises `Refused` for a prompt of another task, and for one that there is not.
    """
    if name.kind == BASE:
        return measured_composition(session, task, Parts())
    head = get_candidate_summary(session, _number(session, name))
    _of_task(head, task.name, name)
    return measured_composition(session, task, head.parts)


def _candidate(session: Session, task: str, name: ColumnName) -> Candidate:
    found = get_candidate(session, _number(session, name))
    _of_task(found, task, name)
    return found


def _number(session: Session, name: ColumnName) -> int:
    return name.number if name.kind == "candidate" else get_release(session, name.number).candidate_id


def _of_task(found: CandidateSummary, task: str, name: ColumnName) -> None:
    if found.task != task:
        raise Refused(f"{name.title} is of task {found.task}, not of {task}", fix="Compare prompts of one task.")


def _prompt(session: Session, name: ColumnName, one: Candidate, sealed: dict[str, tuple[Example, ...]]) -> Column:
    evidence = one.evidence
    task = get_task_version(session, evidence.task.hash)
    composition = measured_composition(session, task, one.parts)
    target, dataset = evidence.target, evidence.data.dataset
    keys = dict(zip(evidence.data.examples, evidence.candidate.cells, strict=True))
    prices = prices_now(session, target.name)
    return _answered(
        session, name, one.id, task, (target.name, target.hash, prices), dataset, composition, keys, sealed
    )


def _base(
    session: Session,
    name: ColumnName,
    first: Candidate,
    others: Sequence[Candidate],
    sealed: dict[str, tuple[Example, ...]],
) -> Column:
    task = get_task_version(session, first.evidence.task.hash)
    composition, dataset = Composition(task.base), first.evidence.data.dataset
    target = (first.evidence.target.name, first.evidence.target.hash)
    if name.target and name.target != target[0]:
        known = get_target(session, name.target)
        target = (known.name, known.hash)
    measured = next((one for one in others if _is_incumbent_of(one, composition, target[1], dataset)), None)
    if measured is not None:
        keys = dict(zip(measured.evidence.data.examples, measured.evidence.incumbent.cells, strict=True))
    else:
        asked = questions_of(task, target[1], composition, sealed[dataset])
        keys = {question.example_id: question.key for question in asked}
    place = (*target, prices_now(session, target[0]))
    return _answered(session, name, 0, task, place, dataset, composition, keys, sealed)


def _is_incumbent_of(one: Candidate, composition: Composition, target: str, dataset: str) -> bool:
    evidence = one.evidence
    measured = (evidence.incumbent.fingerprint, evidence.target.hash, evidence.data.dataset)
    return measured == (composition.fingerprint, target, dataset)


def _answered(
    session: Session,
    name: ColumnName,
    candidate: int,
    task: Task,
    target: tuple[str, str, Prices | None],
    dataset: str,
    composition: Composition,
    keys: dict[str, str],
    sealed: dict[str, tuple[Example, ...]],
) -> Column:
    stored = stored_answers(session, list(keys.values()))
    known = [one for one in sealed[dataset] if keys.get(one.id) in stored]
    answers = tuple(stored[keys[one.id]] for one in known)
    return Column(name, candidate, task, *target, dataset, composition, tuple(known), answers)
