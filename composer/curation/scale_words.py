"""In which words texts name a scale of ratings without saying that it is one, and in which they only count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from composer.curation.phrases import in_figures, is_ruled_out

_ORDER = r"^(?:(?:please|always|just|only|then|instead|must|should|you|your)\s+)*"
_RATE = r"(?:rate|score|grade|give|award|assign|use|answer|respond|reply|return|output|write)"
_END = r"(?=\s*$|\s*[,)]|\s+(?:when|if|for|only|unless|where|whenever|instead|rather|to)\b)"
_NUMBER = r"(-?\d{1,4})"

_AFTER_COLON = re.compile(r"\b(scores?|ratings?|grades?|scale|range)\s*:\s*(?=-?\d)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\[\s*(-?\d{1,4})\s*,\s*(-?\d{1,4})\s*\]")
_RATIO = re.compile(r"\b(scale|range)(?: of)? (\d{1,3}):(\d{1,4})\b", re.IGNORECASE)

_TOPS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:scale|range|ratings?|scores?)\b[^,]*? up to {_NUMBER}{_END}",
        rf"{_ORDER}{_RATE}(?:\s+(?:it|them|texts?|pairs?|each|a|rating|of))* up to {_NUMBER}{_END}",
        rf"\bscale of {_NUMBER}(?=\s*$|\s*[,)])",
        rf"\b(?:on|use) an? {_NUMBER}[- ]scale\b",
        rf"{_ORDER}{_RATE}(?:\s+(?:it|them|each|texts?|with|up|to|from|a|of|-?\d+))*\s+{_NUMBER} (?:stars|points)"
        rf"{_END}",
        rf"^{_NUMBER} is (?:the )?(?:best|worst|highest|lowest|top|perfect|maximum|minimum|ideal)"
        rf"(?: possible)?(?: rating| score| grade| value| mark)?{_END}",
        rf"\b(?:is|are|deserves?|earns?|makes?) an? {_NUMBER}(?=\s*$|\s*[,)])",
        rf"\b{_NUMBER}[- ]point (?:likert|numeric|rating|ordinal|quality) (?:scale|rating)\b",
        rf"{_ORDER}{_RATE}\b[^,]*(?<!\bon )(?<!\bof )(?<!before )(?<!after )(?<!since )(?<!from )(?<!until )"
        rf"\b\d{{1,3}}/((?:10|20|50|100|[3-9])){_END}",
    )
)
"""What ends with a number that is the top of a scale, or a rating on one."""
_LEVELS = re.compile(
    rf"{_ORDER}(?:use|distinguish|rate (?:in|on|with)) (\d{{1,3}}) (?:levels|grades|steps)\b", re.I
)
_RANGE = re.compile(
    r"^(?:(?:please|always)\s+)*(?:judge|assess|evaluate|rank|appraise|mark)\b(?:\s+[a-z]+){0,3}\s+"
    rf"(?:from|between|with) {_NUMBER} (?:to|and) {_NUMBER}{_END}",
    re.IGNORECASE,
)
_THOUSAND = re.compile(
    r"\b(?:rate|score|scale|range|number|ratings?)\b[^,]*? (?:from )?(-?[01]) to (1000)\b", re.I
)
_PERCENT = re.compile(
    r"\b0\s?%? (?:to|and) 100\s?%"
    rf"|{_ORDER}{_RATE}\b[^,]*\bper ?(?:cent|mille)(?:age)?(?: (?:value|figure|number|score))?{_END}"
    rf"|{_ORDER}{_RATE}(?:\s+(?:it|them|a|about|at least|at most))*\s+\d{{1,3}}\s?%{_END}"
    r"|\b(?:rating|score|similarity)s? in per ?(?:cent|mille)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(
    rf"\b{_RATE}(?: \w+){{0,2}} (?:yes or no|true or false|good or bad|high or low|low or high|pass or fail"
    r"|low, medium,? (?:or|and) high|high, medium,? (?:or|and) low)(?! [a-z]+s\b)"
    rf"|\b{_RATE}(?: \w+){{0,3}} (?:from )?a to [b-g]{_END}|\b{_RATE} a, b(?:, [c-g])*,? or [c-g]\b"
    r"|\bgrades? (?:\w+ ){0,3}from a to [b-g]\b|\bletters from a to [b-z]\b"
    rf"|\bbinary (?:ratings?|scores?|answers?|scale)\b|\b{_RATE}(?: \w+){{0,2}} thumbs?\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"\b(?:steps?|increments?) of (?:0?\.\d+|1/\d)\b|\b(?:use|in|to) (?:tenths|quarters){_END}"
    rf"|{_ORDER}{_RATE}\b[^,]*\bfractions? (?:of|between)\b",
    re.IGNORECASE,
)

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*"
_NAMED = re.compile(
    rf"\b(?:{_MONTH}|page|pages|chapter|section|article|paragraph|line|lines|flight|room|day|week|part|volume|act"
    r"|season|aged|ages?|channel|highway|route|apollo|windows|group|appendix|table|figure)\s*$"
    r"|\b(?:share|ratio|fraction|proportion|chance|probability|overlap) (?:of|above|below|over|under)\s*$",
    re.IGNORECASE,
)
_STOP = r"(?!(?:is|as|plus|unless|means|this|its|others|texts|pairs)\b)"
_SMALL = "for|to|when|if|and|or|in|on|of|at|by|with|the|a|an|both|all|than|where|only|even|each|every|most|is|are"
_LITTLE = rf"(?!(?:{_SMALL})\b)"
_COUNTED = re.compile(
    rf"\s*(?:or (?:more|fewer|less) )?(?:{_LITTLE}[a-z]+ )?{_LITTLE}"
    rf"(?:{_STOP}[a-z]+s|criteria|people|men|women|children)\b"
    rf"|\s*{_MONTH}\b|\s*(?:million|billion|thousand|hundred|dozen)\b"
    r"|\s*(?:of|in) (?:the |every )?\d+ (?:[a-z]+ )?[a-z]+s\b",
    re.IGNORECASE,
)
_CLOCK, _MINUTES = re.compile(r":\d\d\b"), re.compile(r"\b\d{1,2}:$")
_OF_A_LIST = re.compile(
    r"\s*(?:points?|steps?) (?:of|on|in) (?:the|this|that|your|our) (?!scale|rating)[a-z]+", re.I
)
_RESULT = re.compile(r"(?<![\d.])(\d{1,3})(?:\s*[-–:]\s*| to )(\d{1,3})(?![\d.])")


def plainly(text: str) -> str:
    """Return a text with its numbers in figures, and ranges as `1 to 5` that have a colon or brackets."""
    ranges = _RATIO.sub(r"\1 \2 to \3", _IN_BRACKETS.sub(r"\1 to \2", in_figures(text)))
    return _AFTER_COLON.sub(r"\1 ", ranges)


def asked_otherwise(sentence: str, low: int, high: int) -> Iterator[str]:
    """Yield in which other scale than low to high a sentence asks for ratings, as clauses; it is `plainly` one."""
    for pattern in _TOPS:
        for found in pattern.finditer(sentence):
            if not low <= int(found[1]) <= high and not is_ruled_out(sentence, found.start(1)):
                yield f"rates up to {found[1]}" if int(found[1]) > high else f"gives the rating {found[1]}"
            elif "/" in found[0] and int(found[1]) != high and not is_ruled_out(sentence, found.start(1)):
                yield f"rates out of {found[1]}"
    for found in _LEVELS.finditer(sentence):
        if int(found[1]) not in (high, high - low + 1) and not is_ruled_out(sentence, found.start(1)):
            yield f"gives a scale of {found[1]}"
    for found in (*_RANGE.finditer(sentence), *_THOUSAND.finditer(sentence)):
        first, last = int(found[1]), int(found[2])
        if (first < low or last > high) and last < 1900 and not is_ruled_out(sentence, found.start(1)):
            yield f"gives the scale {first} to {last}"
    for pattern, what in ((_PERCENT, "asks for a percentage"), (_WORDS, "asks for answers that are no numbers")):
        if (said := pattern.search(sentence)) and not is_ruled_out(sentence, said.start()):
            yield f"{what} (“{said[0].strip()}”)"
    if (between := _BETWEEN.search(sentence)) and not is_ruled_out(sentence, between.start()):
        yield "asks for ratings between whole numbers"


def of_a_list(after: str) -> bool:
    """Whether the points or steps that come after a number are those of a list: `the 7 points of the text`."""
    return _OF_A_LIST.match(after) is not None


def only_counts(sentence: str, start: int, end: int) -> bool:
    """Whether a number of a sentence counts or names something, such as a date or a page, and is no rating."""
    before, after = sentence[:start], sentence[end:]
    if _NAMED.search(before) or _COUNTED.match(after) or _CLOCK.match(after) or _MINUTES.search(before):
        return True
    results = (found for found in _RESULT.finditer(sentence) if found.start() <= start < found.end())
    return any(int(found[1]) > int(found[2]) for found in results)
