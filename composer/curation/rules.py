"""From prompts that a model wrote freely to one-line rules: taken apart, tidied, and what is no rule left out.

Only what the rewriting added counts: sentences of the prompt it began with are no news. What is left out has a
reason, since a weak model writes much that is none: headings, examples, formats, remarks to the reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from composer.curation.imperatives import HEADING, no_rule, words_of
from composer.task.task import Task
from library.lint import LONGEST
from library.similar import FILLER, Wordings

EXAMPLE = "an example, or the format of an answer"
KNOWN = "stands in the prompt already"
ECHO = "repeats what the model was told"
DOUBLE = "another of these rules says it"

_KEY_WORDS, _KEY_LENGTH = 4, 48
_ECHO_WORDS, _ECHO_SHARE = 5, 0.55
"""How many words that carry meaning, and which share of all, a rule has in common with what it merely repeats."""
_LONGER = 4
_COMPARED = 50
"""Rules near to one that are looked at, of those written before and after it."""
_FENCE = re.compile(r"^\s*(```|~~~)")
_MARKER = re.compile(r"^\s*(?:[-*•‣▪●–—+]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\[[ xX]?\])\s+")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|[=_*\-]{3,}\s*$|\*\*[^*]+\*\*:?\s*$|<[^>]+>\s*$)")
_OF_EXAMPLES = re.compile(
    r"^(?:(?:some|the|few|an?|input|output|answer|response|expected|required|sample|of)\W+)*"
    r"(?:examples?|samples?|demonstrations?|inputs?|outputs?|answers?|responses?|format|schema|template)(?:\W+\d+)?$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?:\*\*[^*]{1,100}:\*\*|\*\*[^*]{1,100}\*\*\s*:)\s+(?=\S+\s+\S+\s+\S)")
_LEAD = re.compile(
    r"^(?:for example|examples?|e\.g\.|input|output|answer|response|label|rating)\b\s*\d*\s*[:,]", re.IGNORECASE
)
_ARROW = re.compile(r"\s(?:->|=>|→|⇒)\s")
_OBJECT = re.compile(r"\{[^{}]*[\"'][^{}]*:[^{}]*\}")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]*[A-Z0-9À-Þ])")
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|no|approx|[A-Z])\.$")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_CLOSING = ")\"'”’}"


@dataclass(frozen=True)
class LeftOut:
    """A sentence that doesn't become a draft: why, in words that others share, and what about it in particular."""

    text: str
    why: str
    detail: str = ""


@dataclass(frozen=True)
class Rule:
    """One line that may become a draft, and the numbers of the texts that it was found in, from 0."""

    text: str
    found_in: tuple[int, ...]


