from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session

from composer.curation.listing import Row, allowed_by, listing, waiting_for
from library.database import Database
from library.people import someone
from library.retiring import retire
from library.vetting import reject, vet
from tests import small
from tests.library.curating import AT, curators, drafted


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


def states(rows: tuple[Row, ...]) -> list[tuple[str, int, str, int | None]]:
    return [(row.key, row.version.version, row.version.state, row.draft) for row in rows]


def test_a_snippet_is_listed_by_what_is_in_force_with_the_draft_that_waits(session: Session) -> None:
    vet(session, [drafted(session).id], by="Ada", at=AT)
    drafted(session, text="Answer in two words.")
    drafted(session, "other", "Another one.")
    found = listing(session)
    assert states(found.snippets) == [("brief", 1, "vetted", 2), ("other", 1, "draft", None)]
    assert states(found.drafts) == [("brief", 2, "draft", None), ("other", 1, "draft", None)]


def test_a_rejected_draft_is_listed_with_its_reason_and_no_longer_waits(session: Session) -> None:
    vet(session, [drafted(session).id], by="Ada", at=AT)
    second = drafted(session, text="Answer in two words.")
    reject(session, second.id, reason="One is enough.", by="Ada", at=AT + timedelta(days=1))
    reject(session, drafted(session, "other", "Another one.").id, reason="It says nothing.", by="Ada", at=AT)
    found = listing(session)
    assert states(found.snippets) == [("brief", 1, "vetted", None), ("other", 1, "rejected", None)]
    assert not found.drafts
    assert [(row.key, row.rejection and row.rejection.reason) for row in found.rejected] == [
        ("other", "It says nothing."),
        ("brief", "One is enough."),
    ]
    assert "one is enough." in found.rejected[1].words


def test_the_last_change_of_a_snippet_is_the_newest_entry_about_it(session: Session) -> None:
    vet(session, [drafted(session).id], by="Ada", at=AT + timedelta(hours=1))
    drafted(session, "other", "Another one.")
    retire(session, "other", reason="Not needed.", by="Ada", at=AT + timedelta(days=9))
    assert [row.changed_at - AT for row in listing(session).snippets] == [timedelta(hours=1), timedelta(days=9)]


def test_tags_and_authors_are_those_of_what_is_listed(session: Session) -> None:
    drafted(session, tags=("b", "a"), by="Ben")
    drafted(session, "other", "Another one.", tags=("c", "a"), by="Ada")
    found = listing(session)
    assert (found.tags, found.authors) == (("a", "b", "c"), ("Ada", "Ben"))


def test_a_draft_waits_for_those_who_may_vet_it_and_says_why_not_for_others(session: Session) -> None:
    curators(session)
    drafted(session, by="Ben")
    drafts = [row.version for row in listing(session).drafts]
    assert [*waiting_for(session, drafts, someone(session, "Ben")).values()] == ["you wrote it"]
    assert [*waiting_for(session, drafts, someone(session, "Cleo")).values()] == [""]
    assert [*waiting_for(session, drafts, someone(session, "Vera")).values()] == ["you are not a curator"]


def test_a_task_allows_the_snippets_that_have_one_of_its_tags(session: Session) -> None:
    drafted(session, tags=("small",))
    drafted(session, "other", "Another one.", tags=("polarity",))
    rows = listing(session).snippets
    tagged = small.task(snippets={"max": 3, "tags": ["small", "more"]})
    assert [row.key for row in allowed_by(tagged, rows)] == ["brief"]
    assert allowed_by(small.task(), rows) == rows
