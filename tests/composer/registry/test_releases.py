"""Releases: the newest of a place is current, and a candidate's own is found by its id."""

from __future__ import annotations

from sqlmodel import Session

from composer.candidates.records import get_candidate
from composer.candidates.submission import submit
from composer.registry.releases import (
    current_release,
    get_release,
    list_releases,
    measured_composition,
    release_of,
)
from composer.tables import ReleaseRow
from library.database import Database
from tests import small


def release(session: Session, candidate: int, task: str = "small", target: str = "tiny") -> int:
    row = ReleaseRow(
        candidate_id=candidate,
        task=task,
        target=target,
        versions=[],
        released_by="Grace",
        reason="Better.",
        released_at=small.NOW,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def candidates(session: Session, number: int) -> list[int]:
    """Submit so many more candidates like the first, and return all ids."""
    first = get_candidate(session, 1)
    incumbent, composition = (
        measured_composition(session, small.task(), side) for side in (first.incumbent_parts, first.parts)
    )
    made = [
        submit(
            session,
            first.run_id,
            composition,
            incumbent,
            first.evidence.model_copy(update={"test_reads_before": reads}),
            by="Ada",
            at=small.NOW,
        )
        for reads in range(1, number + 1)
    ]
    return [1, *made]


def test_the_newest_release_of_a_place_is_current_and_of_a_candidate_its_own(submitted: Database) -> None:
    with submitted.session() as session:
        one, two, three = candidates(session, 2)
        first, second, elsewhere, again = (
            release(session, candidate, target=target)
            for candidate, target in ((one, "tiny"), (two, "tiny"), (three, "large"), (one, "tiny"))
        )
        now = current_release(session, "small", "tiny")
        assert now == get_release(session, again)
        assert release_of(session, one) == now
        assert release_of(session, two) == get_release(session, second)
        assert current_release(session, "small", "large") == get_release(session, elsewhere)
        assert [one.id for one in list_releases(session, "small", "tiny")] == [again, second, first]
        assert (current_release(session, "labels", "tiny"), release_of(session, 9)) == (None, None)
