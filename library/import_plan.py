"""What importing a library file would do, before anything is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from library.feasibility import Links
from library.file import SnippetEntry
from library.versions import SnippetVersion


@dataclass(frozen=True)
class PlannedSnippet:
    """What an import does to one snippet; the old values are None where the key is new.

    note: which rules or tags change, or what of the entry is not taken over.
    """

    entry: SnippetEntry
    old_text: str | None
    old_state: str | None
    old_version: int | None
    state: str
    version: int
    note: str = ""

    @property
    def key(self) -> str:
        """Name of the snippet."""
        return self.entry.key

    @property
    def text(self) -> str:
        """The text it will have."""
        return self.entry.text


@dataclass(frozen=True)
class ImportPlan:
    """What an import does, in the order of the file.

    added: new keys. changed: known keys whose text, rules or tags differ, which get a new version.
    promoted: the same in all of these, whose draft becomes vetted. retired: known keys of which no version may be
    used any more. unchanged: nothing to do.
    """

    added: tuple[PlannedSnippet, ...] = ()
    changed: tuple[PlannedSnippet, ...] = ()
    promoted: tuple[PlannedSnippet, ...] = ()
    retired: tuple[PlannedSnippet, ...] = ()
    unchanged: tuple[PlannedSnippet, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.added or self.changed or self.promoted or self.retired)


def planned(entry: SnippetEntry, old: SnippetVersion | None) -> tuple[str, PlannedSnippet]:
    """Return what an entry does to the newest version, and the field of `ImportPlan` that it belongs to."""
    if old is None:
        return "added", PlannedSnippet(entry, None, None, None, entry.state, 1)
    changes, same_text = changed_rules(entry, old), old.text == entry.text
    if entry.state == "retired":
        return _retired(entry, old, differs=bool(changes) or not same_text)
    if changes or not same_text:
        note = "; ".join(["same text", *changes] if same_text else changes)
        new = PlannedSnippet(entry, old.text, old.state, old.version, entry.state, old.version + 1, note)
        return "changed", new
    promoted = (old.state, entry.state) == ("draft", "vetted")
    state = "vetted" if promoted else old.state
    same = PlannedSnippet(entry, old.text, old.state, old.version, state, old.version, _kept(entry, old, state))
    return "promoted" if promoted else "unchanged", same


def _retired(entry: SnippetEntry, old: SnippetVersion, *, differs: bool) -> tuple[str, PlannedSnippet]:
    """Return what an entry does that retires a snippet: its text and rules are those that the library has."""
    note = "keeps its text, tags and rules: what is retired gets no new version" if differs else ""
    same = PlannedSnippet(entry, old.text, old.state, old.version, "retired", old.version, note)
    return "unchanged" if old.state == "retired" else "retired", same


def changed_rules(entry: SnippetEntry, old: SnippetVersion) -> list[str]:
    """Return how tags and rules of an entry differ from a version's, a phrase each; their order doesn't count."""
    fields: tuple[tuple[str, Collection[str], Collection[str]], ...] = (
        ("tags", old.tags, entry.tags),
        ("group", _one(old.group), _one(entry.group)),
        ("requires", old.requires, entry.requires),
        ("conflicts", old.conflicts, entry.conflicts),
        ("pin", _one(old.pin), _one(entry.pin)),
    )
    return [
        f"{name} {', '.join(was) or 'none'} → {', '.join(now) or 'none'}"
        for name, was, now in fields
        if set(was) != set(now)
    ]


def links_of(snippet: SnippetVersion) -> Links:
    """Return what ties a version to other snippets."""
    return Links(snippet.group, frozenset(snippet.requires), frozenset(snippet.conflicts))


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _kept(entry: SnippetEntry, old: SnippetVersion, state: str) -> str:
    """Return what of an otherwise known entry is not taken over, since a version never changes."""
    kept = []
    if "state" in entry.model_fields_set and entry.state != state:
        kept.append(f"stays {state}")
    if entry.rationale != old.rationale:
        kept.append("keeps its rationale")
    return f"{', '.join(kept)}: only another text, rule or tag makes a new version" if kept else ""
