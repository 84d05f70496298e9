"""Puts a released prompt into a prompt registry, once it is proved that nothing is changed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from composer.formats.prompt import ExportedPrompt
from composer.formats.proof import first_difference
from composer.prompts.messages import Messages
from library.errors import Refused

PROBES: Sequence[str] = ("a plain text", " \n\t“quoted” and \\n \\1 $& {one brace}: 'x'\r\n\u2028 ", "")
"""Values that a registry's own client fills in to prove that it changes nothing; none holds a placeholder."""


class PromptRegistry(Protocol):
    """A registry as a push needs it; every method raises `Refused` where the registry can't be used."""

    title: str
    """What it is and where."""
    alias_word: str
    """What it calls a name that is moved from version to version."""

    def caveats(self, prompt: ExportedPrompt) -> Sequence[str]:
        """Return, a sentence each, in which uses of it services get other messages than the composer makes."""

    def filled(self, prompt: ExportedPrompt, inputs: Mapping[str, str]) -> Messages:
        """Return the messages as the registry's own client makes them of what would be stored; asks no server."""

    def find(self, name: str, pack: str) -> int | None:
        """Return the newest version under a name that was made of a pack, by its fingerprint; None for none."""

    def version_at(self, name: str, alias: str) -> int | None:
        """Return the version that an alias points to; None where there is none."""

    def add(self, name: str, prompt: ExportedPrompt, pack: str) -> int:
        """Store a new version without an alias, and return its number."""

    def stored(self, name: str, version: int, inputs: Mapping[str, str]) -> Messages:
        """Return the messages that the registry's own client makes of a stored version."""

    def point(self, name: str, alias: str, version: int) -> None:
        """Move an alias to a version."""


@dataclass(frozen=True)
class Plan:
    """What a push comes to: the `version` that holds this pack already, None where one has to be made, an alias.

    `alias` is None where none was named: then none is moved. `before` is the version it is at now, None for none.
    """

    name: str
    version: int | None
    alias: str | None = None
    before: int | None = None

    @property
    def nothing_to_do(self) -> bool:
        """Whether the registry has all of it already."""
        return self.version is not None and (self.alias is None or self.before == self.version)


def planned(registry: PromptRegistry, prompt: ExportedPrompt, pack: str, name: str, alias: str | None) -> Plan:
    """Return what a push would do, and change nothing.

    Raises `Refused` where the registry's client would not make the measured messages of what it would hold.
    """
    for inputs in _probes(prompt):
        _require_same(registry, prompt.messages(inputs), registry.filled(prompt, inputs), "would change")
    before = None if alias is None else registry.version_at(name, alias)
    return Plan(name, registry.find(name, pack), alias, before)


def push(registry: PromptRegistry, prompt: ExportedPrompt, pack: str, plan: Plan) -> int:
    """Do what was planned, and return the version that holds the prompt.

    The alias is moved last, once the stored version is proved to make the measured messages. Raises `Refused`
    where it doesn't.
    """
    version = registry.add(plan.name, prompt, pack) if plan.version is None else plan.version
    for inputs in _probes(prompt):
        found = registry.stored(plan.name, version, inputs)
        _require_same(registry, prompt.messages(inputs), found, f"holds as version {version} and has changed")
    if plan.alias is not None and plan.before != version:
        registry.point(plan.name, plan.alias, version)
    return version


def _probes(prompt: ExportedPrompt) -> list[dict[str, str]]:
    return [dict.fromkeys(prompt.inputs, value) for value in PROBES]


def _require_same(registry: PromptRegistry, measured: Messages, found: Messages, how: str) -> None:
    if difference := first_difference(found, measured):
        raise Refused(
            f"{registry.title} {how} the prompt: {difference}",
            fix="Nothing points to it. Export the prompt as a file, or load it with composer.load.",
        )
