"""`composer library`: import snippets from a file, list them, show one with its history, retire one."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from composer.cli.lazy import Entry, LazyGroup

COMMANDS: Mapping[str, Entry] = {
    "import": Entry(
        "composer.cli.library_import:import_command",
        "Show what a library file would change, and store it, whole or not at all.",
    ),
    "list": Entry(
        "composer.cli.library_list:list_command",
        "List the newest version of each snippet with its rules, in library order.",
    ),
    "show": Entry("composer.cli.library_list:show_command", "Show all versions of one snippet, newest first."),
    "retire": Entry(
        "composer.cli.library_retire:retire_command",
        "Retire a snippet permanently: no prompt may hold it, and candidates that do can't be released.",
    ),
}


class Commands(LazyGroup):
    """The commands on snippets: reading the library needs no YAML, refusing a file often no database."""

    entries = COMMANDS


app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.callback()
def root() -> None:
    """The library: snippets, which are instructions that people vet."""
