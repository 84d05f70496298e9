"""What commands share: nothing is asked without a terminal, and what people wrote is printed as it is."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import typer
from click.testing import Result
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from composer.cli.common import Terminal, YesOption, confirm, refusals, say
from library.errors import Refused

app = typer.Typer()


@app.command()
@refusals
def command(yes: YesOption = False) -> None:
    if not yes:
        confirm("Store this?")
    say("stored [bold]\x1b[2J", (" as it is", "bold"))


def answered(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, input="y\n")


def test_without_a_terminal_nothing_is_asked_and_the_option_is_named() -> None:
    result = answered()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Store this?" not in result.stderr
    assert "Add --yes" in result.stderr


def test_with_the_option_nothing_is_asked_and_what_is_printed_steers_no_terminal() -> None:
    result = answered("--yes")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "stored [bold]�[2J as it is\n", "")


def test_a_refusal_that_quotes_control_sequences_steers_no_terminal() -> None:
    quoting = typer.Typer()

    @quoting.command()
    @refusals
    def refusing() -> None:
        raise Refused(
            "\x1b]0;title\x07 is no label", where="\x9b2J", fix="[red]Correct[/] it.", problems=["\x1b[8m"]
        )

    result = CliRunner().invoke(quoting)
    assert result.exit_code == 1
    assert result.stderr == "Error: �]0;title is no label (�2J). [red]Correct[/] it.\n  - �[8m\n"


def test_nothing_that_is_printed_holds_a_control_sequence_but_those_of_its_styles() -> None:
    hostile = "\x1b]0;title\x07a\x9b2J\x08 \r\x7f"
    terminal = Terminal(file=io.StringIO(), width=40, force_terminal=True, color_system="standard")
    table = Table(hostile, title=hostile)
    table.add_row(Text(hostile, "bold"))
    for one in (hostile, Text(hostile), table, Panel(hostile, title=hostile), Text(hostile, "bold red")):
        terminal.print(one, markup=False)
    with Progress(console=terminal) as progress:
        progress.add_task(hostile)
    shown = terminal.file.getvalue()  # type: ignore[attr-defined]
    assert "title" in shown
    styles = re.sub(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[[0-9]?[AK]|\r", "", shown)
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", styles) == []


def test_a_sign_that_the_terminal_lacks_is_escaped_and_ends_no_command(pack: Path) -> None:
    code = "import sys; from composer.cli import main; sys.argv = ['composer', 'verify', sys.argv[1]]; main()"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(pack)],
        capture_output=True,
        env=environment,
        cwd=Path(__file__).parents[3],
    )
    assert (done.returncode, done.stdout) == (0, b"\\u2713 the pack is intact\n")
