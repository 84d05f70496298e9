"""The measures of cells a second: each asks what it says, and gives a rate."""

from __future__ import annotations

import dspy
import pytest

from composer.bench import throughput_cells as cells


@pytest.fixture
def lm() -> dspy.LM:
    return dspy.LM("instant/model", engine=cells.InstantEngine(), num_retries=0, cache=False)


def test_cells_are_stored_and_examples_evaluated(lm: dspy.LM) -> None:
    assert cells.stored_a_second(lm, 20) > 0
    assert cells.evaluated_a_second(lm, 20) > 0


def test_an_endpoint_gives_no_more_than_it_can() -> None:
    assert 0 < cells.endpoint_share(64) <= 1


def test_a_call_of_the_clusters_measure_computes_as_long_as_it_says() -> None:
    assert cells.computed([]).seconds == cells.COMPUTED_SECONDS
