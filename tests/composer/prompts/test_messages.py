"""Messages: the composed prompt and the task's template, filled once, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.prompts.messages import render

TEMPLATE = "Query: {{query}}\n\nDocument: {{document}} ({{query}})"


@given(query=st.text(), document=st.text(), prompt=st.text())
def test_inputs_go_in_as_they_are_and_the_rest_stays(query: str, document: str, prompt: str) -> None:
    messages = render(prompt, TEMPLATE, {"query": query, "document": document})
    assert messages == [
        {"role": "system", "content": prompt},
        {"role": "user", "content": f"Query: {query}\n\nDocument: {document} ({query})"},
    ]


def test_an_input_that_holds_a_placeholder_is_not_filled_again() -> None:
    messages = render(
        "P", "{{query}} / {{document}}", {"query": "{{document}}", "document": r"\1 \g<0> {{query}}"}
    )
    assert messages[1]["content"] == r"{{document}} / \1 \g<0> {{query}}"


def test_a_prompt_is_no_template() -> None:
    assert render("{{query}}", "{{query}}", {"query": "x"})[0]["content"] == "{{query}}"


def test_a_missing_input_fails_loudly() -> None:
    with pytest.raises(KeyError):
        render("P", TEMPLATE, {"query": "x"})
