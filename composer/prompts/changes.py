"""What differs between two compositions, snippet by snippet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from composer.prompts.composition import Composition
from library.smuggling import Smuggled, smuggled
from library.versions import SnippetVersion

BASE = "the base prompt"
"""What the text around the snippets is called in a list of changes."""

ChangeKind = Literal["added", "removed", "reworded", "moved", "kept"]


@dataclass(frozen=True)
class SnippetChange:
    """What happened to one snippet between two compositions; places count from 1, None where it isn't."""

    kind: ChangeKind
    before: SnippetVersion | None
    after: SnippetVersion | None
    place_before: int | None
    place_after: int | None

    @property
    def name(self) -> str:
        """What it is called: its key and version."""
        return f"{self.now.key} v{self.now.version}"

    @property
    def now(self) -> SnippetVersion:
        """The version in the prompt now, or the one that was removed."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class BaseChange:
    """The text around the snippets, before and after: a whole other prompt counts as reworded."""

    before: str
    after: str
    kind: Literal["reworded"] = "reworded"
    name: str = BASE

    @property
    def carried(self) -> tuple[Smuggled, ...]:
        """What the lines that are new may carry of another task, each rule once."""
        old, found = frozenset(self.before.splitlines()), dict[str, Smuggled]()
        for line in self.after.splitlines():
            for one in smuggled(line) if line not in old else ():
                found.setdefault(one.rule, one)
        return tuple(found.values())


Change = BaseChange | SnippetChange


def prompt_changes(before: Composition, after: Composition) -> tuple[Change, ...]:
    """Return what changed from one composition to another: its base, where that is another, then its snippets."""
    base = () if before.base == after.base else (BaseChange(before.base, after.base),)
    return (*base, *snippet_changes(before.versions, after.versions))


def snippet_changes(
    before: Sequence[SnippetVersion], after: Sequence[SnippetVersion]
) -> tuple[SnippetChange, ...]:
    """Return what changed from one composition to another, in its order, what was removed last.

    A snippet counts as moved when it isn't in the longest run of kept snippets that are in the same order,
    and as reworded only when its words differ: another version with the same text is the same instruction.
    """
    was = {one.key: (place, one) for place, one in enumerate(before, 1)}
    now = {one.key: (place, one) for place, one in enumerate(after, 1)}
    steady = _longest_rising([was[key][0] for key in now if key in was])
    changes = []
    for key, (place, one) in now.items():
        old_place, old = was.get(key, (None, None))
        kind: ChangeKind = "kept"
        if old is None:
            kind = "added"
        elif old.text != one.text:
            kind = "reworded"
        elif old_place not in steady:
            kind = "moved"
        changes.append(SnippetChange(kind, old, one, old_place, place))
    gone = [
        SnippetChange("removed", one, None, place, None) for key, (place, one) in was.items() if key not in now
    ]
    return (*changes, *gone)


def _longest_rising(places: Sequence[int]) -> frozenset[int]:
    rising: list[tuple[int, ...]] = [()]
    for place in places:
        rising.append((*_longest([run for run in rising if not run or run[-1] < place]), place))
    return frozenset(_longest(rising))


def _longest(runs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return max(runs, key=len)
