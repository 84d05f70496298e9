"""Whether a text gives ratings another scale than its task's: clearly, or only by a number outside of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from composer.curation.finding import Finding
from composer.curation.phrases import in_figures, is_ruled_out, sentences
from composer.curation.scale_words import asked_otherwise, of_a_list, only_counts, plainly
from composer.task.prompthints import SCALE
from composer.task.task import Task
from library.similar import content_words

_RATES = r"(?:rat(?:e|es|ed|ing|ings)|scor(?:e|es|ed|ing)|grad(?:e|es|ed|ing))"
_ASKS = r"(?:answer|respond|reply|use|give|choose|pick|write|return|assign)"
_ABOUT_RATINGS = re.compile(rf"\b(?:{_RATES}|{_ASKS}|scale|range|points?|stars?|number)\b", re.IGNORECASE)
_NAMES_SCALE = re.compile(r"\b(?:scales?|ranges?|ranging)\b", re.IGNORECASE)
_PART_OF_SCALE = re.compile(
    r"(?<!instead )(?<!regardless )\b(?:of|on|in) (?:the|this|that|your) (?:\w+ )?(?:scale|range)\b", re.IGNORECASE
)
# What may stand before a range in an order that concerns every rating: anything else says which ones it concerns.
_EVERY = re.compile(
    rf"(?:(?:please|always|only|just|instead|rather|do|you|must|should|the|all|your|each|every|a|an|any|it|them|"
    rf"this|these|both|is|are|be|goes|go|run|runs|lies|lie|can|from|between|with|as|by|on|using|whole|full|single|"
    rf"numbers?|integers?|values?|digits?|answers?|texts?|pairs?|documents?|sentences?|items?|words?|"
    rf"{_RATES}|{_ASKS})\b[\s,]*)+",
    re.IGNORECASE,
)
_AFTER_EVERY = re.compile(
    r"(?:\s|only|instead|stars?|points?|inclusive|each|every|time|\([^()]*\))*", re.IGNORECASE
)
_POINTS = re.compile(
    r"(?<![\d.])(\d{1,3})[- ](?:point|star|grade|step|level)s? (?:scale|rating|system)", re.IGNORECASE
)
_LEVELS = re.compile(r"\bscale (?:with|of) (\d{1,3}) (?:points|levels|steps|grades|stars)\b", re.IGNORECASE)
_OUT_OF = re.compile(
    r"\bout of (\d{1,4})(?=\s*$|\s*[,)]|\s+(?:when|if|for|unless|stars?|points?)\b)", re.IGNORECASE
)
_PERCENT = re.compile(
    r"\b(?:as a percentage|as per ?cent|percentage from)\b"
    r"|\bin per ?cent(?=\s*$|\s*[,)]|\s+(?:from|when|if|for|where|instead)\b)"
    rf"|\b(?:{_RATES}|{_ASKS}|output|express)\b[^,]*\bpercentages?\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\b(?:max(?:imum)?|min(?:imum)?|highest|lowest)(?: possible)?(?: rating| score| grade| value)?"
    r"(?: (?:is|becomes|of|are))+(?: now)? (-?\d{1,3})\b(?!\s+[a-z]+s\b)"
    r"|\b(?:extend|widen|stretch|shrink|limit)\w* the (?:scale|range)[^,]*? to (-?\d{1,3})\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:invert|reverse|flip|rescale|renumber)\w*(?: \w+){0,2} (?:scale|ratings?|scores?|numbers?)\b"
    r"|\b(?:double|halve|triple|multiply|divide)\w*(?: \w+){0,2} (?:ratings?|scores?)\b",
    re.IGNORECASE,
)
_NO_FIGURE = re.compile(
    r"\bletter grades?\b|\broman numerals?\b"
    rf"|\b(?:{_RATES}|{_ASKS})(?: \w+){{0,2}} (?:with|in|as|by) (?:letters?|emojis?|stars)\b"
    r"|\b(?:letters|words|stars|emojis) (?:instead of|rather than|not) (?:numbers|digits|figures)\b"
    r"|\b(?:number|rating|digit|score)s? (?:as|in|with) (?:an? )?words?\b",
    re.IGNORECASE,
)
# All ratings that there are, one by one.
_ONE_OF = r"-?\d{1,3}(?:\s*\([^()]*\))?"
_LIST = re.compile(
    rf"(?:(?:please|always|only|just)\s+)*(?:{_RATES}|{_ASKS})\s+"
    rf"(?:(?:only|with|either|the|ratings?|numbers?|values?)\s+)*"
    rf"((?:{_ONE_OF},\s*)*{_ONE_OF},?\s+(?:or|and)\s+{_ONE_OF})(?:\s+(?:only|instead|alone))?"
    rf"|only (?:the )?(?:ratings|numbers|values|scores) "
    rf"((?:{_ONE_OF},\s*)*{_ONE_OF},?\s+(?:or|and)\s+{_ONE_OF})\b.*",
    re.IGNORECASE,
)
_HALVES = re.compile(
    r"\bhalf[- ](?:points?|steps?|stars?|marks?|ratings?)\b|\bdecimals?\b|\bone decimal place\b", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.,$€£#/-])-?\d{1,3}(?:\.\d+)?(?![\w%°/]|[.,]\d)")
_TIED = re.compile(
    rf"(?:\b(?:{_RATES}|{_ASKS}|gets?|deserves?|reserve|keep|earns?)\b)"
    r"(?:\s+(?:it|them|a|an|the|at|least|most|about|only|of|as|is|are|be|with|rating|score|number|texts?|than|or|and|"
    r"both|always|never|not|more|less|-?\d+(?:\.\d+)?)\b,?)*\s*$",
    re.IGNORECASE,
)
_ENDS_THERE = re.compile(
    r"\s*$|\s*[,)]|\s+(?:when|if|for|only|unless|to|and|or|where|whenever|at|instead|rather|even|as|because|in|means?|"
    r"stands?|is|are)\b",
    re.IGNORECASE,
)
_ANSWERS_NUMBER = re.compile(
    r"\b(?:answer|output|return|write|respond|reply)(?:\s+(?:with|only|a|the|number))*\s+(-?\d{1,3})"
    r"(?=\s*$|\s*,|\s+(?:for|if|when|where|or|and)\b)",
    re.IGNORECASE,
)
_MEANS = re.compile(r"\s*(?:means?\b|stands? for\b|=)", re.IGNORECASE)
# A plural (and neither `is` nor `as`): what is counted is no rating.
_UNIT = re.compile(
    r"\s*-(?=[a-z])|\s*(?:or (?:more|fewer|less) )?"
    r"(?:(?!(?:is|as|plus|unless|means)\b)[a-z]+s|percent|out of \d+ [a-z]+s)\b",
    re.IGNORECASE,
)
_HIGHEST = 100
"""The highest end that a scale of ratings has: larger numbers are years, types and amounts."""
_STEPS = re.compile(r"\s*(?:points?|steps?|stars?)\b", re.IGNORECASE)


# What a number of the scale stands for: `1 (unrelated)`, `5 means the same story`.
_ANCHOR = re.compile(
    r"(?<![\w.,-])(-?\d{1,3})\s*"
    r"(?:\(([^()]+)\)|(?:means?|stands? for|is for|=)\s+([^,;.]+?)(?=\s+and\s+-?\d|[,;.]|$))"
)


def scale_findings(task: Task, text: str) -> Iterator[Finding]:
    """Yield what a text says of the scale that is not so in the task: errors where it would be another scale."""
    for sentence in sentences(plainly(text)):
        if task.output.kind == "ordinal":
            yield from _ordinal(task, sentence)
            yield from _turned(task, sentence)
        else:
            yield from _labels(task, sentence)


def _ordinal(task: Task, sentence: str) -> Iterator[Finding]:
    low, high = task.output.scale
    own = f"the task's scale is {low} to {high}"
    ranges = list(_ranges(sentence))
    for found in ranges:
        first, last = int(found[1]), int(found[2])
        if (first, last) != (low, high) and _is_another_scale(sentence, found, first < low or last > high):
            yield _error(f"gives the scale {first} to {last}, and {own}")
        elif (
            (first < low or last > high)
            and last <= _HIGHEST
            and not _UNIT.match(sentence[found.end() :])
            and not only_counts(sentence, *found.span())
        ):
            yield _warning(f"names {first} to {last}, and {own}")
    if (listed := _LIST.fullmatch(sentence)) and not is_ruled_out(sentence, listed.end()):
        ratings = sorted({int(number) for number in re.findall(r"-?\d+", re.sub(r"\([^()]*\)", "", listed[0]))})
        if ratings != list(range(low, high + 1)):
            yield _error(f"gives the ratings {', '.join(map(str, ratings))} alone, and {own}")
            return
    for found in (*_POINTS.finditer(sentence), *_LEVELS.finditer(sentence)):
        if int(found[1]) not in (high, high - low + 1):
            yield _error(f"gives a scale of {found[1]}, and {own}")
    for found in _OUT_OF.finditer(sentence):
        if int(found[1]) != high:
            yield _error(f"rates out of {found[1]}, and {own}")
    if (percent := _PERCENT.search(sentence)) and not is_ruled_out(sentence, percent.start()):
        yield _error(f"asks for a percentage, and {own}")
    if (halves := _HALVES.search(sentence)) and not is_ruled_out(sentence, halves.start()):
        yield _error("asks for ratings between whole numbers, and such an answer is malformed")
    for what in asked_otherwise(sentence, low, high):
        yield _error(f"{what}, and {own}")
    yield from _changed(task, sentence)
    taken = [
        found.span()
        for found in (
            *ranges,
            *_LEVELS.finditer(sentence),
            *_POINTS.finditer(sentence),
            *_OUT_OF.finditer(sentence),
        )
    ]
    for found in _NUMBER.finditer(sentence):
        if not any(start <= found.start() < end for start, end in taken):
            yield from _number(task, sentence, found)


def _changed(task: Task, sentence: str) -> Iterator[Finding]:
    """Yield where the ends of the scale are moved, ratings are counted otherwise, or written as no numbers."""
    low, high = task.output.scale
    own = f"the task's scale is {low} to {high}"
    for found in _ENDS.finditer(sentence):
        end = found[1] or found[2]
        if int(end) not in (low, high) and not is_ruled_out(sentence, found.start()):
            yield _error(f"ends the scale at {end}, and {own}")
    if (changed := _CHANGED.search(sentence)) and not is_ruled_out(sentence, changed.start()):
        yield _error(f"changes the scale (“{changed[0]}”), and {own}")
    if (figure := _NO_FIGURE.search(sentence)) and not is_ruled_out(sentence, figure.start()):
        yield _error(f"asks for answers that are no numbers (“{figure[0]}”), and {own}")


def _turned(task: Task, sentence: str) -> Iterator[Finding]:
    """Yield where an end of the scale is given the meaning that the task's prompt gives the other one."""
    ends = task.output.scale
    own, theirs = _anchors(task.base), _anchors(sentence)
    for end, other in (ends, ends[::-1]):
        meant, here, there = theirs.get(end, set()), own.get(end, set()), own.get(other, set())
        if meant & (there - here) and not meant & (here - there) and not is_ruled_out(sentence, len(sentence)):
            yield _error(f"turns the scale around: {end} is what {other} is in the task's prompt")
            return


