"""Who may do what: the people of a home with their roles, checked by the functions that change things.

A home without people is one person's: whoever opens it, under whatever name, is its one local person and
may do everything, but never counts as two. Once it has people, each is known by the e-mail they sign in
with, and the local person may only keep the library and the people.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from library import log, names
from library.database import lock_for_writing
from library.errors import Refused
from library.lint import hidden
from library.roles import LOCAL, LOCAL_ROLES, ROLES, TASK_ROLES, Person, Role, held
from library.tables import PersonRow
from library.token_secrets import TOKEN
from library.tokens import Scope, token_named


class NotAllowed(Refused):
    """Somebody asked for what their roles don't allow."""


def people(session: Session) -> tuple[Person, ...]:
    """Return the people of a home by name, those removed left out; empty where nobody signs in."""
    rows = session.exec(select(PersonRow).where(col(PersonRow.removed_at).is_(None)))
    return tuple(_person(row) for row in sorted(rows, key=lambda row: row.name))


def someone(session: Session, name: str) -> Person:
    """Return who acts under this name; one without a role where the name isn't known here."""
    if name.endswith(TOKEN):  # it has scopes and no role, wherever it acts
        return Person(name, "", frozenset())
    known = {one.name: one for one in people(session)}
    if not known:
        return Person(name, "", frozenset(ROLES), local=True)
    if name.endswith(LOCAL):
        return Person(name, "", LOCAL_ROLES, local=True)
    return known.get(name, Person(name, "", frozenset()))


def require(
    session: Session, by: str, *roles: Role, task: str | None = None, scope: Scope | None = None
) -> Person:
    """Return who acts, who must have one of these roles; raises `NotAllowed` otherwise.

    With a task it is enough to have it for that one, and who is returned is as they are for it. Without one it
    takes a role that is held for every task: what is done concerns them all. A service token needs the `scope`
    instead, and can't do what has none.
    """
    person = someone(session, by)
    if by.endswith(TOKEN):
        _require_scope(session, by, scope, task)
        return person
    if task is not None:
        person = person.for_task(task)
    if person.may(*roles):
        return person
    wanted = " or ".join(roles)
    if person.local:
        raise NotAllowed(
            f"people sign in to this home, and only they can do what a {wanted} does",
            fix="Sign in to the app.",
        )
    has = ", ".join(sorted(someone(session, by).grants)) or "no role here"
    where = f" for task {task}" if task is not None else " for every task" if person.by_task else ""
    option = f" --task {task}" if task is not None and roles[0] in TASK_ROLES else ""
    raise NotAllowed(
        f"this needs the role {wanted}{where}; {by} has {has}",
        fix=f"Someone with the role admin can give it: `composer people role '{by}' {roles[0]}{option}`.",
    )


def require_scope(session: Session, by: str, scope: Scope, task: str) -> None:
    """Raise `NotAllowed` for a service token that lacks a scope; what a scope is for needs no role of a person."""
    if by.endswith(TOKEN):
        _require_scope(session, by, scope, task)


def _require_scope(session: Session, by: str, scope: Scope | None, task: str | None) -> None:
    token = token_named(session, by.removesuffix(TOKEN))
    if token is None or token.revoked_at is not None:
        raise NotAllowed(f"{by} can't act here any more", fix="`composer tokens new` makes another.")
    if scope is None:
        raise NotAllowed(
            f"no token can do this, and {token.name} is one", fix="It takes a person with a role for it."
        )
    if not token.may(scope, task):
        wanted = f"{scope} for {'every task' if task is None else task}"
        raise NotAllowed(
            f"this needs a token for {wanted}; {token.name} is for {token.words}",
            fix=f"Someone with the role admin can make one: `composer tokens new NAME --may {scope}`.",
        )


def require_somewhere(session: Session, by: str, *roles: Role) -> Person:
    """Return who acts, who must have one of these roles, be it for one task: for what decides nothing."""
    person = someone(session, by)
    return person if person.may_somewhere(*roles) else require(session, by, *roles)


def by_email(session: Session, email: str) -> Person | None:
    """Return the person who signs in with this e-mail, whatever its capitals; None where nobody does."""
    return next((one for one in people(session) if one.email == email.strip().lower()), None)


def add_person(
    session: Session, name: str, email: str, roles: tuple[str, ...], *, by: str, at: datetime
) -> Person:
    """Add a person, or bring one back who was removed; raises `Refused` for a name or e-mail that is taken."""
    lock_for_writing(session)
    require(session, by, "admin")
    name, email = name.strip(), email.strip().lower()
    row = session.exec(select(PersonRow).where(PersonRow.name == name)).first()
    if row is None:
        _check_name(session, name)
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or len(email.split()) > 1:
        raise Refused(f"{email!r} is no e-mail address", fix="Write the one they sign in with.")
    if unseen := hidden(email):
        raise Refused(f"the e-mail has characters that can't be seen: {', '.join(unseen)}", fix="Type it anew.")
    other = session.exec(select(PersonRow).where(PersonRow.email == email, PersonRow.name != name)).first()
    if other is not None:
        raise Refused(f"{email} is already {other.name}'s", fix="Each person signs in with their own.")
    if row is not None and row.removed_at is None:
        raise Refused(f"{name} is here already", fix="`composer people role` changes what they may do.")
    if row is not None and row.email != email:
        raise Refused(f"{name} was here with another e-mail", fix="Use that one, or another name.")
    row = row or PersonRow(name=name, email=email, roles=[], added_by=by, added_at=at)
    row.roles, row.removed_at = _checked(roles), None
    session.add(row)
    session.flush()
    _log(session, "person added", row, by, at)
    return _person(row)


