"""What of the library stands in a file: of each snippet the version in force or, where none is, its draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from library.file import SnippetEntry
from library.snippets import current_versions
from library.versions import SnippetVersion


@dataclass(frozen=True)
class Exportable:
    """The library as a file may hold it.

    entries: by key and in library order. drafts: keys whose draft follows a version in force, and is left out or,
    where drafts were asked for, takes its place. rejected: keys of which nothing but rejected drafts is left.
    """

    entries: Mapping[str, SnippetEntry]
    drafts: tuple[str, ...]
    rejected: tuple[str, ...]

    def chosen(self, *, tag: str | None = None, state: str | None = None) -> tuple[str, ...]:
        """Return the keys of the snippets in a state and with a tag, where given, in library order."""
        return tuple(
            key
            for key, one in self.entries.items()
            if (state is None or one.state == state) and (tag is None or tag in one.tags)
        )

    def missing(self, keys: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
        """Return what the rules of these snippets name that isn't among them, by the key of each that does."""
        found = {}
        for key, one in self.entries.items():
            others = tuple(other for other in (*one.requires, *one.conflicts) if other not in keys)
            if key in keys and others:
                found[key] = others
        return found


def exportable(session: Session, *, drafts: bool = False) -> Exportable:
    """Return the library as a file may hold it; with `drafts`, a draft takes the place of the version in force."""
    entries: dict[str, SnippetEntry] = {}
    followed, rejected = [], []
    for key, one in current_versions(session).items():
        version = one.draft if drafts and one.draft is not None else one.counting
        if version is None:
            rejected.append(key)
            continue
        entries[key] = entry_of(version)
        if one.draft is not None and one.in_force is not None:
            followed.append(key)
    return Exportable(entries, tuple(followed), tuple(rejected))


def entry_of(version: SnippetVersion) -> SnippetEntry:
    """Return a stored version as an entry of a file; what it was accepted with is not checked again."""
    values: dict[str, Any] = {name: getattr(version, name) for name in SnippetEntry.model_fields}
    return SnippetEntry.model_construct(**values)
