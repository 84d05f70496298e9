"""The constraints on compositions that curators, the task and reviewers set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """The constraints of one search; every strategy keeps to them.

    `groups` maps a key to its group, of which a composition holds at most one; `requires` a key to those that
    must come with it; `conflicts` a key to those that may not. Keys in `first` come before all others, those
    in `last` after. `stay` are the keys that every composition holds. `tokens` maps a key to its length. The
    compositions in `barred` were turned down by reviewers.
    """

    max_length: int
    groups: Mapping[str, str] = field(default_factory=dict)
    requires: Mapping[str, frozenset[str]] = field(default_factory=dict)
    conflicts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    stay: frozenset[str] = frozenset()
    tokens: Mapping[str, int] = field(default_factory=dict)
    max_tokens: int | None = None
    barred: frozenset[Keys] = frozenset()

    def broken(self, composition: Keys) -> str:
        """Return which rule a composition breaks, as a sentence's start; empty where it keeps to all."""
        held = set(composition)
        if len(held) < len(composition):
            return "a snippet appears twice"
        if composition in self.barred:
            return "a reviewer gave it a no-go"
        if len(composition) > self.max_length:
            return f"{len(composition)} snippets are more than {self.max_length}"
        if not self.stay <= held:
            return f"{', '.join(sorted(self.stay - held))} must stay"
        taken: dict[str, str] = {}
        for key in composition:
            group = self.groups.get(key)
            if group is not None and taken.setdefault(group, key) != key:
                return f"{taken[group]} and {key} are both of group {group}"
            if missing := self.requires.get(key, frozenset()) - held:
                return f"{key} requires {', '.join(sorted(missing))}"
            if clashing := self.conflicts.get(key, frozenset()) & held:
                return f"{key} conflicts with {', '.join(sorted(clashing))}"
        if self.arranged(composition) != composition:
            return "a snippet that is pinned first or last is elsewhere"
        if self.max_tokens is not None and self.length(composition) > self.max_tokens:
            return f"{self.length(composition)} tokens are more than {self.max_tokens}"
        return ""

    def allows(self, composition: Keys) -> bool:
        """Whether a composition keeps to every rule."""
        return not self.broken(composition)

    def arranged(self, composition: Keys) -> Keys:
        """Return the composition with what is pinned in its place, all else in the order it had."""
        if not self.first and not self.last:
            return composition
        return tuple(sorted(composition, key=lambda key: (key in self.last) - (key in self.first)))

    def length(self, composition: Iterable[str]) -> int:
        """Tokens of a composition's snippets together."""
        return sum(self.tokens.get(key, 0) for key in composition)

    def closure(self, key: str) -> frozenset[str]:
        """Return a key with all that it requires, directly or through others."""
        found, open_keys = {key}, [key]
        while open_keys:
            for needed in self.requires.get(open_keys.pop(), frozenset()) - found:
                found.add(needed)
                open_keys.append(needed)
        return frozenset(found)

    def dependants(self, key: str) -> frozenset[str]:
        """Return a key with all keys that require it, directly or through others."""
        return frozenset({key} | {other for other in self.requires if key in self.closure(other)})
