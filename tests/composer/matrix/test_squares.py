"""What counts for each task on each target, with figures that somebody has read already."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import func, select

from composer.answers.cost import money_for
from composer.candidates.records import get_candidate
from composer.evaluation.raters import Estimate
from composer.matrix.squares import Matrix, away, detailed, disagreement, read_matrix
from composer.models.prices import Tokens
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.tables import TestReadRow
from library.database import Database
from tests import small
from tests.composer.matrix.several import CLOUD, LARGER


def test_a_release_counts_before_a_newer_candidate_and_a_candidate_before_the_bare_base(matrix: Matrix) -> None:
    names = {target: one.name for (_, target), one in matrix.squares.items()}
    assert names == {"tiny": "release 1", "larger": "candidate 2", "cloud": "the bare base"}
    assert [one.link for one in matrix.others] == ["candidate:3"]
    figures = [one.figure.value for one in matrix.of("small")]
    assert figures == sorted(figures)


def test_a_square_has_the_figures_of_the_evidence_and_an_interval_of_its_own(several: Database) -> None:
    with several.session() as session:
        square = read_matrix(session).squares["small", "tiny"]
        metric, *_ = get_candidate(session, 1).figures
    assert square.figure.value == metric.candidate
    assert square.figure.low < square.figure.value < square.figure.high
    assert (square.before, square.split, square.examples) == (metric.incumbent, "test", 16)
    assert square.valid_rate == 1.0


def test_a_price_makes_a_cost_and_without_one_there_is_none(matrix: Matrix) -> None:
    costs = {target: one.cost for (_, target), one in matrix.squares.items()}
    assert costs["tiny"] is None
    assert costs["larger"]
    assert costs["cloud"]
    assert money_for(CLOUD, 1000, Tokens(150, 50)) == pytest.approx(1.0)
    assert money_for(CLOUD, 1000, None) is None
    assert money_for(CLOUD, 1000, Tokens(0, 0)) is None


def test_the_bare_base_stands_on_dev_examples_and_is_read_for_one_task_alone(several: Database) -> None:
    with several.session() as session:
        plain = read_matrix(session)
        assert ("small", "cloud") not in plain.squares
        assert plain.without("small") == ("cloud",)
        bare = detailed(session, plain, "small").squares["small", "cloud"]
        assert detailed(session, plain, "none such").squares == plain.squares
    assert (bare.kind, bare.split, bare.examples, bare.before) == ("base", "dev", 16, None)


def test_no_sealed_example_is_read_for_it(several: Database) -> None:
    with several.session() as session:
        before = session.exec(select(func.count()).select_from(TestReadRow)).one()
        detailed(session, read_matrix(session), "small")
        assert session.exec(select(func.count()).select_from(TestReadRow)).one() == before


def test_what_changed_since_it_was_measured_is_named(several: Database) -> None:
    with several.session() as session:
        add_target(session, LARGER.model_copy(update={"max_tokens": 32}), by="Ada", at=small.NOW)
        add_task(session, small.task(title="Another"), by="Ada", at=small.NOW)
        found = read_matrix(session).squares
    assert found["small", "larger"].changed == ("the task was edited", "the target was edited")
    assert found["small", "tiny"].changed == ("the task was edited",)


def test_a_target_that_nobody_asked_has_no_square(several: Database) -> None:
    with several.session() as session:
        add_target(session, Target(name="new", kind="embedded", model="smollm2-135m"), by="Ada", at=small.NOW)
        found = detailed(session, read_matrix(session), "small")
    assert ("small", "new") not in found.squares
    assert found.without("small") == ("new",)


def test_disagreement_is_a_figure_in_which_less_is_better(matrix: Matrix) -> None:
    square = matrix.squares["small", "tiny"]
    assert disagreement(square) == square.figure
    right = replace(square, metric="accuracy", figure=Estimate(0.8, 0.7, 0.9))
    assert disagreement(right) == Estimate(pytest.approx(20.0), pytest.approx(10.0), pytest.approx(30.0))
    assert away("nmse", square.figure) == square.figure
