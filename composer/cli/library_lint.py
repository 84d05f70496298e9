"""`composer library lint`: what is wrong with the snippets of a file, or may be, before they are imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from composer.cli.common import HomeOption, JsonOption, opened, refusals, say
from library.file import read_file

if TYPE_CHECKING:
    from composer.curation.file_lint import FileLint, Linted


@refusals
def lint_command(
    file: Annotated[Path, typer.Argument(help="A library file (YAML).")],
    task: Annotated[str | None, typer.Option(help="Only this task: its scale, format and data.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is wrong with each snippet of a library file, and what may be; exit status 1 for errors."""
    found = read_file(file)
    # Here, since a file that can't be read needs none of it to be refused.
    from composer.curation.file_lint import lint_file

    with opened(home).session() as session:
        linted = lint_file(session, found, None if task is None else [task])
    if as_json:
        from pydantic_core import to_json

        typer.echo(to_json(_plain(file, linted), indent=2).decode())
    else:
        _print(file, linted)
    if linted.errors:
        raise typer.Exit(1)


def _print(file: Path, linted: FileLint) -> None:
    for one in linted.found:
        finding = one.finding
        mark = ("error", "bold red") if finding.is_error else ("warning", "yellow")
        end = f". {finding.fix}" if finding.fix else "."
        say(f"{file}, line {one.line}: {one.key}  ", mark, f"  {finding.kind}: {finding.what}{end}", hang=4)
    errors = linted.errors
    used = ", ".join(f"{name} uses {number}" for name, number in linted.used.items() if number)
    say(
        f"{_counted(linted.snippets, 'snippet')}: {_counted(errors, 'error')}, "
        f"{_counted(len(linted.found) - errors, 'warning')}."
        + (f" Of them {used}." if used else " No task uses any of them: see their tags.")
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _plain(file: Path, linted: FileLint) -> dict[str, Any]:
    return {
        "file": str(file),
        "snippets": linted.snippets,
        "used": linted.used,
        "errors": linted.errors,
        "warnings": len(linted.found) - linted.errors,
        "findings": [_finding(one) for one in linted.found],
    }


def _finding(one: Linted) -> dict[str, Any]:
    return {"key": one.key, "line": one.line, **vars(one.finding)}
