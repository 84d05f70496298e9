"""Snippets and their versions as the database holds them: the ways to read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, inspect
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from library.canonical import text_digest
from library.errors import Refused
from library.parts import in_parts
from library.tables import IN_FORCE, SnippetRow, SnippetVersionRow
from library.versions import Current, SnippetVersion

LaterVersions = Mapping[int, tuple[SnippetVersion, ...]]
"""For some versions, by id, the later ones of their snippets, the oldest first."""


def list_versions(
    session: Session, *, state: str | None = None, tag: str | None = None
) -> tuple[SnippetVersion, ...]:
    """Return of each key the version in force, else its draft, in library order (that of first import).

    With `state`, the version of each key that has it: in force, an open draft, or the newest rejected one.
    With `tag`, those that have it.
    """
    if state == "rejected":
        rejected = _read(session, col(SnippetVersionRow.state) == state)
        found = tuple({each.key: each for each in rejected}.values())
    else:
        found = tuple(filter(None, (_of_state(each, state) for each in current_versions(session).values())))
    return tuple(each for each in found if tag is None or tag in each.tags)


def _of_state(current: Current, state: str | None) -> SnippetVersion | None:
    if state is None:
        return current.counting
    one = current.draft if state == "draft" else current.in_force
    return one if one is not None and one.state == state else None


def show(session: Session, key: str) -> tuple[SnippetVersion, ...]:
    """Return all versions of a key, newest first. Raises Refused for an unknown key, naming near ones."""
    found = tuple(_read(session, col(SnippetRow.key) == key))
    if not found:
        from rapidfuzz import process  # here, since every command would wait for it

        keys = session.exec(select(SnippetRow.key)).all()
        near = [match[0] for match in process.extract(key, keys, limit=3, score_cutoff=60)]
        raise Refused(
            f"there is no snippet {key!r}",
            fix=f"Did you mean {' or '.join(near)}?" if near else "See `composer library list`.",
        )
    return found[::-1]


def vetted(session: Session, tags: Sequence[str]) -> tuple[SnippetVersion, ...]:
    """Return what a composition may use, in library order: of each key the version that counts now.

    That is the newest one in force, if it is vetted: a draft doesn't replace what is vetted, and once that is
    retired, older versions don't come back. With `tags`, only snippets having any of them. Raises Refused if a
    text no longer fits its hash.
    """
    counting = _read(session, _is_newest(drafts=False), col(SnippetVersionRow.state) == "vetted")
    return tuple(_checked(each) for each in counting if not tags or set(tags) & set(each.tags))


def version(session: Session, id: int) -> SnippetVersion:
    """Return one version by its id. Raises Refused if there is none, or its text doesn't fit its hash."""
    row = session.get(SnippetVersionRow, id)
    if row is None:
        raise Refused(f"there is no snippet version with the number {id}")
    snippet = session.get_one(SnippetRow, row.snippet_id)
    return _checked(_as_version(row, snippet.key))


def versions(session: Session, ids: Sequence[int]) -> tuple[SnippetVersion, ...]:
    """Return versions by their ids, in this order, in one query; raises what `version` raises."""
    held = preload(session, ids)
    found = tuple(version(session, one) for one in ids)
    del held
    return found


def preload(session: Session, ids: Iterable[int]) -> object:
    """Load versions in few queries, so that `version` finds them at hand while somebody holds the result."""
    known = session.identity_map
    wanted = [one for one in dict.fromkeys(ids) if session.identity_key(SnippetVersionRow, one) not in known]
    if not wanted:
        return []  # to build a query takes longer than to look what is at hand
    query = select(SnippetVersionRow, SnippetRow).join(SnippetRow)
    return [session.exec(query.where(col(SnippetVersionRow.id).in_(some))).all() for some in in_parts(wanted)]


def newest_versions(session: Session, *conditions: ColumnElement[bool]) -> dict[str, SnippetVersion]:
    """Return the newest version of each key, by key and in library order, as far as it meets the conditions."""
    return {each.key: each for each in _read(session, _is_newest(), *conditions)}


