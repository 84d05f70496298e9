"""A prompt in a file: its slot, its message, and what is refused with its line."""

from __future__ import annotations

import pytest

from composer.task.prompttext import placeholders, prompt_text, renamed, with_slot
from library.errors import Refused

PLAIN = 'Rate how urgent a message is, from 1 to 5.\nAnswer with {"urgency": N}.\n'


def test_a_slot_is_added_at_the_end_and_only_where_there_is_none() -> None:
    assert with_slot("Rate it.\r\nBe strict.\n\n") == "Rate it.\nBe strict.\n{{snippets}}"
    assert with_slot("Rate it.\n{{snippets}}\nBe strict.\n") == "Rate it.\n{{snippets}}\nBe strict."


def test_a_prompt_without_inputs_is_the_base_and_nothing_else_of_it_changes() -> None:
    found = prompt_text(PLAIN, ["message"], "a.txt")
    assert (found.base, found.message) == (PLAIN + "{{snippets}}", "")
    assert found.notes == ("a line {{snippets}} was added at the end of the base, where snippets go",)


@pytest.mark.parametrize("written", ["{message}", "{{message}}", "{{ message }}"])
def test_the_message_begins_where_the_inputs_do_with_what_leads_in_to_them(written: str) -> None:
    found = prompt_text(f"{PLAIN}\nMessage:\n<text>\n{written}\n</text>\nUrgency:\n", ["message"], "a.txt")
    assert found.base == PLAIN + "{{snippets}}"
    assert found.message == "Message:\n<text>\n{{message}}\n</text>\nUrgency:"
    assert "from line 4 on" in found.notes[0]


@pytest.mark.parametrize("text", ["Rate this message: {message}", "Rate this message:\n{message}"])
def test_a_prompt_of_one_sentence_may_lead_in_to_its_input(text: str) -> None:
    found = prompt_text(text, ["message"], "a.txt")
    assert (found.base, found.message) == ("Rate this message:\n{{snippets}}", "{{message}}")


def test_a_format_string_gets_its_braces_back() -> None:
    found = prompt_text('Answer {{"urgency": N}}.\n{{snippets}}\nText: {message}', ["message"], "a.txt")
    assert found.base == 'Answer {"urgency": N}.\n{{snippets}}'
    assert "doubled braces were made single" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{message}\nRate it.", "the prompt begins with an input (a.txt)"),
        ("Rate it.\n{{other}}", "holds {{other}}, and only {{snippets}} is filled in here (a.txt, line 2)"),
        ("Rate it.\n\tNow.", "holds a tab (U+0009) (a.txt, line 2)"),
    ],
)
def test_what_can_not_be_a_prompt_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        prompt_text(text, ["message"], "a.txt")
    assert said in str(refused.value)


def test_placeholders_are_named_once_in_order_without_the_slot() -> None:
    assert placeholders('{a} {{ b }} {{snippets}} {a} {"x": N}') == ("a", "b")
    assert placeholders("{a} {{ b }}", doubled=True) == ("b",)
    assert renamed("{a} {{ a }} {ab}", "a", "text") == "{text} {{ text }} {ab}"