def _check_name(session: Session, name: str) -> None:
    """Refuse a name that can't be one, or that looks like the one of somebody who is or was here."""
    fix = "Write the name that others know them by."
    if not name or name.endswith((LOCAL.strip(), TOKEN.strip())):
        raise Refused(f"{name!r} can't be a person's name", fix=fix)
    if found := names.problems(name):
        raise Refused(f"{name!r} can't be a person's name: it {', and '.join(found)}", fix=fix)
    if other := names.lookalike(name, session.exec(select(PersonRow.name)).all()):
        raise Refused(
            f"{name!r} looks like {other!r}, who is or was here",
            fix="Add what tells them apart, such as an initial.",
        )


def set_roles(
    session: Session,
    name: str,
    roles: tuple[str, ...],
    *,
    by: str,
    at: datetime,
    task: str | None = None,
    was: tuple[str, ...] | None = None,
) -> Person:
    """Set a person's roles, in place of those they had; with a task those for that one, while others stay.

    `was` are the roles as whoever changes them saw them. Raises `Refused` where nobody has this name, where the
    roles are others by now, and for the last admin who would take that role from themselves.
    """
    lock_for_writing(session)
    require(session, by, "admin")
    row = _row(session, name)
    before = _person(row).grants
    if was is not None and set(was) != set(before):
        raise Refused(f"the roles of {name} were changed meanwhile: {', '.join(before)}", fix="Look again.")
    if task is not None:
        others = (one for one in before if not one.endswith(f":{task}"))
        roles = (*others, *(f"{role}:{task}" for role in roles))
    checked = _checked(roles)
    if "admin" not in checked:
        _check_not_the_last_admin(session, by, name)
    row.roles = checked
    session.add(row)
    session.flush()
    _log(session, "roles changed", row, by, at)
    return _person(row)


def remove_person(session: Session, name: str, *, by: str, at: datetime) -> None:
    """Take every right from a person, whose past acts stay under their name.

    The last person can't be removed: a home that people sign in to never becomes one person's again.
    """
    lock_for_writing(session)
    require(session, by, "admin")
    row = _row(session, name)
    if len(people(session)) == 1:
        raise Refused(f"{name} is the last person of this home", fix="Add another first.")
    _check_not_the_last_admin(session, by, name)
    row.removed_at = at
    session.add(row)
    session.flush()
    _log(session, "person removed", row, by, at)


def removed_people(session: Session) -> tuple[Person, ...]:
    """Return who was removed, by name, with the roles they had: `add_person` brings each back by their e-mail."""
    rows = session.exec(select(PersonRow).where(col(PersonRow.removed_at).is_not(None)))
    return tuple(_person(row) for row in sorted(rows, key=lambda row: row.name))


def _check_not_the_last_admin(session: Session, by: str, name: str) -> None:
    """Refuse to let the last admin lock themselves out; who holds the home's files may, and comes in again."""
    if name == by and not any("admin" in one.roles for one in people(session) if one.name != by):
        raise Refused(
            f"{by} is the last admin: nobody in the app could change people any more",
            fix="Give somebody else the role admin first.",
        )


def _row(session: Session, name: str) -> PersonRow:
    row = session.exec(
        select(PersonRow).where(PersonRow.name == name, col(PersonRow.removed_at).is_(None))
    ).first()
    if row is None:
        known = ", ".join(one.name for one in people(session)) or "nobody"
        raise Refused(f"nobody here is called {name}", fix=f"Known: {known}.")
    return row


def _checked(grants: tuple[str, ...]) -> list[str]:
    parts = {one: one.partition(":") for one in grants}
    unknown = sorted({role for role, _, _ in parts.values()} - set(ROLES))
    if unknown:
        raise Refused(f"no role is called {', '.join(unknown)}", fix=f"Choose from {', '.join(ROLES)}.")
    for one, (role, colon, task) in parts.items():
        if colon and (role not in TASK_ROLES or not task or ":" in task):
            raise Refused(
                f"{one!r} can't be held: {role} is no role for one task" if task else f"{one!r} names no task",
                fix=f"For one task there are {', '.join(TASK_ROLES)}, such as reviewer:polarity.",
            )
    everywhere, by_task = held(grants)
    by_task = frozenset((role, task) for role, task in by_task if role not in everywhere)
    return list(Person("", "", everywhere, by_task=by_task).grants) or ["viewer"]


def _log(session: Session, action: str, row: PersonRow, by: str, at: datetime) -> None:
    detail = {"email": row.email, "roles": list(row.roles)}
    log.append(session, who=by, action=action, subject=f"person:{row.name}", why="", detail=detail, at=at)


def _person(row: PersonRow) -> Person:
    everywhere, by_task = held(row.roles)
    return Person(row.name, row.email, everywhere, by_task=by_task)
