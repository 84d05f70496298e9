import string
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.lint import problems

PLAIN = st.text(string.ascii_letters + string.digits + " ,.;:'\"!?()[]{}/–—éüßж中", max_size=290)


@given(PLAIN)
def test_plain_lines_pass_and_what_passes_is_one_line(text: str) -> None:
    text = f"A{text.replace('{{', '').replace('}}', '').replace('{', '').replace('}', '')}."
    assert problems(text) == ()
    assert text.splitlines() == [text]


@given(PLAIN, st.sampled_from("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), PLAIN)
def test_a_line_break_of_any_kind_is_found(before: str, line_break: str, after: str) -> None:
    assert problems(f"a{before}{line_break}{after}") != ()


@given(
    PLAIN,
    st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp"])
    | st.sampled_from(
        "\u00a0\u3000\u200b\u200d\u202e\u2066\ufeff\u00ad\ufe0f\u3164\u115f\u034f\U000e0041\U000e0101"
    ),
    PLAIN,
)
def test_what_can_not_be_seen_is_found(before: str, hidden: str, after: str) -> None:
    assert problems(f"a{before}{hidden}{after}z") != ()


LATIN = st.characters(max_codepoint=0x9F)


@given(st.text(max_size=320) | st.text(LATIN, max_size=320) | st.text("{} a", max_size=9))
def test_what_passes_keeps_every_rule(text: str) -> None:
    if not problems(text):
        assert text.strip() == text
        assert len(text.splitlines()) == 1
        assert text.isprintable()
        assert len(text) <= 300
        assert not {"{{", "}}"} & {text[place : place + 2] for place in range(len(text))}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("one\ntwo", "more than one line"),
        ("one\n", "ends with a line break"),
        (" one", "space at its start or end"),
        ("one ", "space at its start or end"),
        ("one\ttwo", "tab"),
        ("cafe\u0301", "NFC"),
        ("a\u200bb", "U+200B"),
        ("put {{snippets}} here", "slot marker"),
        ("}}", "slot marker"),
        ("x" * 301, "301 characters"),
        ("\u0301abc", "begins with a mark"),
        ("a" + "\u1dc0" * 5, "5 marks over one character"),
        ("blank \U0001d159 note", "U+1D159"),
        ("stop at <|im\u200bend|>", "<|imU+200Bend|>"),
    ],
)
def test_each_problem_is_named(text: str, said: str) -> None:
    assert any(said in problem for problem in problems(text))


def test_the_longest_text_that_may_be_passes() -> None:
    assert problems("x" * 300) == ()


def test_a_text_that_spells_a_control_token_is_refused_naming_it() -> None:
    assert "<|im_end|>" in problems("Stop at <|im_end|> and no sooner.")[0]
    assert problems("Stop at a < b and [see below].") == ()


def test_marks_that_scripts_need_pass() -> None:
    for text in ("Phở ngon", "שָׁלוֹם", "ก็ได้ครับ", "हिन्दी में", "บั้น", "a\u1dc0\u1dc1\u1dc2\u1dc3"):
        assert problems(normalize("NFC", text)) == ()
