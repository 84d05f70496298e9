"""A push: a dry run changes nothing, a pack is stored once, and an alias is moved last and only when told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages
from composer.publishing.pushing import Plan, planned, push
from library.errors import Refused
from tests.composer.publishing.conftest import exported

NAME = "pairs.small-1.5b"


@dataclass
class MemoryRegistry:
    """A registry in memory; it spoils what it stores where `spoils` says so."""

    title: str = "A registry"
    alias_word: str = "alias"
    spoils: bool = False
    held: dict[int, tuple[ExportedPrompt, str]] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)

    def caveats(self, prompt: ExportedPrompt) -> Sequence[str]:
        return ()

    def filled(self, prompt: ExportedPrompt, inputs: Mapping[str, str]) -> Messages:
        return prompt.messages(inputs)

    def find(self, name: str, pack: str) -> int | None:
        return max((version for version, (_, own) in self.held.items() if own == pack), default=None)

    def version_at(self, name: str, alias: str) -> int | None:
        return self.aliases.get(alias)

    def add(self, name: str, prompt: ExportedPrompt, pack: str) -> int:
        self.held[len(self.held) + 1] = (prompt, pack)
        return len(self.held)

    def stored(self, name: str, version: int, inputs: Mapping[str, str]) -> Messages:
        made = self.held[version][0].messages(inputs)
        return [{**one, "content": one["content"].strip()} for one in made] if self.spoils else made

    def point(self, name: str, alias: str, version: int) -> None:
        self.aliases[alias] = version


def pushed(registry: MemoryRegistry, prompt: ExportedPrompt, alias: str | None = None) -> int:
    return push(registry, prompt, prompt.fingerprint, planned(registry, prompt, prompt.fingerprint, NAME, alias))


def test_a_plan_changes_nothing(prompt: ExportedPrompt) -> None:
    registry = MemoryRegistry()
    plan = planned(registry, prompt, prompt.fingerprint, NAME, "production")
    assert plan == Plan(NAME, None, "production", None)
    assert (registry.held, registry.aliases) == ({}, {})


def test_no_alias_is_moved_that_was_not_named(prompt: ExportedPrompt) -> None:
    registry = MemoryRegistry(aliases={"production": 7})
    assert pushed(registry, prompt) == 1
    assert registry.aliases == {"production": 7}


def test_an_alias_is_moved_when_it_is_named(prompt: ExportedPrompt) -> None:
    registry = MemoryRegistry()
    assert pushed(registry, prompt, "production") == 1
    assert pushed(registry, exported("Another prompt.", release=4), "production") == 2
    assert registry.aliases == {"production": 2}


def test_the_same_pack_is_stored_once(prompt: ExportedPrompt) -> None:
    registry = MemoryRegistry()
    assert pushed(registry, prompt) == pushed(registry, prompt) == 1
    plan = planned(registry, prompt, prompt.fingerprint, NAME, None)
    assert (plan.version, plan.nothing_to_do) == (1, True)


def test_a_pack_that_is_there_may_still_get_an_alias(prompt: ExportedPrompt) -> None:
    registry = MemoryRegistry()
    pushed(registry, prompt)
    plan = planned(registry, prompt, prompt.fingerprint, NAME, "production")
    assert not plan.nothing_to_do
    assert push(registry, prompt, prompt.fingerprint, plan) == 1
    assert registry.aliases == {"production": 1}


def test_an_alias_never_points_to_what_the_registry_changed() -> None:
    registry = MemoryRegistry(spoils=True, aliases={"production": 7})
    with pytest.raises(Refused, match="has changed the prompt: the system message differs from line 1 on"):
        pushed(registry, exported(" A prompt that begins with a blank."), "production")
    assert registry.aliases == {"production": 7}
