"""What a library file and the library differ in, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from library.export import entry_of, exportable
from library.file import SnippetEntry, SnippetFile
from library.import_plan import ImportPlan
from library.importing import plan_import
from library.merging import differing
from library.snippets import current_versions
from library.versions import Current


@dataclass(frozen=True)
class Difference:
    """What a file and the library differ in.

    plan: what importing the file would do. kept: by key, the fields in which snippets differ that an import leaves
    as they are: their state and rationale. missing: what the library has and the file lacks.
    """

    plan: ImportPlan
    kept: Mapping[str, tuple[str, ...]]
    missing: tuple[SnippetEntry, ...]

    @property
    def is_empty(self) -> bool:
        """Whether file and library hold the same."""
        return self.plan.is_empty and not self.kept and not self.missing


def difference(session: Session, file: Path | SnippetFile, *, by: str, tag: str | None = None) -> Difference:
    """Return what a file and the library differ in, were `by` to import it; raises as `plan_import` does.

    With `tag`, the file may lack what doesn't have it.
    """
    plan, current, library = plan_import(session, file, by=by), current_versions(session), exportable(session)
    kept = {one.key: found for one in plan.unchanged if (found := _differing(one.entry, current[one.key]))}
    planned = (*plan.added, *plan.changed, *plan.promoted, *plan.retired, *plan.unchanged)
    held = {one.key for one in planned}
    missing = tuple(library.entries[key] for key in library.chosen(tag=tag) if key not in held)
    return Difference(plan, kept, missing)


def _differing(entry: SnippetEntry, current: Current) -> tuple[str, ...]:
    """Return in which fields an entry differs from the version in force or the draft, whichever is nearer."""
    versions = [one for one in (current.in_force, current.draft) if one is not None]
    return min((differing(entry, entry_of(one)) for one in versions), key=len, default=())
