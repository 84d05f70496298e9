"""A scripted model behind DSPy's engine interface: real messages in, made-up answers out, no weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import dspy
from dspy.lm15 import Message, Request, Response, TextPart, Usage

from composer.data.examples import Example
from composer.models.connection import Connect
from composer.models.target import Target
from composer.prompts.messages import render
from composer.task.task import Task


class ScriptedEngine:
    """Answers every request with `answer(system, user)` and remembers what it was asked."""

    def __init__(self, answer: Callable[[str, str], str]) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def complete(self, request: Request) -> Response:
        system = request.system if isinstance(request.system, str) else "".join(p.text for p in request.system)
        user = request.messages[0].text
        self.asked.append((system, user))
        text = self.answer(system, user)
        tokens = len(f"{system} {user}".split())
        usage = Usage(input_tokens=tokens, output_tokens=4, total_tokens=tokens + 4)
        message = Message.assistant([TextPart(text)])
        return Response(id=None, model=request.model, message=message, finish_reason="stop", usage=usage)


def scripted_lm(engine: ScriptedEngine) -> dspy.LM:
    return dspy.LM("scripted/model", engine=engine, cache=False, num_retries=0)


def connecting(engine: ScriptedEngine) -> Connect:
    """What `worker.work` takes to reach a model."""

    def connect(target: Target, say: Callable[[str], None]) -> dspy.LM:
        return scripted_lm(engine)

    return connect


def pretender(
    task: Task, examples: Sequence[Example], worth: Mapping[str, float], *, skill: float = 0.3
) -> Callable[[str, str], str]:
    """Return a model that knows the gold of each example and says it as often as its prompt's snippets allow.

    `worth` maps a snippet's text to the share of right answers it adds; a wrong answer is off the scale's far
    end, or the other label. The same prompt and message always get the same answer.
    """
    golds = {render("", task.message, example.inputs)[1]["content"]: example.gold for example in examples}

    def answer(system: str, user: str) -> str:
        chance = skill + sum(value for text, value in worth.items() if text in system.split("\n"))
        gold = golds[user]
        right = int(hashlib.sha256(user.encode()).hexdigest(), 16) % 1000 < 1000 * chance
        return f'{{"{task.output.field}": {_said(task, gold, right)}}}'

    return answer


def _said(task: Task, gold: float | str, right: bool) -> str:
    if isinstance(gold, str):
        other = next(label for label in task.output.labels if label != gold)
        return f'"{gold if right else other}"'
    low, high = task.output.scale
    return str(round(gold) if right else (high if gold < (low + high) / 2 else low))