@dataclass(frozen=True)
class Extracted:
    """What some texts came to: each different sentence that they added is a rule or left out."""

    rules: tuple[Rule, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def sentences(self) -> int:
        """How many different sentences the texts added."""
        return len(self.rules) + len(self.left_out)


def extract(task: Task, prompt: str, texts: Sequence[str], *, told: str = "") -> Extracted:
    """Return the rules in these rewritings of a prompt, in the order in which they were first written.

    Of rules that say nearly the same the first one stays. Sentences that the prompt has are passed over, and
    those that say nearly what it says are left out, as are those that repeat what the writer was `told`.
    """
    guidance = _meaning(told)
    own = [tidy(text) for text, _ in pieces(task, prompt)]
    said = "|".join(f" {_bare(one)} " for one in (*own, *map(tidy, prompt.splitlines())))
    before = Wordings((one, one) for one in dict.fromkeys(own) if one)
    found: dict[str, Rule] = {}
    left: dict[str, LeftOut] = {}
    for number, text in enumerate(texts):
        for raw, why in pieces(task, text):
            piece = tidy(raw)
            bare = _bare(piece)
            if not piece or f" {bare} " in said:
                continue
            if reason := why or no_rule(piece) or _no_news(before, guidance, piece):
                left.setdefault(bare, LeftOut(_shown(piece), reason))
                continue
            known = found.get(bare, Rule(piece, ()))
            found[bare] = Rule(known.text, tuple(sorted({*known.found_in, number})))
    rules, doubles = _each_once(list(found.values()))
    return Extracted(rules, (*left.values(), *doubles))


def pieces(task: Task, text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text that may be rules, and of each why it is none, as far as its place tells.

    A bullet or a numbered item is one part, unless it is longer than a snippet may be; other lines are taken
    apart into sentences.
    """
    fenced = of_examples = False
    for line in _whole_lines(text.splitlines()):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        bullet = _MARKER.match(line)
        inner = line[bullet.end() :] if bullet else line
        if not fenced and not bullet and (_HEADING.match(line) or inner.rstrip().endswith(":")):
            of_examples = bool(_OF_EXAMPLES.match(" ".join(words_of(line))))
            yield inner, HEADING
        elif fenced or of_examples or _begins_example(task, inner):
            yield inner, EXAMPLE
        elif bullet and len(tidy(inner)) <= LONGEST:
            yield _LABEL.sub("", inner), EXAMPLE if _holds_example(inner) else ""
        else:
            yield from ((one, EXAMPLE if _holds_example(one) else "") for one in sentences(inner))


def sentences(line: str) -> list[str]:
    """Return the sentences of a line; a point after an abbreviation ends none."""
    found: list[str] = []
    for part in _SENTENCE_ENDS.split(line.strip()):
        if found and _ABBREVIATED.search(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def tidy(text: str) -> str:
    """Return a part as a snippet's text, empty where nothing of it is left.

    In NFC, without emphasis, odd spaces or what can't be seen, with a capital and a point.
    """
    plain = unicodedata.normalize("NFC", _plain_spaces(text))
    while (bare := _EMPHASIS.sub(r"\2", plain)) != plain:
        plain = bare
    plain = _MARKER.sub("", plain.replace("**", "").strip(" *_#"))
    if len(plain) > 1 and plain[0] in '"“' and plain[-1] in '"”' and not set(plain[1:-1]) & set('"“”'):
        plain = plain[1:-1].strip()
    if plain[:1].islower() and len(plain[0].upper()) == 1:
        plain = plain[0].upper() + plain[1:]
    return f"{plain}." if plain and (plain[-1].isalnum() or plain[-1] in _CLOSING) else plain


def key_of(text: str, taken: Iterable[str]) -> str:
    """Return a key made of the first words of a rule that carry meaning, which is none of those taken."""
    letters = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", letters.replace("'", ""))
    chosen = ([word for word in words if word not in FILLER] or words or ["mined"])[:_KEY_WORDS]
    name = "-".join(chosen)[:_KEY_LENGTH].strip("-")
    known = set(taken)
    numbered = (f"{name}-{number}" for number in range(2, len(known) + 3))
    return next(one for one in (name, *numbered) if one not in known)


def _begins_example(task: Task, text: str) -> bool:
    plain = text.strip().strip("*_` ")
    fields = "|".join(re.escape(name) for name in (*task.inputs, task.output.field))
    named = re.match(rf"(?:{fields})\s*\d*\s*[:=]", plain, re.IGNORECASE)
    return bool(plain.startswith(("{", "[", "<", "|", ">")) or _LEAD.match(plain) or named)


def _holds_example(text: str) -> bool:
    return bool(_OBJECT.search(text) or _ARROW.search(text))


def _whole_lines(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines that hold something, one that goes on with the sentence before it joined to that."""
    waiting = ""
    for line in lines:
        if waiting and _goes_on(waiting, line):
            waiting = f"{waiting.rstrip()} {line.strip()}"
            continue
        if waiting:
            yield waiting
        waiting = line if line.strip() else ""
    if waiting:
        yield waiting


def _goes_on(before: str, line: str) -> bool:
    stripped = line.strip()
    fresh = _MARKER.match(line) or _FENCE.match(line) or _FENCE.match(before)
    return bool(stripped) and not fresh and stripped[0].islower() and before.rstrip()[-1] not in ".!?:"


def _no_news(before: Wordings, guidance: frozenset[str], text: str) -> str:
    """Return why a rule is no news: the prompt says the same or nearly so, or the writer was told it."""
    near = before.near(text, most=1)
    if near and near[0].kind in ("same", "near"):
        return KNOWN
    own = _meaning(text)
    return ECHO if len(own & guidance) >= max(_ECHO_WORDS, _ECHO_SHARE * len(own)) else ""


def _meaning(text: str) -> frozenset[str]:
    """Return the words of a text that carry meaning, without the endings of many and of doing."""
    words = (word for word in words_of(text.casefold()) if word not in FILLER)
    return frozenset(re.sub(r"(?:ing|en|ed|es|s|e)$", "", word) if len(word) > _LONGER else word for word in words)


def _each_once(rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], tuple[LeftOut, ...]]:
    known = Wordings((one.text, one.text) for one in rules)
    kept: dict[str, Rule] = {}
    doubles: list[LeftOut] = []
    for one in rules:
        near = known.near(one.text, without=one.text, most=_COMPARED)
        same = next((each.key for each in near if each.kind != "opposite" and each.key in kept), "")
        if same:
            doubles.append(LeftOut(one.text, DOUBLE, same))
            kept[same] = Rule(same, tuple(sorted({*kept[same].found_in, *one.found_in})))
        else:
            kept[one.text] = one
    return tuple(kept.values()), tuple(doubles)


def _plain_spaces(text: str) -> str:
    seen = (" " if unicodedata.category(each) in ("Zs", "Zl", "Zp", "Cc") else each for each in text)
    return " ".join("".join(each for each in seen if unicodedata.category(each) != "Cf").split())


def _bare(text: str) -> str:
    return " ".join(words_of(text.casefold())) or text


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
