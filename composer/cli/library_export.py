"""`composer library export`: the library as a file that reads well in a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from composer.cli.common import HomeOption, clean, console, opened, refusals, say, write_file
from library.errors import Refused

if TYPE_CHECKING:
    from library.export import Exportable
    from library.merging import Merged

STATES_IN_FILES = ("draft", "vetted", "retired")
DraftsOption = Annotated[
    bool, typer.Option("--drafts", help="Take the draft that follows a version in force in its place.")
]
TagOption = Annotated[str | None, typer.Option(help="Of what the file lacks, only those with this tag.")]
NAMED = 5
"""How many keys a note names at most."""


@refusals
def export_command(
    file: Annotated[
        Path | None, typer.Argument(help="A library file (YAML), made or brought up to date; none: print it.")
    ] = None,
    tag: TagOption = None,
    state: Annotated[
        str | None, typer.Option(help="Of what the file lacks, only those in this state: draft, vetted, retired.")
    ] = None,
    drafts: DraftsOption = False,
    home: HomeOption = None,
) -> None:
    """Write the library to a file: what is in force, in a stable order; comments and order of the file stay."""
    if state is not None and state not in STATES_IN_FILES:
        known = ", ".join(STATES_IN_FILES)
        raise Refused(f"no snippet in a file is {state!r}", where="--state", fix=f"States are {known}.")
    from library.export import exportable

    with opened(home).session() as session:
        found = exportable(session, drafts=drafts)
    from library.merging import merged

    before = _before(file)
    chosen = found.chosen(tag=tag, state=state)
    if not chosen and not before.strip():
        raise Refused("no snippet fits", fix="See `composer library list`.")
    done = merged(before, str(file), found.entries, adding=chosen, gone=found.rejected)
    if file is None:
        typer.echo(done.text, nl=False)
    else:
        if done.text != before:
            write_file(file, done.text)
        say(f"{len(done.keys):,} snippets in {file}: {_counted(done)}.")
    _notes(found, done, drafts=drafts)


def _before(file: Path | None) -> str:
    """Return what the file holds now; nothing where it isn't there yet."""
    if file is None or not file.exists():
        return ""
    from library.file import LARGEST_BYTES
    from library.yamlfile import read_text

    return read_text(file, limit_bytes=LARGEST_BYTES)


def _counted(done: Merged) -> str:
    counts = {"added": done.added, "changed": done.changed, "removed": done.removed}
    return ", ".join(f"{len(keys):,} {what}" for what, keys in counts.items() if keys) or "nothing changes"


def _notes(found: Exportable, done: Merged, *, drafts: bool) -> None:
    """Say on standard error what the file doesn't have of the library, or the library of the file."""
    if found.drafts and not drafts:
        note(f"! Left out, since a version in force comes first: the draft of {named(found.drafts)} (--drafts).")
    if done.removed:
        note(f"! Removed, since every draft of it was rejected: {named(done.removed)}.")
    if unknown := [key for key in done.keys if key not in found.entries]:
        note(f"! Not in the library, and left as it is: {named(unknown)}. `composer library import` brings it in.")
    for key, others in list(found.missing(frozenset(done.keys)).items())[:NAMED]:
        note(f"! {key} names {named(others)} in its rules, which the file doesn't have.")


def named(keys: Sequence[str]) -> str:
    """Return some keys, and how many more there are."""
    more = f" and {len(keys) - NAMED:,} more" if len(keys) > NAMED else ""
    return f"{', '.join(keys[:NAMED])}{more}"


def note(text: str) -> None:
    """Print a line on standard error, in which nothing is taken for markup."""
    console.print(clean(text), markup=False, highlight=False, soft_wrap=True)
