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


def test_labels_can_be_filtered_by_what_stayed_right_or_wrong(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "candidate", candidate="2", show="stayed wrong")
    (shown,) = [one.value for one in app.dataframe if "outcome" in one.value.columns]
    assert set(shown["outcome"]) == {"same"}
    assert (shown["after"] != shown["gold"]).all()
    (rating,) = [one for one in candidate_page(visit, furnished).segmented_control if one.key == "show"]
    assert not any(str(one).startswith("stayed") for one in rating.options)
