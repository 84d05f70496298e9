"""Commands that are imported when they run, so that each starts with no more than it needs."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep the garbage collector off while modules load: what they make stays, and checking it costs a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@dataclass(frozen=True)
class Entry:
    """Where a command is found, as `module:attribute` (a function or a `Typer`), and its help in one paragraph."""

    place: str
    help: str
    hidden: bool = False

    def load(self, name: str) -> Any:
        """Import the command and return it under a name."""
        module, _, attribute = self.place.partition(":")
        with _no_collecting():
            found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False)
            single.command(name, hidden=self.hidden)(found)
            found = single
        command = typer.main.get_command(found)
        command.name = name
        return command


class LazyGroup(TyperGroup):
    """A group that lists its commands by what `entries` holds of them, and imports the one that is run.

    The types of commands and contexts are those of the click that typer brings, which it doesn't publish.
    """

    entries: ClassVar[Mapping[str, Entry]]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names of all commands in order."""
        return list(self.entries)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:  # noqa: ARG002
        """Return a command's name and help without its parameters, which are read when it is resolved."""
        entry = self.entries.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.help, hidden=entry.hidden) if entry else None

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that the arguments name, imported; fails as every group does where none is."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is None or command.name is None:
            return name, command, rest
        return name, self.entries[command.name].load(command.name), rest
