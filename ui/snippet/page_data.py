"""What the page of a snippet shows, read at once."""

from __future__ import annotations

from dataclasses import dataclass

from composer.curation.lineage import Lineage, lineages
from composer.curation.worth import Worth
from composer.registry.releases import Release
from composer.review.comments import Comment, about_snippet
from library import log, snippets
from library.comments import SnippetComment, comments_on
from library.log import LogEntry
from library.roles import Person
from library.tables import IN_FORCE
from library.undoing import Act, last_acts
from library.versions import SnippetVersion
from ui.components.library_data import LibraryData, library_data
from ui.shell.context import database
from ui.shell.user import me


@dataclass(frozen=True)
class Shown:
    """A snippet as its page shows it: its versions, the newest first, and all that is known of them.

    `in_force` is the newest that was ever in force, `draft` the newest open one unless it was passed by; None
    where there is none. `data` is what is known of the whole library.
    """

    versions: tuple[SnippetVersion, ...]
    in_force: SnippetVersion | None
    draft: SnippetVersion | None
    data: LibraryData
    lineages: tuple[Lineage, ...]
    entries: tuple[LogEntry, ...]
    acts: tuple[Act, ...]
    comments: tuple[SnippetComment, ...]
    in_candidates: tuple[Comment, ...]
    worths: tuple[Worth, ...]
    releases: tuple[Release, ...]
    person: Person

    @property
    def key(self) -> str:
        """The snippet's key."""
        return self.versions[0].key

    @property
    def counting(self) -> SnippetVersion:
        """The version that a reader means: the one in force, else the draft, else the newest there is."""
        return self.in_force or self.draft or self.versions[0]


def shown(key: str) -> Shown:
    """Return what the page of a snippet shows; raises `Refused` for an unknown key."""
    person = me()
    data = library_data(person)
    with database().session() as session:
        versions = snippets.show(session, key)
        in_force = next((one for one in versions if one.state in IN_FORCE), None)
        open_one = next((one for one in versions if one.state != "rejected"), None)
        return Shown(
            versions,
            in_force,
            open_one if open_one and open_one.state == "draft" else None,
            data,
            lineages(session, versions),
            log.entries(session, f"snippet:{key}", newest_first=True),
            last_acts(session, key=key),
            comments_on(session, key),
            about_snippet(session, key),
            data.worth.of(key),
            data.used.get(key, ()),
            person,
        )
