"""The prompts of an adaptation side by side on the sealed examples, all from stored answers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from composer.adaptation.outcome import Side, SideKind
from composer.answers.answered import answered
from composer.data.examples import Example
from composer.evaluation.side_by_side import Answered, Standing, stand
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.task.task import Task

Wanted = tuple[SideKind, Target, Composition]


def side_by_side(
    session: Session, task: Task, wanted: Sequence[Wanted], examples: Sequence[Example], base: SideKind
) -> dict[SideKind, tuple[Side, Standing]]:
    """Return each of the wanted sides whose answers are all stored, and how it stands beside the side `base`."""
    whole: list[tuple[Wanted, Answered]] = []
    for kind, target, composition in wanted:
        given = answered(session, task, target.hash, composition, examples)
        if given and len(given) == len(examples):
            own = Answered(examples, list(given.values()), target.prices)
            whole.append(((kind, target, composition), own))
    if not whole:
        return {}
    kinds = [kind for (kind, _, _), _ in whole]
    standings = stand(task, [own for _, own in whole], kinds.index(base) if base in kinds else 0)
    return {
        kind: (_side(kind, target, composition, standing), standing)
        for ((kind, target, composition), _), standing in zip(whole, standings, strict=True)
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
