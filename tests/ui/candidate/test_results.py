"""What a candidate gains and breaks: effects of snippets, answers by gold label."""

from __future__ import annotations

from composer.home.paths import Home
from tests.ui.pages import Open, candidate_page, seen


def test_the_effect_of_each_snippet_is_folded_and_called_a_search_estimate(furnished: Home, visit: Open) -> None:
    app = candidate_page(visit, furnished)
    (folded,) = [one for one in app.expander if "of each snippet within the composition found" in one.label]
    assert not folded.proto.expanded
    assert "search estimate" in folded.label


def test_labels_are_compared_as_counts(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "candidate", candidate="2"))
    assert "answers by gold label" in shown
    assert "Macro F1" in shown
