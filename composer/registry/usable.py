"""Which snippet versions a task may still use: not those retired since, nor those that lost the task's tags."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from composer.task.task import Task
from library import snippets
from library.snippets import LaterVersions
from library.tables import IN_FORCE
from library.versions import SnippetVersion


def unusable(
    session: Session, task: Task, versions: Sequence[int], later: LaterVersions | None = None
) -> dict[int, str]:
    """Return why some of these versions may be in no prompt of the task any more, as clauses, by their ids.

    `later` are the later versions of these and perhaps of others, where somebody has read them already.
    """
    later = snippets.later_versions(session, versions) if later is None else later
    found = {one.id: _problem(task, one, later.get(one.id, ())) for one in snippets.versions(session, versions)}
    return {id: problem for id, problem in found.items() if problem}


def usable(session: Session, task: Task, versions: Sequence[int]) -> tuple[int, ...]:
    """Return those of these versions that may still be in a prompt of the task, in their order."""
    gone = unusable(session, task, versions)
    return tuple(one for one in versions if one not in gone)


def _problem(task: Task, one: SnippetVersion, later: Sequence[SnippetVersion]) -> str:
    if one.state != "vetted":
        return f"snippet {one.key} v{one.version} is {one.state}"
    counting = [other for other in later if other.state in IN_FORCE]
    if not counting:
        return ""
    newest = counting[-1]
    if newest.state == "retired":
        return f"snippet {one.key} is retired (v{newest.version})"
    tags = task.snippets.tags
    if tags and not set(tags) & set(newest.tags):
        return f"snippet {one.key} is no longer tagged {' or '.join(tags)} (since v{newest.version})"
    return ""
