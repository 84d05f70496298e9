"""`composer library import`: what a library file would change, and storing it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from composer.cli.common import (
    HomeOption,
    YesOption,
    clean,
    confirm,
    console,
    opened,
    person,
    print_rows,
    refusals,
    say,
)
from library.file import read_file
from library.import_plan import ImportPlan, PlannedSnippet


@refusals
def import_command(
    file: Annotated[Path, typer.Argument(help="A library file (YAML).")],
    yes: YesOption = False,
    home: HomeOption = None,
) -> None:
    """Show what a library file would change, and store it, whole or not at all."""
    found = read_file(file)
    found.check_by_itself()
    # Here, since a file that is wrong by itself needs no database to be refused.
    from library.importing import import_file, plan_import

    database = opened(home)
    with database.session() as session:
        plan = plan_import(session, found, by=person())
    _print_plan(plan)
    if plan.is_empty:
        return
    if not yes:
        confirm("Store this?")
    with database.session() as session:
        import_file(session, found, by=person(), at=datetime.now(UTC), expected=plan)
    console.print(f"Stored: {_counted(plan)}.", highlight=False, markup=False)


def _print_plan(plan: ImportPlan) -> None:
    """Print what changes as a table, and what stays as it is as a line."""
    rows = [
        *(("added", _named(each), each.state, _noted(each)) for each in plan.added),
        *(("changed", _named(each), _states(each), _changed(each)) for each in plan.changed),
        *(("vetted", _named(each), _states(each), _noted(each)) for each in plan.promoted),
        *(("retired", each.key, _states(each), _retired(each)) for each in plan.retired),
    ]
    if rows:
        print_rows(("", "Snippet", "State", "Text"), rows)
    for each in plan.unchanged:
        if each.note:
            say(f"unchanged {each.key} {each.note}")
    waits = f"; {plan.waiting} of them a draft for now, since others have to vet it" if plan.waiting else ""
    say(f"{_counted(plan)}{waits}.")


def _counted(plan: ImportPlan) -> str:
    counts = {
        "added": len(plan.added),
        "changed": len(plan.changed),
        "vetted": len(plan.promoted),
        "retired": len(plan.retired),
        "unchanged": len(plan.unchanged),
    }
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _named(planned: PlannedSnippet) -> str:
    return f"{planned.key} v{planned.version}"


def _states(planned: PlannedSnippet) -> str:
    return planned.state if planned.old_state == planned.state else f"{planned.old_state} → {planned.state}"


def _changed(planned: PlannedSnippet) -> Text:
    """Show old and new text, and how rules and tags change; a text that stays is shown once."""
    if planned.old_text == planned.text:
        return _noted(planned)
    note = clean(f"\n({planned.note})") if planned.note else ""
    return Text.assemble(f"was  {planned.old_text}\n", (f"now  {planned.text}", "bold"), note)


def _retired(planned: PlannedSnippet) -> Text:
    """Show the text that is taken out of use, which is the library's whatever the file has."""
    return Text(clean(f"{planned.old_text}\n({planned.note})") if planned.note else planned.text)


def _noted(planned: PlannedSnippet) -> Text:
    return Text(clean(f"{planned.text}\n({planned.note})") if planned.note else planned.text)
