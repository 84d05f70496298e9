"""What an adaptation freezes for the search on the new target, read from its row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from composer.prompts.composition import Composition
from composer.prompts.parts import Parts
from composer.registry.releases import composition_of
from composer.search.prior import Prior
from composer.tables import AdaptationRow
from composer.task.task import Task
from library.errors import Refused


@dataclass(frozen=True)
class Carried:
    """A prompt in use on the target `source`, as the start of a search on another.

    `baseline` is that prompt; `bar` the mean loss, in [0, 1], that a composition must undercut to be of use, None
    where nothing is known of that; `prior` what other targets' answers let expect of the snippets, None where they
    let expect nothing. The same `identity` is the same start; sha256 in hex.
    """

    id: int
    identity: str
    source: str
    baseline: Composition
    bar: float | None
    prior: Prior | None = None


def carried_of(session: Session, task: Task, adaptation_id: int) -> Carried:
    """Read what an adaptation froze; raises `Refused` for an unknown id, or a snippet not in use now."""
    row = adaptation_row(session, adaptation_id)
    baseline = composition_of(session, task, Parts(row.base, tuple(row.versions)))
    prior = None if row.prior is None else Prior.from_json(row.prior)
    return Carried(adaptation_id, row.identity, row.source, baseline, row.bar, prior)


def adaptation_row(session: Session, adaptation_id: int) -> AdaptationRow:
    """Return the row of an adaptation; raises `Refused` where there is none."""
    row = session.get(AdaptationRow, adaptation_id)
    if row is None:
        fix = "`composer adapt --list` shows those there are."
        raise Refused(f"there is no adaptation {adaptation_id}", fix=fix)
    return row
