"""The library as its curators see it: a row for each snippet, for each draft, and for each rejected text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func

from composer.task.task import Task
from library.rejections import Rejection, rejections
from library.roles import KEEPERS, Person
from library.snippets import current_versions, versions
from library.tables import IN_FORCE, LogRow
from library.versions import SnippetVersion
from library.vetting import vetting_obstacles

_SUBJECT = "snippet:"


@dataclass(frozen=True)
class Row:
    """A snippet by the version that a list shows of it, or a draft, or a text that was rejected.

    `draft` is the version of a newer draft that waits beside what is in force, None where none does. `changed_at`
    is when something last happened to the snippet; `rejection` is set for rejected texts alone.
    """

    version: SnippetVersion
    draft: int | None
    changed_at: datetime
    rejection: Rejection | None = None

    @property
    def key(self) -> str:
        """The key of its snippet."""
        return self.version.key

    @cached_property
    def words(self) -> str:
        """All that is searched for words, in small letters."""
        one = self.version
        why = self.rejection.reason if self.rejection else ""
        return " ".join([one.key, one.text, *one.tags, *one.rules, one.rationale, why]).lower()


@dataclass(frozen=True)
class Listing:
    """Everything in the library: a row a snippet, in library order; its open drafts; and its rejected texts."""

    snippets: tuple[Row, ...]
    drafts: tuple[Row, ...]
    rejected: tuple[Row, ...]

    @cached_property
    def of_state(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows of each state: all snippets, those vetted or retired, the open drafts, the rejected texts."""
        states = [row.version.state for row in self.snippets]
        by_state = {
            name: tuple(row for row, state in zip(self.snippets, states, strict=True) if state == name)
            for name in IN_FORCE
        }
        return {"all": self.snippets, **by_state, "draft": self.drafts, "rejected": self.rejected}

    @cached_property
    def by_key(self) -> Mapping[str, Row]:
        """The row of each snippet, by its key."""
        return {row.key: row for row in self.snippets}

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Every tag there is, sorted."""
        return tuple(sorted({tag for row in (*self.snippets, *self.drafts) for tag in row.version.tags}))

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """Everybody who wrote what is listed, sorted."""
        return tuple(sorted({row.version.author for row in (*self.snippets, *self.drafts, *self.rejected)}))


def listing(session: Session) -> Listing:
    """Return everything in the library.

    A snippet is listed by the version in force; where none ever was, by its newest one that wasn't rejected.
    """
    changed = _changed_at(session)
    turned_down = {one.id: one for one in rejections(session).values()}
    rows, drafts = [], []
    for key, one in current_versions(session).items():
        at = changed.get(key, one.newest.created_at)
        shown, draft = one.counting or one.newest, one.draft
        waits = draft.version if draft and draft is not shown else None
        rows.append(Row(shown, waits, at, turned_down.get(shown.id)))
        if draft is not None:
            drafts.append(Row(draft, None, at))
    rejected = versions(session, sorted(turned_down))
    return Listing(
        tuple(rows),
        tuple(drafts),
        tuple(Row(one, None, turned_down[one.id].at, turned_down[one.id]) for one in reversed(rejected)),
    )


def waiting_for(session: Session, drafts: Sequence[SnippetVersion], person: Person) -> Mapping[int, str]:
    """Return for each of these drafts why this person may not vet it, by id; empty where they may."""
    if not person.may(*KEEPERS):
        return dict.fromkeys((one.id for one in drafts), "you are not a curator")
    obstacles = vetting_obstacles(session, drafts, person)
    return {one.id: obstacles.get(one.id, "") for one in drafts}


def allowed_by(task: Task, rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows that a task may use by their tags: all, where it names none."""
    tags = set(task.snippets.tags)
    return tuple(row for row in rows if not tags or tags & set(row.version.tags))


def _changed_at(session: Session) -> Mapping[str, datetime]:
    """Return when the newest entry of the log about each snippet was written, by key."""
    at = func.max(col(LogRow.at))
    query = select_columns(col(LogRow.subject), at).where(col(LogRow.subject).startswith(_SUBJECT))
    return {
        subject.removeprefix(_SUBJECT): when
        for subject, when in session.execute(query.group_by(col(LogRow.subject)))
    }
