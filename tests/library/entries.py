"""Snippets of library files as Hypothesis draws them: whatever the lint accepts, YAML's traps among it."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import normalize

from hypothesis import strategies as st

from library import lint
from library.file import SnippetEntry

TRAPS = (
    *("yes", "No", "on", "y", "n", "null", "~", "true", ".inf", "1e3", "1_000", "0x1f", "0o17", "1:20"),
    *("2024-01-01", "-", "- a", "? a", ": a", "a:", "a: b", "a #b", "#a", ", a", "[a", "{a}", "]", "}"),
    *("&a", "*a", "!a", "|", "> a", "%TAG ! x", "@a", "`a`", "'a'", '"a"', "a'", "\\n", "a\\", "<<", "="),
    *("---", "--- a", "...", "\\u2028", "''", "é", "日本語", "😀", "\u0301a", "𐀀", "=cmd|' /C calc'!A0"),
    *("<script>alert(1)</script>", "{% x %}", "{x}", "$x"),
)
KEYS = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,4}){0,2}", fullmatch=True) | st.sampled_from(
    ["yes", "null", "n", "1", "2024-01-01", "on"]
)
TAGS = st.from_regex(r"[a-z0-9]{1,3}([-_][a-z0-9]{1,3}){0,1}", fullmatch=True) | st.sampled_from(
    ["no", "1_0", "1"]
)
LINES = (
    st.sampled_from(TRAPS)
    | st.text(max_size=60)
    | st.text("ab:#-'\"\\{}[]&*!|>%@`,? 1", max_size=20)
    | st.text(st.characters(max_codepoint=0x2FF), min_size=200, max_size=300)
)


def accepted(text: str) -> str:
    """A text like this one that the lint accepts."""
    kept = "".join(one for one in normalize("NFC", text) if not lint.problems(f"a{one}a"))
    kept = normalize("NFC", kept)[: lint.LONGEST].strip(" ")
    return kept if kept and not lint.problems(kept) else "-"


TEXTS = LINES.map(accepted)
STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
NOTES = (
    STORABLE
    | LINES.map(lambda text: re.sub("[\0\ud800-\udfff]", "", text))
    | st.lists(
        st.sampled_from(["", " ", "Why.", "  - because", "# no comment", "a: b", "---", "\t", "it ends "]),
        max_size=5,
    ).map("\n".join)
)


@st.composite
def entries(draw: st.DrawFn, most: int = 4) -> tuple[SnippetEntry, ...]:
    """One snippet or more, each with its own key, whose rules name earlier ones and fit together."""
    keys = draw(st.lists(KEYS, min_size=1, max_size=most, unique=True))
    found = []
    for place, key in enumerate(keys):
        # Whoever conflicts is required by nobody, and each group is another: so all of them can be in a prompt.
        rule, others = ("conflicts", keys[:place]) if place % 2 else ("requires", keys[:place:2])
        values: dict[str, Any] = {
            "key": key,
            "text": draw(TEXTS),
            "state": draw(st.sampled_from(["draft", "vetted", "retired"])),
            "tags": draw(st.lists(TAGS, max_size=3, unique=True)),
            "group": draw(st.none() | NOTES.map(lambda text, place=place: f"{place}{text}"[:80])),
            rule: draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else [],
            "pin": draw(st.sampled_from([None, "first", "last"])),
            "rationale": draw(NOTES),
        }
        found.append(SnippetEntry(**values))
    return tuple(found)
