"""What a page says that asking costs, told at once, is what counting every answer by its key says."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from composer.analysis import diagnoses
from composer.analysis.cost import compared, likely_missing
from composer.analysis.diagnoses import Diagnosis, missing, questions_for
from composer.analysis.jobs import cost
from composer.registry.datasets import examples_of, inputs_of, split_size
from composer.review.status import Review, get_review
from composer.tables import CellRow
from library.database import Database


def counted(session: Session, review: Review, kind: Diagnosis, *examples: str) -> int:
    return missing(
        session, review, questions_for(review, kind, diagnoses.sealed_examples(session, review), examples)
    )


@pytest.mark.parametrize("kind", ["steps", "noise", "suspects"])
def test_the_likely_cost_is_the_cost_where_nothing_was_edited(submitted: Database, kind: Diagnosis) -> None:
    with submitted.session() as session:
        review = get_review(session, 1)
        chosen = [row.example_id for row in review.candidate.rows[:2]]
        told = likely_missing(session, compared(session, 1), kind, chosen)
        assert told == counted(session, review, kind, *chosen) == cost(session, 1, kind, chosen)


def test_what_seems_to_be_stored_is_counted_by_its_key(submitted: Database) -> None:
    with submitted.session() as session:
        review = get_review(session, 1)
        target, replicate = review.candidate.outcome.target_hash, 1
        kept = session.exec(select(CellRow).where(col(CellRow.composition) == review.incumbent.fingerprint)).all()
        for row in kept:
            # Asked about these examples, in these words: another key, and so another answer.
            other = {**row.model_dump(), "key": row.key[::-1], "target": target, "replicate": replicate}
            session.add(CellRow(**other))
        session.flush()
        assert likely_missing(session, compared(session, 1), "noise") == 0
        assert cost(session, 1, "noise") == counted(session, review, "noise") > 0


def test_sizes_and_inputs_are_those_of_the_examples(submitted: Database) -> None:
    with submitted.session() as session:
        dataset = get_review(session, 1).candidate.evidence.data.dataset
        for split in ("dev", "test"):
            known = examples_of(session, dataset, split)
            assert split_size(session, dataset, split) == len(known)  # type: ignore[arg-type]
            assert all(inputs_of(session, dataset)[one.id] == tuple(one.inputs.values()) for one in known)
