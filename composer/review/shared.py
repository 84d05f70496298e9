"""What the statuses of candidates are read from: for a list of them every row once, and not once for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property, partial

from sqlmodel import Session

from composer.candidates.records import CandidateSummary, successors_of
from composer.registry.datasets import dataset_of
from composer.registry.releases import Release, list_releases
from composer.registry.targets import target_hash
from composer.registry.tasks import get_task_version, task_hash
from composer.review.corrections import Correction, corrections_on
from composer.review.counting import Verdict
from composer.review.regressions import Disposition, dispositions_on
from composer.review.verdicts import verdicts_of
from library.people import people
from library.roles import Person
from library.snippets import LaterVersions, later_versions


class Shared:
    """Rows that some candidates' statuses need, each read when it is first asked for and then kept.

    It is for one look in one session: what is written after that it doesn't see. What can't be read raises
    `Refused` each time, as the function does that reads it.
    """

    def __init__(self, session: Session, candidates: Sequence[CandidateSummary]) -> None:
        self._session = session
        self._candidates = tuple(candidates)
        self._ids = [one.id for one in candidates]
        self.task = cache(partial(get_task_version, session))
        self.task_hash = cache(partial(task_hash, session))
        self.dataset = cache(partial(dataset_of, session))
        self.target_hash = cache(partial(target_hash, session))

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """The people of the home; none where nobody signs in."""
        return tuple(people(self._session))

    @cached_property
    def later(self) -> LaterVersions:
        """The later versions of the candidates' snippets."""
        return later_versions(self._session, sorted({id for one in self._candidates for id in one.versions}))

    @cached_property
    def verdicts(self) -> Mapping[int, tuple[Verdict, ...]]:
        """The verdicts on each candidate, oldest first; those without are left out, as below."""
        return verdicts_of(self._session, self._ids)

    @cached_property
    def dispositions(self) -> Mapping[int, tuple[Disposition, ...]]:
        """Every disposition of each candidate's regressions, oldest first."""
        return dispositions_on(self._session, self._ids)

    @cached_property
    def corrections(self) -> Mapping[int, tuple[Correction, ...]]:
        """The corrections that were proposed on each candidate, newest first."""
        return corrections_on(self._session, self._ids)

    @cached_property
    def successors(self) -> Mapping[int, int]:
        """The candidate that each became when it was scored again."""
        return successors_of(self._session, self._ids)

    def release_of(self, candidate: CandidateSummary) -> Release | None:
        """Return the newest release of a candidate, or None."""
        return self._released.get(candidate.id)

    def released_now(self, candidate: CandidateSummary) -> Release | None:
        """Return what is released now for a candidate's task and target, or None."""
        return self._current.get((candidate.task, candidate.target))

    @cached_property
    def _released(self) -> Mapping[int, Release]:
        return {one.candidate_id: one for one in reversed(self._releases)}

    @cached_property
    def _current(self) -> Mapping[tuple[str, str], Release]:
        return {(one.task, one.target): one for one in reversed(self._releases)}

    @cached_property
    def _releases(self) -> tuple[Release, ...]:
        places = {(one.task, one.target) for one in self._candidates}
        return list_releases(self._session, *(places.pop() if len(places) == 1 else ()))
