"""Every command of `composer`: what it is for, what its options do, and which home it works on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import pytest
import typer
from click.testing import CliRunner
from typer.core import TyperGroup

from composer.cli import app

OPENS_A_HOME = {"opened", "resolve_home", "open_database"}


def commands(command: Any, name: str = "composer") -> Iterator[tuple[str, Any]]:
    yield name, command
    if isinstance(command, TyperGroup):
        context = typer.Context(command)
        for each in command.list_commands(context):
            _, inner, _ = command.resolve_command(context, [each])
            assert inner is not None
            yield from commands(inner, f"{name} {each}")


COMMANDS = dict(commands(typer.main.get_command(app)))
SINGLE = {name: command for name, command in COMMANDS.items() if not isinstance(command, TyperGroup)}


def test_the_commands_are_found() -> None:
    assert {"composer demo", "composer compose", "composer review", "composer export", "composer verify"} <= set(
        COMMANDS
    )
    assert {"composer library import", "composer task add", "composer data import"} <= set(COMMANDS)
    assert {"composer model pull", "composer target add"} <= set(COMMANDS)


def test_every_command_has_help_in_sentences() -> None:
    assert [name for name, command in COMMANDS.items() if not (command.help or "").strip().endswith(".")] == []


def test_every_option_and_argument_has_help() -> None:
    assert [
        f"{name} {parameter.name}"
        for name, command in COMMANDS.items()
        for parameter in command.params
        if parameter.name != "help" and not getattr(parameter, "help", None)
    ] == []


def test_every_command_prints_its_help() -> None:
    root = COMMANDS["composer"]
    results = {name: CliRunner().invoke(root, [*name.split()[1:], "--help"]) for name in SINGLE}
    assert [name for name, one in results.items() if one.exit_code != 0 or "Usage" not in one.stdout] == []


def names_used(code: CodeType) -> set[str]:
    """Return the names that code reads, that of functions within it included."""
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return set(code.co_names).union(*map(names_used, inner))


def opens_a_home(function: Callable[..., Any], seen: set[str]) -> bool:
    """Whether a command, or a function of the command line that it calls, opens a home."""
    plain = inspect.unwrap(function)
    used = names_used(plain.__code__) - seen
    seen |= used
    called = [plain.__globals__.get(name) for name in used]
    ours = [one for one in called if inspect.isfunction(one) and one.__module__.startswith("composer.cli")]
    return bool(used & OPENS_A_HOME) or any(opens_a_home(one, seen) for one in ours)


def test_a_command_takes_a_home_exactly_where_it_opens_one() -> None:
    opening = {name for name, command in SINGLE.items() if opens_a_home(command.callback, set())}
    taking = {name for name, one in SINGLE.items() if any("--home" in each.opts for each in one.params)}
    assert taking == opening
    assert "composer verify" not in opening
    assert "composer library import" in opening


@pytest.mark.parametrize("group", ["composer", "composer library"])
def test_the_list_of_commands_says_of_each_what_its_own_help_does(group: str) -> None:
    context = typer.Context(COMMANDS[group])
    listed = {name: COMMANDS[group].get_command(context, name) for name in COMMANDS[group].list_commands(context)}
    own = {name: (COMMANDS[f"{group} {name}"].help or "").split("\n\n")[0] for name in listed}
    assert {name: command and command.help for name, command in listed.items()} == own
