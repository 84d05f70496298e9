"""The state that plain DSPy loads: nothing but the prompt, and messages that are those that were measured."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import dspy
import pytest
from dspy.lm15 import Message, Request, Response, TextPart, Usage
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.formats import dspy_state
from library.errors import Refused
from tests.composer.formats import corpus
from tests.composer.formats.loading import kinds, refused_of_checked, refused_of_corpus
from tests.scripted import ScriptedEngine, scripted_lm

CHANGED = {"line break at the start", "line breaks at the end", "blanks around", "tabs"} | {
    *("line break of Windows", "common indentation", "all indented", "role names")
}
"""What DSPy would change in a prompt; in a message it changes nothing."""


class Remembering:
    """A model that answers 4, and remembers the messages that it was sent."""

    def __init__(self) -> None:
        self.sent: list[list[dict[str, str]]] = []

    def complete(self, request: Request) -> Response:
        system = [] if request.system is None else [{"role": "system", "content": str(request.system)}]
        self.sent.append([*system, *({"role": one.role, "content": one.text} for one in request.messages)])
        message = Message.assistant([TextPart('{"rating": 4}')])
        usage = Usage(input_tokens=1, output_tokens=1, total_tokens=2)
        return Response(id=None, model=request.model, message=message, finish_reason="stop", usage=usage)


def loaded_plainly(content: bytes, folder: Path) -> dspy.Predict:
    """Load a state as DSPy's documentation has it, with nothing of the module."""
    path = folder / "state.json"
    path.write_bytes(content)
    program = dspy.Predict("query, document -> rating: int")
    program.load(str(path))
    return program


def test_a_prompt_that_dspy_would_change_is_refused_and_every_other_gives_its_messages() -> None:
    refused = refused_of_corpus("dspy")
    assert kinds(refused) == CHANGED
    assert not [odd for odd in refused if odd.endswith("in message")]
    assert "tabs become spaces" in refused["tabs, as prompt"]
    assert "indentation" in refused["common indentation, as prompt"]
    assert "at its start and its end are lost" in refused["line breaks at the end, as prompt"]


def test_what_is_refused_is_what_dspy_changes(tmp_path: Path) -> None:
    for odd, prompt in corpus.prompts().items():
        if odd.endswith("as prompt"):
            state: dict[str, object] = {
                "traces": [],
                "train": [],
                "demos": [],
                "lm": None,
                "metadata": {"dependency_versions": {}},
            }
            state["signature"] = {"instructions": prompt.prompt, "fields": []}
            program = loaded_plainly(json.dumps(state).encode(), tmp_path)
            changed = program.signature.instructions != prompt.prompt
            assert changed == (odd.rpartition(", ")[0] in CHANGED), odd


def cleaned_by_newer_python(text: str) -> str:
    """Clean a docstring as Python does from 3.13 on, where blanks are spaces alone."""
    lines = text.expandtabs().split("\n")
    margins = [len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.lstrip(" ")]
    margin = min(margins, default=0)
    lines = [lines[0].lstrip(" "), *(line[margin:] for line in lines[1:])]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(text=st.text("ab \t\n\r\x0b\x1c\x85\xa0\u2028", max_size=12))
def test_what_is_not_refused_no_python_would_clean(text: str) -> None:
    try:
        dspy_state.files(corpus.prompt(prompt=text))
    except Refused:
        return
    assert inspect.cleandoc(text) == cleaned_by_newer_python(text) == text


def test_no_prompt_that_tasks_and_snippets_allow_is_refused() -> None:
    assert refused_of_checked("dspy") == {}


def test_plain_dspy_loads_the_prompt_byte_for_byte_and_nothing_else(tmp_path: Path) -> None:
    for odd, prompt in corpus.checked_prompts().items():
        content = dspy_state.files(prompt)["small.dspy.json"]
        program = loaded_plainly(content, tmp_path)
        assert program.signature.instructions == prompt.prompt, odd
        assert (program.demos, program.config, program.lm) == ([], {}, None)
        state = json.loads(content)
        assert set(state) == {"traces", "train", "demos", "signature", "lm", "metadata"}
        assert (state["traces"], state["train"], state["demos"], state["lm"]) == ([], [], [], None)


@pytest.mark.parametrize("system", ["role", "merge"])
def test_a_program_with_the_adapter_sends_the_measured_messages_and_reads_the_answer(system: str) -> None:
    prompt = corpus.prompt(system=system)
    program, adapter = dspy_state.program_of(dspy_state.files(prompt))
    engine = Remembering()
    for inputs in corpus.filled():
        lm = dspy.LM("remembering/model", engine=engine, cache=False, num_retries=0)
        with dspy.context(lm=lm, adapter=adapter):
            assert program(**inputs).rating == 4
        assert engine.sent[-1] == prompt.messages(inputs)


def test_a_malformed_answer_is_asked_for_once_and_not_mended() -> None:
    program, adapter = dspy_state.program_of(dspy_state.files(corpus.prompt()))
    engine = ScriptedEngine(lambda *_: "rating: 4")
    with dspy.context(lm=scripted_lm(engine), adapter=adapter), pytest.raises(dspy.AdapterParseError):
        program(query="x", document="y")
    assert len(engine.asked) == 1
