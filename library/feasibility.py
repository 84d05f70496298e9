"""Rules between snippets: which may stand with which, and whether a snippet can stand at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

MOST_IN_A_PROMPT = 50
"""No task lets more snippets than this stand in one prompt."""


@dataclass(frozen=True)
class Links:
    """What ties one snippet to others, by key: of a group at most one may stand."""

    group: str | None = None
    requires: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Clash:
    """Why a snippet can never stand; `keys` are those with a part in it, those that exclude each other first."""

    why: str
    keys: tuple[str, ...]


def clashes(library: Mapping[str, Links]) -> dict[str, Clash]:
    """Return for each key that can never stand why not; `library` maps every key to its links.

    A key can't stand where what it requires, directly or through others, conflicts or shares a group, or is
    too much for one prompt. Keys that the library doesn't hold are taken to have no links. Snippets that
    require each other in a circle are fine: they stand together or not at all.
    """
    found = {}
    for key, links in library.items():
        if links.requires and (clash := _clash(library, key)):
            found[key] = clash
    return found


def _clash(library: Mapping[str, Links], key: str) -> Clash | None:
    needed = _needed(library, key)
    if len(needed) > MOST_IN_A_PROMPT:
        return Clash(f"it requires {MOST_IN_A_PROMPT} others or more", (key, *sorted(needed - {key})))
    for pair, why in _exclusions({one: library.get(one, Links()) for one in sorted(needed)}):
        required = " and ".join(repr(one) for one in pair if one != key)
        return Clash(f"it requires {required}, and {why}", (*pair, *sorted(needed - {*pair})))
    return None


def _needed(library: Mapping[str, Links], key: str) -> frozenset[str]:
    """Return a key with all that it requires, directly or through others; not all where that is too much."""
    needed, open_keys = {key}, [key]
    while open_keys and len(needed) <= MOST_IN_A_PROMPT:
        links = library.get(open_keys.pop(), Links())
        open_keys += links.requires - needed
        needed |= links.requires
    return frozenset(needed)


def _exclusions(together: Mapping[str, Links]) -> Iterator[tuple[tuple[str, str], str]]:
    """Give each pair that may not stand together, and why."""
    for one, links in together.items():
        for other in sorted(links.conflicts & together.keys()):
            yield (one, other), f"{one!r} conflicts with {other!r}"
    grouped = {one: links.group for one, links in together.items() if links.group}
    for one, other in combinations(grouped, 2):
        if grouped[one] == grouped[other]:
            yield (one, other), f"{one!r} and {other!r} are both of group {grouped[one]!r}"
