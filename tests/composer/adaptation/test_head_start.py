"""A head start for a new target: what other targets' searches showed of the wordings that are in use now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from composer.adaptation.head_start import prior_for
from composer.prompts.vocabulary import Vocabulary
from composer.search.prior import Prior
from composer.tables import RunRow
from composer.tables.runs import PROPOSED
from library.database import Database
from library.importing import import_file
from library.snippets import vetted
from tests import small
from tests.composer.curation.searches import Seen, store_search

SURE = (0.06, 0.04, 0.08, 40)
UNTRIED = (0.0, -0.2, 0.2, 0)


@pytest.fixture
def session(database: Database, tmp_path: Path) -> Session:
    small.fill(database, tmp_path)
    with database.session() as session:
        yield session  # type: ignore[misc]


def searched(session: Session, number: int, target: str, seen: Mapping[str, Seen], **changes: object) -> None:
    store_search(session, number, seen, target=target, **changes)  # type: ignore[arg-type]
    row = session.get(RunRow, number)
    assert row is not None
    row.target_hash, row.dataset, row.asked = f"hash of {target}", "data", 80
    session.flush()


def prior(session: Session, target: str = "new") -> Prior | None:
    vocabulary = Vocabulary(small.task(), vetted(session, small.task().snippets.tags))
    return prior_for(session, vocabulary, dataset="data", target=f"hash of {target}")


def test_searches_on_other_targets_are_a_head_start(session: Session) -> None:
    searched(session, 1, "old", {"exact": SURE})
    searched(session, 2, "older", {"exact": SURE})
    found = prior(session)
    assert found is not None
    assert found.snippets["exact"].gain > 0.02
    assert [(one.target, one.cells) for one in found.sources] == [("old", 80), ("older", 80)]
    assert prior(session) == found


def test_what_was_searched_on_the_target_itself_is_no_head_start(session: Session) -> None:
    searched(session, 1, "new", {"exact": SURE})
    assert prior(session) is None


def test_other_data_what_was_picked_by_hand_and_what_has_not_finished_say_nothing(session: Session) -> None:
    searched(session, 1, "old", {"exact": SURE}, strategy=PROPOSED)
    searched(session, 2, "old", {"exact": SURE}, state="running")
    searched(session, 3, "old", {"exact": SURE})
    session.exec(select(RunRow).where(RunRow.id == 3)).one().dataset = "other data"
    searched(session, 4, "old", {"exact": SURE}, of=small.label_task())
    searched(session, 5, "old", {"exact": UNTRIED})
    assert prior(session) is None


def test_of_several_searches_on_a_target_the_surest_counts_for_each_snippet(session: Session) -> None:
    searched(session, 1, "old", {"exact": (0.0, -0.2, 0.2, 4)})
    searched(session, 2, "old", {"exact": SURE})
    twice = prior(session)
    searched(session, 3, "old", {"exact": (0.0, -0.3, 0.3, 4)})
    again = prior(session)
    assert twice is not None
    assert again is not None
    assert again.snippets == twice.snippets
    assert [one.cells for one in again.sources] == [240]


def test_an_effect_of_an_older_wording_is_left_out(session: Session, tmp_path: Path) -> None:
    searched(session, 1, "old", {"exact": SURE})
    assert prior(session) is not None
    reworded = small.write_library(tmp_path / "new.yaml", {"exact": "An exact answer is a 5."})
    import_file(session, reworded, by="Ada", at=small.NOW + timedelta(days=1))
    assert prior(session) is None
    searched(session, 2, "old", {"exact": SURE}, entered=small.NOW + timedelta(days=2))
    assert prior(session) is not None
