"""A released prompt as a DSPy program: behind the guard, it says one composition and sends its messages alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import dspy

from composer.optimizer.adapter import VerbatimAdapter
from composer.optimizer.predictor import LibraryPredict, signature_of
from composer.prompts.composition import Composition, UnvettedText
from composer.prompts.messages import Messages
from composer.prompts.vocabulary import Vocabulary
from composer.task.task import DataSpec, Output, Task
from library.versions import SnippetVersion


class Release(Protocol):
    """What a program is made of: a `ReleasedPrompt`, which is where each of these is said."""

    @property
    def task(self) -> str: ...  # noqa: D102
    @property
    def inputs(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def output(self) -> Output: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def manifest(self) -> dict[str, Any]: ...  # noqa: D102
    def messages(self, /, **inputs: str) -> Messages: ...  # noqa: D102


class ReleasedAdapter(VerbatimAdapter):
    """Formats the messages of a release, whatever the signature says; reads answers as they were read."""

    def __init__(self, task: Task, prompt: Release) -> None:
        super().__init__(task)
        self.prompt = prompt

    def format(
        self,
        signature: type[dspy.Signature],  # noqa: ARG002 (DSPy passes it; the release has the text)
        demos: list[dict[str, Any]],
        inputs: dict[str, Any],
    ) -> list[dict[str, Any]]:
        """Return the release's messages for these inputs; demos are refused, and inputs that aren't its own."""
        if demos:
            raise UnvettedText("demos are text nobody vetted: a composition has none")
        return [dict(message) for message in self.prompt.messages(**inputs)]


class OneComposition(Vocabulary):
    """The vocabulary of a release, of which there is nothing else to be said."""

    def __init__(self, task: Task, composition: Composition) -> None:
        super().__init__(task, composition.versions)
        self.composition = composition
        # DSPy reads instructions as a docstring, and may take blanks from them: that is not what is sent.
        self.signature = signature_of(task, composition.text)

    def recognise(self, text: str) -> Composition:
        """Return the release's composition; raises `UnvettedText` for any other text."""
        if text != self.signature.instructions:
            raise UnvettedText(
                "a released prompt takes no other instruction",
                fix="Release another composition, and load that.",
            )
        return self.composition


class ReleasedPredict(LibraryPredict):
    """The predictor of one release."""

    def __init__(self, prompt: Release) -> None:
        self.__dict__["prompt"] = prompt
        vocabulary = _vocabulary(prompt)
        self.__dict__["vocabulary"] = vocabulary
        dspy.Predict.__init__(self, vocabulary.signature)

    @property
    def signature(self) -> type[dspy.Signature]:
        """The DSPy signature of the release, which stays as it is."""
        return self.vocabulary.signature  # type: ignore[no-any-return]

    @signature.setter
    def signature(self, signature: type[dspy.Signature]) -> None:
        self.vocabulary.recognise(signature.instructions)
        if signature.dump_state() != self.signature.dump_state():
            raise UnvettedText("the fields of the signature are not those of the task")

    def adapter(self) -> dspy.Adapter:
        """Return what formats the messages and reads the answers."""
        return ReleasedAdapter(self.vocabulary.task, self.prompt)

    def __deepcopy__(self, memo: dict[int, Any]) -> ReleasedPredict:
        copied = ReleasedPredict(self.prompt)
        copied.lm = self.lm
        return copied


def program_of(prompt: Release) -> ReleasedPredict:
    """Return the program of a released prompt; it asks the model of the DSPy context."""
    return ReleasedPredict(prompt)


def _vocabulary(prompt: Release) -> OneComposition:
    manifest = prompt.manifest
    base: str = manifest["task"]["base"]
    released = datetime.fromisoformat(manifest["release"]["at"])
    # The pack was verified: a rule for task files that came later keeps nobody from what is released.
    task = Task.model_construct(
        name=prompt.task,
        title=prompt.task,
        inputs=prompt.inputs,
        output=prompt.output,
        base=base,
        message=prompt.message,
        data=DataSpec(source="import"),
    )
    versions = tuple(
        SnippetVersion(
            id=number,
            key=one["key"],
            version=one["version"],
            text=one["text"],
            sha256=one["sha256"],
            state="vetted",
            tags=(),
            group=None,
            rationale="",
            author="",
            created_at=released,
        )
        for number, one in enumerate(manifest["snippets"], 1)
    )
    return OneComposition(task, Composition(base, versions))
