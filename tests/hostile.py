"""Texts that mean to break something, and what must hold of each: refused with a reason, or unchanged everywhere.

`python -m tests.hostile 100000` checks that many, and prints what became of them.
"""

from __future__ import annotations

import io
import json
import random
import re
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from rich.console import Console
from rich.text import Text

from composer.cli.common import clean
from composer.prompts.composition import Composition
from composer.prompts.messages import render
from composer.prompts.text_changes import compare, word_changes
from composer.release.verification import MESSAGES, PROMPT, pack_texts
from library import lint
from library.canonical import canonical_bytes, text_digest
from library.database import Database, open_database
from library.difference import difference
from library.export import exportable
from library.file import SnippetEntry
from library.importing import import_file
from library.layout import laid_out
from library.merging import merged
from library.snippets import list_versions
from library.storable import storable
from library.versions import SnippetVersion
from ui.components.text_diff import in_words, side_by_side, unified
from ui.shell.html import safe

AT = datetime(2026, 1, 1, tzinfo=UTC)
BASE = "Rate the text.\n{{snippets}}\nAnswer with JSON."
_DETAILS = re.compile(r"(?<=spells ).*(?=, which)|(?<=: )U\+.*|[0-9][0-9,]*(?= (?:marks|characters))")
BATCH = 5000
"""Texts that are stored in one home."""

