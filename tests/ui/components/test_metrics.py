"""Figures as HTML: gates by the figure each goes by, written as everywhere on the page."""

from __future__ import annotations

import re

from composer.evaluation.outcomes import Difference, Gate
from ui.components import metrics

ACCURACY = Difference("accuracy", "higher", 0.5, 0.77, 0.27, 0.178, 0.342)
RATE = Difference("valid_rate", "higher", 0.9, 0.95, 0.05, -0.01, 0.1)
SPEARMAN = Difference("spearman", "higher", 0.4, 0.38, -0.02, -0.1, 0.06)
FIGURES = (ACCURACY, RATE, SPEARMAN)


def text(*gates: Gate) -> str:
    return re.sub("<[^>]+>", "", metrics.gates(gates, FIGURES))


def test_gates_show_shares_in_points_as_the_cards_do() -> None:
    shown = text(Gate("improves", True, "[+0.178, +0.342]"), Gate("valid rate", True, "+0.05"))
    assert "improves [+17.8, +34.2]" in shown
    assert "valid rate +5.0 pts" in shown


def test_a_gate_keeps_what_its_policy_allows_and_one_that_counts_its_own_figure() -> None:
    shown = text(
        Gate("spearman", True, "-0.02 (may fall by 0.05)"),
        Gate("must not regress", True, "3/3"),
        Gate("tokens ≤ +9", False, "-4"),
        Gate("improves", False, "no interval"),
    )
    assert "Spearman −0.020 (may fall by 0.05)" in shown
    assert "must not regress 3/3" in shown
    assert "tokens ≤ +9 −4" in shown
    assert "2 of 4 pass" in shown


def test_without_an_interval_a_gate_says_so() -> None:
    none = Difference("accuracy", "higher", None, 0.5, None, None, None)
    assert "no interval" in metrics.gates([Gate("improves", False, "no interval")], [none])
