"""Every example: sorted, filtered, and walked through by the link."""

from __future__ import annotations

from composer.home.paths import Home
from tests.ui.pages import Open, candidate_page


def test_examples_are_sorted_by_worst_regression_and_filtered_by_the_link(furnished: Home, visit: Open) -> None:
    table = candidate_page(visit, furnished).dataframe[0].value
    assert set(table["outcome"]) == {"worse"}
    assert table["loss change"].is_monotonic_decreasing
    malformed = candidate_page(visit, furnished, show="malformed").dataframe[0].value
    assert ((malformed["before"] == "malformed") | (malformed["after"] == "malformed")).all()
    found = candidate_page(visit, furnished, show="all", slice="politics", find="iraq")
    assert set(found.dataframe[0].value["slice"]) == {"politics"}
    large = candidate_page(visit, furnished, show="all", size="change ≥ 0.25").dataframe[0].value
    assert (large["loss change"].abs() >= 0.25).all()
    assert len(large)


def test_next_opens_the_following_row_and_the_link_holds_it(furnished: Home, visit: Open) -> None:
    app = candidate_page(visit, furnished)
    ids = list(app.dataframe[0].value["example"])
    app.button(key="next").click().run()
    assert app.query_params["row"] == ids[0]
    app.button(key="next").click().run()
    assert app.query_params["row"] == ids[1]
    app.button(key="close").click().run()
    assert "row" not in app.query_params
