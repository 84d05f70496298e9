"""`composer library vet`, `reject`, `undo` and `policy`: what becomes of drafts, and who may decide it alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlmodel import Session

from composer.cli.common import HomeOption, ReasonOption, YesOption, clean, confirm, opened, person, refusals, say
from library.errors import Refused
from library.snippets import show
from library.undoing import last_acts, undo
from library.versions import SnippetVersion
from library.vetting import allow_alone, alone_allowed, reject, vet

AloneOption = Annotated[
    bool | None,
    typer.Option(
        "--alone/--not-alone", help="Whether whoever wrote a draft may vet it. Without: show the policy."
    ),
]


@refusals
def vet_command(
    keys: Annotated[list[str], typer.Argument(help="Keys of snippets whose newest draft is to be vetted.")],
    reason: ReasonOption = "",
    home: HomeOption = None,
) -> None:
    """Vet the newest draft of snippets: from now on prompts may be made of it.

    A draft that may carry another task into a prompt is vetted by two people who didn't write it, on its page in
    the app, where they sign in.
    """
    with opened(home).session() as session:
        drafts = [_draft(session, key) for key in keys]
        done = vet(session, [one.id for one in drafts], by=person(), at=datetime.now(UTC), reason=reason)
    for one in done:
        say(f"Vetted: {one.key} v{one.version}. A run may choose it now.")


@refusals
def reject_command(
    key: Annotated[str, typer.Argument(help="Key of the snippet whose newest draft is turned down.")],
    reason: ReasonOption = "",
    home: HomeOption = None,
) -> None:
    """Turn the newest draft of a snippet down; the same text then comes back only with a reason."""
    with opened(home).session() as session:
        draft = _draft(session, key)
        reject(session, draft.id, reason=reason, by=person(), at=datetime.now(UTC))
    say(f"Rejected: {key} v{draft.version}. What was in force stays so.")


@refusals
def undo_command(
    key: Annotated[str, typer.Argument(help="Key of a snippet; without one, the last act on any.")] = "",
    reason: ReasonOption = "",
    yes: YesOption = False,
    home: HomeOption = None,
) -> None:
    """Undo the last act on a snippet: a draft, a change of tags, a vetting, rejection, retirement or import."""
    database = opened(home)
    with database.session() as session:
        if key:
            show(session, key)  # refuses a key that is not there, and names near ones
        act = next((one for one in last_acts(session, key=key) if one.undoable), None)
    if act is None:
        raise Refused(f"nothing was done to {key or 'a snippet'} that can be undone")
    say(f"{act.who}, {act.at:%Y-%m-%d %H:%M} UTC: {act.action} {act.key}{f' ({act.why})' if act.why else ''}")
    if not yes:
        confirm(clean(f"Undo {act.name} of {act.key}?"))
    with database.session() as session:
        say(undo(session, [act.entry], by=person(), at=datetime.now(UTC), reason=reason))


@refusals
def policy_command(alone: AloneOption = None, reason: ReasonOption = "", home: HomeOption = None) -> None:
    """Show whether whoever wrote a draft may vet it alone, or set it."""
    with opened(home).session() as session:
        if alone is not None:
            allow_alone(session, alone, by=person(), at=datetime.now(UTC), reason=reason)
        is_allowed = alone_allowed(session)
    say(
        "Whoever wrote a draft may vet it alone."
        if is_allowed
        else "A draft is vetted by another than its author."
    )


def _draft(session: Session, key: str) -> SnippetVersion:
    newest = show(session, key)[0]
    if newest.state != "draft":
        raise Refused(
            f"{key} has no draft that is newer than what is in force: v{newest.version} is {newest.state}",
            fix="`composer library list --state draft` shows those there are.",
        )
    return newest
