"""Snippets and their versions: import from YAML, and the ways to read them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from rapidfuzz import process
from sqlmodel import Session, col, select

from library import log
from library.canonical import text_digest
from library.database import lock_for_writing
from library.errors import Refused
from library.feasibility import Links
from library.file import read_entries
from library.import_plan import ImportPlan as ImportPlan
from library.import_plan import PlannedSnippet as PlannedSnippet
from library.import_plan import planned
from library.people import require
from library.tables import SnippetRow, SnippetVersionRow
from library.versions import SnippetVersion as SnippetVersion


def plan_import(session: Session, path: Path) -> ImportPlan:
    """Tell what importing a library file would do, and write nothing.

    Raises Refused listing every problem of the file with line and field.
    """
    current = {row.key: row for row in _newest(session)}
    plans: dict[str, list[PlannedSnippet]] = {"added": [], "changed": [], "promoted": [], "unchanged": []}
    for entry in read_entries(path, {key: _links(row) for key, row in current.items()}):
        kind, one = planned(entry, current.get(entry.key))
        plans[kind].append(one)
    return ImportPlan(**{kind: tuple(each) for kind, each in plans.items()})


def import_file(
    session: Session, path: Path, *, by: str, at: datetime, expected: ImportPlan | None = None
) -> ImportPlan:
    """Store a library file, whole or not at all, with one log entry per snippet that changes.

    `at` is aware; `expected` is the plan a person agreed to. Raises Refused for a bad file, and if
    file or library changed since that plan was made.
    """
    lock_for_writing(session)
    require(session, by, "curator", "admin")
    plan = plan_import(session, path)
    if expected is not None and plan != expected:
        raise Refused("the file or the library changed meanwhile", where=str(path), fix="Look at the plan again.")
    ids = {row.key: cast(int, row.id) for row in session.exec(select(SnippetRow))}
    for one in (*plan.added, *plan.changed):
        if one.key not in ids:
            row = SnippetRow(key=one.key)
            session.add(row)
            session.flush()  # one by one, so that ids keep the order of the file
            ids[one.key] = cast(int, row.id)
        session.add(_new_version(one, ids[one.key], by, at))
    for one in plan.promoted:
        _stored(session, one).state = one.state
    session.flush()
    for action, each in _changes(plan):
        _log(session, action, each, path, by, at)
    return plan


def list_versions(
    session: Session, *, state: str | None = None, tag: str | None = None
) -> tuple[SnippetVersion, ...]:
    """Give the newest version of each key in library order (that of first import).

    Of those, only the ones in `state` and with `tag`, where given.
    """
    return tuple(
        each
        for each in _newest(session)
        if (state is None or each.state == state) and (tag is None or tag in each.tags)
    )


def show(session: Session, key: str) -> tuple[SnippetVersion, ...]:
    """Give all versions of a key, newest first. Raises Refused for an unknown key, naming near ones."""
    versions = [each for each in _all(session) if each.key == key]
    if not versions:
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


def _links(snippet: SnippetVersion) -> Links:
    return Links(snippet.group, frozenset(snippet.requires), frozenset(snippet.conflicts))


def _new_version(one: PlannedSnippet, snippet_id: int, by: str, at: datetime) -> SnippetVersionRow:
    entry = one.entry
    return SnippetVersionRow(
        snippet_id=snippet_id,
        version=one.version,
        text=entry.text,
        sha256=text_digest(entry.text),
        state=one.state,
        tags=list(entry.tags),
        grp=entry.group,
        requires=list(entry.requires),
        conflicts=list(entry.conflicts),
        pin=entry.pin,
        rationale=entry.rationale,
        author=by,
        created_at=at,
    )


def _stored(session: Session, one: PlannedSnippet) -> SnippetVersionRow:
    query = select(SnippetVersionRow).join(SnippetRow)
    return session.exec(query.where(SnippetRow.key == one.key, SnippetVersionRow.version == one.version)).one()


def _changes(plan: ImportPlan) -> Iterator[tuple[str, PlannedSnippet]]:
    for action, snippets in (("added", plan.added), ("changed", plan.changed), ("vetted", plan.promoted)):
        for each in snippets:
            yield action, each


def _log(session: Session, action: str, one: PlannedSnippet, path: Path, by: str, at: datetime) -> None:
    log.append(
        session,
        who=by,
        action=action,
        subject=f"snippet:{one.key}",
        why=one.entry.rationale or f"import of {path.name}",
        detail={
            "file": path.name,
            "version": one.version,
            "state": one.state,
            "sha256": text_digest(one.text),
            **({"changes": one.note} if action == "changed" and one.note else {}),
        },
        at=at,
    )


def _all(session: Session) -> Iterable[SnippetVersion]:
    """All versions: in library order, and of one key the oldest first."""
    query = select(SnippetVersionRow, SnippetRow.key).join(SnippetRow)
    ordered = query.order_by(col(SnippetRow.id), col(SnippetVersionRow.version))
    return [_as_version(row, key) for row, key in session.exec(ordered)]


def _newest(session: Session) -> Iterable[SnippetVersion]:
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
