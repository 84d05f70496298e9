"""What a source of released packs offers, wherever it is."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Protocol

from library.errors import Refused

NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
"""The name of a task or a target: no path leads out of a folder by it."""


class Source(Protocol):
    """A place that packs are read from, by task and target; threads may share it."""

    @property
    def where(self) -> str:
        """The place as a refusal may name it: without a password."""

    def listed(self) -> tuple[tuple[str, str], ...]:
        """Return task and target of every pack there is now, sorted; raises `Refused` where it can't be read."""

    def stamp(self, task: str, target: str) -> Hashable:
        """Return, at little cost, what differs once another pack may be there; raises `Refused`."""

    def files(self, task: str, target: str) -> Mapping[str, bytes]:
        """Return a pack's files by name, not verified yet; raises `Refused` where there is none."""


def require_names(task: str, target: str) -> None:
    """Raise `Refused` for what can't be the name of a task and of a target."""
    for what, name in (("task", task), ("target", target)):
        if not NAME.fullmatch(name):
            raise Refused(f"{name!r} is not the name of a {what}", fix="Names are a-z, 0-9, - and dots between.")


def registry_name(task: str, target: str) -> str:
    """Return the name that a prompt has in a registry where it was given no other."""
    return f"{task}.{target}"
