"""Snippets and their versions as the database holds them: the ways to read them."""

from collections.abc import Iterable, Sequence
from typing import cast

from sqlmodel import Session, col, select

from library.canonical import text_digest
from library.errors import Refused
from library.tables import SnippetRow, SnippetVersionRow
from library.versions import SnippetVersion


def list_versions(
    session: Session, *, state: str | None = None, tag: str | None = None
) -> tuple[SnippetVersion, ...]:
    """Give the newest version of each key in library order (that of first import).

    Of those, only the ones in `state` and with `tag`, where given.
    """
    return tuple(
        each
        for each in newest_versions(session)
        if (state is None or each.state == state) and (tag is None or tag in each.tags)
    )


def show(session: Session, key: str) -> tuple[SnippetVersion, ...]:
    """Give all versions of a key, newest first. Raises Refused for an unknown key, naming near ones."""
    versions = [each for each in _all(session) if each.key == key]
    if not versions:
        from rapidfuzz import process  # only a key that is not there pays for it

        keys = session.exec(select(SnippetRow.key)).all()
        near = [match[0] for match in process.extract(key, keys, limit=3, score_cutoff=60)]
        raise Refused(
            f"there is no snippet {key!r}",
            fix=f"Did you mean {' or '.join(near)}?" if near else "See `composer library list`.",
        )
    return tuple(reversed(versions))


def vetted(session: Session, tags: Sequence[str]) -> tuple[SnippetVersion, ...]:
    """Give what a composition may use, in library order: of each key the version that counts now.

    That is the newest one that isn't a draft, if it is vetted: a draft doesn't replace what is vetted,
    and once that is retired, older versions don't come back. With `tags`, only snippets having any of
    them. Raises Refused if a text no longer fits its hash.
    """
    counting: dict[str, SnippetVersion] = {}
    for each in _all(session):
        if each.state != "draft":
            counting[each.key] = each
    return tuple(
        _checked(each)
        for each in counting.values()
        if each.state == "vetted" and (not tags or set(tags) & set(each.tags))
    )


def version(session: Session, id: int) -> SnippetVersion:
    """Give one version by its id. Raises Refused if there is none, or its text doesn't fit its hash."""
    row = session.get(SnippetVersionRow, id)
    if row is None:
        raise Refused(f"there is no snippet version with the number {id}")
    snippet = session.get_one(SnippetRow, row.snippet_id)
    return _checked(_as_version(row, snippet.key))


def _all(session: Session) -> Iterable[SnippetVersion]:
    """All versions: in library order, and of one key the oldest first."""
    query = select(SnippetVersionRow, SnippetRow.key).join(SnippetRow)
    ordered = query.order_by(col(SnippetRow.id), col(SnippetVersionRow.version))
    return [_as_version(row, key) for row, key in session.exec(ordered)]


def newest_versions(session: Session) -> Iterable[SnippetVersion]:
    """Return the newest version of each key, in library order."""
    return {each.key: each for each in _all(session)}.values()


def _as_version(row: SnippetVersionRow, key: str) -> SnippetVersion:
    return SnippetVersion(
        id=cast(int, row.id),
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
