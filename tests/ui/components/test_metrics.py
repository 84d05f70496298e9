"""Figures as HTML: gates by the figure each goes by, written as everywhere on the page."""

from __future__ import annotations

import re

from composer.evaluation.outcomes import Difference, Gate, OutcomeCounts
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


def cards(*more: Difference) -> str:
    figures = (ACCURACY, RATE, Difference("macro_f1", "higher", 0.5, 0.7, 0.2, 0.1, 0.3), *more)
    return re.sub("<[^>]+>", " ", metrics.cards(figures, OutcomeCounts(5, 3, 2)))


TOKENS = Difference("tokens", "lower", 100.0, 150.0, 50.0, None, None)


def test_what_an_answer_takes_stands_beside_how_good_it_is() -> None:
    shown = cards(TOKENS, Difference("seconds", "lower", 0.5, 0.6, 0.1, 0.05, 0.15))
    for words in ("0.500 →", "0.600", "[+0.050, +0.150]", "worse", "(+20%)", "Prompt tokens", "(+50%)"):
        assert words in shown
    cost = cards(TOKENS, SECONDS, Difference("cost", "lower", 0.2, 0.1, -0.1, -0.12, -0.08))
    for words in ("Cost", "of 1,000 answers", "prompt tokens 100 →"):
        assert words in cost


SECONDS = Difference("seconds", "lower", 0.5, 0.4, -0.1, None, None)


def test_evidence_without_an_interval_of_the_seconds_shows_how_they_changed() -> None:
    assert "−0.100" in cards(TOKENS, SECONDS)
    assert "(−20%)" in cards(TOKENS, SECONDS)
    assert "none were measured" in cards(TOKENS, Difference("seconds", "lower", 0.0, 0.0, 0.0, None, None))
