"""Writing drafts: a new snippet or version, with where it comes from; nothing of it is in force yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import ValidationError
from sqlmodel import Session, col, select

from library import log
from library.canonical import text_digest
from library.database import lock_for_writing
from library.errors import Refused
from library.file import LibraryFile, SnippetEntry, between_entries
from library.import_plan import PlannedSnippet, changed_rules, links_of
from library.parts import in_parts
from library.people import require
from library.rejections import Rejection, rejections
from library.roles import KEEPERS
from library.snippets import newest_versions, versions_of
from library.storing import store_versions
from library.tables import OriginRow
from library.versions import SnippetVersion

Kind = Literal["written", "disagreement", "mined"]
REJECTED = "rejected"
"""The kind of warning that a text was rejected before."""


@dataclass(frozen=True)
class Draft:
    """What somebody writes of a snippet; its rules are those of a library file.

    `read` is the newest version of it that its writer had before them, 0 for none of this key; None: not told.
    """

    key: str
    text: str
    tags: tuple[str, ...] = ()
    group: str | None = None
    requires: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    pin: str | None = None
    rationale: str = ""
    read: int | None = None


@dataclass(frozen=True)
class Accepted:
    """A warning about a draft that its writer saw, and why it is written all the same."""

    what: str
    reason: str
    kind: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a version comes from.

    Written from a disagreement: the `examples` of `task` on which the model of `target` differed from people, what
    it `misunderstood` and what it should `attend` to. Mined: `source` has what wrote it. `warnings` are those
    accepted.
    """

    kind: Kind = "written"
    task: str = ""
    target: str = ""
    examples: tuple[str, ...] = ()
    misunderstood: str = ""
    attend: str = ""
    source: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Accepted, ...] = ()


WRITTEN = Origin()


def write_draft(
    session: Session, draft: Draft, *, by: str, at: datetime, origin: Origin = WRITTEN
) -> SnippetVersion:
    """Store one draft and return its version; raises as `write_drafts` does."""
    return write_drafts(session, [(draft, origin)], by=by, at=at)[0]


