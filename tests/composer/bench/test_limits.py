"""Figures held against their limits."""

from __future__ import annotations

from composer.bench.limits import Limits

LIMITS = Limits({"page_ms": 300}, {"page_ms": "a page, ms", "bytes": "sent, bytes"})


def test_a_figure_at_its_limit_is_over_it_and_one_without_a_limit_never_is() -> None:
    assert LIMITS.broken({"page_ms": 300, "bytes": 10**9}) == ("page_ms",)
    assert LIMITS.broken({"page_ms": 299, "bytes": 10**9}) == ()


def test_the_table_has_each_figure_with_its_limit_and_on_which_side_it_is() -> None:
    shown = LIMITS.table({"page_ms": 1300, "bytes": 5})
    cells = [list(column.cells) for column in shown.columns]
    assert cells == [["a page, ms", "sent, bytes"], ["1,300", "5"], ["300", "—"], ["over", ""]]
