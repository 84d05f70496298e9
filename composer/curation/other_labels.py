"""Whether a text asks for answers that are none of its task's: other labels, or labels where it has a scale."""

from __future__ import annotations

import re
from collections.abc import Iterator

from composer.curation.finding import Finding
from composer.curation.phrases import is_ruled_out
from composer.task.task import Output
from library.similar import FILLER, NEGATIONS

_USUAL_WORDS = (
    "positive negative neutral mixed yes no true false maybe unknown unsure unclear other none spam ham relevant "
    "irrelevant toxic safe unsafe high medium low good bad correct incorrect pass fail entailment contradiction"
)
_USUAL = "|".join(_USUAL_WORDS.split())
_ASKS = (
    r"(?:answer|respond|reply|label|classify|mark|tag|choose|pick|write|return|output|say)(?:ing)?\b"
    r"(?:\s+(?:with|as|it|them|such|a|an|the|only|either|labels?|texts?|reviews?|sentences?|items?|is|are|to|be|always))*"
)
_QUOTED = re.compile(rf"\b{_ASKS}\s+[\"“‘'`]([^\"”’'`]{{1,60}})[\"”’'`]", re.IGNORECASE)
_IS_LABEL = r"labels?\s+(?:is|are|as|of|(?:may|can|could)(?:\s+also)?\s+be)"
_ASKED = re.compile(
    rf"\b(?:{_ASKS}|{_IS_LABEL})\s+({_USUAL})"
    r"(?=\s*$|\s*[,)]|\s+(?:when|if|for|unless|where|only|instead|or|and|in|to|whenever)\b)",
    re.IGNORECASE,
)
_AS_LABEL = re.compile(
    rf"\b(?:label|classify|mark|tag|treat|count)\b[^,]{{0,60}}?\bas\s+({_USUAL})\b(?! \w+s\b)"
    rf"|\buse\s+({_USUAL})\s+(?:for|when|if)\b"
    rf"|\b({_USUAL})\s+as\s+(?:a|the)\s+(?:\w+\s+)?label\b"
    rf"|\b(?:first|second|third|fourth|another|further|new|extra|additional)\s+label,?\s+({_USUAL})\b"
    rf"|\brename\b[^,]*\b(?:to|as)\s+({_USUAL})\b",
    re.IGNORECASE,
)
# A whole sentence that lists what may be answered.
_ANSWERS = re.compile(
    r"(?:please |always |only )*(?:answer|output|return|respond|reply)(?:\s+(?:with|only|just|either))*\s+"
    r"((?:[\w-]+,\s*)*[\w-]+,?\s+or\s+[\w-]+)(?:\s+(?:only|alone))?",
    re.IGNORECASE,
)
_FOR = re.compile(rf"\b{_ASKS}\s+([\w-]+)(?=\s+(?:for|when|if|where)\b)", re.IGNORECASE)
# Labels one beside the other, and what becomes of a text.
_TOGETHER = re.compile(r"\b(?:[\w-]+,\s*)+(?:[\w-]+\s+)?(?:or|and)\s+[\w-]+", re.IGNORECASE)
_TAKEN_FOR = re.compile(
    rf"\b(?:considered|deemed|judged)(?:\s+(?:as|to\s+be))?\s+({_USUAL})\b(?! \w+s\b)", re.IGNORECASE
)


def label_findings(output: Output, sentence: str) -> Iterator[Finding]:
    """Yield which answers a sentence asks for that are none of the task's."""
    labels = {label.casefold(): label for label in output.labels}
    for pattern in (_QUOTED, _ASKED, *([_AS_LABEL] if labels else [])):
        for found in pattern.finditer(sentence):
            name = next(group for group in found.groups() if group).strip()
            if is_ruled_out(sentence, found.end()) or name in output.labels:
                continue
            if output.kind == "ordinal":
                if not re.fullmatch(r"-?\d+(?:\.\d+)?|N", name):
                    yield _error(f"asks for the answer “{name}”, and the task's answers are {values_of(output)}")
            elif pattern is _QUOTED or name.casefold() not in labels:
                yield _error(no_label(output, name))
            else:
                yield Finding("format", "warning", no_label(output, name), "Write it as the task does.")
    for found in _FOR.finditer(sentence):
        part = found[1].casefold()
        words = {word for label in labels for word in label.split()} - FILLER - NEGATIONS
        if part in words and part not in labels and not is_ruled_out(sentence, found.end()):
            yield _error(no_label(output, found[1]))
    yield from _listed(output, sentence)
    yield from _beside(output, sentence)


def _listed(output: Output, sentence: str) -> Iterator[Finding]:
    """Yield where a sentence lists all answers, and not those of the task."""
    found = _ANSWERS.fullmatch(sentence)
    names = re.split(r",\s*(?:or\s+)?|\s+or\s+", found[1]) if found else []
    wrong = [name for name in names if name not in output.labels and not re.fullmatch(r"-?\d+", name)]
    if not wrong or is_ruled_out(sentence, len(sentence)):
        return
    if output.kind == "ordinal":
        yield _error(f"asks for the answer “{wrong[0]}”, and the task's answers are {values_of(output)}")
    else:
        yield _error(no_label(output, wrong[0]))


def _beside(output: Output, sentence: str) -> Iterator[Finding]:
    """Yield what a sentence treats as one more label of a task that has labels: it need not ask for it."""
    labels = {label.casefold() for label in output.labels}
    usual = set(_USUAL_WORDS.split())
    for found in (*_TOGETHER.finditer(sentence), *_TAKEN_FOR.finditer(sentence)):
        names = [
            one.casefold()
            for one in re.split(r",\s*(?:(?:or|and)\s+)?|\s+(?:or|and)\s+", found[found.lastindex or 0])
        ]
        other = next((one for one in names if one in usual - labels), "")
        listed = found.re is _TAKEN_FOR or len(labels & set(names)) > 1
        if labels and other and listed and not is_ruled_out(sentence, found.start()):
            yield Finding(
                "format",
                "warning",
                f"treats “{other}” as a label, and the task's labels are {', '.join(output.labels)}",
                "Name the task's own labels alone.",
            )


def no_label(output: Output, name: str) -> str:
    """Return what is wrong with a label that is none of the task's."""
    known = {label.casefold(): label for label in output.labels}.get(name.casefold())
    if known:
        return f"writes the label {known} as “{name}”, and with other capitals an answer is malformed"
    return f"asks for the label “{name}”, and the task's labels are {', '.join(output.labels)}"


def values_of(output: Output) -> str:
    """Return the task's answers in words."""
    if output.kind == "label":
        return ", ".join(output.labels)
    low, high = output.scale
    return f"whole numbers from {low} to {high}"


def _error(what: str) -> Finding:
    return Finding("format", "error", what, "Leave the form of the answer to the task, or name the task's own.")
