"""`composer tokens`: tokens by which CI and services act, each for a few things alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from composer.cli.common import HomeOption, JsonOption, no_token, opened, out, person, print_rows, refusals, say
from composer.registry.tasks import require_tasks
from library.errors import Refused
from library.token_acts import MOST_DAYS, make_token, revoke_token
from library.token_secrets import VARIABLE
from library.tokens import SCOPES, Token, tokens

USUAL_DAYS = 90

app = typer.Typer(
    no_args_is_help=True, help="Tokens by which CI and services act: make one, list them, revoke one."
)

NameArgument = Annotated[str, typer.Argument(help="The name under which it is logged, such as ci-nightly.")]


@app.command()
@refusals
def new(
    name: NameArgument,
    may: Annotated[
        str, typer.Option("--may", metavar="SCOPES", help=f"What it is for, commas between: {', '.join(SCOPES)}.")
    ],
    task: Annotated[list[str] | None, typer.Option("--task", help="A task that it is for; once for each.")] = None,
    every_task: Annotated[bool, typer.Option("--every-task", help="It is for every task.")] = False,
    expires: Annotated[
        int, typer.Option("--expires", metavar="DAYS", help=f"How long it is good for, {MOST_DAYS} at most.")
    ] = USUAL_DAYS,
    home: HomeOption = None,
) -> None:
    """Make a token and print its secret, which is shown this once; only its hash is stored."""
    no_token("make another")
    if bool(task) == every_task:
        raise Refused(
            "a token is for some tasks or for every one", fix="Give --task NAME, or --every-task, and not both."
        )
    scopes = [one.strip() for one in may.split(",") if one.strip()]
    with opened(home).session() as session:
        require_tasks(session, task or ())
        made, secret = make_token(
            session, name, scopes, task or (), days=expires, by=person(), at=datetime.now(UTC)
        )
    typer.echo(secret)
    assert made.expires_at is not None
    said = f"Token {made.name} may {made.words} until {made.expires_at:%Y-%m-%d}. It is not shown again:"
    typer.echo(f"{said} keep it as the secret {VARIABLE} of your CI.", err=True)


@app.command("list")
@refusals
def list_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the tokens: what each is for, who made it, when it was last used, and until when it is good."""
    at = datetime.now(UTC)
    with opened(home).session() as session:
        found = tokens(session)
    if as_json:
        rows = [{**asdict(one), "state": one.state(at)} for one in found]
        typer.echo(json.dumps(rows, indent=2, default=lambda when: when.isoformat()))
        return
    if not found:
        say("No token was made. `composer tokens new NAME --may check --task TASK` makes the first.")
        return
    names = ("Token", "State", "May", "Made by", "Expires", "Last used")
    print_rows(names, [_row(one, at) for one in found])


@app.command()
@refusals
def revoke(name: NameArgument, home: HomeOption = None) -> None:
    """Make a token good for nothing, at once and for good."""
    no_token("revoke another")
    with opened(home).session() as session:
        revoke_token(session, name, by=person(), at=datetime.now(UTC))
    out.print(f"Revoked: {name} can't act any more.", markup=False, highlight=False, soft_wrap=True)


def _row(one: Token, at: datetime) -> tuple[str, ...]:
    state = one.state(at)
    how = f"revoked by {one.revoked_by}" if state == "revoked" else state
    return one.name, how, one.words, one.made_by, _when(one.expires_at, "never"), _when(one.last_used_at, "never")


def _when(at: datetime | None, otherwise: str) -> str:
    return otherwise if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
