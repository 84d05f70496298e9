"""Whether a text asks for answers in another form than its task's: format, fields, labels, words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from composer.curation.finding import Finding
from composer.curation.other_labels import label_findings, no_label, values_of
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
        "TOML": r"\btoml\b",
        "a Python object": r"\bpython (?:dict(?:ionary)?|object|list|tuple)\b",
        "CSV": r"\b(?:csv|tsv|comma[- ]separated)\b",
        "HTML": r"\bhtml\b",
        "LaTeX": r"\blatex\b",
        "Markdown": r"\bmarkdown\b",
        "a code block": r"\bcode[- ](?:block|fence)s?\b|\bfenced\b|\b(?:triple )?backticks?\b|```",
        "a table": r"\b(?:as|in) an? (?:\w+ )?table\b",
        "a list": r"\bbullet(?:ed)?(?:[- ]points?)?(?: list)?\b|\b(?:as|in) an? (?:numbered )?(?:list|array)\b",
    }.items()
}
_SHAPE = re.compile(
    r"\b(?:(?:answer|respond|reply) (?:only )?with|return|output|print|use)(?: only| just)? an? (?:\w+ )?"
    r"(table|list|array)\b"
    r"|\b(?:answer|output|response|result) (?:(?:must|should|has to|is to|shall) be|is) an? (?:\w+ )?"
    r"(table|list|array)\b",
    re.IGNORECASE,
)
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
    r"[\"'“‘`]([\w-]+)[\"'”’`]\s+(?:field|key|property|attribute)\b|"
    r"\b(?:field|key|property|attribute)\s+(?:is|must be|should be)\s+(?:called|named)\s+[\"'“‘`]?([\w-]+)|"
    r"\b(?:in|into|add|has|use)\s+(?:the|a|another)\s+field\s+(?!(?:of|is|that|which|in|and|or|for|where|to|called|named)\b)([\w-]+)|"
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
    r"|\b(?:answer|respond|reply)\b[^,]*\bin (?:a|an|one|two|few|complete|full) (?:\w+ )?"
    r"(?:sentences?|paragraphs?)\b"
    r"|\bthink (?:aloud|out loud|step[- ]by[- ]step)\b|\bshow your (?:work|reasoning|steps)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:give|return|write|output|answer)\b[^,]*\b(?<!of )(?:two|three|four|several|multiple|separate)\s+"
    r"(?:ratings|scores|labels|answers)\b",
    re.IGNORECASE,
)
_LINE = re.compile(r"\b(?:rating|score|label|answer)\s*[:=]\s*(?:N\b|X\b|\d|<\w+>|\[\w+\])", re.IGNORECASE)
_FIELDS = re.compile(r"\b(?:keys|fields|properties)\s+((?:[\w\"'`]+,?\s+)+and\s+[\w\"'`]+)", re.IGNORECASE)


def format_findings(task: Task, text: str) -> Iterator[Finding]:
    """Yield where a text asks for answers in another form: errors where they would be malformed for certain."""
    yield from _objects(task.output, text)
    if task.output.format == "json" and (line := _LINE.search(_OBJECT.sub("", text))):
        yield _warning(f"shows an answer as “{line[0]}”, and the task's answers are a JSON object")
    without = _OBJECT.sub("an object", text)
    for sentence in sentences(without):
        yield from _formats(task.output, sentence)
        yield from _fields(task.output, sentence)
        yield from label_findings(task.output, sentence)
        if (several := _SEVERAL.search(sentence)) and not is_ruled_out(sentence, several.end()):
            yield _warning("asks for several answers, and only one is valid")
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
        yield _error(f"shows an object, and the task's answers are plain: {values_of(output)}")
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
        return "" if value in output.labels else no_label(output, value)
    if not number:
        known = label.casefold() in ("n", "rating", "number", "…", "...")
        return "" if known else f"shows the answer “{label}”, and the task's answers are {values_of(output)}"
    low, high = output.scale
    valid = "." not in number and low <= int(number) <= high
    return "" if valid else f"shows the answer {number}, and the task's answers are {values_of(output)}"


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
    if (shape := _SHAPE.search(sentence)) and not is_ruled_out(sentence, shape.end()):
        yield _error(f"asks for a {(shape[1] or shape[2]).lower()}, and the task's answers are {own}")
    if output.format == "json":
        for name, pattern in _PLAIN.items():
            found = pattern.search(sentence)
            if found and not is_ruled_out(sentence, found.start()) and not _JSON.search(sentence):
                yield _warning(f"may be read as asking for {name}, and the task's answers are {own}")


def _fields(output: Output, sentence: str) -> Iterator[Finding]:
    for several in _FIELDS.finditer(sentence):
        names = re.findall(r"\w+", several[1])
        more = [name for name in names if name != "and" and name != output.field]
        if output.field in names and more and not is_ruled_out(sentence, several.start()):
            yield _error(f"names the field {more[0]}, and an answer has the field {output.field} and nothing else")
    for found in _NAMED_FIELD.finditer(sentence):
        name = next(group for group in found.groups() if group)
        if name == output.field or is_ruled_out(sentence, found.start()):
            continue
        if output.format == "json":
            yield _error(f"names the field {name}, and an answer has the field {output.field} and nothing else")
        else:
            yield _warning(f"names the field {name}, and the task's answers are plain")


def _error(what: str) -> Finding:
    return Finding("format", "error", what, "Leave the form of the answer to the task, or name the task's own.")


def _warning(what: str) -> Finding:
    return Finding(
        "format", "warning", what, "Read it as a model would: an answer in another form counts as wrong."
    )
