"""The prompts of an adaptation side by side on the sealed examples, all from stored answers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from composer.adaptation.outcome import Side, SideKind
from composer.answers.evaluator import questions_of
from composer.answers.store import stored_answers
from composer.data.examples import Example
from composer.evaluation.side_by_side import Answered, Standing, stand
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.task.task import Task

Wanted = tuple[SideKind, Target, Composition]


def answered(
    session: Session, task: Task, target: Target, composition: Composition, examples: Sequence[Example]
) -> Answered | None:
    """Return the stored answers of a composition to these examples; None where one is missing."""
    keys = [question.key for question in questions_of(task, target.hash, composition, examples)]
    found = stored_answers(session, keys)
    if not keys or len(found) < len(set(keys)):
        return None
    return Answered(examples, [found[key] for key in keys], target.price_per_million_tokens)


def side_by_side(
    session: Session, task: Task, wanted: Sequence[Wanted], examples: Sequence[Example], base: SideKind
) -> dict[SideKind, tuple[Side, Standing]]:
    """Return each of the wanted sides whose answers are all stored, and how it stands beside the side `base`."""
    given = {
        kind: (target, composition, found)
        for kind, target, composition in wanted
        if (found := answered(session, task, target, composition, examples)) is not None
    }
    if not given:
        return {}
    kinds = list(given)
    place = kinds.index(base) if base in given else 0
    standings = stand(task, [found for _, _, found in given.values()], place)
    return {
        kind: (_side(kind, given[kind][0], given[kind][1], standing), standing)
        for kind, standing in zip(kinds, standings, strict=True)
    }


def _side(kind: SideKind, target: Target, composition: Composition, standing: Standing) -> Side:
    metric = next(iter(standing.figures.values()))
    valid_only = standing.figures.get(_valid_only(standing))
    return Side(
        kind=kind,
        target=target.name,
        keys=composition.keys,
        composite=metric.value,
        low=metric.low,
        high=metric.high,
        valid_only=None if valid_only is None else valid_only.value,
        valid_rate=standing.figures["valid_rate"].value,
        seconds=standing.figures["seconds"].value,
        n=standing.total,
    )


def _valid_only(standing: Standing) -> str:
    return next((name for name in standing.figures if name.startswith("valid_") and name != "valid_rate"), "")
