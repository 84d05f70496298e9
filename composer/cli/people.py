"""`composer people`: who may do what in a home that people sign in to."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session

from composer.cli.common import HomeOption, JsonOption, console, opened, out, person, refusals
from composer.home.paths import Home, resolve_home
from composer.home.signin import auth_file, needed
from composer.review.role_changes import LOST, REGAINED, add_person, remove_person, set_roles
from library import log
from library.errors import Refused
from library.people import people as people_of
from library.roles import ROLES, TASK_ROLES, Person

app = typer.Typer(no_args_is_help=True, help="People: who signs in, and what they may do.")

NameArgument = Annotated[str, typer.Argument(help="The name that is used in the log.")]
_CHOICE = f"{', '.join(ROLES[:-1])} or {ROLES[-1]}"
_FOR_TASK = f"For one task alone: {', '.join(TASK_ROLES[:-1])} or {TASK_ROLES[-1]}."


@app.command()
@refusals
def add(
    name: NameArgument,
    email: Annotated[str, typer.Argument(help="The e-mail they sign in with.")],
    role: Annotated[
        list[str] | None, typer.Option("--role", help=f"{_CHOICE}; may be repeated. Without: viewer.")
    ] = None,
    task: Annotated[
        str | None, typer.Option("--task", help=f"Give the roles for this task alone. {_FOR_TASK}")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Add a person, or bring one back; the first makes the home one that people sign in to."""
    with opened(home).session() as session:
        first, before = not people_of(session), log.newest(session)
        grants = tuple(one if task is None else f"{one}:{task}" for one in role or ())
        added = add_person(session, name, email, grants, by=person(), at=datetime.now(UTC))
        approvals = _approvals_since(session, before)
    _say(f"{added.name} <{added.email}> added: {_roles(added)}")
    _say_each(approvals)
    if first:
        _say_what_changes(Home(resolve_home(home)))


@app.command("role")
@refusals
def role_command(
    name: NameArgument,
    roles: Annotated[
        list[str] | None, typer.Argument(metavar="ROLE...", help=f"One or more of: {', '.join(ROLES)}.")
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help=f"Change those for this task alone; without a role, take them. {_FOR_TASK}"),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Give a person these roles instead of those they had: for every task, or with --task for that one alone."""
    if not roles and task is None:
        raise Refused("no role is named", fix=f"Name one or more of {', '.join(ROLES)}.")
    with opened(home).session() as session:
        before, newest = {one.name: one for one in people_of(session)}, log.newest(session)
        changed = set_roles(session, name, tuple(roles or ()), task=task, by=person(), at=datetime.now(UTC))
        approvals = _approvals_since(session, newest)
    _say(f"{changed.name} was {_roles(before[changed.name])}; is {_roles(changed)}")
    _say_each(approvals)


@app.command()
@refusals
def remove(name: NameArgument, home: HomeOption = None) -> None:
    """Take every right from a person; what they did stays under their name."""
    with opened(home).session() as session:
        before = log.newest(session)
        remove_person(session, name, by=person(), at=datetime.now(UTC))
        approvals = _approvals_since(session, before)
    _say(f"{name} removed: they can sign in no more, and what they did stays in the log")
    _say_each(approvals)


@app.command("list")
@refusals
def list_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the people of this home."""
    with opened(home).session() as session:
        known = people_of(session)
    if as_json:
        rows = [{"name": one.name, "email": one.email, "roles": list(one.grants)} for one in known]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not known:
        _say(f"Nobody signs in to this home: one local person, {person()}, does everything.")
        _say("`composer people add NAME EMAIL --role reviewer` adds the first of those who sign in.")
        return
    table = Table("Name", "E-mail", "Roles")
    for one in known:
        table.add_row(escape(one.name), escape(one.email), _roles(one))
    out.print(table)


def _say_what_changes(home: Home) -> None:
    _say("From now on people sign in to this home, and verdicts can only be given in the app.")
    if auth_file(home).exists():
        _say("Start `composer app` again for it to take effect there.")
    else:
        _say(f"The app does not know yet where they sign in. {needed(home)}")
        _say("Until then nothing can be decided there.")
    _say(f"On this command line, {person()} still keeps the library and the people.")


def _approvals_since(session: Session, newest: int) -> list[str]:
    """Return what became of approvals since an entry of the log, a sentence for each candidate and person."""
    words = {LOST: "no longer counts", REGAINED: "counts again"}
    entries = log.entries(session, only=log.LogFilter(actions=tuple(words), after=newest))
    whose = [(one, f"{one.subject.replace(':', ' ')} by {one.detail['reviewer']}") for one in entries]
    return [f"The approval of {which} {words[one.action]}: {one.why}." for one, which in whose]


def _say_each(lines: list[str]) -> None:
    for line in lines:
        _say(line)


def _say(line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def _roles(one: Person) -> str:
    return ", ".join(one.grants)
