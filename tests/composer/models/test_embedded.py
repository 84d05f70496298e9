"""The embedded engine, on the real 0.5B model where marked."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dspy
import pytest

from composer.models.catalogue import CATALOGUE, find_model
from composer.models.chat_format import template_hash
from composer.models.client import Outage, ask
from composer.models.connection import chat_format, chat_template, language_model, release
from composer.models.embedded import WAY, EmbeddedEngine, available_cores, idle_cores
from composer.models.target import Target
from library.control_tokens import VOCABULARIES
from library.errors import Refused

SMALL = Target(name="small", kind="embedded", model="qwen2.5-coder-0.5b", context=1024, threads=1)
"""On one core: beside other tests, several would mostly wait for each other."""


WEIGHED = {"max_tokens": 8, "temperature": 0, "logprobs": True, "top_logprobs": 3}


def question(text: str) -> list[dict[str, str]]:
    system = 'Is the sentence about an animal?\nAnswer with JSON only: {"animal": true} or {"animal": false}.'
    return [{"role": "system", "content": system}, {"role": "user", "content": text}]


def engine_for(path: Path) -> dspy.LM:
    return dspy.LM("embedded/test", engine=EmbeddedEngine(lambda: path), num_retries=0, max_tokens=4, cache=False)


def test_a_model_that_is_not_there_is_refused_with_the_command_that_fetches_it(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"composer model pull qwen2\.5-coder-0\.5b"):
        ask(language_model(SMALL, folder=tmp_path), question("A cat."))


def test_a_file_with_other_content_is_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / find_model(SMALL.model).file
    path.write_bytes(b"GGUF but not this model")
    with pytest.raises(Refused, match="wrong content"):
        ask(language_model(SMALL, folder=tmp_path), question("A cat."))
    assert not path.exists()


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.gguf"
    path.write_bytes(b"GGUF" + bytes(range(256)) * 20)
    with pytest.raises(Refused, match="can't load the model"):
        ask(engine_for(path), question("A cat."))


def test_closing_before_any_call_is_fine_and_a_copy_is_the_same_engine() -> None:
    engine = EmbeddedEngine(lambda: Path("nowhere"))
    engine.close()
    assert copy.deepcopy(engine) is engine
    assert available_cores() >= 1


@pytest.mark.parametrize(
    ("cores", "busy", "expected"), [(8, 0.02, 8), (8, 0.4, 5), (2, 0.6, 1), (2, 1.0, 1), (1, 0.0, 1)]
)
def test_a_model_takes_the_cores_that_are_idle_and_at_least_one(cores: int, busy: float, expected: int) -> None:
    assert idle_cores(cores, busy) == expected


class Direct:
    """Stands for llama.cpp's server: remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def handle_chat_completions(self, body: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(body["messages"][-1]["content"])
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return {"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}], "usage": usage}


def test_side_by_side_answers_are_asked_for_directly() -> None:
    engine = EmbeddedEngine(lambda: Path("nowhere"), parallel=2)
    engine._server = server = Direct()
    lm = dspy.LM("embedded/test", engine=engine, num_retries=0, cache=False)
    for user in ("a", "b"):
        assert ask(lm, [{"role": "system", "content": "s"}, {"role": "user", "content": user}]).text == "ok"
    assert server.asked == ["a", "b"]


@pytest.fixture(scope="module")
def loaded(model_05b: Path) -> Iterator[dspy.LM]:
    """The real model, loaded at the first question and once for all tests that ask it."""
    assert model_05b.name in {model.file for model in CATALOGUE}
    lm = language_model(SMALL, folder=model_05b.parent)
    yield lm
    release(lm)


@pytest.mark.model
def test_an_answer_does_not_depend_on_what_was_asked_before(
    loaded: dspy.LM, capfd: pytest.CaptureFixture[str]
) -> None:
    texts = ["A dog barks.\n\nThe dog is old.", "A dog barks.\n\nThe dog sleeps in the sun.", "Rain all day."]
    texts += ["\nA cat purrs.", "  \nNo cat purrs.", "Said: the dog barks.", "Said: the cat.", "Said:"]
    answers = []
    for order in (texts, texts[::-1]):
        said = {text: ask(loaded, question(text)) for text in order}
        answers.append({text: (answer.text, answer.prompt_tokens) for text, answer in said.items()})
    assert answers[0] == answers[1]
    assert capfd.readouterr() == ("", "")


@pytest.mark.model
def test_not_the_last_digit_of_what_the_model_weighs_depends_on_what_was_asked_before(loaded: dspy.LM) -> None:
    _, steps = loaded.engine._loaded()
    rule = "A sentence that only names an animal is not about it."
    openings = [
        f"Read the sentence with care, word by word.\n{rule * 2}\n{more}\n" for more in ("Be brief.", "Be fair.")
    ]
    asked = [question(text) for text in ("A: dog", "A: dove", "Rain.\n\nB: it rains", "Rain.\n\nB: it snows")]
    asked += [[{"role": "system", "content": one + asked[0][0]["content"]}, asked[0][1]] for one in openings]
    weighed = []
    for order in (asked, asked[::-1], [*asked[::2], *asked[1::2], *asked[::2]]):
        said = {str(one): steps.ask({"messages": one, **WEIGHED}) for one in order}
        guesses = {one: reply["timings"].get("draft_n", 0) for one, reply in said.items()}
        weighed.append({one: (reply["choices"][0]["logprobs"], guesses[one]) for one, reply in said.items()})
    assert weighed[0] == weighed[1] == weighed[2]
    right = [reply["timings"].get("draft_n_accepted", 0) for reply in said.values()]
    assert min(right) >= 1  # the form of the answer stands in the prompt


@pytest.mark.model
def test_an_answer_does_not_depend_on_the_number_of_threads(loaded: dspy.LM, model_05b: Path) -> None:
    texts = ["A dog barks.\n\nThe dog is old.", "\nA cat purrs, and the rain falls all day on the old dog."]
    other = language_model(SMALL.model_copy(update={"threads": 2, "max_tokens": 12}), folder=model_05b.parent)
    long = loaded.copy(max_tokens=12)
    try:
        for text in texts:
            assert ask(other, question(text)).text == ask(long, question(text)).text
    finally:
        release(other)


@pytest.mark.model
def test_the_real_model_answers_repeatably_counts_tokens_and_frees_itself(
    loaded: dspy.LM, capfd: pytest.CaptureFixture[str]
) -> None:
    first = ask(loaded, question("The cat sleeps on the mat."))
    assert first.text
    assert first.prompt_tokens > 30
    assert 1 <= first.completion_tokens <= SMALL.max_tokens
    assert first.seconds > 0
    assert first.served_model == find_model(SMALL.model).file
    assert first.system_fingerprint == f"xllamacpp-{version('xllamacpp')}-steps-{WAY}"
    with ThreadPoolExecutor(2) as threads:
        texts = ["The cat sleeps on the mat.", "The bus is late again."]
        answers = list(threads.map(lambda text: ask(loaded, question(text)), texts))
    assert answers[0].text == first.text
    with pytest.raises(Outage, match="too long"):
        ask(loaded, question("word " * 2000))
    release(loaded)
    assert loaded.engine._server is None
    assert capfd.readouterr() == ("", "")


def written_in(path: Path, key: str) -> str:
    """Return a text of a GGUF file's head, found by its key: a type, a length and the bytes."""
    head = path.open("rb").read(8 * 2**20)
    place = head.index(key.encode()) + len(key) + 4
    return head[place + 8 :][: int.from_bytes(head[place : place + 8], "little")].decode()


def listed_in(path: Path) -> set[str]:
    """Return the control tokens of a GGUF file's vocabulary: those of type 3 in the list beside the tokens."""
    head = path.open("rb").read(16 * 2**20)

    def array(key: str) -> tuple[int, int]:
        place = head.index(key.encode()) + len(key) + 8
        return int.from_bytes(head[place : place + 8], "little"), place + 8

    many, place = array("tokenizer.ggml.tokens")
    texts = []
    for _ in range(many):
        length = int.from_bytes(head[place : place + 8], "little")
        texts.append(head[place + 8 : place + 8 + length])
        place += 8 + length
    _, place = array("tokenizer.ggml.token_type")
    types = [head[place + 4 * number] for number in range(many)]
    return {text.decode() for text, kind in zip(texts, types, strict=True) if kind == 3}


@pytest.mark.model
def test_the_real_model_shows_the_text_and_tokens_that_it_is_asked_with(
    loaded: dspy.LM, model_05b: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(loaded)
    monkeypatch.setenv("LLAMA_ARG_CHAT_TEMPLATE", "llama2")  # llama.cpp's own program would take this one
    found, template = chat_format(loaded, SMALL), chat_template(loaded, SMALL)
    assert found is not None
    assert template is not None
    assert template_hash(template) == template_hash(written_in(model_05b, "tokenizer.chat_template"))
    messages = [{"role": "system", "content": "Rate it — “é” 🙂."}, {"role": "user", "content": "\nA\n\nB "}]
    tokens = found.tokens(text := found.prompt(messages))
    assert text == (
        "<|im_start|>system\nRate it — “é” 🙂.<|im_end|>\n<|im_start|>user\n\nA\n\nB <|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    assert b"".join(one.piece for one in tokens).decode() == text
    controls = ["<|im_start|>", "<|im_end|>"]
    assert [one.text for one in tokens if one.control] == [*controls, *controls, "<|im_start|>"]
    assert ask(loaded, messages).prompt_tokens == len(tokens)


@pytest.mark.model
def test_the_control_tokens_of_the_real_models_vocabulary_are_known(model_05b: Path, loaded: dspy.LM) -> None:
    known = VOCABULARIES[find_model(SMALL.model).vocabulary]
    found = chat_format(loaded, SMALL)
    assert found is not None
    for spelled in (*known, "<filename>", "<|eot_id|>"):
        tokens = [one.text.strip() for one in found.tokens(f"a {spelled} b")]
        assert (spelled in tokens) == (spelled in known)
    assert {one for one in known if one not in ("<tool_call>", "</tool_call>")} == listed_in(model_05b)


@pytest.mark.model
def test_a_file_with_another_chat_template_than_the_target_expects_is_not_asked(model_05b: Path) -> None:
    lm = language_model(SMALL.model_copy(update={"template_sha256": "0" * 64}), folder=model_05b.parent)
    with pytest.raises(Refused, match="the chat template has changed"):
        ask(lm, question("A cat."))
    release(lm)
