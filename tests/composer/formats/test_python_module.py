"""The Python module, imported in an interpreter that has no package: same messages, answers read as strictly."""

from __future__ import annotations

import ast
import sys
from typing import Any

import dspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.evaluation.parsing import parse
from composer.formats import python_module
from composer.formats.prompt import ExportedPrompt
from composer.task.task import Output
from library.errors import Refused
from tests.composer.formats import corpus

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def source(prompt: ExportedPrompt) -> str:
    (content,) = python_module.files(prompt).values()
    return content.decode()


def imported(prompt: ExportedPrompt) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(source(prompt), "exported.py", "exec"), names)
    return names


def test_no_prompt_is_refused_and_each_gives_its_messages_whatever_is_filled_in() -> None:
    prompts = {**corpus.prompts(), **corpus.checked_prompts()}
    every = corpus.filled()
    modules = [next(iter(python_module.files(prompt).values())) for prompt in prompts.values()]
    read = python_module.read([(content, every) for content in modules])
    for (odd, prompt), found in zip(prompts.items(), read, strict=True):
        assert found == [prompt.messages(inputs) for inputs in every], odd


def test_it_needs_nothing_but_the_standard_library_and_an_older_python_reads_it() -> None:
    tree = ast.parse(source(corpus.prompt()), feature_version=(3, 9))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    named = [one.module or "" if isinstance(one, ast.ImportFrom) else one.names[0].name for one in imports]
    assert set(named) <= sys.stdlib_module_names


def test_line_breaks_of_the_file_are_those_of_the_module_alone() -> None:
    for odd, prompt in corpus.prompts().items():
        text = source(prompt)
        assert text.isascii() or all(one.isprintable() or one == "\n" for one in text), odd
        assert text.splitlines() == text.split("\n")[:-1], odd


@pytest.mark.parametrize("task", ["small", "two-words", "2fa"])
def test_its_name_can_be_imported(task: str) -> None:
    (name,) = python_module.files(corpus.prompt(task=task))
    assert name.removesuffix(".py").isidentifier()


@pytest.mark.parametrize("name", ["re", "json", "inputs", "messages", "user", "found", "text", "x1"])
def test_an_input_may_be_called_anything_a_task_allows(name: str) -> None:
    prompt = corpus.prompt(inputs=(name,), message=f"It: {{{{{name}}}}}")
    assert python_module.loaded(python_module.files(prompt), {name: "x"}) == prompt.messages({name: "x"})


def test_an_input_that_is_missing_unknown_or_no_text_is_an_error() -> None:
    messages = imported(corpus.prompt())["messages"]
    for inputs in ({"query": "x"}, {"query": "x", "document": "y", "more": "z"}, {"query": 3, "document": "y"}):
        with pytest.raises(TypeError):
            messages(**inputs)


def test_it_carries_what_it_was_measured_with() -> None:
    request = {"max_tokens": 9, "temperature": None, "reasoning": {"effort": "low", "on": True}}
    module = imported(corpus.prompt(request=request, model='odd"""\n\\model'))
    assert (module["REQUEST"], module["MODEL"], module["PACK"]) == (request, 'odd"""\n\\model', "ab" * 32)


@settings(max_examples=60, deadline=None)
@given(prompt=TEXTS, around=TEXTS, query=TEXTS, document=TEXTS, merged=st.booleans())
def test_any_text_is_held(prompt: str, around: str, query: str, document: str, merged: bool) -> None:
    exported = corpus.prompt(
        prompt=prompt, message=f"{around}{corpus.MESSAGE}{around}", system="merge" if merged else "role"
    )
    inputs = {"query": query, "document": document}
    assert imported(exported)["messages"](**inputs) == exported.messages(inputs)


OUTPUTS = [
    {"field": "rating", "kind": "ordinal", "low": -2, "high": 5},
    {"field": "rating", "kind": "ordinal", "low": 0, "high": 5, "format": "plain"},
    {"field": "label", "kind": "label", "labels": ['so "so"', "né"]},
    {"field": "label", "kind": "label", "labels": ["good", "bad"], "format": "plain"},
]
ANSWERS = [
    *(
        '{"rating": 3}',
        ' {"rating":\n-2} ',
        '{"rating": 6}',
        '{"rating": "3"}',
        '{"rating": 3.0}',
        '{"rating": true}',
    ),
    *('{"rating": 3, "rating": 3}', '{"rating": 3, "why": ""}', '{"rating": NaN}', '[{"rating": 3}]', "{}", "3"),
    *(
        '{"label": "né"}',
        '{"label": "so \\"so\\""}',
        '{"label": "N\\u00c9"}',
        '{"label": null}',
        '{"label": ["né"]}',
    ),
    *(
        "good",
        " bad\n",
        "Good",
        "",
        " 5 ",
        "05",
        "6",
        "+3",
        "３",
        "-1",
        "```json\n{}\n```",
        "[" * 100_000,
        "9" * 5000,
    ),
]


@pytest.mark.parametrize("output", OUTPUTS)
def test_answers_are_read_as_strictly_as_when_they_were_measured(output: dict[str, Any]) -> None:
    measured = Output.model_validate(output)
    read = imported(corpus.prompt(output=measured))["parse"]
    seen = set()
    for answer in ANSWERS:
        expected = parse(measured, answer)
        seen.add(expected.valid)
        if expected.valid:
            assert read(answer) == expected.value
        else:
            with pytest.raises(ValueError, match=r"\w"):
                read(answer)
    assert seen == {True, False}


def test_its_adapter_refuses_other_text_and_says_what_is_malformed() -> None:
    adapter = imported(corpus.prompt())["dspy_adapter"]()
    signature = dspy.Signature("query, document -> rating: int", corpus.prompt().prompt)
    assert adapter.parse(signature, '{"rating": 4}') == {"rating": 4}
    with pytest.raises(dspy.AdapterParseError, match="whole number from 1 to 5"):
        adapter.parse(signature, '{"rating": 9}')
    inputs = {"query": "x", "document": "y"}
    assert adapter.format(signature, [], inputs) == corpus.prompt().messages(inputs)
    for changed, demos in ((signature.with_instructions("Other."), []), (signature, [inputs])):
        with pytest.raises(ValueError, match="other text than the released prompt"):
            adapter.format(changed, demos, inputs)


def test_half_of_a_character_is_refused() -> None:
    with pytest.raises(Refused, match="half of a character"):
        python_module.files(corpus.prompt(prompt="\ud800"))
