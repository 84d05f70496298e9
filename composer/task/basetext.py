"""A whole prompt that somebody wrote, as another base for a task: checked as the one in the task's file is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from composer.task.prompttext import prompt_text
from composer.task.template import LONGEST
from library.errors import Refused
from library.secrets import masked


@dataclass(frozen=True)
class WrittenBase:
    """A base as it will be stored; `notes` say, as clauses, what of the prompt was not kept as it was written."""

    text: str
    notes: tuple[str, ...]


def written_base(text: str, inputs: Sequence[str], message: str, where: str) -> WrittenBase:
    """Return a prompt as another base for a task with these inputs and this message.

    A slot is added at its end where it has none. Raises `Refused` naming `where`, and the line, for what a task's
    base may not hold, for a secret, and where it has a message of its own that isn't the task's.
    """
    if not text.strip():
        raise Refused("the prompt is empty", where=where, fix="Write what the model is told.")
    if len(text) > LONGEST:
        raise Refused(f"the prompt has more than {LONGEST:,} characters", where=where, fix="Shorten it.")
    if masked(text) != text:
        raise Refused("the prompt holds a secret of this home", where=where, fix="Take it out.")
    found = prompt_text(text, inputs, where)
    if found.message not in ("", message):
        raise Refused(
            "the prompt puts the inputs elsewhere than the task's message does",
            where=where,
            fix=f"Leave them out: each example is sent after the prompt as {message!r}.",
        )
    if found.message:
        return WrittenBase(found.base, found.notes)
    return WrittenBase(found.base, (*_left_off(text), *found.notes))


def _left_off(text: str) -> Iterator[str]:
    """Yield what around the lines of a prompt isn't kept."""
    if "\r\n" in text:
        yield "its line breaks, CR and LF, became LF alone"
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines[0].strip():
        yield "the blank lines at its start were left off"
    if not lines[-1].strip():
        blank = len(lines) > 1 and not lines[-2].strip()
        yield "the blank lines at its end were left off" if blank else "the line break at its end was left off"
    last = next(line for line in reversed(lines) if line.strip())
    if last != last.rstrip():
        yield "the spaces at the end of its last line were left off"
