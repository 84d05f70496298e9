"""A released prompt as a service uses it: its messages, the strict reading of answers, and a DSPy program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from composer.evaluation.parsing import Parsed, parse_answer
from composer.models.answer import Answer
from composer.models.system_role import SystemRole, as_sent
from composer.prompts.messages import Messages, render
from composer.release.verification import MANIFEST
from composer.task.task import Output
from library.errors import Refused as Refused

if TYPE_CHECKING:
    import dspy

FilesByName = Mapping[str, bytes]


@dataclass(frozen=True)
class ReleasedPrompt:
    """A release whose pack was verified when it was loaded; it never changes, and threads may share it.

    `release` is its number, `fingerprint` that of the pack (sha256 in hex). `prompt` is the composed text,
    `message` the template of the user message, in which each of `inputs` stands as `{{name}}`; `system` is where
    the target takes the prompt. `files` are the pack's files by name, byte for byte. `signed_by` is
    the id of the key that its signature was checked with, None where none was given.
    """

    task: str
    target: str
    release: int
    fingerprint: str
    prompt: str = field(repr=False)
    message: str = field(repr=False)
    inputs: tuple[str, ...]
    output: Output
    system: SystemRole
    files: FilesByName = field(repr=False, hash=False, compare=False)
    signed_by: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MappingProxyType(dict(self.files)))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "files": dict(self.files)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    def messages(self, /, **inputs: str) -> Messages:
        """Return the messages for these inputs, exactly as they were sent when the prompt was measured.

        Raises `Refused` where an input is missing, unknown, or no text.
        """
        self.check(inputs)
        return as_sent(render(self.prompt, self.message, inputs), self.system)

    def check(self, inputs: Mapping[str, object]) -> None:
        """Raise `Refused` unless these are the prompt's inputs, each a text."""
        off = [f"the input {name} is missing" for name in self.inputs if name not in inputs]
        off += [f"there is no input {name}" for name in inputs if name not in self.inputs]
        off += [
            f"the input {name} is no text but {type(inputs[name]).__name__}"
            for name in self.inputs
            if name in inputs and not isinstance(inputs[name], str)
        ]
        if off:
            named = " and ".join([", ".join(self.inputs[:-1]), self.inputs[-1]][len(self.inputs) == 1 :])
            raise Refused(
                "; ".join(off), where=f"{self.task} on {self.target}", fix=f"Give {named}, each as a text."
            )

    def parse(self, text: str) -> Parsed:
        """Read an answer as strictly as it was read when the prompt was measured; nothing is repaired.

        What comes back is `valid` with its `value` (an int on the scale, or a label); or it is malformed, with
        `value` None and the reason as `error`. It never raises for what a model wrote.
        """
        return parse_answer(self.output, Answer(text, 0, 0, 0.0, ""))

    def program(self) -> dspy.Module:
        """Return a DSPy program that asks the model of the DSPy context exactly these messages, and nothing else.

        Its answer is a prediction with the output's one field; a malformed answer raises `dspy.AdapterParseError`.
        Whoever gives it another instruction, demos or settings gets `UnvettedText`.
        """
        from composer.runtime.program import program_of  # DSPy takes seconds to import

        return program_of(self)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the pack says of itself, as a new dictionary: parts, evidence, who released it and why."""
        manifest: dict[str, Any] = json.loads(self.files[MANIFEST])
        return manifest
