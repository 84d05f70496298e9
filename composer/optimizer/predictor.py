"""The DSPy predictor of a task, behind a guard that knows the closed vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import dspy

from composer.optimizer.adapter import VerbatimAdapter
from composer.prompts.composition import Composition, UnvettedText
from composer.prompts.vocabulary import Vocabulary
from composer.task.task import Output, Task

_CALL_CHANNELS = frozenset({"signature", "demos", "config", "prediction"})
_STATE_HARMLESS = frozenset({"signature", "traces", "train", "metadata"})


def signature_of(task: Task, prompt: str) -> type[dspy.Signature]:
    """Return the DSPy signature of a task: its inputs, its one output, and the prompt as instructions."""
    fields: dict[str, Any] = {name: (str, dspy.InputField()) for name in task.inputs}
    fields[task.output.field] = (_annotation(task.output), dspy.OutputField())
    return dspy.Signature(fields, prompt)  # type: ignore[no-any-return]


def _annotation(output: Output) -> Any:
    if output.kind == "label":
        return Literal[output.labels]
    low, high = output.scale
    return Literal[tuple(range(low, high + 1))]


class LibraryPredict(dspy.Predict):  # type: ignore[misc]
    """A `dspy.Predict` whose every instruction is a composition of the vocabulary, whoever sets it.

    Instructions, field texts, demos and call settings are all channels through which text or behaviour
    nobody vetted could enter (a proposer, a merge, a resumed state, a loaded file): each is checked on
    writing, and `UnvettedText` is raised.
    """

    def __init__(self, vocabulary: Vocabulary, composition: Composition | None = None) -> None:
        self.__dict__["vocabulary"] = vocabulary
        super().__init__(signature_of(vocabulary.task, (composition or vocabulary.compose()).text))

    @property
    def signature(self) -> type[dspy.Signature]:
        """The DSPy signature; its instructions are always a composition's text."""
        return self.__dict__["guarded_signature"]  # type: ignore[no-any-return]

    @signature.setter
    def signature(self, signature: type[dspy.Signature]) -> None:
        self.vocabulary.recognise(signature.instructions)
        expected = signature_of(self.vocabulary.task, signature.instructions)
        if signature.dump_state() != expected.dump_state():
            raise UnvettedText("the fields of the signature are not those of the task")
        self.__dict__["guarded_signature"] = signature

    @property
    def demos(self) -> list[Any]:
        """Always empty."""
        return []

    @demos.setter
    def demos(self, demos: list[Any]) -> None:
        if demos:
            raise UnvettedText("demos are text nobody vetted: a composition has none")

    @property
    def config(self) -> dict[str, Any]:
        """Always empty: the target sets how a model is called."""
        return {}

    @config.setter
    def config(self, config: dict[str, Any]) -> None:
        if config:
            raise UnvettedText("call settings belong to the target, not to the program")

    @property
    def fields(self) -> dict[str, Any]:
        """Always empty: DSPy's decision criteria would make another request of the task's messages."""
        return {}

    @fields.setter
    def fields(self, fields: dict[str, Any]) -> None:
        if fields:
            raise UnvettedText("decision criteria are text nobody vetted: only the task's messages are sent")

    @property
    def composition(self) -> Composition:
        """The composition this predictor speaks."""
        spoken: Composition = self.vocabulary.recognise(self.signature.instructions)
        return spoken

    def adapter(self) -> dspy.Adapter:
        """Return what formats the messages and reads the answers."""
        return VerbatimAdapter(self.vocabulary.task)

    def forward(self, **inputs: Any) -> dspy.Prediction:
        """Ask the model of the DSPy context with exactly the task's messages.

        Raises `UnvettedText` when a call tries to bring its own signature, demos or settings, and
        `dspy.AdapterParseError` when the answer is malformed.
        """
        self._check_call(inputs)
        with dspy.context(adapter=self.adapter()):
            return super().forward(**inputs)

    async def aforward(self, **inputs: Any) -> dspy.Prediction:
        """Ask as `forward` does, for callers that await."""
        self._check_call(inputs)
        with dspy.context(adapter=self.adapter()):
            return await super().aforward(**inputs)

    def _check_call(self, inputs: Mapping[str, Any]) -> None:
        channels = _CALL_CHANNELS & set(inputs)
        if channels:
            raise UnvettedText(f"{', '.join(sorted(channels))} can't be given at the call")
        self.vocabulary.recognise(self.signature.instructions)

    def load_state(
        self,
        state: Mapping[str, Any],
        *,
        allow_unsafe_lm_state: bool = False,  # noqa: ARG002 (DSPy passes it; no model is loaded either way)
    ) -> LibraryPredict:
        """Take over the composition of a saved state; raises `UnvettedText` for whatever else it would change."""
        brought = sorted(name for name, value in state.items() if value and name not in _STATE_HARMLESS)
        if brought:
            raise UnvettedText(
                f"the saved program brings {', '.join(brought)}, which nobody vetted",
                fix="A program's composition is all that is loaded; the model comes from the DSPy context.",
            )
        self.signature = self.signature.load_state(state["signature"])
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> LibraryPredict:
        copied = LibraryPredict(self.vocabulary, self.composition)
        copied.lm = self.lm
        return copied
