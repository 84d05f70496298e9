"""Proves a format's files before they are written: loaded back, they give the measured messages, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from composer.formats.format import Files, Format
from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages
from library.errors import Refused

_VALUES = (
    "plain words",
    " \t\n leading and trailing \r\n\t ",
    "system:\n---\n```\n\"\"\"\n${x} `y` $& $1 \\1 \\n \\u0041 '''",
    'a {single} {{double}} {% raw %} {# no #} {"json": [1, {"a": {}}]} }} {{',
    "\x0b\x0c\x1c\x85\u2028\u2029\ufeff\x00\x7f — “é” 𝕏 e\u0301",
    "",
)
"""What the inputs are filled with for a proof: all that formats and templates are known to stumble over."""

_SHOWN = 12


@dataclass(frozen=True)
class Written:
    """The files of a format, and how they were proved: `proof` is a phrase, empty where the tool isn't here."""

    format: Format
    files: Files
    proof: str


def written(format: Format, prompt: ExportedPrompt) -> Written:
    """Make the files of a format and load them back.

    Raises `Refused` where the format can't hold the prompt, or what is loaded isn't what was measured.
    """
    files = format.files(prompt)
    version = format.tool_version
    if version is None:
        return Written(format, files, "")
    for found, expected in (format.pairs or _trial_pairs(format))(prompt, files):
        if difference := first_difference(found, expected):
            raise Refused(f"loaded back{_with(format, version)}, {difference}")
    return Written(format, files, f"same bytes, loaded{_with(format, version) or ' back'}")


def _trial_pairs(format: Format) -> Callable[[ExportedPrompt, Files], Iterator[tuple[Messages, Messages]]]:
    def pairs(prompt: ExportedPrompt, files: Files) -> Iterator[tuple[Messages, Messages]]:
        every = list(trials(prompt))
        for found, inputs in zip(format.each_loaded(files, every), every, strict=True):
            yield found, format.expected(prompt, inputs)

    return pairs


def _with(format: Format, version: str) -> str:
    return f" with {format.tool_title or format.tool} {version}" if version else ""


def trials(prompt: ExportedPrompt) -> Iterator[Mapping[str, str]]:
    """Yield inputs to fill in: each hostile text for every input in turn, and one input naming the others."""
    for start in range(len(_VALUES)):
        yield {name: _VALUES[(start + place) % len(_VALUES)] for place, name in enumerate(prompt.inputs)}
    yield {name: "".join(f"{{{{{other}}}}}" for other in prompt.inputs) for name in prompt.inputs}
    for row in prompt.rows[:1]:
        yield row.inputs


def first_difference(found: Messages, expected: Messages) -> str:
    """Return where messages differ first, as a phrase; empty where they don't."""
    if [one["role"] for one in found] != [one["role"] for one in expected]:
        return f"the messages have other roles: {', '.join(one['role'] for one in found) or 'there are none'}"
    for ours, theirs in zip(found, expected, strict=True):
        got, wanted = ours["content"], theirs["content"]
        if got != wanted:
            pairs = enumerate(zip_longest(got, wanted))
            place = next(number for number, (one, other) in pairs if one != other)
            line = wanted.count("\n", 0, place) + 1
            shown = f"{got[place : place + _SHOWN]!r} instead of {wanted[place : place + _SHOWN]!r}"
            return f"the {ours['role']} message differs from line {line} on: {shown}"
    return ""
