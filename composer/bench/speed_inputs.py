"""What `composer bench speed` measures commands on: a home, an exported pack and library files, all made up."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import URL
from sqlmodel import Session

from composer.bench.made_up import BY
from composer.bench.pages import FEWEST, populate
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.release.pack import export_release
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.review.regressions import set_disposition
from library.database import Database

CANDIDATES = 5
"""Candidates that the Inbox lists."""
TAGS = 7
WORDS = (
    *("rate", "only", "when", "both", "texts", "report", "same", "event", "ignore", "order", "of", "words"),
    *(
        "prefer",
        "recent",
        "source",
        "if",
        "unsure",
        "choose",
        "lower",
        "value",
        "never",
        "count",
        "shared",
        "names",
    ),
)
WORDS_IN_A_SNIPPET = 4


@dataclass(frozen=True)
class Sizes:
    """How much there is to do: examples compared, snippets imported, and snippets that require one another."""

    compared: int = 5000
    imported: int = 30_000
    chained: int = 5000


@dataclass(frozen=True)
class Inputs:
    """Where they are: all in one folder."""

    folder: Path
    sizes: Sizes = Sizes()
    name: str = "home"

    @property
    def home(self) -> Path:
        """A home with some candidates, of which one is released."""
        return self.folder / self.name

    def copied(self, name: str) -> Inputs:
        """Return these inputs with a copy of the home: an installation may bring it to a newer schema."""
        if self.home.exists():
            shutil.copytree(self.home, self.folder / name)
        return replace(self, name=name)

    @property
    def pack(self) -> Path:
        """Folder of the exported pack of what is released."""
        return self.folder / "pack"

    @property
    def many(self) -> Path:
        """A library file of many snippets without ties."""
        return self.folder / "many.yaml"

    @property
    def chain(self) -> Path:
        """A library file in which each snippet requires the next one: more than a prompt may hold."""
        return self.folder / "chain.yaml"


def make_inputs(folder: Path, *, at: datetime, home: Path | None = None) -> Inputs:
    """Make the inputs in an empty folder; a copy of `home`, where one is given, takes the made-up one's place."""
    inputs = Inputs(folder)
    inputs.many.write_text(many_snippets(inputs.sizes.imported), encoding="utf-8")
    inputs.chain.write_text(chained_snippets(inputs.sizes.chained), encoding="utf-8")
    made = Home(inputs.home)
    made.path.mkdir()
    # A file in that folder, whatever database the environment names.
    database = Database(
        URL.create("sqlite", database=str(made.database)), migration_lock=made.path / "database.lock"
    )
    database.migrate()
    found = populate(made, database, examples=FEWEST, candidates=CANDIDATES, at=at)
    with database.session() as session:
        _exported(session, found.small, inputs.pack, at)
    database.close()
    if home is not None:
        shutil.rmtree(inputs.home)
        shutil.copytree(home, inputs.home)
    return inputs


def many_snippets(count: int) -> str:
    """Return a library file of so many snippets; 30,000 are 2 MB."""
    rng = Random(0)
    lines = [
        f"- {{key: s-{number}, text: {' '.join(rng.choices(WORDS, k=WORDS_IN_A_SNIPPET))} {number}., "
        f"tags: [t{number % TAGS}]}}"
        for number in range(count)
    ]
    return "\n".join(["snippets:", *lines, ""])


def chained_snippets(count: int) -> str:
    """Return a library file of so many snippets of which each requires the next, and the last requires none."""
    lines = [
        f"- {{key: c-{number}, text: Rule number {number}., tags: [x]"
        + (f", requires: [c-{number + 1}]}}" if number < count - 1 else "}")
        for number in range(count)
    ]
    return "\n".join(["snippets:", *lines, ""])


def _exported(session: Session, candidate_id: int, folder: Path, at: datetime) -> None:
    """Approve and release a candidate, and write its pack into a folder."""
    candidate = get_candidate(session, candidate_id)
    if candidate.regressions:
        set_disposition(
            session, candidate_id, candidate.regressions, "acceptable", reason="Made up.", by=BY, at=at
        )
    give_verdict(session, candidate_id, "approve", reason="Made up.", by=BY, at=at)
    release_candidate(session, candidate_id, reason="Made up.", by=BY, at=at)
    export_release(session, candidate.task, candidate.target, folder, by=BY, at=at)
