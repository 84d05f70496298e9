"""The state of a DSPy program, which plain `dspy` loads, and the Python module with the adapter that it needs."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from composer.formats import python_module
from composer.formats.format import Files, whole
from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages
from library.errors import Refused

if TYPE_CHECKING:
    import dspy

SUFFIX = ".dspy.json"
_MODULE = ".py"


def files(prompt: ExportedPrompt) -> Files:
    """Return the state as `save` of a `dspy.Predict` writes it, and the Python module of the same prompt.

    The state holds the prompt as instructions, and neither demos nor settings nor a model. DSPy's own adapters
    would add text to it: the module's `dspy_adapter` sends the messages as they were measured. Raises `Refused`
    for a prompt that DSPy would change when it loads it.
    """
    whole(prompt)
    if reason := _changed(prompt.prompt):
        raise Refused(f"DSPy reads instructions as a docstring: {reason}")
    import dspy

    signature = dspy.Signature(python_module.signature_of(prompt), prompt.prompt)
    with TemporaryDirectory() as made:
        path = Path(made) / "state.json"
        dspy.Predict(signature).save(str(path))
        state = path.read_bytes()
    return {f"{prompt.task}{SUFFIX}": state, **python_module.files(prompt)}


def _changed(text: str) -> str:
    """Return what cleaning a docstring would change in a text, in any version of Python; empty if nothing."""
    first, *others = text.split("\n")
    if not first or first[0].isspace() or not (others or [first])[-1].strip():
        return "blanks and blank lines at its start and its end are lost"
    if "\t" in text:
        return "its tabs become spaces"
    if others and all(one[:1].isspace() for one in others if one):
        return "the indentation that its lines have in common is lost"
    return ""


def loaded(files: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
    """Load the state into a new program with DSPy, and return the messages that it sends with the adapter."""
    return loaded_all(files, [inputs])[0]


def loaded_all(files: Mapping[str, bytes], every: Sequence[Mapping[str, str]]) -> list[Messages]:
    """Return the messages for each of several inputs."""
    program, adapter = program_of(files)
    found = [adapter.format(program.signature, program.demos, dict(inputs)) for inputs in every]
    return [[dict(one) for one in messages] for messages in found]


def program_of(files: Mapping[str, bytes]) -> tuple[dspy.Predict, dspy.Adapter]:
    """Return a program into which the state was loaded, and the adapter of the module beside it."""
    import dspy

    with TemporaryDirectory() as made:
        folder = Path(made)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        module = _imported(next(folder.glob(f"*{_MODULE}")))
        program = dspy.Predict(module.SIGNATURE)
        program.load(str(next(folder.glob(f"*{SUFFIX}"))))
    return program, module.dspy_adapter()


def _imported(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path.name} is no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
