"""Formats are chosen by name."""

from __future__ import annotations

import pytest

from composer.formats.catalogue import FORMATS, chosen
from library.errors import Refused
from tests.composer.formats import corpus


def test_formats_come_in_the_order_of_the_catalogue_each_once() -> None:
    assert chosen(["prompt.txt", "prompt.txt"]) == (FORMATS["prompt.txt"],)
    assert chosen(["all"]) == tuple(FORMATS.values())


def test_an_unknown_format_is_refused_and_those_there_are_named() -> None:
    with pytest.raises(Refused, match=r"no format 'pdf'.*prompt\.txt"):
        chosen(["prompt.txt", "pdf"])


def test_files_of_one_name_are_the_same_whichever_format_writes_them() -> None:
    held: dict[str, bytes] = {}
    for one in FORMATS.values():
        for name, content in one.files(corpus.prompt()).items():
            assert held.setdefault(name, content) == content, (one.name, name)


def test_every_line_of_the_list_fits_a_terminal() -> None:
    assert {one.name: one.title for one in FORMATS.values() if len(one.title) > 64} == {}


@pytest.mark.parametrize("name", ["batch.jsonl", "promptfoo", "prompty"])
def test_a_format_that_asks_over_openai_s_api_refuses_a_prompt_that_was_measured_over_another(name: str) -> None:
    with pytest.raises(Refused, match="asked over Anthropic's Messages API"):
        FORMATS[name].files(corpus.prompt(api="anthropic"))
