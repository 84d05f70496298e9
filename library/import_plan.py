"""What importing a library file would do, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from library.canonical import text_digest
from library.feasibility import Links
from library.file import SnippetEntry
from library.smuggling import smuggled
from library.versions import Current, SnippetVersion

if TYPE_CHECKING:
    from library.rejections import Rejection  # a file that is wrong by itself needs no database to be refused


@dataclass(frozen=True)
class PlannedSnippet:
    """What an import does to one snippet; the old values are None where nothing of it counts yet.

    note: which rules or tags change, what of the entry is not taken over, and what to know of it beforehand.
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

    @property
    def waits(self) -> bool:
        """Whether it is vetted by the file, and yet a draft that somebody has to vet."""
        return self.entry.state == "vetted" and self.state == "draft"


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

    @property
    def waiting(self) -> int:
        """How many of the new versions are vetted by the file, and wait as drafts for others."""
        return sum(one.waits for one in (*self.added, *self.changed))


@dataclass(frozen=True)
class Conditions:
    """Who imports into what kind of library.

    alone: whether a text may be vetted by whoever brings it. obstacles: why drafts, by id, can't be vetted by who
    imports. rejected: drafts that were turned down, by the sha256 of their texts. trusted: whether a text that two
    people would have to vet is taken as vetted too, as what comes with the product is.
    """

    alone: bool = True
    obstacles: Mapping[int, str] = field(default_factory=dict)
    rejected: Mapping[str, Rejection] = field(default_factory=dict)
    trusted: bool = False


ONE_PERSON = Conditions()


def planned(
    entry: SnippetEntry, old: Current | None, conditions: Conditions = ONE_PERSON
) -> tuple[str, PlannedSnippet]:
    """Return what an entry does to what counts of its key, and the field of `ImportPlan` that it belongs to."""
    if old is None or old.counting is None:
        return "added", _version(entry, None, 1 if old is None else old.newest.version + 1, [], conditions)
    if entry.state == "retired":
        return _retired(entry, old.in_force or old.counting)
    if old.in_force is not None and _equal(entry, old.in_force):
        return "unchanged", _same(entry, old.in_force, old.in_force.state)
    if old.draft is not None and _equal(entry, old.draft):
        return _drafted(entry, old.draft, old.in_force, conditions)
    replaced = old.draft if old.draft is not None and entry.state == "draft" else old.counting
    notes = changed_rules(entry, replaced)
    if replaced.text == entry.text:
        notes = ["same text", *notes]
    if old.draft is not None and replaced is not old.draft:
        notes = [*notes, f"v{old.draft.version} by {old.draft.author} stays a draft"]
    return "changed", _version(entry, replaced, old.newest.version + 1, notes, conditions)


def _version(
    entry: SnippetEntry, old: SnippetVersion | None, number: int, notes: Sequence[str], conditions: Conditions
) -> PlannedSnippet:
    """Return a new version in place of an old one: a draft where somebody else, or two people, have to vet it."""
    two = "" if old is not None and old.state == "vetted" and old.text == entry.text else _two(entry, conditions)
    waits = entry.state == "vetted" and (not conditions.alone or bool(two))
    notes = [*notes, *([f"a draft for now: {two or 'somebody else has to vet it'}"] if waits else [])]
    before = conditions.rejected.get(text_digest(entry.text))
    if before is not None and (old is None or old.text != entry.text):
        notes.append(f"rejected before as {before.key} v{before.version} by {before.by}: {before.reason}")
    state = "draft" if waits else entry.state
    if old is None:
        return PlannedSnippet(entry, None, None, None, state, number, "; ".join(notes))
    return PlannedSnippet(entry, old.text, old.state, old.version, state, number, "; ".join(notes))


def _drafted(
    entry: SnippetEntry, draft: SnippetVersion, in_force: SnippetVersion | None, conditions: Conditions
) -> tuple[str, PlannedSnippet]:
    """Return what an entry does that is known as a draft: it may be vetted by it."""
    if entry.state != "vetted":
        return "unchanged", _same(entry, draft, "draft")
    if not (obstacle := _two(entry, conditions) or conditions.obstacles.get(draft.id, "")):
        same = _same(entry, draft, "vetted")
        if in_force is None:
            return "promoted", same
        instead = f"in place of v{in_force.version}, {in_force.state}: {in_force.text}"
        return "promoted", replace(same, note="; ".join(filter(None, [instead, same.note])))
    stays = f"stays a draft: {obstacle}"
    return "unchanged", PlannedSnippet(entry, draft.text, "draft", draft.version, "draft", draft.version, stays)


def _two(entry: SnippetEntry, conditions: Conditions) -> str:
    """Return why two people have to vet a text, each on its own; empty where they needn't."""
    found = () if conditions.trusted else smuggled(entry.text)
    return f"it {found[0].what}, and two people have to vet it" if found else ""


def _retired(entry: SnippetEntry, old: SnippetVersion) -> tuple[str, PlannedSnippet]:
    """Return what an entry does that retires a snippet: its text and rules are those that the library has."""
    note = "" if _equal(entry, old) else "keeps its text, tags and rules: what is retired gets no new version"
    same = PlannedSnippet(entry, old.text, old.state, old.version, "retired", old.version, note)
    return "unchanged" if old.state == "retired" else "retired", same


def _same(entry: SnippetEntry, old: SnippetVersion, state: str) -> PlannedSnippet:
    return PlannedSnippet(entry, old.text, old.state, old.version, state, old.version, _kept(entry, old, state))


def _equal(entry: SnippetEntry, version: SnippetVersion) -> bool:
    return entry.text == version.text and not changed_rules(entry, version)


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
