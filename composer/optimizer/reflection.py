"""The model that rewrites a prompt: asked through DSPy, its answers kept, and every text it writes taken down."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import cleandoc
from typing import Any

import dspy
from dspy.lm15 import Message, Request, Response, TextPart, Usage

from composer.answers.bound import UNBOUNDED, Bound
from composer.answers.evaluator import Counts
from composer.answers.store import CellStore, Question
from composer.models.answer import Answer
from composer.models.client import ask
from composer.models.target import Target
from composer.optimizer.program import Halted
from composer.prompts.messages import Messages
from composer.search.problem import BudgetSpent
from library.canonical import digest

WRITTEN_TOKENS = 1024
"""Tokens that a rewritten prompt may take at least, whatever the target's answers to the task may."""
ROOM_TOKENS = 8192
"""Tokens of context that an embedded model gets at least: it reads a prompt, examples and what went wrong."""
TEMPERATURE = 1.0
"""DSPy's own for proposals: one that always writes the same finds little."""
INSTRUCTIONS = frozenset({"new_instruction", "proposed_instruction"})
"""The output fields of DSPy's signatures that hold a rewritten prompt: GEPA's and MIPROv2's."""

UNSAID = "(nothing)"
"""What stands for an empty answer: at one of those MIPROv2 would end with an error."""

_FILED = digest({"reflection": "rewriting a prompt"})
_MARKER = re.compile(r"^\s*\[\[ ## \w+ ## \]\]\s*$", re.MULTILINE)
_FENCED = re.compile(r"\A```\w*\n(.*)\n```\s*\Z", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?][\"')\]*]*(?=\s|\Z)|\n")


def reflecting(target: Target) -> Target:
    """Return a target as it is asked to rewrite: with room to write, and a temperature where it takes one.

    It is another target by its hash, so that what it writes is never taken for an answer to a task.
    """
    return target.model_copy(
        update={
            "max_tokens": max(target.max_tokens, WRITTEN_TOKENS),
            "temperature": None if target.temperature is None else TEMPERATURE,
            "context": max(target.context, ROOM_TOKENS),
            "parallel": 1,
        }
    )


class ReflectionEngine:
    """Answers DSPy's requests to the reflection model: kept in the store by what was asked and as which call.

    Each call has a seed of its own, so that the same question asked twice can be answered in two ways, and a
    mining that is started again finds every call that was paid for. Raises `Halted`, at which DSPy's optimizers
    end: for an outage, and for `BudgetSpent` after `most` calls.
    """

    def __init__(
        self,
        lm: Callable[[], dspy.LM],
        target: Target,
        cells: CellStore,
        *,
        most: int,
        bound: Bound = UNBOUNDED,
        on_call: Callable[[Counts], None] = lambda _counts: None,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._lm = lm
        self._target = target
        self._cells = cells
        self._most = most
        self._bound = bound
        self._on_call = on_call
        self._stop = stop
        self.counts = Counts()

    @property
    def left(self) -> int:
        """How many more calls there may be."""
        return self._most - self.counts.asked

    def complete(self, request: Request) -> Response:
        """Answer one request; an answer that was cut off ends with its last whole sentence."""
        try:
            self._stop()
            if self.left < 1:
                raise BudgetSpent
            answer = self._answer(_messages(request))
        except (Exception, KeyboardInterrupt) as problem:
            raise Halted(problem) from problem
        text = answer.text
        if answer.finish_reason in ("length", "max_tokens"):
            ends = [one.end() for one in _SENTENCE_END.finditer(text)]
            text = text[: ends[-1]] if ends else ""
        return Response(
            id=None,
            model=request.model,
            message=Message.assistant([TextPart(text or UNSAID)]),
            finish_reason="stop",
            usage=Usage(input_tokens=answer.prompt_tokens, output_tokens=answer.completion_tokens),
        )

    def _answer(self, messages: Messages) -> Answer:
        number = self.counts.asked
        question = Question(messages, self._target.hash, _FILED, "", number)
        found = self._cells.find([question.key]).get(question.key)
        answer = found or self._paid(question)
        known = 1 if found else 0
        self.counts = Counts(number + 1, self.counts.stored + known, self.counts.paid + 1 - known)
        self._on_call(self.counts)
        return answer

    def _paid(self, question: Question) -> Answer:
        self._bound.may_ask(self._target, question, alone=True)
        answer: Answer | None = None
        try:
            given = ask(self._drawing(question.replicate), question.messages, check=self._stop)
            answer = self._cells.keep(question, given)
        finally:
            self._bound.ended(self._target, question, answer)
        return answer

    def _drawing(self, number: int) -> dspy.LM:
        """Return the model with the seed of one call."""
        lm = self._lm().copy()
        if self._target.seed is None:
            return lm
        seed = (self._target.seed + number) % 2**31
        if "seed" in lm.kwargs:
            lm.kwargs["seed"] = seed
        if getattr(lm, "request_fields", None):
            lm.request_fields = self._target.model_copy(update={"seed": seed}).request_fields
        return lm

    def __deepcopy__(self, memo: dict[int, Any]) -> ReflectionEngine:
        """Return itself: a copied program asks the same model."""
        return self


class ReflectionAdapter(dspy.ChatAdapter):  # type: ignore[misc]
    """Reads what the reflection model writes, also where a weak one leaves out DSPy's markers.

    `on_text` is called with each rewritten prompt, as it will be asked: what an optimizer then makes of it does
    not matter for mining, and an interrupt between two texts loses none. DSPy's second call in another format,
    where markers are missing, would only cost as much again.
    """

    def __init__(self, on_text: Callable[[str], None]) -> None:
        super().__init__(use_json_adapter_fallback=False)
        self._on_text = on_text

    def parse(self, signature: type[dspy.Signature], completion: str) -> dict[str, Any]:
        """Return the output field; of a text without markers all of it, which may be empty."""
        try:
            fields = dict(super().parse(signature, completion))
        except dspy.AdapterParseError:
            fields = dict.fromkeys(signature.output_fields, _MARKER.sub("", completion).strip())
        for name in INSTRUCTIONS & fields.keys():
            fields[name] = "" if fields[name] == UNSAID else as_asked(str(fields[name]))
            if fields[name]:
                self._on_text(fields[name])
        return fields


def as_asked(text: str) -> str:
    """Return a rewritten prompt as a signature of DSPy holds it, without the fence or quotes around all of it."""
    stripped = text.strip()
    fenced = _FENCED.match(stripped)
    inner = fenced[1].strip() if fenced else stripped
    if len(inner) > 1 and inner[0] == inner[-1] == '"' and '"' not in inner[1:-1]:
        inner = inner[1:-1].strip()
    return cleandoc(inner)


def _messages(request: Request) -> Messages:
    messages = [{"role": one.role, "content": one.text or ""} for one in request.messages]
    system = request.system
    if system is not None:
        text = system if isinstance(system, str) else "".join(part.text for part in system)
        messages.insert(0, {"role": "system", "content": text})
    return messages
