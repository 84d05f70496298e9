"""Snippets that carry another task into a prompt, as far as their words tell.

They are read as a curator reads them: for what they ask besides a judgement. A text that meets a rule is not
refused, since some are meant well; it is vetted by two people. What is said in other words, or in a language that
the rules don't know, goes unnoticed: the two people are no replacement for the one who reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from library.names import in_latin
from library.smuggling_rules import RULES

_KEPT = 20_000
EMAIL, HANDLE = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", r"(?<![\w@./])@\w{2,}"
_ADDRESS = re.compile(
    rf"{EMAIL}|{HANDLE}|"
    r"\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|info|biz|co|ai|app|xyz|site|online|shop|example|test|eu|de|fr|es|it|uk|ru|cn)\b(?:/\S*)?"
    r"|(?<!\w)\+\d[\d ()./-]{5,}\d\b"
    r"|\b(?:call|phone|dial|ring|text|sms|ruf\w*|telefon\w*|appelle\w*|llama\w*)\b\D{0,25}\d[\d ()/-]{4,}\d\b",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{20,}={0,2}")
_NAMED = re.compile(
    r"\b(?:mention|contain|name|praise|about|by|from|of)\w*\s+(?:the\s+)?[\"“]?[A-Z][\w&'’-]+(?:\s+[A-Z][\w&'’-]+)*"
    r"[^.!?]{0,60}\b(?:regardless|whatever|no matter|always|in any case|without exception)\b"
    r"|\b(?:regardless|whatever|no matter|always|in any case)\b[^.!?]{0,60}"
    r"\b(?:mention|contain|praise)\w*\s+(?:the\s+)?[\"“]?[A-Z][\w&'’-]+"
)
_SPACED = re.compile(r"(?:\b\w[ ._-]){3,}\w\b")
_LEET = str.maketrans("0134579@$!", "oieastgasi")
_MIXED_WORD = re.compile(r"[a-z]+[0-9@$!]+[a-z@$!0-9]*|[0-9@$!]+[a-z]+[a-z@$!0-9]*")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "`": "`"})


@dataclass(frozen=True)
class Smuggled:
    """A rule that a text meets: its name, the words that meet it, what they do, and why that matters."""

    rule: str
    words: str
    does: str
    why: str

    @property
    def what(self) -> str:
        """The finding as a phrase, to follow the name of the text."""
        return f"{self.does} (“{self.words}”)"


@lru_cache(maxsize=_KEPT)
def smuggled(text: str) -> tuple[Smuggled, ...]:
    """Return what of a text may carry another task into a prompt, each rule once; mostly nothing."""
    found = {one.rule: one for one in reversed((*_by_form(text), *_by_words(text)))}
    order = ("address", *RULES)
    return tuple(sorted(found.values(), key=lambda one: order.index(one.rule)))


def _by_words(text: str) -> Iterator[Smuggled]:
    for reading in _readings(text):
        for name, rule in RULES.items():
            if match := rule.pattern.search(reading):
                yield Smuggled(name, _short(match[0]), rule.does, rule.why)
    if match := _NAMED.search(text):
        yield _of("trigger", match[0])


def _by_form(text: str) -> Iterator[Smuggled]:
    """Yield what shows in the characters of a text: addresses, and what nobody can read."""
    if match := _ADDRESS.search(text):
        why = "A model may write to it, or have others do so; how to judge a text takes no address."
        yield Smuggled("address", _short(match[0]), "names an address", why)
    for run in _BASE64.findall(text):
        turns = sum(a.isupper() != b.isupper() for a, b in pairwise(run))
        if turns >= 5 or (any(map(str.isdigit, run)) and turns >= 2):
            yield _of("encoded", run)
    for word in text.split():
        if in_latin(word) != word and any(each.isascii() and each.isalpha() for each in word):
            yield _of("encoded", word)


def _readings(text: str) -> tuple[str, ...]:
    """Return a text as its reader may mean it: plain, with figures for letters, and with letters set apart."""
    plain = _plain(text)
    letters = _MIXED_WORD.sub(lambda found: found[0].translate(_LEET), plain)
    joined = _SPACED.sub(lambda found: re.sub(r"[ ._-]", "", found[0]), plain)
    return tuple(dict.fromkeys((plain, letters, joined)))


def _plain(text: str) -> str:
    """Return a text in small Latin letters without accents, with one kind of quotation mark."""
    latin = in_latin(unicodedata.normalize("NFKC", text)).translate(_QUOTES).casefold()
    bare = "".join(each for each in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(each))
    return " ".join(bare.split())


def _of(name: str, words: str) -> Smuggled:
    return Smuggled(name, _short(words), RULES[name].does, RULES[name].why)


def _short(words: str) -> str:
    bare = words.strip(" ,;:")
    return bare if len(bare) <= 60 else f"{bare[:59].rstrip()}…"
