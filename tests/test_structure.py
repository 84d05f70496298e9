"""What holds for the product as a whole: every command and every option says what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from composer.cli import app


def commands(command: Any, name: str = "composer") -> Iterator[tuple[str, Any]]:
    yield name, command
    if isinstance(command, TyperGroup):
        context = typer.Context(command)
        for each in command.list_commands(context):
            _, inner, _ = command.resolve_command(context, [each])
            assert inner is not None
            yield from commands(inner, f"{name} {each}")


COMMANDS = dict(commands(typer.main.get_command(app)))
SINGLE = [name for name, command in COMMANDS.items() if not isinstance(command, TyperGroup)]
OPTIONS = {
    f"{name} {parameter.name}": parameter
    for name, command in COMMANDS.items()
    for parameter in command.params
    if parameter.name != "help"
}


def test_the_commands_are_found() -> None:
    assert {"composer demo", "composer compose", "composer review", "composer export", "composer verify"} <= set(
        COMMANDS
    )
    assert {"composer library import", "composer task add", "composer data import"} <= set(COMMANDS)
    assert {"composer model pull", "composer target add"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    said = COMMANDS[name].help
    assert said
    assert said.strip().endswith(".")


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_and_argument_has_help(name: str) -> None:
    assert getattr(OPTIONS[name], "help", None)


@pytest.mark.parametrize(
    "name", [name for name, command in COMMANDS.items() if not isinstance(command, TyperGroup)]
)
def test_every_command_prints_its_help(name: str) -> None:
    result = CliRunner().invoke(app, [*name.split()[1:], "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.stdout


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, command in COMMANDS.items()
        if not isinstance(command, TyperGroup)
        and name != "composer verify"
        and not name.startswith("composer model ")
        and name not in ("composer bench search", "composer bench report", "composer bench limit")
        and name not in ("composer bench statistics", "composer bench pages")
    ],
)
def test_every_command_that_needs_a_home_can_be_told_which(name: str) -> None:
    assert any("--home" in parameter.opts for parameter in COMMANDS[name].params)


@pytest.mark.parametrize("group", ["composer", "composer library"])
def test_the_list_of_commands_says_of_each_what_its_own_help_does(group: str) -> None:
    context = typer.Context(COMMANDS[group])
    listed = {name: COMMANDS[group].get_command(context, name) for name in COMMANDS[group].list_commands(context)}
    own = {name: (COMMANDS[f"{group} {name}"].help or "").split("\n\n")[0] for name in listed}
    assert {name: command and command.help for name, command in listed.items()} == own
