"""A snippet's version as a value."""

from __future__ import annotations

from library.versions import SnippetVersion
from tests.library.conftest import AT


def version(group: str | None = None, pin: str | None = None, **rules: tuple[str, ...]) -> SnippetVersion:
    return SnippetVersion(1, "a", 1, "A.", "", "draft", (), group, "", "Ada", AT, pin=pin, **rules)


def test_its_rules_are_worded_a_phrase_each() -> None:
    assert version().rules == ()
    assert version("form", requires=("b", "c"), conflicts=("d",), pin="last").rules == (
        "group form",
        "requires b, c",
        "conflicts with d",
        "pinned last",
    )
