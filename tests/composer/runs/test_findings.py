"""What a search learnt, as people read it: in points of the metric, sorted, and in words."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from composer.answers.evaluator import Counts
from composer.cli.run_report import report
from composer.home.paths import Home
from composer.runs.findings import (
    SearchFindings,
    findings_of,
    order_in_words,
    pair_in_words,
    power_in_words,
    search_findings,
    shown,
)
from composer.runs.records import get_run
from composer.runs.summary import RunResult
from composer.search.attribution import Attribution, Gain
from library.database import Database
from tests import small

WORTH = Attribution(
    snippets=(
        Gain(("harmful",), -0.02, -0.03, -0.01, 40),
        Gain(("helpful",), 0.05, 0.02, 0.08, 50),
        Gain(("old@1",), 0.01, -0.01, 0.03, 20),
        Gain(("unseen",), 0.0, -0.2, 0.2, 0),
    ),
    pairs=(
        Gain(("helpful", "old@1"), 0.03, 0.01, 0.05, 12),
        Gain(("harmful", "old@1"), -0.03, -0.05, -0.01, 12),
        Gain(("harmful", "helpful"), 0.01, -0.01, 0.03, 12),
    ),
    left_out=(Gain(("old@1",), 0.01, -0.02, 0.04, 20), Gain(("helpful",), 0.06, 0.03, 0.09, 50)),
    orders=(Gain(("helpful", "old@1"), -0.02, -0.03, -0.01, 12),),
    noise=0.2,
)


def of(worth: Attribution = WORTH, examples: int = 100) -> SearchFindings:
    return findings_of(worth, "nmse", "lower", examples)


def test_effects_are_changes_of_the_metric_best_first_and_what_was_never_tried_stands_apart() -> None:
    found = of()
    assert [one.names for one in found.snippets] == [("helpful",), ("old@1",), ("harmful",)]
    assert [one.text for one in found.snippets] == [
        "−5.00 [−8.00, −2.00] better",
        "−1.00 [−3.00, +1.00] unclear",
        "+2.00 [+1.00, +3.00] worse",
    ]
    assert found.untried == ("unseen",)


def test_accuracy_is_told_in_points_that_rise() -> None:
    found = findings_of(WORTH, "accuracy", "higher", 100)
    assert found.snippets[0].text == "+5.0 [+2.0, +8.0] better"
    assert power_in_words(found).startswith("a gain of 5.6 points of accuracy is detected")


def test_the_composition_found_is_known_by_its_parts() -> None:
    found = of()
    assert found.composition == ("old@1", "helpful")
    assert [one.chosen for one in found.snippets] == [True, True, False]


def test_pairs_are_told_where_they_interact_clearly() -> None:
    more, less = map(pair_in_words, of().pairs)
    assert more == "helpful and old@1 do more together than the sum of both: NMSE −3.00 [−5.00, −1.00] better"
    assert less == "harmful and old@1 do less together than the sum of both: NMSE +3.00 [+1.00, +5.00] worse"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {},
            "1 other order was tried, and it differs clearly: helpful, old@1 has NMSE +2.00 [+1.00, +3.00] worse",
        ),
        ({"orders": ()}, "no other order of the composition was tried"),
        ({"left_out": WORTH.left_out[:1]}, "no order to choose"),
        ({"orders": (Gain(("b", "a"), 0.0, 0.0, 0.0, 9),)}, "1 other order was tried, and no difference seen"),
        (
            {"orders": (Gain(("b", "a"), 0.01, -0.01, 0.03, 9), Gain(("c", "a"), 0.0, 0.0, 0.0, 9))},
            "2 other orders were tried, and no clear difference seen; the largest is NMSE −1.00 [−3.00, +1.00]",
        ),
        (
            {"orders": (*WORTH.orders, Gain(("c", "a"), -0.04, -0.05, -0.03, 9))},
            "2 other orders were tried, and 2 of them differ clearly, the most: c, a has NMSE +4.00",
        ),
    ],
)
def test_the_order_is_told_in_a_sentence(changes: dict[str, tuple[Gain, ...]], expected: str) -> None:
    assert order_in_words(of(replace(WORTH, **changes))).startswith(expected)


def test_the_examples_that_a_smaller_gain_takes_are_told() -> None:
    # 2.8 standard errors of 0.2 / sqrt(100) are 0.056; a point of 0.01 takes (2.8 * 0.2 / 0.01) ** 2 = 3,136.
    assert power_in_words(of()) == (
        "a gain of 5.60 NMSE points is detected 4 times in 5 on the 100 development examples; "
        "one of 1.00 takes about 3,100"
    )


def test_where_a_point_shows_already_half_of_what_shows_is_told() -> None:
    said = power_in_words(of(replace(WORTH, noise=0.02)))
    assert "a gain of 0.560 NMSE points" in said
    assert "one of 0.280 takes about 400" in said


def test_too_few_examples_to_show_anything_are_said_to_be_so() -> None:
    assert "to show any gain" in power_in_words(of(replace(WORTH, noise=0.7), examples=2))
    assert power_in_words(of(examples=0)) == ""


def test_a_reader_sees_the_composition_first_then_what_is_clear() -> None:
    effects = of().snippets
    assert [one.names[0] for one in shown(effects, 2)] == ["helpful", "old@1"]
    assert shown(effects, 9) == effects


def test_a_run_says_what_it_learnt_and_why_it_stopped(filled: Database, home: Home) -> None:
    number = small.enter(filled)
    with filled.session() as session:
        assert search_findings(session, get_run(session, number)) is None
    summary = small.run(filled, home, number, small.engine())
    with filled.session() as session:
        run = get_run(session, number)
        found = search_findings(session, run)
    assert found is not None
    assert run.attribution is not None
    assert found.metric == "nmse"
    assert found.composition == tuple(summary.keys)
    assert len(found.snippets) + len(found.untried) == len(small.TEXTS)
    assert found.stopped
    assert found.examples == 16


def test_the_terminal_tells_what_each_snippet_adds() -> None:
    result = RunResult(
        task="t",
        target="m",
        strategy="greedy",
        seed=0,
        keys=("old", "helpful"),
        message="no candidate",
        cells=Counts(asked=1, stored=0, paid=1),
        tried=3,
        seconds=1.0,
        incumbent=None,
        candidate=None,
        difference=None,
        examples=None,
        gates=(),
        candidate_id=None,
    )
    written = StringIO()
    console = Console(width=110, file=written)
    console.print(report(result, [], replace(of(), stopped="the budget is spent")))
    told = written.getvalue()
    assert "Effect of each snippet within the composition found" in told
    assert "search estimate: the composition with the snippet against without it" in told
    assert "old@1" in told
    assert "[−9.00, −3.00]   better" in told
    assert "The search stopped: the budget is spent." in told
    assert "A gain of 5.60 NMSE points" in told
