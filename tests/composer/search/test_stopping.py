"""A search ends early when going on is expected to gain next to nothing."""

from __future__ import annotations

import pytest

from composer.search.stopping import StoppingRule


def rule(*gains: tuple[float, float]) -> StoppingRule:
    made = StoppingRule(window=4, least=0.01)
    for over_leader, over_incumbent in gains:
        made.add(over_leader, over_incumbent)
    return made


@pytest.mark.parametrize("none_leads", [True, False])
def test_it_goes_on_until_its_window_is_full(none_leads: bool) -> None:
    assert rule(*[(0.0, 0.0)] * 3).reason(none_leads=none_leads) is None


def test_it_is_settled_where_no_sample_gains_over_the_leader() -> None:
    assert rule(*[(0.001, 0.2)] * 4).reason(none_leads=False) == "settled"


def test_it_is_futile_where_the_incumbent_leads_and_no_sample_promises_more() -> None:
    assert rule(*[(0.009, 0.009)] * 4).reason(none_leads=True) == "futile"
    assert rule(*[(0.05, 0.05)] * 4).reason(none_leads=True) is None
    assert rule(*[(0.05, 0.0)] * 4).reason(none_leads=False) is None


def test_only_the_last_samples_count() -> None:
    gains = [(0.5, 0.5)] * 8
    assert rule(*gains).reason(none_leads=False) is None
    assert rule(*gains, *[(0.0, 0.5)] * 4).reason(none_leads=False) == "settled"
