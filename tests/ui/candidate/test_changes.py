"""What changes: the text compared, and the base that the link names."""

from __future__ import annotations

from composer.home.paths import Home
from tests.ui.pages import Open, candidate_page, seen


def test_the_text_is_compared_unified_or_side_by_side(furnished: Home, visit: Open) -> None:
    assert "ic-half" not in seen(candidate_page(visit, furnished))
    assert "ic-half" in seen(candidate_page(visit, furnished, diff="side by side"))


def test_the_link_chooses_what_the_candidate_is_compared_with(furnished: Home, visit: Open) -> None:
    assert "+ added" in seen(candidate_page(visit, furnished, base="the bare base"))
    app = candidate_page(visit, furnished)
    assert "candidate 2 on qwen2.5-coder-0.5b" not in app.selectbox(key="base").options


def test_it_leads_to_the_candidate_side_by_side_with_what_is_in_use_and_the_base(
    furnished: Home, visit: Open
) -> None:
    shown = seen(candidate_page(visit, furnished))
    assert 'href="compare?task=relatedness&amp;columns=candidate%3A1%2Cbase"' in shown
