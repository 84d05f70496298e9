"""`composer library`: import snippets from a file, list them, show one with its history."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from composer.cli.common import HomeOption, JsonOption, console, opened, out, person, refusals
from library.errors import Refused
from library.import_plan import ImportPlan, PlannedSnippet
from library.importing import import_file, plan_import
from library.snippets import list_versions, show
from library.tables import STATES
from library.versions import SnippetVersion

app = typer.Typer(no_args_is_help=True, help="The library: snippets, which are instructions that people vet.")


@app.command("import")
@refusals
def import_command(
    file: Annotated[Path, typer.Argument(help="A library file (YAML).")],
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    home: HomeOption = None,
) -> None:
    """Show what a library file would change, and store it, whole or not at all."""
    database = opened(home)
    with database.session() as session:
        plan = plan_import(session, file)
    _print_plan(plan)
    if plan.is_empty:
        return
    if not yes:
        typer.confirm("Store this?", abort=True, err=True)
    with database.session() as session:
        import_file(session, file, by=person(), at=datetime.now(UTC), expected=plan)
    console.print(f"Stored: {_counted(plan)}.", highlight=False, markup=False)


@app.command("list")
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
        out.print(_version_table(found))
    elif state or tag:
        console.print("No snippet fits.", markup=False)
    else:
        console.print("No snippet yet: `composer library import FILE` adds some.", markup=False)


@app.command("show")
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
    out.print(_version_table(found))
    for each in found:
        if each.rationale:
            out.print(Text(f"v{each.version}, why: {each.rationale}"))


def _print_plan(plan: ImportPlan) -> None:
    """Print what changes as a table, and what stays as it is as a line."""
    if not plan.is_empty:
        table = Table("", "Snippet", "State", "Text", show_lines=True)
        for each in plan.added:
            table.add_row("added", _named(each), each.state, Text(each.text))
        for each in plan.changed:
            table.add_row("changed", _named(each), _states(each), _changed(each))
        for each in plan.promoted:
            table.add_row("vetted", _named(each), _states(each), _noted(each))
        out.print(table)
    for each in plan.unchanged:
        if each.note:
            out.print(Text(f"unchanged {each.key} {each.note}"))
    out.print(Text(f"{_counted(plan)}."))


def _counted(plan: ImportPlan) -> str:
    counts = {
        "added": len(plan.added),
        "changed": len(plan.changed),
        "vetted": len(plan.promoted),
        "unchanged": len(plan.unchanged),
    }
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _named(planned: PlannedSnippet) -> Text:
    return Text(f"{planned.key} v{planned.version}")


def _states(planned: PlannedSnippet) -> str:
    return planned.state if planned.old_state == planned.state else f"{planned.old_state} → {planned.state}"


def _changed(planned: PlannedSnippet) -> Text:
    """Show old and new text, and how rules and tags change; a text that stays is shown once."""
    if planned.old_text == planned.text:
        return _noted(planned)
    note = f"\n({planned.note})" if planned.note else ""
    return Text.assemble(f"was  {planned.old_text}\n", (f"now  {planned.text}", "bold"), note)


def _noted(planned: PlannedSnippet) -> Text:
    return Text(f"{planned.text}\n({planned.note})" if planned.note else planned.text)


def _version_table(versions: tuple[SnippetVersion, ...]) -> Table:
    table = Table("Snippet", "State", "Text", "Tags", "By", show_lines=True)
    for each in versions:
        by = f"{each.author}, {each.created_at:%Y-%m-%d}"
        text = "\n".join([each.text, *(f"· {rule}" for rule in each.rules)])
        cells = (f"{each.key} v{each.version}", each.state, text, ", ".join(each.tags), by)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _plain(version: SnippetVersion) -> dict[str, Any]:
    return {**asdict(version), "created_at": version.created_at.isoformat()}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
