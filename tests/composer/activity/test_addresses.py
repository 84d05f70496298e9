"""Addresses of pages: readable, and safe for whatever a name holds."""

from __future__ import annotations

from urllib.parse import parse_qs

from composer.activity.addresses import candidate_page, prompt_page, run_page, snippet_page


def test_addresses_name_the_page_and_what_it_shows() -> None:
    assert candidate_page(7) == candidate_page("7") == "candidate?candidate=7"
    assert run_page(3) == "runs?run=3"
    assert snippet_page("same-story") == "snippet?key=same-story"
    assert prompt_page("small", "tiny") == "prompts?task=small&target=tiny"


def test_whatever_a_name_holds_comes_back_from_the_query() -> None:
    for name in ("a&b=c", "a b/c", "a+b", "é%20"):
        assert parse_qs(candidate_page(7, row=name).partition("?")[2]) == {"candidate": ["7"], "row": [name]}
