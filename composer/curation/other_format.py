"""Whether a text asks for answers in another form than its task's: format, fields, labels, words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from composer.curation.finding import Finding
from composer.curation.phrases import is_ruled_out, sentences
from composer.task.prompthints import answer_fields
from composer.task.task import Output, Task

_WRITES = re.compile(
    r"\b(?:answer|respond|reply|write|output|return|format|give|print|put|wrap|produce|present|use)\w*\b",
    re.IGNORECASE,
)
_FORMATS = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "XML": r"\bxml\b|</?(?:answer|rating|label|score|result|output|response)\b",
        "YAML": r"\byaml\b",
        "CSV": r"\b(?:csv|tsv|comma[- ]separated)\b",
        "HTML": r"\bhtml\b",
        "LaTeX": r"\blatex\b",
        "Markdown": r"\bmarkdown\b",
        "a code block": r"\bcode[- ](?:block|fence)s?\b|\bfenced\b|\b(?:triple )?backticks?\b|```",
        "a table": r"\b(?:as|in) an? (?:\w+ )?table\b",
        "a list": r"\bbullet(?:ed)?(?:[- ]points?)?(?: list)?\b|\b(?:as|in) an? (?:numbered )?(?:list|array)\b",
    }.items()
}
_JSON = re.compile(r"\bjson\b", re.IGNORECASE)
_PLAIN = {
    "plain text": re.compile(r"\bplain[- ]text\b|\bas (?:plain )?prose\b", re.IGNORECASE),
    "the bare value": re.compile(
        r"\b(?:only|just|nothing but|simply) (?:with )?(?:the|a|one) (?:single |bare |whole )*"
        r"(?:number|digit|label|word|rating|score)\b|\b(?:bare|single) (?:number|digit|word)\b"
        r"|\b(?:number|digit|label|word|rating) (?:alone|only|and nothing else)\b",
        re.IGNORECASE,
    ),
}
_OBJECT = re.compile(r"\{[^{}]*\}")
_PAIR = re.compile(r"[\"'“”]([\w -]+)[\"'“”]\s*:\s*(?:[\"“'](.*?)[\"”']|(-?\d+(?:\.\d+)?))")
_NAMED_FIELD = re.compile(
    r"\b(?:fields?|keys?|propert(?:y|ies)|attributes?)\s+(?:called |named |are |is )?[\"'“‘`]([\w-]+)[\"'”’`]"
    r"|\b(?:field|key|property|attribute)\s+(?:called|named)\s+([\w-]+)"
    r"|\bwith (?:the|a|one) field\s+(?!(?:of|is|that|which|in|and|or|for)\b)([\w-]+)",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"(?:^|,\s*|\b(?:then|and|please|always|first|also|to|briefly)\s+)"
    r"(?:explain|justify|describe|reason)\b(?! (?:for|to) yourself)"
    r"|\b(?:give|write|add|state|include|provide|name)\b(?! to yourself)[^,]*?"
    r"\b(?:reasons?|reasoning|explanations?|justifications?|rationale|your thoughts|confidence)\b"
    r"|\bthink (?:aloud|out loud|step[- ]by[- ]step)\b|\bshow your (?:work|reasoning|steps)\b",
    re.IGNORECASE,
)
_LABELS = (
    r"(?:answer|respond|reply|label|classify|mark|tag|choose|pick|write|return|output)(?:ing)?\b"
    r"(?:\s+(?:with|as|it|them|such|a|an|the|only|either|labels?|texts?|reviews?|sentences?|items?|is|are|to|be|always))*"
)
_QUOTED_LABEL = re.compile(rf"\b{_LABELS}\s+[\"“‘'`]([^\"”’'`]{{1,60}})[\"”’'`]", re.IGNORECASE)
_USUAL_LABELS = (
    "positive negative neutral mixed yes no true false maybe unknown unsure unclear other none spam ham relevant "
    "irrelevant toxic safe unsafe high medium low good bad correct incorrect pass fail entailment contradiction"
)
_USUAL_LABEL = re.compile(
    rf"\b(?:{_LABELS}|labels?\s+(?:is|are|as|of))\s+({'|'.join(_USUAL_LABELS.split())})"
    r"(?=\s*$|\s*[,)]|\s+(?:when|if|for|unless|where|only|instead|or|and|in|to|whenever)\b)",
    re.IGNORECASE,
)
_AS_LABEL = re.compile(
    rf"\b(?:label|classify|mark|tag|treat|count)\b[^,]{{0,60}}?\bas\s+"
    rf"({'|'.join(_USUAL_LABELS.split())})\b(?! \w+s\b)",
    re.IGNORECASE,
)


def format_findings(task: Task, text: str) -> Iterator[Finding]:
    """Yield where a text asks for answers in another form: errors where they would be malformed for certain."""
    yield from _objects(task.output, text)
    without = _OBJECT.sub("an object", text)
    for sentence in sentences(without):
        yield from _formats(task.output, sentence)
        yield from _fields(task.output, sentence)
        yield from _labels(task.output, sentence)
        for found in _AROUND.finditer(sentence):
            if not is_ruled_out(sentence, found.end()):
                asked = found[0].strip(" ,")
                yield _warning(f"asks for words besides the answer (“{asked}”), which make it malformed")
                break


def _objects(output: Output, text: str) -> Iterator[Finding]:
    """Yield what is wrong with the JSON objects that a text shows."""
    fields = answer_fields(text)
    if not fields:
        return
    if output.format == "plain":
        yield _error(f"shows an object, and the task's answers are plain: {_values(output)}")
        return
    if fields != (output.field,):
        more = " besides it" if output.field in fields else ""
        named = ", ".join(name for name in fields if name != output.field)
        yield _error(f"shows the field {named}{more}, and an answer has the field {output.field} and nothing else")
        return
    for found in _OBJECT.finditer(text):
        for _, label, number in _PAIR.findall(found[0]):
            if problem := _wrong_value(output, label, number):
                yield _error(problem)


def _wrong_value(output: Output, label: str, number: str) -> str:
    if output.kind == "label":
        value = label or number
        return "" if value in output.labels else _no_label(output, value)
    if label:
        known = label.casefold() in ("n", "rating", "number", "…", "...")
        return "" if known else f"shows the answer “{label}”, and the task's answers are {_values(output)}"
    low, high = output.scale
    valid = "." not in number and low <= int(number) <= high
    return "" if valid else f"shows the answer {number}, and the task's answers are {_values(output)}"


def _formats(output: Output, sentence: str) -> Iterator[Finding]:
    names = dict(_FORMATS) if output.format == "json" else {**_FORMATS, "JSON": _JSON}
    own = "a JSON object" if output.format == "json" else "plain"
    for name, pattern in names.items():
        found = pattern.search(sentence)
        if found is None or is_ruled_out(sentence, found.start()):
            continue
        if _WRITES.search(sentence[: found.start()]) or (name == "JSON" and re.search(r"\bonly\b", sentence)):
            yield _error(f"asks for {name}, and the task's answers are {own}")
        elif name.isupper():
            yield _warning(f"names {name}, and the task's answers are {own}")
    if output.format == "json":
        for name, pattern in _PLAIN.items():
            found = pattern.search(sentence)
            if found and not is_ruled_out(sentence, found.start()) and not _JSON.search(sentence):
                yield _warning(f"may be read as asking for {name}, and the task's answers are {own}")


def _fields(output: Output, sentence: str) -> Iterator[Finding]:
    for found in _NAMED_FIELD.finditer(sentence):
        name = found[1] or found[2] or found[3]
        if name == output.field or is_ruled_out(sentence, found.start()):
            continue
        if output.format == "json":
            yield _error(f"names the field {name}, and an answer has the field {output.field} and nothing else")
        else:
            yield _warning(f"names the field {name}, and the task's answers are plain")


def _labels(output: Output, sentence: str) -> Iterator[Finding]:
    labels = {label.casefold(): label for label in output.labels}
    for pattern in (_QUOTED_LABEL, _USUAL_LABEL, *([_AS_LABEL] if labels else [])):
        for found in pattern.finditer(sentence):
            name = found[1].strip()
            if is_ruled_out(sentence, found.start(1)) or name in output.labels:
                continue
            if output.kind == "ordinal":
                if not re.fullmatch(r"-?\d+(?:\.\d+)?|N", name):
                    yield _error(f"asks for the answer “{name}”, and the task's answers are {_values(output)}")
            elif pattern is _QUOTED_LABEL or name.casefold() not in labels:
                yield _error(_no_label(output, name))


def _no_label(output: Output, name: str) -> str:
    known = {label.casefold(): label for label in output.labels}.get(name.casefold())
    if known:
        return f"writes the label {known} as “{name}”, and with other capitals an answer is malformed"
    return f"asks for the label “{name}”, and the task's labels are {', '.join(output.labels)}"


def _values(output: Output) -> str:
    if output.kind == "label":
        return ", ".join(output.labels)
    low, high = output.scale
    return f"whole numbers from {low} to {high}"


def _error(what: str) -> Finding:
    return Finding("format", "error", what, "Leave the form of the answer to the task, or name the task's own.")


def _warning(what: str) -> Finding:
    return Finding(
        "format", "warning", what, "Read it as a model would: an answer in another form counts as wrong."
    )
