"""No file is handed on that doesn't give the measured messages when it is loaded back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from composer.formats.catalogue import FORMATS
from composer.formats.format import Format
from composer.formats.proof import trials, written
from composer.prompts.messages import Messages
from library.errors import Refused
from tests.composer.formats import corpus

PROMPT = corpus.prompt()


def fake(**changes: object) -> Format:
    values: dict[str, object] = {
        "name": "fake",
        "title": "",
        "files": lambda _: {"fake": b""},
        "loaded": lambda _, inputs: PROMPT.messages(inputs),
    }
    return Format(**{**values, **changes})  # type: ignore[arg-type]


def test_what_is_loaded_back_the_same_is_handed_on_and_says_so() -> None:
    done = written(fake(), PROMPT)
    assert (done.files, done.proof) == ({"fake": b""}, "same bytes, loaded back")


def test_the_tool_that_loaded_it_is_named_and_where_there_is_none_nothing_is_claimed() -> None:
    assert "with hypothesis 6." in written(fake(tool="hypothesis"), PROMPT).proof
    assert written(fake(tool="no-such-tool"), PROMPT).proof == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found[:1], "other roles: system"),
        (lambda found: [], "there are none"),
        (
            lambda found: [found[0], {**found[1], "content": found[1]["content"].strip()}],
            "user message differs from line",
        ),
        (
            lambda found: [{**found[0], "content": found[0]["content"] + "\n"}, found[1]],
            r"system message differs from line 2 on: '\\n' instead of ''",
        ),
    ],
)
def test_what_comes_back_otherwise_is_refused_with_the_place(change, said) -> None:  # type: ignore[no-untyped-def]
    def loaded(_: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
        return list(change(PROMPT.messages(inputs)))

    with pytest.raises(Refused, match=said):
        written(fake(loaded=loaded), PROMPT)


def test_every_input_is_once_filled_with_every_hostile_text_and_a_row_is_tried() -> None:
    tried = list(trials(PROMPT))
    for name in PROMPT.inputs:
        assert len({inputs[name] for inputs in tried}) == len(tried)
    assert tried[-1] == PROMPT.rows[0].inputs
    assert {"query": "{{query}}{{document}}", "document": "{{query}}{{document}}"} in tried
    assert list(trials(replace(PROMPT, rows=())))


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_holds_a_plain_prompt(name: str) -> None:
    assert written(FORMATS[name], PROMPT).proof