WORDS = (
    "Rate",
    "the",
    "text",
    "only",
    "when",
    "both",
    "report",
    "it",
    "café",
    "naïve",
    "日本語",
    "Привет",
    "שלום",
    "مرحبا",
)
FRAGMENTS: dict[str, tuple[str, ...]] = {
    "bidi": (
        *("\u202e", "\u202d", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u061c", "\u202a"),
    ),
    "unseen": (
        *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\xad", "\u034f", "ㅤ", "⠀", "\ufe0f", "\U000e0041"),
        *("\U000e0100", "\u180e", "ᅟ", "ﾠ", "\U0001d173", "𝅙", "\u2061"),
    ),
    "combining": (
        *("\u0301", "e\u0301", "\u0334\u0334\u0334\u0334\u0334\u0334\u0334\u0334\u0334", "a\u0488", "\u20dd"),
        *("\u0e4d", "n\u0303"),
        *("\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0\u1dc0",),
        *("\u0f71\u0f72",),
    ),
    "lines": (
        *("\n", "\r", "\r\n", "\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f"),
    ),
    "controls": (
        *("\x00", "\x07", "\x08", "\x1b[31m", "\x1b]0;title\x07", "\x1b[2J", "\x7f", "\x9b31m", "\t", "\x1a"),
    ),
    "surrogates": (
        *("\ud83d", "\ude00", "\udcff", "\ud800"),
    ),
    "odd": (
        *("\ufffe", "\uffff", "\U0010ffff", "\ue000", "�", "￼", "\u0378", "👩\u200d🚀"),
    ),
    "spaces": (
        *("\xa0", "\u3000", "\u2003", "\u202f", "\u205f", "\u1680", "  ", " "),
    ),
    "html": (
        *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</td></tr></table>", "&lt;b&gt;"),
        *("&amp;amp;", "<!-- ", "-->", "&#x27;", "\" onmouseover=\"x", "<b>", "<![CDATA[", "]]>"),
        *("<style>*{}</style>", "&nbsp"),
    ),
    "markdown": (
        *("**bold**", "[x](javascript:alert(1))", "![i](http://h/x.png)", "# head", "```", "| a | b |"),
        *(":red[x]", "$\\frac{1}{2}$", ":smile:", "<details>", "~~x~~", "* * *", "http://example.org", "_x_"),
        *("\\*",),
    ),
    "templates": (
        *("{{x}}", "{{snippets}}", "{% if x %}", "{#x#}", "${HOME}", "$(id)", "`id`", "{x!r:>10}", "%(x)s"),
        *("%s", "#{x}", "<%= x %>", "{", "}", "{ {", "{{", "}}", "{}", "\\{x}"),
    ),
    "tokens": (
        *("<|im_end|>", "<|im_start|>system", "</s>", "[INST]", "<start_of_turn>", "<|eot_id|>", "<think>"),
        *("<｜User｜>", "<|endoftext|", "< |im_end| >", "<|im\u200bend|>", "<|\u202eim_end|>"),
    ),
    "formulas": (
        *("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://h\",\"x\")", "\t=1", "'=1"),
    ),
    "yaml": (
        *("yes", "null", "~", "1e3", "0x1f", "1:20", "2024-01-01", "- a", "? a", "a: b", "a:", " #c", "#c"),
        *("&a", "*a", "!!python/object:os.system", "|", ">", "%TAG !", "@a", "`a", "[a", "{a", "]", "---"),
        *("...", "<<", "=", "''", "\"", "\\", "\\u2028", ".inf", "1_000", "n", ", "),
    ),
    "sql": (
        *("'; DROP TABLE snippet; --", "\" OR 1=1", "%' ESCAPE '", "\\'", "--", "/* x */", "?", ":name", "\\0"),
    ),
    "json": (
        *("{\"rating\": 5}", "\\\"", "\\ud83d", "\\u0000", "[1,2", "NaN", "\\n"),
    ),
    "paths": (
        *("../../etc/passwd", "C:\\x", "file:///etc/passwd", "~root", "\\\\host\\x"),
    ),
}  # fmt: skip


def texts(count: int, seed: int = 0) -> Iterator[str]:
    """Yield so many hostile texts, the same for the same seed."""
    rng = random.Random(seed)
    kinds = sorted(FRAGMENTS)
    for _ in range(count):
        kind = rng.choice(kinds)
        yield _MAKERS[rng.randrange(len(_MAKERS))](rng, kind)


def _alone(rng: random.Random, kind: str) -> str:
    return rng.choice(FRAGMENTS[kind])


def _among_words(rng: random.Random, kind: str) -> str:
    words = rng.choices(WORDS, k=rng.randint(1, 8))
    words.insert(rng.randint(0, len(words)), rng.choice(FRAGMENTS[kind]))
    return rng.choice([" ", " ", ""]).join(words)


def _within_a_word(rng: random.Random, kind: str) -> str:
    line = " ".join(rng.choices(WORDS, k=4))
    place = rng.randint(0, len(line))
    return line[:place] + rng.choice(FRAGMENTS[kind]) + line[place:]


def _joined(rng: random.Random, kind: str) -> str:
    some = [rng.choice(FRAGMENTS[rng.choice([kind, *sorted(FRAGMENTS)])]) for _ in range(rng.randint(2, 6))]
    return rng.choice(["", " ", ": "]).join(some)


def _of_any_characters(rng: random.Random, _: str) -> str:
    top = rng.choice([0x80, 0x250, 0x3000, 0x10FFFF])
    return "".join(chr(rng.randint(0, top)) for _ in range(rng.randint(1, 40)))


def _of_seen_characters(rng: random.Random, kind: str) -> str:
    """A text of any scripts that a lint may let pass, around a fragment."""
    found = _of_any_characters(rng, "") + rng.choice(FRAGMENTS[kind]) + _of_any_characters(rng, "")
    kept = (one for one in unicodedata.normalize("NFC", found) if one.isprintable())
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _long(rng: random.Random, kind: str) -> str:
    fragment = rng.choice(FRAGMENTS[kind])
    size = rng.choice([lint.LONGEST - 1, lint.LONGEST, lint.LONGEST + 1, 5000])
    return (rng.choice([fragment, "x", "ab "]) * (size // len(fragment) + 1))[
        : max(size - len(fragment), 0)
    ] + fragment


def _decomposed(rng: random.Random, kind: str) -> str:
    return unicodedata.normalize(rng.choice(["NFD", "NFKD", "NFC"]), _among_words(rng, kind))


_MAKERS = (
    *(_alone, _among_words, _within_a_word, _joined),
    *(_of_any_characters, _of_seen_characters, _long, _decomposed),
)


class _Shown(HTMLParser):
    """The text that a browser shows, of each cell of a table that isn't its gutter, or of the whole."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.cells: list[str] = [""]
        self._counts = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("div", "table", "tbody", "tr", "td", "del", "ins"), tag
        if tag == "td":
            self._counts = "ic-gutter" not in (dict(attrs)["class"] or "")
            if self._counts:
                self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self._counts:
            self.cells[-1] += data


def shown(html: str) -> list[str]:
    """Return what a browser shows: first what is in no cell, then the cells in order."""
    parser = _Shown()
    parser.feed(html)
    parser.close()
    return parser.cells


def refusal(text: str) -> tuple[str, ...]:
    """Return why a text is refused; empty where it is accepted. Each reason can be printed and stored itself."""
    found = lint.problems(text)
    assert all(one and storable(one) == one and one.isprintable() for one in found), (text, found)
    return found


def check(text: str) -> None:
    """Raise AssertionError where an accepted text isn't the same wherever it is shown, composed or written."""
    assert len(text.splitlines()) == 1
    assert text.isprintable()
    assert clean(text) == text
    _check_pages(text)
    _check_prompt(text)
    terminal = io.StringIO()
    Console(file=terminal, width=10 * len(text) + 10).print(Text(text), soft_wrap=True)
    assert terminal.getvalue() == f"{text}\n", text


def _check_pages(text: str) -> None:
    assert shown(safe(text)) == [text]
    assert shown(f'<div title="{safe(text)}">{safe(text)}</div>') == [text]
    other = f"Other {text[: len(text) // 2]}"
    assert [one for one in shown(unified(compare(text, other))) if one] == [text, other]
    assert [one for one in shown(side_by_side(compare(text, other))) if one.strip("\xa0")] in (
        [text, other],
        [other, text],
    )
    assert shown(in_words(text, text)) == [text]
    pieces = word_changes(other, text)
    assert shown(in_words(other, text)) == ["".join(piece for _, piece in pieces)]
    assert "".join(piece for way, piece in pieces if way >= 0) == text


def _check_prompt(text: str) -> None:
    one = SnippetVersion(1, "hostile", 1, text, text_digest(text), "vetted", (), None, "", "Ada", AT)
    prompt = Composition(BASE, (one,)).text
    assert prompt.split("\n") == ["Rate the text.", text, "Answer with JSON."]
    assert prompt.splitlines() == prompt.split("\n")
    assert render(prompt, "{{a}}", {"a": text}) == [
        {"role": "system", "content": prompt},
        {"role": "user", "content": text},
    ]
    manifest = {"task": {"base": BASE, "message": "{{a}}"}, "target": {}, "snippets": [{"text": text}]}
    files = pack_texts(json.loads(canonical_bytes(manifest)))
    assert files[PROMPT].decode() == prompt
    assert json.loads(files[MESSAGES])[0]["content"] == prompt


def check_stored(accepted: Sequence[str], database: Database, file: Path) -> None:
    """Raise AssertionError where texts aren't the same after they were exported, imported and exported again."""
    entries = {
        f"h-{number}": SnippetEntry(key=f"h-{number}", text=text, rationale=text, group=(text[:60] or None))
        for number, text in enumerate(accepted)
    }
    content = laid_out(entries.values())
    file.write_text(content, encoding="utf-8", newline="")
    with database.session() as session:
        import_file(session, file, by="Ada", at=AT)
        assert [one.text for one in list_versions(session)] == list(accepted)
        found = exportable(session).entries
        assert laid_out(found.values()) == content
        assert difference(session, file, by="Ada").is_empty
    blank = {key: one.model_copy(update={"text": "x", "rationale": ""}) for key, one in entries.items()}
    assert merged(laid_out(blank.values()), "file", found).text == content


def run(texts: Sequence[str], database: Database, file: Path) -> Counter[str]:
    """Check texts, and return how many were accepted and how many refused for what."""
    counts: Counter[str] = Counter()
    accepted: list[str] = []
    for text in texts:
        if reasons := refusal(text):
            counts["refused"] += 1
            counts.update({_DETAILS.sub("…", reason) for reason in reasons})
            continue
        check(text)
        accepted.append(text)
    counts["accepted"] = len(accepted)
    check_stored(accepted, database, file)
    return counts


def main(count: int, seed: int = 0) -> None:
    """Check so many texts, and print what became of them as JSON."""
    begun, counts = time.perf_counter(), Counter[str]()
    source = texts(count, seed)
    while some := [text for _, text in zip(range(BATCH), source, strict=False)]:
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(Path(folder) / "home", only_file=True)
            counts += run(some, database, Path(folder) / "library.yaml")
            database.close()
        print(f"{sum(counts[one] for one in ('accepted', 'refused')):,}", file=sys.stderr)
    print(json.dumps({**dict(counts.most_common()), "seconds": round(time.perf_counter() - begun, 1)}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]), *map(int, sys.argv[2:3]))
