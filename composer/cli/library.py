"""`composer library`: snippets and files of them, their drafts, and what becomes of both."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from composer.cli.lazy import Entry, LazyGroup

COMMANDS: Mapping[str, Entry] = {
    "import": Entry(
        "composer.cli.library_import:import_command",
        "Show what a library file would change, and store it, whole or not at all.",
    ),
    "lint": Entry(
        "composer.cli.library_lint:lint_command",
        "Show what is wrong with each snippet of a library file, and what may be; exit status 1 for errors.",
    ),
    "export": Entry(
        "composer.cli.library_export:export_command",
        "Write the library to a file: what is in force, in a stable order; comments and order of the file stay.",
    ),
    "diff": Entry(
        "composer.cli.library_diff:diff_command",
        "Show what importing a library file would change, word by word, and what the library has that it lacks.",
    ),
    "list": Entry(
        "composer.cli.library_list:list_command",
        "List the newest version of each snippet with its rules, in library order.",
    ),
    "show": Entry("composer.cli.library_list:show_command", "Show all versions of one snippet, newest first."),
    "disagreements": Entry(
        "composer.cli.library_disagreements:disagreements_command",
        "Show where the prompt in use and people differ on the authoring examples, to write snippets from.",
    ),
    "vet": Entry(
        "composer.cli.library_vet:vet_command",
        "Vet the newest draft of snippets: from now on prompts may be made of it.",
    ),
    "reject": Entry(
        "composer.cli.library_vet:reject_command",
        "Turn the newest draft of a snippet down; the same text then comes back only with a reason.",
    ),
    "undo": Entry(
        "composer.cli.library_vet:undo_command",
        "Undo the last act on a snippet: a draft, a change of tags, a vetting, rejection, retirement or import.",
    ),
    "policy": Entry(
        "composer.cli.library_vet:policy_command",
        "Show whether whoever wrote a draft may vet it alone, or set it.",
    ),
    "mine": Entry(
        "composer.cli.library_mine:mine_command",
        "Let DSPy rewrite a prompt on authoring examples, and put the rules it wrote in as drafts.",
    ),
    "retire": Entry(
        "composer.cli.library_retire:retire_command",
        "Retire a snippet: no prompt may hold it, and candidates that do can't be released.",
    ),
}


class Commands(LazyGroup):
    """The commands on snippets: reading the library needs no YAML, refusing a file often no database."""

    entries = COMMANDS


app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.callback()
def root() -> None:
    """The library: snippets, which are instructions that people vet."""
