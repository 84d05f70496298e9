"""Names: plain to read, and none that looks like another's.

After Unicode's rules for identifiers (UTS 39): nothing hidden, no other form of an ordinary letter, one script,
and a skeleton of what the letters look like, by which two names are compared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from library.errors import Refused
from library.lint import hidden

LONGEST = 100
# Scripts that are written together, as UTS 39 has it for its "highly restrictive" level.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
# Letters that name no script of their own: modifiers such as the ʻokina, and marks of Japanese.
_SCRIPTS = {"MODIFIER": "", "IDEOGRAPHIC": "CJK", "KATAKANA-HIRAGANA": "KATAKANA"}
# What looks like each of these in most fonts.
_LIKE = {
    "a": "аα", "e": "еε", "s": "ѕ", "i": "іι", "j": "ј", "k": "кκ", "m": "м", "h": "һн", "o": "оοσ0", "p": "рρ",
    "c": "сϲ", "t": "тτ", "y": "уγ", "x": "хχ", "q": "ԛ", "w": "ԝω", "d": "ԁ", "l": "ӏI1|", "v": "ѵν", "u": "υ",
    "n": "ηп", "A": "АΑ", "B": "ВΒ", "E": "ЕΕ", "S": "Ѕ", "J": "Ј", "K": "КΚ", "M": "МΜ", "H": "НΗ", "O": "ОΟ",
    "P": "РΡ", "C": "СϹ", "T": "ТΤ", "Y": "УΥ", "X": "ХΧ", "Z": "Ζ", "N": "Ν", "Q": "Ԛ", "W": "Ԝ", "I": "ІΙ",
    "'": "’ʼʻ`´‘", "-": "‐‑‒–",
}  # fmt: skip
_ALIKE = {ord(one): latin for latin, others in _LIKE.items() for one in others}


def problems(name: str) -> tuple[str, ...]:
    """Return what keeps a text from being a person's name, a phrase each; empty if nothing does."""
    found = []
    if unseen := hidden(name):
        found.append(f"has characters that can't be seen: {', '.join(unseen)}")
    if " ".join(name.split()) != name or "\n" in name:
        found.append("has other spaces than one ordinary space between words")
    if not any(unicodedata.category(each).startswith("L") for each in name):
        found.append("has no letter")
    elif unicodedata.combining(name[0]):
        found.append("begins with a mark that belongs to a letter before it")
    plain = unicodedata.normalize("NFKC", name)
    if plain != name and not found:
        found.append(f"has other forms of ordinary characters: write {plain!r}")
    scripts = _scripts(name)
    if len(scripts) > 1 and not any(scripts <= some for some in _TOGETHER):
        found.append(f"mixes {' and '.join(sorted(one.capitalize() for one in scripts))} letters")
    if len(name) > LONGEST:
        found.append(f"has {len(name)} characters, and {LONGEST} is the most")
    return tuple(found)


def lookalike(name: str, others: Iterable[str]) -> str | None:
    """Return the first of the other names that this one could be taken for; None for none."""
    skeleton = _skeleton(name)
    return next((other for other in others if other != name and _skeleton(other) == skeleton), None)


def check_apart(kind: str, new: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a new name that could be taken for one there is, or for another new one; `kind` is what they name.

    For names that are written in a to z and digits alone, in which an l and a 1 may still be mistaken.
    """
    names = frozenset(known)
    seen = {_skeleton(one): one for one in names}
    for one in new:
        if one in names:
            continue
        other = seen.setdefault(_skeleton(one), one)
        if other != one:
            raise Refused(f"the {kind} {one!r} looks like the {kind} {other!r}", fix="Give it another name.")


def _scripts(name: str) -> set[str]:
    letters = (each for each in name if unicodedata.category(each).startswith("L"))
    first = (unicodedata.name(each, "").partition(" ")[0] for each in letters)
    return {script for one in first if (script := _SCRIPTS.get(one, one))}


def in_latin(text: str) -> str:
    """Return a text with each letter of another script that looks like a Latin one replaced by that one."""
    return "".join(each if each.isascii() else each.translate(_ALIKE) for each in text)


def _skeleton(name: str) -> str:
    """Return what a name looks like: capitals and spaces aside, each character as the one that it resembles."""
    # Twice: a capital і turns into an I, which an l resembles.
    plain = unicodedata.normalize("NFKC", name).translate(_ALIKE).translate(_ALIKE)
    return "".join(plain.split()).casefold().replace("rn", "m").replace("vv", "w")
