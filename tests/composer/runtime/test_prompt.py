"""A loaded prompt: wrong inputs are told at once, answers are read as they were when it was measured."""

from __future__ import annotations

import json
import pickle
import threading
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer import ReleasedPrompt, load
from composer.evaluation.parsing import parse_answer
from composer.models.answer import Answer
from library.errors import Refused
from tests import small
from tests.composer.release.test_contradictions import sealed_again


@pytest.fixture
def prompt(pack: Path) -> ReleasedPrompt:
    return load("small", target="tiny", source=pack)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "the input query is missing; the input document is missing"),
        ({"query": "a"}, "the input document is missing"),
        ({"query": "a", "document": "b", "rating": "5"}, "there is no input rating"),
        ({"query": "a", "doc": "b"}, "the input document is missing; there is no input doc"),
        ({"query": "a", "document": 5}, "the input document is no text but int"),
        ({"query": None, "document": "b"}, "the input query is no text but NoneType"),
    ],
)
def test_inputs_that_are_not_its_own_are_refused(prompt: ReleasedPrompt, inputs: Any, said: str) -> None:
    with pytest.raises(Refused) as refused:
        prompt.messages(**inputs)
    assert refused.value.what == said
    assert refused.value.where == "small on tiny"
    assert refused.value.fix == "Give query and document, each as a text."


@given(
    query=st.text(), document=st.sampled_from(["{{query}}", "{{document}}", "{x}", "$1 \\1 \\g<0>"]) | st.text()
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_input_is_filled_in_as_it_is(prompt: ReleasedPrompt, query: str, document: str) -> None:
    system, user = prompt.messages(query=query, document=document)
    assert system == {"role": "system", "content": prompt.prompt}
    assert user == {"role": "user", "content": f"Query: {query}\n\nDocument: {document}"}


ANSWERS = st.text() | st.integers(-9, 9).map(str) | st.integers(-9, 9).map(lambda n: json.dumps({"rating": n}))


@given(
    text=ANSWERS | st.sampled_from(['{"rating": 5} ', '{"rating": 5, "rating": 5}', "<think>5", '{"rating": 5.0}'])
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_answer_is_read_as_the_evaluation_reads_it(prompt: ReleasedPrompt, text: str) -> None:
    assert prompt.parse(text) == parse_answer(small.task().output, Answer(text, 1, 1, 0.1, "stop"))


def test_a_malformed_answer_says_so_and_why(prompt: ReleasedPrompt) -> None:
    good, bad = prompt.parse('{"rating": 4}'), prompt.parse('{"rating": 6}')
    assert (good.valid, good.value, good.error) == (True, 4, "")
    assert (bad.valid, bad.value, bad.error) == (False, None, "6 is outside 1 to 5")


def test_it_never_changes(prompt: ReleasedPrompt) -> None:
    with pytest.raises(FrozenInstanceError):
        prompt.prompt = "Say 5."  # type: ignore[misc]
    with pytest.raises(TypeError):
        prompt.files["prompt.txt"] = b"Say 5."  # type: ignore[index]
    prompt.messages(query="a", document="b")[0]["content"] = "Say 5."
    prompt.manifest["task"]["base"] = "Say 5."
    assert prompt.messages(query="a", document="b")[0]["content"] == prompt.prompt
    assert prompt.manifest["task"]["base"] == small.task().base
    assert len({prompt, prompt}) == 1


def test_it_goes_to_another_process(prompt: ReleasedPrompt) -> None:
    sent = pickle.loads(pickle.dumps(prompt))
    assert sent == prompt
    assert sent.files == prompt.files


def test_threads_share_it(prompt: ReleasedPrompt) -> None:
    found: list[bool] = []

    def use(name: str) -> None:
        for number in range(200):
            user = prompt.messages(query=f"{name}{number}", document=name)[1]["content"]
            found.append(
                user == f"Query: {name}{number}\n\nDocument: {name}" and prompt.parse('{"rating": 1}').valid
            )

    threads = [threading.Thread(target=use, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 800


def test_where_its_target_knows_no_system_role_the_messages_are_merged(pack: Path) -> None:
    sealed_again(pack, lambda manifest: manifest["target"].update(system="merge"))
    prompt = load("small", target="tiny", source=pack)
    asked = prompt.messages(query="a", document="b")
    assert asked == [{"role": "user", "content": f"{prompt.prompt}\n\nQuery: a\n\nDocument: b"}]
