"""Which release is exported: what is in use, or an earlier one that could be rolled back to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from composer.candidates.records import get_candidate_summary
from composer.registry.releases import Release, current_release, get_release, list_releases
from composer.review.blockers import joined
from composer.review.status import review_status
from library.errors import Refused


@dataclass(frozen=True)
class Superseded:
    """That a release is not in use: `now` is the one that is, and `next` took its place; `rolled_back` is how."""

    release: int
    now: int
    next: int
    rolled_back: bool
    reason: str

    @property
    def sentence(self) -> str:
        """It in a sentence."""
        took = "was rolled back" if self.rolled_back else "was replaced"
        how = f"{took} by release {self.next} (“{self.reason}”)"
        return f"Release {self.release} is not in use: it {how}, and release {self.now} is what is released now."


def release_to_export(session: Session, task: str, target: str, number: int | None = None) -> Release:
    """Return what is released now for (task, target), or the release with this number.

    An earlier one has to be fit to be rolled back to. Raises `Refused` where nothing is released, where the
    release is another's, and where its evidence no longer holds or a reviewer has since objected to it.
    """
    now = current_release(session, task, target)
    if now is None:
        raise Refused(
            f"nothing is released for {task} on {target}",
            fix="Approve a candidate in the Inbox, or with `composer approve`.",
        )
    if number is None or number == now.id:
        return now
    found = get_release(session, number)
    if (found.task, found.target) != (task, target):
        theirs = ", ".join(str(one.id) for one in list_releases(session, task, target))
        raise Refused(
            f"release {number} is for {found.task} on {found.target}, not for {task} on {target}",
            fix=f"The releases there are {theirs}.",
        )
    head = get_candidate_summary(session, found.candidate_id)
    if against := review_status(session, head).rollback_blockers:
        raise Refused(
            f"release {number} can't be exported any more: {joined(against)}",
            fix=f"Score candidate {head.id} again and have it approved.",
        )
    return found


def superseded(session: Session, release: Release) -> Superseded | None:
    """Return what took the place of a release; None for the one that is in use."""
    made = list_releases(session, release.task, release.target)
    later = [one for one in made if one.id > release.id]
    if not later:
        return None
    after = later[-1]
    known = {one.candidate_id for one in made if one.id < after.id}
    return Superseded(release.id, made[0].id, after.id, after.candidate_id in known, after.reason)
