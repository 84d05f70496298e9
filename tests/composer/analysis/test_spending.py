"""What a candidate's answers took: seconds with an interval, and the cost where the target has a price."""

from __future__ import annotations

import pytest
from sqlmodel import select

from composer.analysis.prices import cost_of
from composer.analysis.spending import candidate_spending, figures_of
from composer.candidates.records import get_candidate
from composer.registry.targets import add_target, get_target
from composer.tables import CellRow
from library.database import Database
from tests import small


def slow_down(database: Database) -> None:
    """Let every answer of the candidate take 0.3 s more or less, and the incumbent's 0.1 s."""
    with database.session() as session:
        candidate = get_candidate(session, 1).evidence.candidate.cells
        for row in session.exec(select(CellRow)):
            row.seconds = 0.3 + 0.001 * (len(row.example_id) % 7) if row.key in candidate else 0.1
            session.add(row)


def test_seconds_have_the_interval_that_the_evidence_lacks(submitted: Database) -> None:
    slow_down(submitted)
    with submitted.session() as session:
        candidate = get_candidate(session, 1)
        known = {one.name: one for one in candidate_spending(session, candidate)}
        shown = figures_of(session, candidate)
    assert next(one for one in candidate.figures if one.name == "seconds").low is None
    assert known["seconds"].direction == "worse"
    assert known["seconds"].candidate == pytest.approx(3 * (known["seconds"].incumbent or 0), rel=0.05)
    assert [one.name for one in shown] == [one.name for one in candidate.figures]


def test_the_cost_follows_the_price_of_the_target(submitted: Database) -> None:
    with submitted.session() as session:
        priced = get_target(session, "tiny").model_copy(update={"price_per_million_tokens": 2.0})
        add_target(session, priced, by="Ada", at=small.NOW)
        candidate = get_candidate(session, 1)
        found = {one.name: one for one in candidate_spending(session, candidate)}
        some = session.exec(select(CellRow).where(CellRow.key == candidate.evidence.incumbent.cells[0])).one()
    tokens = found["tokens"].incumbent
    assert tokens is not None
    assert found["cost"].incumbent == pytest.approx(1000 * (tokens + some.completion_tokens) * 2.0 / 1e6, rel=0.05)
    assert found["cost"].low is not None
    with submitted.session() as session:
        plain = cost_of(session, candidate)
    assert plain is not None
    assert (plain.incumbent, plain.candidate) == pytest.approx((found["cost"].incumbent, found["cost"].candidate))
    apart = {"price_per_million_input_tokens": 1.0, "price_per_million_output_tokens": 30.0}
    with submitted.session() as session:
        dear = priced.model_copy(update={"price_per_million_tokens": None, **apart})
        add_target(session, dear, by="Ada", at=small.NOW)
        found = {one.name: one for one in candidate_spending(session, candidate)}
        plain = cost_of(session, candidate)
    wanted = 1000 * (tokens + 30 * some.completion_tokens) / 1e6
    assert plain is not None
    assert plain.incumbent == pytest.approx(found["cost"].incumbent)
    assert plain.incumbent == pytest.approx(wanted, rel=0.05)


def test_without_a_price_the_cost_is_not_known(submitted: Database) -> None:
    with submitted.session() as session:
        assert cost_of(session, get_candidate(session, 1)) is None
