"""How quick a library of thousands of snippets is: its import, lint of a text against all of it, its page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy import URL

from composer.bench.labels import run_watched
from composer.bench.limits import Limits
from composer.bench.pages import FEWEST, populate
from composer.bench.pagetimes import REPETITIONS, timed
from composer.bench.speed import COMPOSER
from composer.curation.lint import linter_for
from composer.home.paths import Home
from library.database import Database
from library.errors import Refused

LIMITS = Limits(
    {"filter_ms": 300, "lint_ms": 100, "import_s": 5},
    {
        "filter_ms": "Library, another filter, ms",
        "lint_ms": "lint of one new text against all, ms",
        "import_s": "composer library import of all of them, s",
    },
)
"""What the figures must stay under, with 10,000 snippets and their 30,000 versions."""
VERSIONS = 3
"""Versions of each snippet: the file is imported as often, each time with other texts."""
LINTED = 50
"""New texts that are linted."""
CANDIDATES = 2
TAGS = ("tone", "scale", "format", "topic", "length", "sources", "doubt")
SEARCHED = "harbour"
"""A word that stands in some of the texts."""
_VERBS = ("Rate", "Prefer", "Ignore", "Count", "Treat", "Read", "Judge", "Weigh", "Keep", "Lower", "Raise", "Name")
_THINGS = (
    *("dates", "names", "places", "numbers", "headlines", "quotations", "links", "tables", "figures", "captions"),
    *("sources", "claims", "opinions", "questions", "reports", "documents", "reviews", "answers", "passages"),
    *("sentences", "paragraphs", "titles", "summaries", "lists", "footnotes", SEARCHED, "market", "village"),
)
_QUALITIES = (
    *("older", "newer", "shorter", "longer", "vague", "exact", "doubtful", "official", "local", "foreign"),
    *("repeated", "missing", "personal", "ironic", "angry", "polite", "technical", "plain", "early", "late"),
)
_ENDS = (
    *("when the query asks for them", "unless the text says otherwise", "before all others", "only in part"),
    *("as the reader would", "whatever their length", "where both agree", "if nothing else decides"),
    *("in the last paragraph", "on the same day", "of the same author", "with a reason"),
)


def measure_library(
    snippets: int,
    *,
    at: datetime,
    repetitions: int = REPETITIONS,
    on_done: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """Return the seconds and milliseconds by name, on a home made for it and thrown away.

    Each import is the command itself in a process of its own; the slowest counts. Each repetition of the page asks
    a server of its own, and each linted text is new; of both the median counts. `on_done` is called when the home
    is ready, after each import, and after each repetition. Raises `Refused` for no snippet or repetition, and
    where a command or a page fails.
    """
    if snippets < 1 or repetitions < 1:
        raise Refused(f"{min(snippets, repetitions)} of them show nothing", fix="Give at least 1.")
    with tempfile.TemporaryDirectory() as folder:
        home, file = Home(Path(folder) / "home"), Path(folder) / "library.yaml"
        home.path.mkdir()
        # A file in that folder, whatever database the environment names.
        database = Database(
            URL.create("sqlite", database=str(home.database)), migration_lock=home.path / "database.lock"
        )
        database.migrate()
        populate(home, database, examples=FEWEST, candidates=CANDIDATES, at=at)
        on_done()
        seconds = []
        for number in range(VERSIONS):
            file.write_text(library_file(snippets, number), encoding="utf-8")
            seconds.append(
                run_watched(*COMPOSER, "library", "import", str(file), "--yes", "--home", str(home.path))[0]
            )
            on_done()
        linted = _linted(database)
        database.close()
        pages = []
        for _ in range(repetitions):
            pages.append(timed(home, "--library", SEARCHED, TAGS[0])["library_filter_ms"])
            on_done()
    return {"filter_ms": round(median(pages)), "lint_ms": round(linted, 1), "import_s": round(max(seconds), 2)}


def library_file(snippets: int, version: int) -> str:
    """Return a library file of so many snippets, whose texts are others in each version; some are drafts."""
    lines = ["snippets:"]
    for number in range(snippets):
        text = sentence(Random(number * VERSIONS + version))
        lines += [
            f"  - key: snippet-{number}",
            f"    text: {text}",
            # Of one in eight the last version is a draft: what is vetted stays in force below it.
            f"    state: {'draft' if version == VERSIONS - 1 and number % 8 == 0 else 'vetted'}",
            f"    tags: [{TAGS[number % len(TAGS)]}]",
            f"    rationale: Seen in disagreement {number} of round {version}.",
        ]
    return "\n".join([*lines, ""])


def sentence(rng: Random) -> str:
    """Return a made-up instruction of eight to twenty words."""
    first = f"{rng.choice(_VERBS)} {rng.choice(_QUALITIES)} {rng.choice(_THINGS)} {rng.choice(_ENDS)}"
    then = f"{rng.choice(_VERBS).lower()} {rng.choice(_QUALITIES)} {rng.choice(_THINGS)}"
    return f"{first}, and {then} {rng.choice(_ENDS)} {rng.randint(2, 99)} times."


def _linted(database: Database) -> float:
    """Return the median milliseconds of the lint of a new text against every snippet and all examples."""
    with database.session() as session:
        linter = linter_for(session)
    took = []
    for number in range(LINTED):
        text = sentence(Random(f"new {number}"))
        begun = time.perf_counter()
        linter.check(text, tags=[TAGS[number % len(TAGS)]])
        took.append(1000 * (time.perf_counter() - begun))
    return median(took)