def current_versions(session: Session) -> dict[str, Current]:
    """Return what counts now of each key, by key and in library order."""
    newest = newest_versions(session)
    unsettled = [key for key, one in newest.items() if one.state not in IN_FORCE]
    earlier = versions_of(session, unsettled)
    return {key: _current(earlier.get(key, (one,))) for key, one in newest.items()}


def versions_of(session: Session, keys: Sequence[str]) -> dict[str, tuple[SnippetVersion, ...]]:
    """Return all versions of these keys, by key and the oldest first; unknown keys are left out."""
    found: dict[str, tuple[SnippetVersion, ...]] = {}
    for some in in_parts(keys):
        for each in _read(session, col(SnippetRow.key).in_(some)):
            found[each.key] = (*found.get(each.key, ()), each)
    return found


def later_versions(session: Session, ids: Sequence[int]) -> LaterVersions:
    """Return for these versions the later ones of their snippets, the oldest first; those without are left out."""
    found: dict[int, tuple[SnippetVersion, ...]] = {}
    own = aliased(SnippetVersionRow)
    for some in in_parts(ids):
        query = _query(col(own.id).label("earlier")).where(
            col(own.id).in_(some),
            col(own.snippet_id) == col(SnippetVersionRow.snippet_id),
            col(SnippetVersionRow.version) > own.version,
        )
        for row in session.execute(query.order_by(col(SnippetVersionRow.version))):
            found[row.earlier] = (*found.get(row.earlier, ()), _as_version(row, row.key))
    return found


def version_rows(session: Session, ids: Sequence[int]) -> Iterator[SnippetVersionRow]:
    """Yield the stored rows of versions, to change their state."""
    for some in in_parts(ids):
        yield from session.exec(select(SnippetVersionRow).where(col(SnippetVersionRow.id).in_(some)))


def _is_newest(*, drafts: bool = True) -> ColumnElement[bool]:
    """Whether a version is the newest of its key, among all or among those in force."""
    other = aliased(SnippetVersionRow)
    newest = select(func.max(other.version)).where(other.snippet_id == SnippetRow.id)
    if not drafts:
        newest = newest.where(col(other.state).in_(IN_FORCE))
    return col(SnippetVersionRow.version) == newest.correlate(SnippetRow).scalar_subquery()


def _read(session: Session, *conditions: ColumnElement[bool]) -> Iterator[SnippetVersion]:
    """Yield versions in library order, and of one key the oldest first."""
    query = _query().where(*conditions).order_by(col(SnippetRow.id), col(SnippetVersionRow.version))
    for row in session.execute(query):
        yield _as_version(row, row.key)


def _current(versions: Sequence[SnippetVersion]) -> Current:
    """Return what counts of a key's versions, the oldest first."""
    in_force = next((one for one in reversed(versions) if one.state in IN_FORCE), None)
    draft = next((one for one in reversed(versions) if one.state == "draft"), None)
    if draft is not None and in_force is not None and in_force.version > draft.version:
        draft = None
    return Current(versions[-1], in_force, draft)


def _query(*more: Any) -> Select[Any]:
    # Columns and not rows: thousands of mapped objects would take three times as long.
    columns: list[Any] = [each.class_attribute for each in inspect(SnippetVersionRow).column_attrs]
    return select_columns(*columns, col(SnippetRow.key), *more).select_from(SnippetVersionRow).join(SnippetRow)


def _as_version(row: Any, key: str) -> SnippetVersion:
    return SnippetVersion(
        id=row.id,
        key=key,
        version=row.version,
        text=row.text,
        sha256=row.sha256,
        state=row.state,
        tags=tuple(row.tags),
        group=row.grp,
        rationale=row.rationale,
        author=row.author,
        created_at=row.created_at,
        requires=tuple(row.requires),
        conflicts=tuple(row.conflicts),
        pin=row.pin,
    )


def _checked(found: SnippetVersion) -> SnippetVersion:
    if text_digest(found.text) != found.sha256:
        raise Refused(
            f"the text of snippet {found.key} version {found.version} is not the one that was stored",
            where=f"snippet version {found.id}",
            fix="Someone changed the row: restore the database from a backup.",
        )
    return found