def write_drafts(
    session: Session, drafts: Sequence[tuple[Draft, Origin]], *, by: str, at: datetime
) -> tuple[SnippetVersion, ...]:
    """Store drafts, all or none, each as a new snippet or as the next version of its key.

    Raises `Refused` for the role, for what a library file may not hold either (`library.file`), for a draft that
    changes nothing or whose snippet somebody edited since it was read, and for a text that was rejected before,
    unless that warning was accepted.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS)
    newest, turned_down = newest_versions(session), rejections(session)
    _check_read(session, [draft for draft, _ in drafts])
    entries = _checked([draft for draft, _ in drafts], newest)
    plans = []
    for entry, (_, origin) in zip(entries, drafts, strict=True):
        old = newest.get(entry.key)
        _check_is_new(entry, old)
        _check_rejected(entry, origin, turned_down)
        plans.append(_plan(entry, old))
    store_versions(session, plans, by, at)
    stored = versions_of(session, [entry.key for entry in entries])
    made = tuple(stored[entry.key][-1] for entry in entries)
    for one, (_, origin) in zip(made, drafts, strict=True):
        session.add(_row(one, origin))
    session.flush()
    log.append_all(
        session, [_change(one, origin) for one, (_, origin) in zip(made, drafts, strict=True)], who=by, at=at
    )
    return made


def origins(session: Session, ids: Sequence[int]) -> dict[int, Origin]:
    """Return where these versions come from, by id; those that came in a file are left out."""
    found: dict[int, Origin] = {}
    for some in in_parts(ids):
        for row in session.exec(select(OriginRow).where(col(OriginRow.version_id).in_(some))):
            found[row.version_id] = _origin(row)
    return found


def _checked(drafts: Sequence[Draft], newest: Mapping[str, SnippetVersion]) -> tuple[SnippetEntry, ...]:
    values = {"snippets": [_values(one) for one in drafts]}
    try:
        entries = LibraryFile.model_validate(values).snippets
    except ValidationError as error:
        raise _refused([_problem(drafts, *one) for one in _details(error)]) from None
    known = {key: links_of(one) for key, one in newest.items()}
    problems = [
        f"{drafts[int(one.location[1])].key}: {one.what}. {one.fix}".strip()
        for one in between_entries(known, values)
    ]
    if problems:
        raise _refused(problems)
    return entries


def _values(draft: Draft) -> dict[str, object]:
    values = {**vars(draft), "state": "draft", "read": None}
    lists = {name: list(values[name]) for name in ("tags", "requires", "conflicts")}
    return {name: value for name, value in {**values, **lists}.items() if value is not None}


def _details(error: ValidationError) -> list[tuple[tuple[int | str, ...], str, str]]:
    return [(one["loc"], one["msg"], str((one.get("ctx") or {}).get("fix") or "")) for one in error.errors()]


def _problem(drafts: Sequence[Draft], location: tuple[int | str, ...], what: str, fix: str) -> str:
    key = drafts[int(location[1])].key if len(location) > 1 else "the draft"
    name = str(location[2]) if len(location) > 2 else ""
    return f"{key or 'the draft'}: {name} {what}.{f' {fix}' if fix else ''}"


def _refused(problems: Sequence[str]) -> Refused:
    if len(problems) == 1:
        return Refused(problems[0].rstrip("."))
    return Refused(f"{len(problems)} things keep this from being stored", problems=problems)


def _check_read(session: Session, drafts: Sequence[Draft]) -> None:
    """Raise `Refused`, with what was written meanwhile, where a draft would hide a version that nobody showed."""
    told = {draft.key: draft.read for draft in drafts if draft.read is not None}
    for key, stored in versions_of(session, list(told)).items():
        later = [one for one in stored if one.version > told[key] and one.state != "rejected"]
        if later:
            one = later[-1]
            rules = "; ".join((f"tags {', '.join(one.tags) or 'none'}", *one.rules))
            raise Refused(
                f"snippet {key} was edited meanwhile: {one.author} wrote v{one.version}, “{one.text}” ({rules})",
                fix="Copy what you wrote, open the snippet anew, and bring into that version what it lacks.",
            )


def _check_is_new(entry: SnippetEntry, old: SnippetVersion | None) -> None:
    if old is None or old.state not in ("draft", "vetted") or old.text != entry.text:
        return
    if not changed_rules(entry, old):
        raise Refused(
            f"this is what {old.key} v{old.version} is already", fix="Change its text, its tags or a rule."
        )


def _check_rejected(entry: SnippetEntry, origin: Origin, turned_down: Mapping[str, Rejection]) -> None:
    before = turned_down.get(text_digest(entry.text))
    if before is not None and not any(one.kind == REJECTED and one.reason.strip() for one in origin.warnings):
        raise Refused(
            f"{entry.key}: this text was rejected before, as {before.key} v{before.version}, by {before.by}: "
            f"{before.reason}",
            fix="Write another text, or give a reason why this one is proposed again.",
        )


def _plan(entry: SnippetEntry, old: SnippetVersion | None) -> PlannedSnippet:
    if old is None:
        return PlannedSnippet(entry, None, None, None, "draft", 1)
    return PlannedSnippet(entry, old.text, old.state, old.version, "draft", old.version + 1)


def _row(version: SnippetVersion, origin: Origin) -> OriginRow:
    return OriginRow(
        version_id=version.id,
        kind=origin.kind,
        task=origin.task,
        target=origin.target,
        examples=list(origin.examples),
        misunderstood=origin.misunderstood.strip(),
        attend=origin.attend.strip(),
        source=dict(origin.source),
        warnings=[{"kind": one.kind, "what": one.what, "reason": one.reason} for one in origin.warnings],
    )


def _origin(row: OriginRow) -> Origin:
    kinds: dict[str, Kind] = {"disagreement": "disagreement", "mined": "mined"}
    return Origin(
        kinds.get(row.kind, "written"),
        row.task,
        row.target,
        tuple(row.examples),
        row.misunderstood,
        row.attend,
        dict(row.source),
        tuple(Accepted(one["what"], one["reason"], one["kind"]) for one in row.warnings),
    )


def _change(version: SnippetVersion, origin: Origin) -> log.Change:
    detail = {"version": version.version, "state": version.state, "sha256": version.sha256, "from": origin.kind}
    if origin.warnings:
        detail["warnings"] = [{"what": one.what, "reason": one.reason} for one in origin.warnings]
    why = version.rationale or origin.misunderstood.strip()
    return log.Change("drafted", f"snippet:{version.key}", why, detail)
