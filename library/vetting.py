"""Vetting and rejecting drafts: by another than who wrote them, unless the library's policy allows it alone.

A text that may carry another task into a prompt is vetted by two people, neither of whom wrote it, whatever the
policy is. The first one's yes is kept in the log, and changes no state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.first_vetting import first_change, first_yes
from library.people import NotAllowed, people, require
from library.reasons import reason_of
from library.roles import KEEPERS, Person
from library.smuggling import smuggled
from library.snippets import version_rows, versions, versions_of
from library.tables import LibraryPolicyRow
from library.versions import SnippetVersion

TWO = "two people who didn't write it have to vet it"
"""Why a yes is not enough for a text that may carry another task."""


def vet(
    session: Session, ids: Sequence[int], *, by: str, at: datetime, reason: str = ""
) -> tuple[SnippetVersion, ...]:
    """Vet drafts, all or none: from now on they are what prompts may be made of. Returns them as they are then.

    A draft that two people have to vet is still one after the first of them. Raises `Refused` for the role, for a
    version that is no draft or older than one in force, for one that two people vet without a reason, and
    `NotAllowed` where somebody else has to vet it.
    """
    lock_for_writing(session)
    person = require(session, by, *KEEPERS)
    found = versions(session, list(dict.fromkeys(ids)))
    _check_newest_drafts(session, found)
    if obstacles := vetting_obstacles(session, found, person):
        why = "; ".join(f"{one.key} v{one.version}: {obstacles[one.id]}" for one in found if one.id in obstacles)
        raise NotAllowed(why, fix=_way_out(session, [one for one in found if one.id in obstacles]))
    flagged = [one for one in found if smuggled(one.text)]
    if flagged:
        reason = reason_of(reason, f"vetting {flagged[0].key}, which two people have to do,")
    known = first_yes(session, flagged)
    first = {one.id for one in flagged if one.id not in known}
    for row in version_rows(session, [one.id for one in found if one.id not in first]):
        row.state = "vetted"
    session.flush()
    changes = [
        first_change(one, reason, [each.rule for each in smuggled(one.text)])
        if one.id in first
        else log.Change(
            "vetted",
            f"snippet:{one.key}",
            reason.strip() or one.rationale,
            {
                "version": one.version,
                "state": "vetted",
                "sha256": one.sha256,
                **({"first": known[one.id].by} if one.id in known else {}),
            },
        )
        for one in found
    ]
    log.append_all(session, changes, who=by, at=at)
    return versions(session, [one.id for one in found])


def reject(session: Session, id: int, *, reason: str, by: str, at: datetime) -> SnippetVersion:
    """Turn a draft down for a reason, which stays with its text. Returns the version as it is then.

    Raises `Refused` for the role, an empty reason, and a version that is no draft.
    """
    reason = reason_of(reason, "a rejection")
    lock_for_writing(session)
    require(session, by, *KEEPERS)
    (one,) = versions(session, [id])
    _check_draft(one, "rejected")
    for row in version_rows(session, [id]):
        row.state = "rejected"
    session.flush()
    detail = {"versions": [{"version": one.version, "was": "draft", "now": "rejected", "sha256": one.sha256}]}
    log.append(session, who=by, action="rejected", subject=f"snippet:{one.key}", why=reason, detail=detail, at=at)
    return versions(session, [id])[0]


def vetting_obstacles(session: Session, found: Sequence[SnippetVersion], person: Person) -> Mapping[int, str]:
    """Return why a person may not vet some of these versions, by id: each text needs two people.

    Whoever wrote the text or the version is one of them. A home in which nobody signs in has but one person, who
    may; a local person of a home with people may not, since they are nobody else. Of a text that may carry another
    task, two people who didn't write it have to say yes.
    """
    flagged = [one for one in found if smuggled(one.text)]
    others = [] if alone_allowed(session) else [one for one in found if not smuggled(one.text)]
    if flagged and not people(session):
        return dict.fromkeys((one.id for one in flagged), f"{TWO}, and nobody but you is here")
    if person.local:
        return dict.fromkeys(
            (one.id for one in (*flagged, *others)), "people sign in here, and one of them has to vet it"
        )
    writers = _writers(session, [*flagged, *others])
    found_so = {one.id: "you wrote it" for one in (*flagged, *others) if person.name in writers[one.id]}
    said = first_yes(session, flagged)
    again = {id: f"you said yes to it, and {TWO}" for id, yes in said.items() if yes.by == person.name}
    return {**again, **found_so}


def alone_allowed(session: Session) -> bool:
    """Whether whoever wrote a draft may vet it: by the library's policy, or since nobody signs in here."""
    newest = select(LibraryPolicyRow.alone).order_by(col(LibraryPolicyRow.id).desc()).limit(1)
    return bool(session.exec(newest).first()) or not people(session)


def allow_alone(session: Session, allowed: bool, *, by: str, at: datetime, reason: str) -> None:
    """Set whether whoever wrote a draft may vet it alone; raises `Refused` for the role and an empty reason."""
    reason = reason_of(reason, "a change of the library's policy")
    lock_for_writing(session)
    require(session, by, "admin")
    session.add(LibraryPolicyRow(alone=allowed, set_by=by, set_at=at))
    session.flush()
    detail = {"alone": allowed}
    log.append(session, who=by, action="policy set", subject="library:policy", why=reason, detail=detail, at=at)


def _check_newest_drafts(session: Session, found: Sequence[SnippetVersion]) -> None:
    """Refuse what is no draft, and a draft that a newer version in force passed by."""
    all_of = versions_of(session, [one.key for one in found])
    for one in found:
        _check_draft(one, "vetted")
        later = [other for other in all_of[one.key] if other.version > one.version and other.state == "vetted"]
        if later:
            raise Refused(f"{one.key} has v{later[-1].version} in force, which is newer than v{one.version}")


def _way_out(session: Session, barred: Sequence[SnippetVersion]) -> str:
    """Return what can be done about drafts that somebody may not vet, as sentences."""
    found = next((each for one in barred for each in smuggled(one.text)), None)
    if found is None:
        return "Ask another curator, or an admin: `composer library policy --alone` allows it."
    rather = f"Lint says that it {found.what}: word it without that, or"
    if people(session):
        return f"{rather} ask two curators who didn't write it: each says yes on its page, with a reason."
    return f"{rather} add people: `composer people add NAME EMAIL --role curator`, two besides who wrote it."


def _check_draft(one: SnippetVersion, what: str) -> None:
    if one.state != "draft":
        raise Refused(
            f"{one.key} v{one.version} is {one.state}, and only a draft can be {what}",
            fix=f"See `composer library show {one.key}`.",
        )


def _writers(session: Session, found: Sequence[SnippetVersion]) -> Mapping[int, frozenset[str]]:
    """Return who wrote each version or, in an earlier version of its key, its text."""
    all_of = versions_of(session, [one.key for one in found])
    return {
        one.id: frozenset(
            other.author for other in all_of[one.key] if other.id == one.id or other.sha256 == one.sha256
        )
        for one in found
    }
