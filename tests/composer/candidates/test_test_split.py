"""The ledger of reads of the sealed test split: each composition counts once on a target."""

from __future__ import annotations

from sqlmodel import select

from composer.candidates.test_split import note_test_read
from composer.runs.plan import plan_run
from composer.tables import TestReadRow
from library.database import Database
from tests import small


def test_each_composition_reads_the_test_split_once_and_is_told_how_many_did_before(filled: Database) -> None:
    number = small.enter(filled, budget=100)
    with filled.session() as session:
        found = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
        first, second = (found.vocabulary.compose([key]) for key in ("exact", "topic"))
        told = [
            note_test_read(session, found.dataset, found.target.hash, one, run_id=number, by="Ada", at=small.NOW)
            for one in (first, second, first, second)
        ]
        assert told == [0, 1, 0, 1]
        assert len(session.exec(select(TestReadRow)).all()) == 2


def test_a_corrected_dataset_is_one_of_examples_that_were_read_all_the_same(filled: Database) -> None:
    number = small.enter(filled, budget=100)
    with filled.session() as session:
        found = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
        first, second = (found.vocabulary.compose([key]) for key in ("exact", "topic"))
        reads = [
            note_test_read(session, dataset, found.target.hash, one, run_id=number, by="Ada", at=small.NOW)
            for dataset, one in ((found.dataset, first), ("small:corrected", second), ("smaller:0", first))
        ]
        assert reads == [0, 1, 0]
