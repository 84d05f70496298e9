"""What a model that rewrites a prompt is told of each answer: how far off it is, people's reasons, a reminder."""

from __future__ import annotations

from composer.data.examples import Example
from composer.evaluation.parsing import Parsed
from composer.models.answer import Answer
from composer.task.task import Output, Task

CLOSE = 0.5
"""How far from people's rating an answer may be and still agree: a whole number can't come nearer to a mean."""
_SHOWN = 400
"""Characters of a note, of an answer or of reasoning that are passed on."""


def feedback(task: Task, example: Example, answer: Answer, parsed: Parsed) -> str:
    """Return what to tell of one answer.

    Predicted against expected, with points too high or too low; what people noted; what the model thought; and
    the same reminder each time.
    """
    parts = [_judged(task.output, example.gold, answer, parsed)]
    if example.explanation.strip():
        parts.append(f"What people noted: {_short(example.explanation)}")
    if answer.reasoning.strip():
        parts.append(f"What the assistant thought: {_short(answer.reasoning)}")
    return "\n".join([*parts, reminder(task.output)])


def agrees(gold: float | str, value: int | str | None) -> bool:
    """Whether a value says what people say: the same label, or a rating as near as a whole number can come."""
    if value is None:
        return False
    if isinstance(gold, str) or isinstance(value, str):
        return value == gold
    return abs(value - gold) <= CLOSE


def reminder(output: Output) -> str:
    """Return what holds for every change: a general rule, nothing copied, the task's terms as they are."""
    if output.kind == "ordinal":
        low, high = output.scale
        terms = f"the scale from {low} to {high}"
    else:
        terms = f"the labels {', '.join(output.labels)}"
    return (
        "Reminder: don't overfit to this example. Use no exact example, phrase, name or keyword from it. Don't "
        f"change the task: {terms}, and the format of the answer, stay as they are. Add a general rule of one "
        "sentence that would also hold for other inputs."
    )


def _judged(output: Output, gold: float | str, answer: Answer, parsed: Parsed) -> str:
    expected = f"{gold:.3g}" if isinstance(gold, float | int) else gold
    people = f"people rated it {expected}" if output.kind == "ordinal" else f"people labelled it {expected}"
    if parsed.value is None:
        shown = _short(answer.text) or "(nothing)"
        return f"The answer can't be read: {parsed.error}. It was: {shown}. Here {people}."
    if agrees(gold, parsed.value):
        return f"The answer {parsed.value} agrees: {people}."
    if isinstance(gold, str) or isinstance(parsed.value, str):
        return f"The answer was {parsed.value}, but {people}."
    off = parsed.value - gold
    way = "high" if off > 0 else "low"
    return f"The answer was {parsed.value}, but {people}: it is {abs(off):.2g} points too {way}."


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SHOWN else f"{one_line[:_SHOWN]}…"
