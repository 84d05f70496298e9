"""Lint of a snippet's text: one plain line, in which nothing is hidden."""

import re
import unicodedata
from collections.abc import Iterator

from library.control_tokens import control_tokens

LONGEST = 300

# Control, format (bidi marks, zero-width joiners, tags), surrogate, private and unassigned.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Others that leave no mark on the page although they are letters, marks or symbols by category
# (Unicode's Default_Ignorable_Code_Point, the blank Braille pattern, fillers and blanks of old scripts and music).
_HIDDEN_ONES = (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x13441, 0x13442, 0x16FE4, 0x1D159)
_HIDDEN_RUNS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0000, 0xE1000))
_MARKS = frozenset({"Mn", "Me"})
_MOST_MARKS = 4
"""How many marks a letter has at most in any living script (Unicode's rules for identifiers, UTS 39)."""
_PLAIN = re.compile("[!-~]([ -~]*[!-~])?")  # printable ASCII, and no space at the ends


def problems(text: str) -> tuple[str, ...]:
    """Return what keeps a text from being a snippet, a phrase each; empty if nothing does."""
    tokens = control_tokens(text)
    if _PLAIN.fullmatch(text) and len(text) <= LONGEST and "{{" not in text and "}}" not in text and not tokens:
        return ()  # what most texts are, seen at once: each of these problems needs another character
    found = []
    if not text.strip():
        return ("is empty",)
    if len(text.splitlines()) > 1:
        found.append("has more than one line")
    elif text.splitlines()[0] != text:
        found.append("ends with a line break")
    if text.strip(" ") != text:
        found.append("has a space at its start or end")
    if "\t" in text:
        found.append("has a tab")
    if unseen := hidden(text):
        found.append(f"has characters that can't be seen: {', '.join(unseen)}")
    if odd := sorted({_code(each) for each in set(text) if unicodedata.category(each) == "Zs" and each != " "}):
        found.append(f"has spaces that aren't the ordinary one: {', '.join(odd)}")
    found += _marked(text)
    if not unicodedata.is_normalized("NFC", text):
        found.append("is not in Unicode's NFC form")
    if "{{" in text or "}}" in text:
        found.append("has a slot marker: {{ or }}")
    if tokens:
        found.append(
            f"spells {', '.join(map(_visible, tokens))}, which models read as a control token and not as text"
        )
    if len(text) > LONGEST:
        found.append(f"has {len(text)} characters, and {LONGEST} is the most")
    return tuple(found)


def hidden(text: str) -> tuple[str, ...]:
    """Return the characters of a text that can't be seen, as `U+200B`, tabs and line breaks aside."""
    return tuple(sorted({_code(each) for each in set(text) if _is_hidden(each)}))


def _marked(text: str) -> Iterator[str]:
    """Yield what is wrong with marks that are drawn over the character before them."""
    in_a_row = most = 0
    for each in text:
        in_a_row = in_a_row + 1 if unicodedata.category(each) in _MARKS else 0
        most = max(most, in_a_row)
    if unicodedata.category(text[0]) in _MARKS:
        yield "begins with a mark that would be drawn over what is before it"
    if most > _MOST_MARKS:
        yield f"has {most} marks over one character, and {_MOST_MARKS} is the most"


def _visible(text: str) -> str:
    return "".join(_code(each) if _is_hidden(each) else each for each in text)


def _is_hidden(character: str) -> bool:
    if character in "\t\n\r\v\f\x1c\x1d\x1e\x85":  # reported as tabs and line breaks
        return False
    code = ord(character)
    return (
        unicodedata.category(character) in _HIDDEN_CATEGORIES
        or code in _HIDDEN_ONES
        or any(code in run for run in _HIDDEN_RUNS)
    )


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
