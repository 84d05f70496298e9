from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from composer.curation.worth import LibraryWorth, Worth, best, finished_runs, library_worth, saved
from composer.runs.plan import PROPOSED
from library.database import Database
from library.importing import import_file
from tests import small
from tests.composer.curation.searches import store_search

BETTER = (0.05, 0.01, 0.09, 40)
UNCLEAR = (0.01, -0.03, 0.05, 20)
UNTRIED = (0.0, -0.2, 0.2, 0)


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Database:
    small.fill(database, tmp_path)
    return database


def one_worth(found: LibraryWorth, key: str) -> Worth:
    (one,) = found.of(key)
    return one


def test_a_home_without_runs_has_nothing_to_show(database: Database) -> None:
    with database.session() as session:
        assert library_worth(session) == LibraryWorth()
        assert finished_runs(session) == (0, "")


def test_the_newest_search_that_tried_it_has_the_effect_in_points_of_the_metric(filled: Database) -> None:
    with filled.session() as session:
        store_search(session, 1, {"exact": BETTER})
        store_search(session, 2, {"exact": UNCLEAR}, composition=["exact"])
        store_search(session, 3, {"exact": UNTRIED})
        one = one_worth(library_worth(session), "exact")
    assert one.effect is not None
    assert (one.effect.name, one.effect.better_is) == ("nmse", "lower")
    points = (one.effect.difference, one.effect.low, one.effect.high)
    assert [round(each or 0, 6) for each in points] == [-1, -5, 3]
    assert (one.run, one.cells, one.could, one.tried, one.answers) == (2, 20, 3, 2, 60)
    assert (one.helped, one.picked) == ((1,), (2,))


def test_after_a_clock_was_set_back_the_newest_search_is_still_the_one_entered_last(filled: Database) -> None:
    with filled.session() as session:
        for number in (1, 2):
            store_search(session, number, {"exact": BETTER})
        session.execute(text("update run set ended_at = '2001-01-01 00:00:00.000000' where id = 2"))
        assert one_worth(library_worth(session), "exact").run == 2


def test_each_task_and_target_has_its_own(filled: Database) -> None:
    with filled.session() as session:
        store_search(session, 1, {"exact": BETTER})
        store_search(session, 2, {"exact": UNTRIED}, target="huge")
        store_search(session, 3, {"exact": BETTER}, of=small.label_task())
        found = library_worth(session).of("exact")
    assert [one.place for one in found] == [("labels", "tiny"), ("small", "huge"), ("small", "tiny")]
    assert found[0].effect is not None
    assert (found[0].effect.name, found[0].effect.difference) == ("accuracy", 0.05)
    assert (found[1].effect, found[1].run, found[1].could, found[1].tried) == (None, None, 1, 0)


def test_what_was_picked_by_hand_or_has_not_finished_shows_nothing(filled: Database) -> None:
    with filled.session() as session:
        store_search(session, 1, {"exact": BETTER}, strategy=PROPOSED)
        store_search(session, 2, {"exact": BETTER}, state="running")
        assert not library_worth(session).snippets


def test_an_effect_is_of_the_wording_that_was_in_force_when_the_run_was_entered(
    filled: Database, tmp_path: Path
) -> None:
    reworded = small.write_library(tmp_path / "new.yaml", {"exact": "An exact answer is a 5."}, exact="draft")
    later = small.NOW + timedelta(days=2)
    with filled.session() as session:
        import_file(session, reworded, by="Ada", at=small.NOW + timedelta(days=1))
        store_search(session, 1, {"exact": BETTER}, entered=later)
        assert _version(session) == (1, False)
        small.write_library(reworded, {"exact": "An exact answer is a 5."})
        import_file(session, reworded, by="Ada", at=small.NOW + timedelta(days=3))
        assert _version(session) == (1, True)
        store_search(session, 2, {"exact": BETTER, "exact@1": UNCLEAR}, entered=small.NOW + timedelta(days=4))
        assert _version(session) == (2, False)
        store_search(session, 3, {"exact": UNTRIED, "exact@1": BETTER}, entered=small.NOW + timedelta(days=5))
        assert _version(session) == (1, True)


def test_only_trials_of_the_same_wording_are_counted_as_trials_of_it(filled: Database, tmp_path: Path) -> None:
    with filled.session() as session:
        store_search(session, 1, {"exact": BETTER}, composition=["exact"])
        new = small.write_library(tmp_path / "new.yaml", {"exact": "An exact answer is a 5."})
        import_file(session, new, by="Ada", at=small.NOW + timedelta(days=1))
        store_search(session, 2, {"exact": UNCLEAR, "exact@1": BETTER}, entered=small.NOW + timedelta(days=2))
        one = one_worth(library_worth(session), "exact")
    assert (one.version, one.tried, one.answers) == (2, 1, 20)
    assert (one.could, one.helped, one.picked) == (2, (2, 1), (1,))


def _version(session: Session) -> tuple[int | None, bool]:
    one = one_worth(library_worth(session), "exact")
    return one.version, one.outdated


def test_another_version_with_the_same_text_is_the_same_wording(filled: Database, tmp_path: Path) -> None:
    with filled.session() as session:
        store_search(session, 1, {"exact": BETTER})
        again = small.write_library(tmp_path / "new.yaml", {"exact": small.TEXTS["exact"]}, tag="other")
        import_file(session, again, by="Ada", at=small.NOW + timedelta(days=1))
        assert _version(session) == (1, False)


def test_two_snippets_have_the_joint_effect_of_the_newest_search_that_says_so(filled: Database) -> None:
    with filled.session() as session:
        store_search(session, 1, {}, pairs={("exact", "topic"): (-0.2, -0.3, -0.1, 8)})
        store_search(session, 2, {}, pairs={("topic", "exact"): (-0.02, -0.03, -0.01, 16)})
        (pair,) = library_worth(session).pairs
    assert (pair.keys, pair.run, pair.cells) == (("topic", "exact"), 2, 16)
    assert pair.effect.direction == "worse"


def test_the_number_of_finished_runs_changes_when_one_more_finishes(filled: Database) -> None:
    with filled.session() as session:
        store_search(session, 1, {})
        before = finished_runs(session)
        store_search(session, 2, {}, state="running")
        assert finished_runs(session) == before
        store_search(session, 3, {})
        assert finished_runs(session) != before


def test_the_best_place_of_a_snippet_is_where_its_gain_is_surest(filled: Database) -> None:
    with filled.session() as session:
        store_search(session, 1, {"exact": (0.2, -0.1, 0.5, 8)})
        store_search(session, 2, {"exact": BETTER}, of=small.label_task())
        store_search(session, 3, {"topic": UNTRIED})
        found = library_worth(session)
    chosen = best(found.of("exact"))
    assert chosen is not None
    assert chosen.place == ("labels", "tiny")
    assert best(found.of("topic")) is None
    unsure = found.of("exact")[1].effect
    assert unsure is not None
    assert [round(one, 6) for one in saved(unsure)] == [0.2, -0.1, 0.5]
