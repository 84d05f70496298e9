"""Other tags for many snippets at once: each gets a new version with the same text and rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.file import SnippetEntry
from library.import_plan import PlannedSnippet
from library.people import require
from library.roles import KEEPERS
from library.snippets import versions_of
from library.storing import store_versions
from library.versions import SnippetVersion
from library.vetting import alone_allowed


def retag(
    session: Session,
    keys: Sequence[str],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    by: str,
    at: datetime,
) -> tuple[SnippetVersion, ...]:
    """Add and remove tags of snippets, all or none; returns the new versions, of those that change.

    A vetted snippet stays vetted where one person may vet alone; elsewhere its new version is a draft, since tags
    say which prompts it may be in. Raises `Refused` for the role, a tag that is no tag, and a retired snippet.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS)
    alone, stored = alone_allowed(session), versions_of(session, keys)
    if missing := [key for key in keys if key not in stored]:
        raise Refused(f"there is no snippet {', '.join(missing)}", fix="See `composer library list`.")
    plans = []
    for key in dict.fromkeys(keys):
        newest = stored[key][-1]
        old = next((one for one in reversed(stored[key]) if one.state != "rejected"), newest)
        if old.state == "retired":
            raise Refused(f"snippet {key} is retired: it gets no new version", fix="Leave it out.")
        tags = [tag for tag in old.tags if tag not in remove]
        tags += [tag for tag in add if tag not in tags]
        if tags != list(old.tags):
            state = old.state if alone else "draft"
            entry = _entry(old, tags, state)
            plans.append(PlannedSnippet(entry, old.text, old.state, old.version, state, newest.version + 1))
    store_versions(session, plans, by, at)
    after = versions_of(session, [one.key for one in plans])
    made = tuple(after[one.key][-1] for one in plans)
    log.append_all(session, [_change(one, stored[one.key]) for one in made], who=by, at=at)
    return made


def _entry(old: SnippetVersion, tags: Iterable[str], state: str) -> SnippetEntry:
    values = {
        "key": old.key,
        "text": old.text,
        "tags": tuple(tags),
        "state": state,
        "rationale": old.rationale,
        "group": old.group,
        "requires": old.requires,
        "conflicts": old.conflicts,
        "pin": old.pin,
    }
    try:
        return SnippetEntry.model_validate(values)
    except ValueError as error:
        raise Refused(
            f"{old.key}: {', '.join(tags)} can't be its tags",
            fix="A tag has small letters and digits, with - or _ between.",
        ) from error


def _change(made: SnippetVersion, before: Sequence[SnippetVersion]) -> log.Change:
    was = next((one for one in reversed(before) if one.state != "rejected"), before[-1])
    detail = {
        "version": made.version,
        "state": made.state,
        "sha256": made.sha256,
        "tags": list(made.tags),
        "were": list(was.tags),
    }
    return log.Change("tagged", f"snippet:{made.key}", "", detail)