def _anchors(text: str) -> dict[int, set[str]]:
    """Return the words for which numbers of a scale stand in a text."""
    found = _ANCHOR.finditer(in_figures(text).casefold())
    return {int(one[1]): set(content_words(one[2] or one[3])) for one in found}


def _ranges(sentence: str) -> Iterator[re.Match[str]]:
    for found in SCALE.finditer(sentence):
        joined = sentence[found.end(1) : found.start(2)]
        between = re.search(r"\bbetween\s*$", sentence[: found.start()], re.IGNORECASE)
        years = max(map(abs, (int(found[1]), int(found[2])))) >= 1000
        if int(found[1]) < int(found[2]) and ("and" not in joined.split() or between) and not years:
            yield found


def _is_another_scale(sentence: str, found: re.Match[str], outside: bool) -> bool:
    """Whether a range is said to be that of all ratings, and not which of them some texts get."""
    before, after = sentence[: found.start()], sentence[found.end() :]
    if is_ruled_out(sentence, found.start()):
        return False
    if _NAMES_SCALE.search(before[-40:]) or _NAMES_SCALE.match(after.lstrip(" -")):
        return outside or not _PART_OF_SCALE.search(sentence)
    if outside:
        return _ABOUT_RATINGS.search(sentence) is not None and not _UNIT.match(after)
    about = _ABOUT_RATINGS.search(before) is not None
    return about and _EVERY.fullmatch(before) is not None and _AFTER_EVERY.fullmatch(after) is not None


