"""Where a task's prompts stand on the way from the best constant answer to one more person, by target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session

from composer.analysis.data_summary import DataSummary, Part
from composer.candidates.records import CandidateSummary, get_candidate_summary, list_candidates
from composer.evaluation.outcomes import Difference
from composer.evaluation.raters import in_reach
from composer.registry.releases import current_releases


@dataclass(frozen=True)
class Standing:
    """The prompt of one target: what is released, or else the newest candidate, and what it was measured beside.

    `figure` is the metric of both on the sealed examples of `dataset`; `release` is None for a candidate that is
    not released. `part` has the floor and the ceiling of those examples, and `before` and `after` are how much of
    the way from the one (0) to the other (1) both have come; None where the data are not summed up, or have no
    single ratings.
    """

    target: str
    candidate: int
    release: int | None
    dataset: str
    figure: Difference
    part: Part | None = None
    before: float | None = None
    after: float | None = None


def standings(session: Session, task: str) -> tuple[Standing, ...]:
    """Return where a task's prompts stand, by target, without the way that they have come."""
    found = {
        target: _standing(get_candidate_summary(session, release.candidate_id), release.id)
        for (_, target), release in current_releases(session, task).items()
    }
    for head in list_candidates(session, task=task):
        found.setdefault(head.target, _standing(head, None))
    return tuple(found[target] for target in sorted(found))


def _standing(head: CandidateSummary, release: int | None) -> Standing:
    return Standing(head.target, head.id, release, head.outcome.dataset, head.figures[0])


def on_the_way(one: Standing, summaries: Mapping[str, DataSummary]) -> Standing:
    """Return a standing with the way that its prompts have come; `summaries` are of datasets, by name."""
    known = summaries.get(one.dataset)
    if known is None or known.test is None or known.test.ceiling is None:
        return one
    floor, ceiling = known.test.floor.figure, known.test.ceiling.value
    before, after = (
        None if figure is None else in_reach(figure, floor, ceiling)
        for figure in (one.figure.incumbent, one.figure.candidate)
    )
    return replace(one, part=known.test, before=before, after=after)
