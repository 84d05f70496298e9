"""What commands share: nothing is asked without a terminal, and what people wrote is printed as it is."""

from __future__ import annotations

import typer
from click.testing import Result
from typer.testing import CliRunner

from composer.cli.common import YesOption, confirm, refusals, say

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
