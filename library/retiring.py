"""Retiring a snippet: all of its versions at once, so that no prompt may hold it from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require
from library.reasons import reason_of
from library.roles import KEEPERS
from library.snippets import newest_versions, show, version_rows, versions_of
from library.versions import SnippetVersion

OUT = ("retired", "rejected")
"""The states of versions that are out of use already."""


@dataclass(frozen=True)
class Retirement:
    """What retiring a snippet did: the versions that were retired, and the snippets left that require it."""

    key: str
    versions: tuple[int, ...]
    required_by: tuple[str, ...]


def retire(session: Session, key: str, *, reason: str, by: str, at: datetime) -> Retirement:
    """Retire a snippet: none of its versions may be in a prompt any more.

    Raises `Refused` for a key that isn't known, a snippet that is retired already, an empty reason, and the role.
    """
    reason = reason_of(reason, "a retirement")
    lock_for_writing(session)
    require(session, by, *KEEPERS)
    versions = show(session, key)
    if all(one.state in OUT for one in versions):
        raise Refused(f"snippet {key} is retired already", fix=f"See `composer library show {key}`.")
    retire_keys(session, {key: reason}, by=by, at=at)
    numbers = tuple(sorted(one.version for one in versions if one.state not in OUT))
    return Retirement(key, numbers, requiring(session, key))


def retire_several(session: Session, keys: Sequence[str], *, reason: str, by: str, at: datetime) -> None:
    """Retire snippets for one reason, all or none; raises as `retire` does; those retired stay so."""
    reason = reason_of(reason, "a retirement")
    lock_for_writing(session)
    require(session, by, *KEEPERS)
    found = versions_of(session, keys)
    if missing := [key for key in keys if key not in found]:
        raise Refused(f"there is no snippet {', '.join(missing)}", fix="See `composer library list`.")
    open_ones = [key for key in keys if any(one.state not in OUT for one in found[key])]
    retire_keys(session, dict.fromkeys(open_ones, reason), by=by, at=at)


def retire_keys(session: Session, reasons: Mapping[str, str], *, by: str, at: datetime) -> None:
    """Retire the snippets of these keys, each for its reason, in few statements, and log each; checks no role."""
    found = versions_of(session, list(reasons))
    left = [one.id for versions in found.values() for one in versions if one.state not in OUT]
    for row in version_rows(session, left):
        row.state = "retired"
    session.flush()
    log.append_all(session, [_entry(found[key], reason) for key, reason in reasons.items()], who=by, at=at)


def requiring(session: Session, key: str) -> tuple[str, ...]:
    """Return the snippets that may be used and require this one: no run can use them without it."""
    return tuple(
        one.key for one in newest_versions(session).values() if one.state not in OUT and key in one.requires
    )


def _entry(versions: Sequence[SnippetVersion], reason: str) -> log.Change:
    retired = sorted((one for one in versions if one.state not in OUT), key=lambda one: one.version)
    detail = {"versions": [{"version": one.version, "was": one.state, "sha256": one.sha256} for one in retired]}
    return log.Change("retired", f"snippet:{versions[0].key}", reason, detail)
