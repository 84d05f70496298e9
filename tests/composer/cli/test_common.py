"""What commands share: nothing is asked without a terminal, and what people wrote is printed as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import typer
from click.testing import Result
from typer.testing import CliRunner

from composer.cli.common import YesOption, confirm, refusals, say
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
    assert result.stderr == "Error: �]0;title� is no label (�2J). [red]Correct[/] it.\n  - �[8m\n"


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
