"""`composer library diff`: what a library file and the library differ in, word by word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from composer.cli.common import HomeOption, JsonOption, opened, person, refusals, say
from composer.cli.figures_table import BAD, GOOD
from library.file import read_file

if TYPE_CHECKING:
    from library.difference import Difference
    from library.file import SnippetEntry
    from library.import_plan import PlannedSnippet


@refusals
def diff_command(
    file: Annotated[Path, typer.Argument(help="A library file (YAML).")],
    tag: Annotated[str | None, typer.Option(help="The file may lack what doesn't have this tag.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit status 1 if file and library differ.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what importing a library file would change, word by word, and what the library has that it lacks."""
    found = read_file(file)
    found.check_by_itself()
    # Here, since a file that is wrong by itself needs no database to be refused.
    from library.difference import difference

    with opened(home).session() as session:
        result = difference(session, found, by=person(), tag=tag)
    if as_json:
        from pydantic_core import to_json

        typer.echo(to_json(_plain(file, result), indent=2).decode())
    else:
        _print(file, result)
    if check and not result.is_empty:
        raise typer.Exit(1)


def _print(file: Path, result: Difference) -> None:
    plan = result.plan
    for one in plan.added:
        say(("+", GOOD), f" {one.key} v{one.version}  {one.state}  {one.text}", hang=4)
        _note(one.note)
    for one in plan.changed:
        say(f"± {one.key} v{one.old_version} → v{one.version}  {_states(one)}")
        _words(one)
        _note(one.note)
    for sign, planned in (("●", plan.promoted), ("×", plan.retired)):
        for one in planned:
            say(f"{sign} {one.key} v{one.version}  {_states(one)}  {one.old_text}", hang=4)
            _note(one.note)
    notes = {one.key: one.note for one in plan.unchanged}
    for key, fields in result.kept.items():
        say(f"≠ {key}  {' and '.join(fields)} {'differs' if len(fields) == 1 else 'differ'}")
        _note(notes[key])
    for entry in result.missing:
        say(("−", BAD), f" {entry.key}  {entry.state}  {entry.text}", hang=4)
    if result.is_empty:
        say(f"{file} and the library hold the same {len(plan.unchanged):,} snippets.")
        return
    say(f"{_counted(result)}. `composer library import` takes the file's side, `export` the library's.")


def _words(one: PlannedSnippet) -> None:
    """Print a text with what goes as [-…-] and what comes as {+…+}."""
    from composer.cli.prompt_changes import word
    from composer.prompts.text_changes import word_changes

    say("    ", *map(word, word_changes(one.old_text or "", one.text)), hang=4)


def _note(text: str) -> None:
    if text:
        say(f"    ({text})", style="dim", hang=4)


def _states(one: PlannedSnippet) -> str:
    return one.state if one.old_state == one.state else f"{one.old_state} → {one.state}"


def _counted(result: Difference) -> str:
    plan = result.plan
    counts = {
        "added by the file": len(plan.added),
        "changed": len(plan.changed),
        "vetted": len(plan.promoted),
        "retired": len(plan.retired),
        "with another state or rationale, which an import leaves": len(result.kept),
        "lacking in the file": len(result.missing),
    }
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)


def _plain(file: Path, result: Difference) -> dict[str, Any]:
    plan = result.plan
    return {
        "file": str(file),
        "equal": result.is_empty,
        "added": [_planned(one) for one in plan.added],
        "changed": [_planned(one) for one in plan.changed],
        "vetted": [_planned(one) for one in plan.promoted],
        "retired": [_planned(one) for one in plan.retired],
        "kept": [{"key": key, "fields": fields} for key, fields in result.kept.items()],
        "missing": [_entry(one) for one in result.missing],
    }


def _planned(one: PlannedSnippet) -> dict[str, Any]:
    from composer.prompts.text_changes import word_changes

    old = None
    words: list[Any] = []
    if one.old_text is not None:
        old = {"version": one.old_version, "state": one.old_state, "text": one.old_text}
        words = word_changes(one.old_text, one.text) if one.old_text != one.text else []
    return {"key": one.key, "version": one.version, "state": one.state, "text": one.text, "old": old,
            "words": words, "note": one.note}  # fmt: skip


def _entry(one: SnippetEntry) -> dict[str, Any]:
    return {"key": one.key, "state": one.state, "text": one.text}
