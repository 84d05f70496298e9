"""A home of many adaptations: they have ended in candidates and in no-gos, and the home is whole like another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from composer.adaptation import kept_gain, list_adaptations
from composer.audit import audit
from composer.bench.many_adaptations import NEW, SOURCE, populate_adaptations
from composer.home.paths import Home
from library.database import Database, open_database
from tests.conftest import NOW
from tests.library.queries import statements

NUMBER = 7


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = Home(tmp_path_factory.mktemp("adaptations") / "home")
    database = open_database(home.path)
    populate_adaptations(home, database, number=NUMBER, at=NOW)
    yield database
    database.close()


def test_all_have_ended_half_of_them_in_a_no_go(filled: Database) -> None:
    with filled.session() as session:
        known = list_adaptations(session)
        assert kept_gain(session, known[0]) == kept_gain(session, known[-1])
    assert [one.id for one in known] == list(range(NUMBER, 0, -1))
    assert Counter(one.outcome.kind for one in known if one.outcome) == {"candidate": 4, "no-go": 3}
    assert {one.target for one in known if one.outcome.kind == "no-go"} == {NEW[1]}
    assert {one.source for one in known} == {SOURCE}
    assert all(one.baseline for one in known)
    assert all(one.outcome.cost.money for one in known)


def test_all_are_read_together_and_not_one_by_one(filled: Database) -> None:
    with filled.session() as session, statements(session) as sent:
        assert len(list_adaptations(session)) == NUMBER
    assert max(Counter(sent).values()) == 1
    assert not any("run.trace" in one or "adaptation.prior" in one for one in sent)


def test_its_log_and_its_rows_agree(filled: Database) -> None:
    with filled.session() as session:
        assert audit(session).differences == ()
