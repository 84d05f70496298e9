"""Rules between snippets: which may be in one prompt, and whether a snippet can be in any prompt at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from library.components import components

MOST_IN_A_PROMPT = 50
"""The largest number of snippets that any task allows in one prompt."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Links:
    """What ties one snippet to others, by key: a prompt holds at most one of a group."""

    group: str | None = None
    requires: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Clash:
    """Why a snippet can be in no prompt.

    keys: the others with a part in it, those that exclude each other first. dependants: the snippets that can be
    in no prompt for this same reason, since they require this one, directly or through others.
    """

    key: str
    why: str
    keys: tuple[str, ...]
    dependants: tuple[str, ...] = ()


@dataclass
class _Needs:
    """What snippets that require each other need, themselves included: `keys` is None where it is too much.

    excluded: the pairs among them that can't be in one prompt, with the reason. cause: the key of the clash that
    keeps them out of every prompt.
    """

    keys: frozenset[str] | None
    excluded: Mapping[Pair, str] = field(default_factory=dict)
    cause: str | None = None


def clashes(library: Mapping[str, Links]) -> tuple[Clash, ...]:
    """Return why some snippets can be in no prompt, each reason once; `library` maps every key to its links.

    A snippet can be in none where what it requires, directly or through others, conflicts or shares a group, or
    is too much for one prompt. Each such snippet is the key or a dependant of exactly one clash. Keys that the
    library doesn't hold are taken to have no links. Snippets that require each other in a circle are fine. Takes
    time in proportion to the number of requirements.
    """
    graph = {key: sorted(links.requires) for key, links in library.items() if links.requires}
    places = {key: place for place, key in enumerate(library)}
    needs: dict[str, _Needs] = {}
    found: dict[str, Clash] = {}
    dependants: dict[str, list[str]] = {}
    for component in components(graph):
        circle = sorted(component, key=lambda key: places.get(key, len(places)))
        required = {key: needs[key] for one in circle for key in graph.get(one, ()) if key in needs}
        own = _needs(library, circle, required.values())
        clash = _clash(circle[0], graph.get(circle[0], []), own, required.values())
        if clash is not None:
            found[clash.key] = clash
            own.cause = clash.key
        if own.cause is not None:
            dependants.setdefault(own.cause, []).extend(key for key in circle if key not in found)
        needs.update(dict.fromkeys(circle, own))
    return tuple(
        replace(clash, dependants=tuple(sorted(dependants[key], key=places.__getitem__)))
        for key, clash in sorted(found.items(), key=lambda one: places[one[0]])
    )


def with_required(library: Mapping[str, Links], keys: Iterable[str]) -> Iterator[str]:
    """Yield keys and all that they require, directly or through others, each once and the nearest first."""
    seen: dict[str, None] = dict.fromkeys(keys)
    waiting = deque(seen)
    while waiting:
        key = waiting.popleft()
        yield key
        for other in sorted(library.get(key, Links()).requires - seen.keys()):
            seen[other] = None
            waiting.append(other)


def _needs(library: Mapping[str, Links], circle: Sequence[str], required: Collection[_Needs]) -> _Needs:
    cause = next((one.cause for one in required if one.cause is not None), None)
    keys = set(circle)
    for one in required:
        keys |= one.keys or frozenset()
    if len(keys) > MOST_IN_A_PROMPT or any(one.keys is None for one in required):
        return _Needs(None, cause=cause)
    excluded = dict(_exclusions({key: library.get(key, Links()) for key in sorted(keys)})) if len(keys) > 1 else {}
    return _Needs(frozenset(keys), excluded, cause)


def _clash(key: str, requires: Sequence[str], own: _Needs, required: Collection[_Needs]) -> Clash | None:
    """Return why a key can be in no prompt where none that it requires already has that reason."""
    if own.keys is None:
        if any(one.keys is None for one in required):
            return None
        through = ", ".join(map(repr, requires[:3])) + (" and others" if len(requires) > 3 else "")
        return Clash(key, f"it requires {MOST_IN_A_PROMPT} others or more, directly or through {through}", ())
    for pair, why in own.excluded.items():
        if any(pair in one.excluded for one in required):
            continue
        others = " and ".join(repr(one) for one in pair if one != key)
        return Clash(key, f"it requires {others}, and {why}", (*pair, *sorted(own.keys - {*pair})))
    return None


def _exclusions(together: Mapping[str, Links]) -> Iterator[tuple[Pair, str]]:
    """Yield each pair that can't be in one prompt, and why."""
    for one, links in together.items():
        for other in sorted(links.conflicts & together.keys()):
            yield (one, other), f"{one!r} conflicts with {other!r}"
    grouped = {one: links.group for one, links in together.items() if links.group}
    for one, other in combinations(grouped, 2):
        if grouped[one] == grouped[other]:
            yield (one, other), f"{one!r} and {other!r} are both of group {grouped[one]!r}"
