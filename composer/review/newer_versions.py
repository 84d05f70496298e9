"""Newer versions of a candidate's snippets: those that came after its run was started, and those known by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from composer.candidates.records import CandidateSummary
from library import log, snippets
from library.snippets import LaterVersions
from library.versions import SnippetVersion

_ACTIONS = ("added", "changed", "vetted")
"""What the log calls the coming of a version, and its vetting."""


@dataclass(frozen=True)
class NewerVersion:
    """A newer version of a snippet in a candidate; `since` is whether it came after the candidate's run began."""

    snippet: SnippetVersion
    newer: SnippetVersion
    since: bool

    @property
    def text(self) -> str:
        """What has happened, in words."""
        name = f"snippet {self.snippet.key} v{self.snippet.version}"
        if self.is_draft:
            return f"{name} has a newer version in draft, v{self.newer.version}"
        return f"{name} was replaced by v{self.newer.version}"

    @property
    def is_draft(self) -> bool:
        """Whether nobody has vetted it yet."""
        return self.newer.state == "draft"


def newer_versions(
    session: Session, candidate: CandidateSummary, later: LaterVersions
) -> tuple[NewerVersion, ...]:
    """Return the newer versions of a candidate's snippets with another wording: the vetted, and the drafts.

    `later` are those of its snippets, and perhaps of others. What was vetted before the run was started is what
    the run compared the older version with.
    """
    found = [
        (one, other)
        for one in snippets.versions(session, [id for id in candidate.versions if id in later])
        for other in _counting(later[one.id])
        if _wording(other) != _wording(one)
    ]
    if not found:
        return ()
    begun = next((entry.id for entry in log.entries(session, f"run:{candidate.run_id}", limit=1)), 0)
    return tuple(NewerVersion(one, other, _came(session, other) > begun) for one, other in found)


def _counting(later: Sequence[SnippetVersion]) -> Iterator[SnippetVersion]:
    """Yield of versions, the oldest first, the newest vetted one, and the newest draft after it."""
    vetted = next((one for one in reversed(later) if one.state == "vetted"), None)
    if vetted is not None:
        yield vetted
    draft = next((one for one in reversed(later) if one.state == "draft"), None)
    if draft is not None and (vetted is None or draft.version > vetted.version):
        yield draft


def _wording(one: SnippetVersion) -> tuple[object, ...]:
    """Return the text and rules of a version, its tags aside: they are only about where it may be used."""
    return one.sha256, one.group, frozenset(one.requires), frozenset(one.conflicts), one.pin


def _came(session: Session, version: SnippetVersion) -> int:
    """Return the newest entry of the log about a version, by its number: that it came, or was vetted."""
    only = log.LogFilter(actions=_ACTIONS)
    about = log.entries(session, f"snippet:{version.key}", only, newest_first=True)
    return next((entry.id for entry in about if entry.detail.get("version") == version.version), 0)
