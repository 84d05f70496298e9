"""Whether a line says what to do: an English one by its verbs, one of another language by its form alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from library.lint import problems
from library.similar import FILLER

HEADING = "a heading"
REMARK = "says what the text is, and not what to do"
NO_RULE = "no instruction: nothing in it says what to do"
QUESTION = "a question"
SHORT = "too short to be a rule"

_LEAST_WORDS = 3
_JUDGED_BY_FILLER = 5
"""Words from which a line is taken for English by how many of them are English filler."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_REMARK = re.compile(
    r"^(?:you are|you will|you're|as an?|your (?:task|goal|job|role)|in this task|let's|please note|note that this"
    r"|the (?:task|goal|assistant|following|instructions?|above|below|dataset)|remember, you|by following"
    r"|this (?:task|prompt|instruction|dataset|model)|here (?:is|are)|here's|below|sure|certainly|of course"
    r"|i|i'm|i've|we|thank|thanks|new instruction|reminder|feedback"
    r"|(?:the|this|(?:write|create|implement) an?) (?:function|program|script|code))\b",
    re.IGNORECASE,
)
_DIRECTION = re.compile(
    r"\b(?:should|must|shall|never|always|do not|don't|only|avoid|ignore|ignoring|instead|rather than|unless"
    r"|regardless|even if|treat(?:ed)?|count(?:s|ed)?|rate[sd]?|label(?:s|led|ed)?|classif(?:y|ies|ied)|means"
    r"|requires?|deserves?|(?:need|needs|has|have) to|indicates?|lowers?|raises?|outweighs?"
    r"|(?:crucial|important|essential|necessary) to|considered|is (?:an? )?(?:positive|negative|neutral|sign))\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^(?:if|when|where|whenever|for|in case|unless|with|before|after|once)\b.*?[,:;]\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^.{1,60}?(?::\s+|\s[–—-]\s)(?P<rest>.+)$")
_VERB_WORDS = """
account add adjust aim allow analyse analyze answer apply ask assess assign assume avoid base be begin break
calculate check choose classify combine compare concentrate consider count decide default deduct determine
differentiate disregard distinguish do don't emphasize ensure estimate evaluate examine exclude expect favor
favour find focus follow give identify ignore include increase infer interpret judge keep label limit look lower
make mark match measure mind never note notice only output pay penalize penalise pick prefer prioritize
prioritise provide put raise rate read recognize recognise reduce rely remember require respect respond return
reward scale score select separate set skip start stick stay take tell think treat understand use value verify
watch weigh weight write
"""
_VERBS = frozenset(_VERB_WORDS.split())


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text, in order."""
    return _WORD.findall(text)


def no_rule(text: str) -> str:
    """Return why a line can't be a snippet of its own; empty where it can."""
    words = [word.casefold() for word in words_of(text)]
    if found := problems(text):
        return f"it {', and '.join(found)}"
    if text.endswith("?"):
        return QUESTION
    if text.endswith((":", "…")):
        return HEADING
    if len(words) < _LEAST_WORDS and text.isascii():
        return SHORT
    if _REMARK.match(text):
        return REMARK
    return NO_RULE if words and _is_english(text, words) and not _directs(text, words) else ""


def _is_english(text: str, words: Sequence[str]) -> bool:
    if len(words) < _JUDGED_BY_FILLER:
        return text.isascii()
    return sum(word in FILLER for word in words) >= 0.15 * len(words)


def _directs(text: str, words: Sequence[str]) -> bool:
    """Whether it begins with an imperative, at once or after a condition or a label, or says how to judge."""
    if words[0] in _VERBS or _DIRECTION.search(text):
        return True
    rests = [found["rest"] for pattern in (_CONDITION, _LABELLED) if (found := pattern.match(text))]
    return any((after := words_of(rest)) and after[0].casefold() in _VERBS for rest in rests)
