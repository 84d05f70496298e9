"""A released prompt as a DSPy program: it asks the measured messages, whoever tries to change them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import dspy
import pytest

from composer import ReleasedPrompt, load
from composer.prompts.composition import UnvettedText
from composer.release.verification import MANIFEST
from library.errors import Refused
from tests.composer.release.test_contradictions import sealed_again
from tests.scripted import ScriptedEngine, scripted_lm

INPUTS = {"query": "a", "document": "b\n\tc {{query}}"}


class Kept(dspy.LM):  # type: ignore[misc]
    """A language model that answers with one text and keeps the messages it was sent."""

    def __init__(self, answer: str) -> None:
        super().__init__("scripted/model", cache=False, num_retries=0)
        self.answer = answer
        self.sent: list[Any] = []

    def __call__(self, prompt: Any = None, messages: Any = None, **options: Any) -> list[str]:
        self.sent.append(messages)
        return [self.answer]


def test_it_asks_exactly_the_measured_messages(pack: Path) -> None:
    prompt = load("small", target="tiny", source=pack)
    engine = ScriptedEngine(lambda system, user: '{"rating": 4}')
    with dspy.context(lm=scripted_lm(engine)):
        answer = prompt.program()(**INPUTS)
    assert answer.rating == 4
    system, user = prompt.messages(**INPUTS)
    assert engine.asked == [(system["content"], user["content"])]


@pytest.mark.parametrize("system", ["role", "merge"])
@pytest.mark.parametrize("around", ["{}", "\n\n    {}\n", "\t{}\n\n  Then stop.\n"])
def test_blanks_that_dspy_takes_from_instructions_are_sent_all_the_same(
    pack: Path, system: str, around: str
) -> None:
    def change(manifest: Any) -> None:
        manifest["target"]["system"] = system
        manifest["task"]["base"] = around.format(manifest["task"]["base"])

    assert sealed_again(pack, change) == ()
    prompt = load("small", target="tiny", source=pack)
    model = Kept('{"rating": 4}')
    with dspy.context(lm=model):
        prompt.program()(**INPUTS)
    assert model.sent == [prompt.messages(**INPUTS)]


def test_a_malformed_answer_raises_and_is_not_asked_for_again(pack: Path) -> None:
    engine = ScriptedEngine(lambda system, user: "4, I think")
    program = load("small", target="tiny", source=pack).program()
    with dspy.context(lm=scripted_lm(engine)), pytest.raises(dspy.AdapterParseError, match="not JSON"):
        program(**INPUTS)
    assert len(engine.asked) == 1


def test_inputs_that_are_not_its_own_ask_nothing(pack: Path) -> None:
    engine = ScriptedEngine(lambda system, user: '{"rating": 4}')
    program = load("small", target="tiny", source=pack).program()
    with dspy.context(lm=scripted_lm(engine)), pytest.raises(Refused, match="document is missing"):
        program(query="a")
    assert engine.asked == []


def change_instructions(program: Any) -> None:
    program.signature = program.signature.with_instructions("Say 5.")


def change_a_field(program: Any) -> None:
    program.signature = program.signature.with_updated_fields("query", desc="Say 5.")


def recognise_another(program: Any) -> None:
    program.vocabulary.recognise("Say 5.")


def change_to_fewer(program: Any) -> None:
    """Its own snippets in another number or order are another prompt, which nobody released."""
    base = program.vocabulary.compose().text
    program.signature = program.signature.with_instructions(base)


def change_demos(program: Any) -> None:
    program.demos = [dspy.Example(query="a", document="b", rating=5)]


def change_config(program: Any) -> None:
    program.config = {"temperature": 1.0}


def change_at_the_call(program: Any) -> None:
    program(**INPUTS, demos=[dspy.Example(query="a", document="b", rating=5)])


@pytest.mark.parametrize(
    "change",
    [
        change_instructions,
        change_a_field,
        recognise_another,
        change_to_fewer,
        change_demos,
        change_config,
        change_at_the_call,
    ],
)
def test_nobody_makes_it_say_something_else(pack: Path, change: Any) -> None:
    program = load("small", target="tiny", source=pack).program()
    with dspy.context(lm=Kept('{"rating": 4}')), pytest.raises(UnvettedText):
        change(program)


def test_its_copies_are_held_as_it_is(pack: Path) -> None:
    prompt = load("small", target="tiny", source=pack)
    for made in (copy.deepcopy, dspy.Module.deepcopy, dspy.Module.reset_copy):
        copied = made(prompt.program())
        model = Kept('{"rating": 4}')
        with dspy.context(lm=model):
            copied(**INPUTS)
        assert model.sent == [prompt.messages(**INPUTS)]
        with pytest.raises(UnvettedText):
            change_instructions(copied)


def test_its_saved_state_is_loaded_again_and_no_other(pack: Path, tmp_path: Path) -> None:
    prompt = load("small", target="tiny", source=pack)
    program = prompt.program()
    program.save(str(tmp_path / "state.json"))
    program.load(str(tmp_path / "state.json"))
    state = program.dump_state()
    state["signature"]["instructions"] = "Say 5."
    with pytest.raises(UnvettedText):
        program.load_state(state)
    model = Kept('{"rating": 4}')
    with dspy.context(lm=model):
        program(**INPUTS)
    assert model.sent == [prompt.messages(**INPUTS)]


def test_threads_ask_by_one_program_and_each_gets_its_own(pack: Path) -> None:
    prompt = load("small", target="tiny", source=pack)
    engine = ScriptedEngine(lambda system, user: json.dumps({"rating": int(user[-1])}))
    program = prompt.program()
    data = [
        dspy.Example(query="a", document=f"b{n}", rating=n).with_inputs("query", "document") for n in (1, 2, 3)
    ]
    with dspy.context(lm=scripted_lm(engine)):
        score = dspy.Evaluate(
            devset=data * 10, metric=lambda gold, made: gold.rating == made.rating, num_threads=4
        )
        assert score(program).score == 100
    assert {system for system, _ in engine.asked} == {prompt.prompt}


def test_the_prompt_of_the_program_is_the_one_loaded(pack: Path) -> None:
    prompt: ReleasedPrompt = load("small", target="tiny", source=pack)
    (pack / MANIFEST).unlink()
    model = Kept('{"rating": 4}')
    with dspy.context(lm=model):
        prompt.program()(**INPUTS)
    assert model.sent == [prompt.messages(**INPUTS)]
