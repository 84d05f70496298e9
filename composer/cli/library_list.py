"""`composer library list` and `show`: the snippets as they are, and one with its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from pydantic_core import to_json

from composer.cli.common import HomeOption, JsonOption, console, opened, print_rows, refusals, say
from library.errors import Refused
from library.snippets import list_versions, show
from library.tables import STATES
from library.versions import SnippetVersion


@refusals
def list_command(
    state: Annotated[str | None, typer.Option(help="Only those in this state: draft, vetted, retired.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the newest version of each snippet with its rules, in library order."""
    if state is not None and state not in STATES:
        raise Refused(f"there is no state {state!r}", where="--state", fix=f"States are {', '.join(STATES)}.")
    with opened(home).session() as session:
        found = list_versions(session, state=state, tag=tag)
    if as_json:
        typer.echo(_json([_plain(each) for each in found]))
    elif found:
        _print_versions(found)
    elif state or tag:
        console.print("No snippet fits.", markup=False)
    else:
        console.print("No snippet yet: `composer library import FILE` adds some.", markup=False)


@refusals
def show_command(
    key: Annotated[str, typer.Argument(help="The snippet's key.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all versions of one snippet, newest first."""
    with opened(home).session() as session:
        found = show(session, key)
    if as_json:
        typer.echo(_json([_plain(each) for each in found]))
        return
    _print_versions(found)
    for each in found:
        if each.rationale:
            say(f"v{each.version}, why: {each.rationale}")


def _print_versions(versions: Sequence[SnippetVersion]) -> None:
    rows = [
        (
            f"{each.key} v{each.version}",
            each.state,
            "\n".join([each.text, *(f"· {rule}" for rule in each.rules)]),
            ", ".join(each.tags),
            f"{each.author}, {each.created_at:%Y-%m-%d}",
        )
        for each in versions
    ]
    print_rows(("Snippet", "State", "Text", "Tags", "By"), rows)


def _plain(version: SnippetVersion) -> dict[str, Any]:
    return {**vars(version), "created_at": version.created_at.isoformat()}


def _json(value: object) -> str:
    return to_json(value, indent=2).decode()
