from datetime import UTC, datetime, timedelta

import pytest

from composer.answers.evaluator import Counts
from composer.evaluation.caveats import minimum_detectable_difference
from composer.evaluation.metrics import as_change
from composer.evaluation.outcomes import Difference
from composer.prompts.changes import snippet_changes
from composer.runs.estimates import best_so_far, seconds_left
from composer.runs.records import Run
from composer.search.problem import Step
from library.canonical import text_digest
from library.versions import SnippetVersion

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def snippet(key: str, version: int = 1) -> SnippetVersion:
    text = f"{key} {version}"
    return SnippetVersion(version, key, version, text, text_digest(text), "vetted", (), None, "", "Ada", NOW)


def kinds(before: str, after: str) -> list[tuple[str, str]]:
    changed = snippet_changes([snippet(key) for key in before], [snippet(key) for key in after])
    return [(one.now.key, one.kind) for one in changed]


def test_added_and_removed_snippets_are_told_removed_last() -> None:
    assert kinds("ab", "bc") == [("b", "kept"), ("c", "added"), ("a", "removed")]


def test_only_the_snippet_that_jumped_counts_as_moved() -> None:
    assert kinds("abcd", "bcda") == [("b", "kept"), ("c", "kept"), ("d", "kept"), ("a", "moved")]


def test_a_new_version_of_a_key_is_reworded() -> None:
    (change,) = snippet_changes([snippet("a", 1)], [snippet("a", 2)])
    assert (change.kind, change.before, change.now.version) == ("reworded", snippet("a", 1), 2)


def test_a_gain_lowers_an_error_and_raises_an_accuracy() -> None:
    assert as_change("nmse", 0.05) == pytest.approx(-5)
    assert as_change("accuracy", 0.05) == pytest.approx(0.05)


def test_the_detectable_difference_is_2_8_standard_errors() -> None:
    error = 2.0
    known = Difference("nmse", "lower", 10, 9, -1, -1 - 1.96 * error, -1 + 1.96 * error)
    assert minimum_detectable_difference(known) == pytest.approx(2.8 * error, rel=0.01)
    assert minimum_detectable_difference(Difference("nmse", "lower", 10, 9, -1, None, None)) is None


def test_the_best_estimate_is_the_one_seen_on_most_examples() -> None:
    steps = [(4, 0.5, 8), (4, 0.2, 12), (16, 0.1, 40), (8, 0.9, 60)]
    trace = [Step((), gain, n, cells) for n, gain, cells in steps]
    assert best_so_far(trace) == [(8, 0.5), (12, 0.5), (40, 0.1), (60, 0.1)]


def test_time_left_is_known_after_the_first_paid_answer() -> None:
    def run(paid: int) -> Run:
        counts = Counts(asked=paid + 5, stored=5, paid=paid)
        return Run(1, "t", "m", "greedy", 0, 9, "running", counts, 105, "", "Ada", NOW, NOW, None)

    assert seconds_left(run(0), NOW) is None
    assert seconds_left(run(20), NOW + timedelta(seconds=40)) == pytest.approx(160)