def _number(task: Task, sentence: str, found: re.Match[str]) -> Iterator[Finding]:
    low, high = task.output.scale
    value, before, after = float(found[0]), sentence[: found.start()], sentence[found.end() :]
    if _STEPS.match(after):
        if abs(value) > high - low and not of_a_list(after):
            yield _warning(f"names {found[0]} points, and the task's scale has {high - low} from end to end")
        return
    tied = _TIED.search(before) is not None and _ENDS_THERE.match(after) is not None
    means = not before.strip(" ,(") and _MEANS.match(after) is not None
    if low <= value <= high:
        if "." in found[0] and tied and not is_ruled_out(sentence, found.start()):
            yield _error(f"gives the rating {found[0]}, and only whole numbers are valid answers")
        return
    if (tied or means) and not is_ruled_out(sentence, found.start()):
        yield _error(f"gives the rating {found[0]}, which is outside the task's scale {low} to {high}")
    elif not _UNIT.match(after) and not only_counts(sentence, *found.span()):
        yield _warning(f"names the number {found[0]}, which is outside the task's scale {low} to {high}")


def _labels(task: Task, sentence: str) -> Iterator[Finding]:
    labels = ", ".join(task.output.labels)
    for pattern in (_POINTS, _LEVELS, _OUT_OF, _PERCENT):
        scale = pattern.search(sentence)
        if scale is None or is_ruled_out(sentence, scale.start()) or _UNIT.match(sentence[scale.end() :]):
            continue
        if _ABOUT_RATINGS.search(sentence):
            yield _error(f"asks for a rating (“{scale[0]}”), and the task's answers are {labels}")
    for found in _ANSWERS_NUMBER.finditer(sentence):
        if found[1] not in task.output.labels and not is_ruled_out(sentence, found.start(1)):
            yield _error(f"asks for the answer {found[1]}, and the task's answers are {labels}")
    for found in _ranges(sentence):
        ruled_out = is_ruled_out(sentence, found.start()) or {found[1], found[2]} <= set(task.output.labels)
        if _ABOUT_RATINGS.search(sentence) and not ruled_out and not _UNIT.match(sentence[found.end() :]):
            yield _error(f"asks for a rating from {found[1]} to {found[2]}, and the task's answers are {labels}")


def _error(what: str) -> Finding:
    return Finding(
        "scale", "error", what, "Use the task's scale, or leave the number out: the base says it already."
    )


def _warning(what: str) -> Finding:
    return Finding("scale", "warning", what, "A number outside the scale may be taken for a rating.")
