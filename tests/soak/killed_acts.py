"""The six acts that are killed: a run, a review, releases, imports, exports, and backups with restores."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import Result
from sqlmodel import Session, col, select
from typer.testing import CliRunner

import composer.cli.backup
import composer.cli.data
import composer.cli.export
import composer.cli.library_export
import composer.cli.library_import
import composer.release.exported  # noqa: F401 - commands are loaded once, not in each process
from composer.audit.verification import audit
from composer.candidates.records import get_candidate
from composer.cli import app
from composer.evaluation import intervals
from composer.home.paths import Home
from composer.home.processes import FINISHED, RUNNING, WAITING
from composer.registry.datasets import current_dataset
from composer.registry.releases import current_release
from composer.release.publish import release_candidate, roll_back
from composer.release.verification import faults
from composer.review.comments import add_comment
from composer.review.decisions import give_verdict
from composer.review.regressions import set_disposition
from composer.runs import worker
from composer.runs.queue import queued_runs
from composer.runs.records import get_run
from composer.tables import CandidateRow, CommentRow, DispositionRow, ReleaseRow, TestReadRow, VerdictRow
from library.canonical import digest
from library.database import Database, open_database
from library.export import exportable
from library.snippets import current_versions
from library.tables import LogRow
from tests import small, twice
from tests.composer.review import acts
from tests.scripted import ScriptedEngine, connecting
from tests.soak.killing import Place

LOADED_BY = os.getpid()
"""The process that loaded all this, which none that is killed should be."""
ACKNOWLEDGED, ASKED, TRIED = "acknowledged", "asked", "tried"


@contextmanager
def sound(place: Place) -> Iterator[tuple[Database, Session]]:
    """Open the database as a process does that starts, and check the log against the rows."""
    assert os.getpid() != LOADED_BY
    database = place.open()
    if database.file is not None:
        with closing(sqlite3.connect(database.file)) as connection:
            assert connection.execute("pragma quick_check").fetchone() == ("ok",)
    with database.session() as session:
        assert audit(session).differences == ()
        yield database, session
    database.close()


def make_small(folder: Path, *, parallel: int = 1) -> None:
    """Make a home with the small task and a run of it that waits."""
    database = open_database(Home(folder / "home").path)
    small.fill(database, folder, parallel=parallel)
    small.enter(database, budget=100)
    database.close()


def make_worse(folder: Path) -> None:
    """Make a home of people in which candidate 1 waits for review, with two regressions."""
    home = Home(folder / "home")
    database = open_database(home.path)
    small.fill(database, folder, of=small.task(risk="high"))
    acts.sign_in(database)
    small.run(database, home, small.enter(database, budget=100), acts.spoilt())
    database.close()


def make_released(folder: Path, *, both: bool = True) -> None:
    """Make a home in which candidate 1 is released, and candidate 2 after it or approved alone."""
    home = Home(folder / "home")
    database = open_database(home.path)
    small.fill(database, folder)
    twice.release_twice(database, home, both=both)
    database.close()


def command(place: Place, *arguments: str) -> Result:
    """Run a command on a home, as it is run in a terminal."""
    return CliRunner(env={"COMPOSER_PERSON": "Max"}).invoke(app, [*arguments, "--home", str(place.home.path)])


def succeeded(place: Place, *arguments: str) -> None:
    done = command(place, *arguments)
    assert done.exit_code == 0, done.output


def all_or_nothing(place: Place, found: list[str]) -> None:
    """Check that what was acknowledged is stored, once, and of all else at most what was in the making."""
    acknowledged, tried = place.noted(ACKNOWLEDGED), place.noted(TRIED)
    assert max(Counter(found).values(), default=1) == 1, found
    assert set(acknowledged) <= set(found), "what was acknowledged is lost"
    assert len(set(found) - set(acknowledged)) <= len(tried) - len(acknowledged)


@dataclass(frozen=True)
class Run:
    """A run whose model notes each question before it answers; `parallel` are in flight at once."""

    parallel: int = 1

    def look(self, place: Place, kills: int) -> None:
        """Its state is one from which it goes on, and no more questions are open than were in flight."""
        until = time.monotonic() + 10
        while worker.is_at_work(place.home, 1) and time.monotonic() < until:
            time.sleep(0.05)  # a server takes a moment to see that who held a lock is gone
        assert not worker.is_at_work(place.home, 1)
        with sound(place) as (database, session):
            run = get_run(session, 1)
            assert run.state in (WAITING, RUNNING, FINISHED)
            assert run.state == FINISHED or [one.id for one in queued_runs(session)] == [1]
            for row in session.exec(select(CandidateRow)):
                assert row.id is not None
                assert digest(get_candidate(session, row.id).evidence.as_json()) == row.evidence_hash
            asked = place.noted(ASKED)
            assert len(set(asked)) - small.stored_cells(database) <= (self.parallel if run.state == RUNNING else 0)
            assert len(asked) - len(set(asked)) <= kills * self.parallel

    def do(self, place: Place) -> None:
        """Do the run, or go on with it."""
        intervals.RESAMPLES = 100
        good = small.engine()

        def answer(system: str, user: str) -> str:
            place.note(ASKED, json.dumps([system, user]))
            return good.answer(system, user)

        worker.work(place.open(), place.home, 1, connect=connecting(ScriptedEngine(answer)))

    def outcome(self, place: Place) -> Any:
        """Return what it found, its candidates, how often it read the test split, and what it asked."""
        with place.open().session() as session:
            run = get_run(session, 1)
            assert run.result is not None
            rows = session.exec(select(CandidateRow)).all()
            reads = len(session.exec(select(TestReadRow)).all())
            found = [(row.versions, row.run_id, self._figures(row)) for row in rows]
            result = small.comparable(run.result)
            for number, row in enumerate(rows, 1):
                # A server gives no number twice, so that one whose transaction was cut off is left out.
                if row.id == result["candidate_id"]:
                    said = result["message"].replace(f"candidate {row.id} ", f"candidate {number} ")
                    result |= {"candidate_id": number, "message": said}
            return run.state, result, found, reads, sorted(set(place.noted(ASKED)))

    def _figures(self, row: CandidateRow) -> list[Any]:
        """Return the figures of a candidate, but for how long its answers took."""
        return [one for one in row.summary["figures"] if one["name"] != "seconds"]


@dataclass(frozen=True)
class Review:
    """Three people decide on a candidate with two regressions, one act after the other."""

    def look(self, place: Place, kills: int) -> None:
        """Every act that was acknowledged is there, and none by half."""
        with sound(place) as (_, session):
            all_or_nothing(place, self._stored(session))
            logged = select(LogRow.why).where(LogRow.subject == "candidate:1", col(LogRow.why).startswith("act "))
            assert sorted(session.exec(logged)) == sorted(self._stored(session))

    def do(self, place: Place) -> None:
        """Do what isn't done yet; each act has a session of its own, as pages give it."""
        database = place.open()
        for number in range(16):
            reason = f"act {number:02}"
            with database.session() as session:
                if reason in self._stored(session):
                    continue
            place.note(TRIED, reason)
            self._act(database, number, reason)
            place.note(ACKNOWLEDGED, reason)

    def outcome(self, place: Place) -> Any:
        """Return the acts, and how the review stands."""
        with place.open().session() as session:
            return sorted(self._stored(session))

    def _act(self, database: Database, number: int, reason: str) -> None:
        by = ("Grace", "Joan")[number % 2]
        with database.session() as session:
            if number % 4 == 0:
                add_comment(session, 1, reason, by=by, at=small.NOW)
            elif number % 4 == 1:
                set_disposition(session, 1, acts.WORSE, "acceptable", reason=reason, by=by, at=small.NOW)
            else:
                kind = "request changes" if number % 4 == 2 else "approve"
                give_verdict(session, 1, kind, reason=reason, by="Grace", at=small.NOW)

    def _stored(self, session: Session) -> list[str]:
        comments = session.exec(select(CommentRow.text)).all()
        verdicts = session.exec(select(VerdictRow.reason)).all()
        given = session.exec(select(DispositionRow.reason, DispositionRow.example_id)).all()
        reasons = {reason for reason, _ in given}
        assert len(given) == len(reasons) * len(acts.WORSE)
        return [*comments, *verdicts, *reasons]


@dataclass(frozen=True)
class Release:
    """A candidate is released, and then now one, now the other is rolled back to."""

    def look(self, place: Place, kills: int) -> None:
        """What is current is one of the releases, whole, and exports."""
        with sound(place) as (_, session):
            all_or_nothing(place, self._made(session))
            now = current_release(session, "small", "tiny")
            assert now is not None
            assert get_candidate(session, now.candidate_id).parts == now.parts

    def do(self, place: Place) -> None:
        """Do what isn't done yet."""
        database = place.open()
        for number in range(8):
            reason = f"act {number:02}"
            with database.session() as session:
                if reason in self._made(session):
                    continue
            place.note(TRIED, reason)
            with database.session() as session:
                if number == 0:
                    release_candidate(session, 2, reason=reason, by=twice.LOCAL, at=small.NOW)
                else:
                    earlier = self._rows(session)[(number + 1) % 2].id
                    assert earlier is not None
                    roll_back(session, earlier, reason=reason, by=twice.LOCAL, at=small.NOW)
            place.note(ACKNOWLEDGED, reason)

    def outcome(self, place: Place) -> Any:
        """Return all releases in order, and the one that is current."""
        with place.open().session() as session:
            now = current_release(session, "small", "tiny")
            assert now is not None
            rows = self._rows(session)
            made = [(row.candidate_id, row.versions, row.reason) for row in rows]
            return [row.id for row in rows].index(now.id), made

    def _rows(self, session: Session) -> Sequence[ReleaseRow]:
        """Return the releases in order: of their numbers a server leaves out one whose transaction was cut off."""
        return session.exec(select(ReleaseRow).order_by(col(ReleaseRow.id))).all()

    def _made(self, session: Session) -> list[str]:
        return [one for one in session.exec(select(ReleaseRow.reason)) if one.startswith("act ")]


SNIPPETS, ROWS = 60, 120


@dataclass(frozen=True)
class Import:
    """Two editions of a library and of labelled data are imported, one after the other."""

    def look(self, place: Place, kills: int) -> None:
        """Each library and each dataset is there as a whole or not at all."""
        with sound(place) as (_, session):
            texts = [one.newest.text for key, one in current_versions(session).items() if key.startswith("made-")]
            assert len(texts) in (0, SNIPPETS)
            assert len({text.rpartition(" ")[2] for text in texts}) <= 1
            examples = current_dataset(session, "small").examples
            editions = {one.inputs["document"].rpartition(" ")[2] for one in examples if one.id.startswith("row-")}
            assert len(editions) <= 1
            assert len(examples) == (ROWS if editions else len(small.examples()))

    def do(self, place: Place) -> None:
        """Import what isn't known to be; an import that was stored already changes nothing."""
        for edition in ("first", "second"):
            done = place.noted(ACKNOWLEDGED)
            if f"library {edition}" not in done:
                succeeded(place, "library", "import", str(self._library(place, edition)), "--yes")
                place.note(ACKNOWLEDGED, f"library {edition}")
            if f"data {edition}" not in done:
                succeeded(place, "data", "import", "small", str(self._rows(place, edition)))
                place.note(ACKNOWLEDGED, f"data {edition}")

    def outcome(self, place: Place) -> Any:
        """Return the library and the data."""
        with place.open().session() as session:
            entries = exportable(session, drafts=True).entries
            data = current_dataset(session, "small")
            return {key: one.model_dump(mode="json") for key, one in entries.items()}, data.hash

    def _library(self, place: Place, edition: str) -> Path:
        texts = {f"made-{number}": f"Mind the point {number} of the {edition}" for number in range(SNIPPETS)}
        return small.write_library(place.folder / f"{edition}.yaml", texts)

    def _rows(self, place: Place, edition: str) -> Path:
        lines = [f"row-{n},what is {n}?,a document {n} {edition},{1 + n % 5}" for n in range(ROWS)]
        file = place.folder / f"{edition}.csv"
        file.write_text("\n".join(["id,query,document,rating", *lines]), encoding="utf-8")
        return file


@dataclass(frozen=True)
class Export:
    """Packs, formats and the library are written, into new places and over older ones."""

    def look(self, place: Place, kills: int) -> None:
        """Each file is one that an export wrote, a new pack is there as a whole, and one replaced by none."""
        with sound(place):
            for name in ("pack", "over"):
                if (place.out / name / "manifest.json").exists():
                    assert faults(place.out / name) == ()
            assert not (place.out / "pack").exists() or faults(place.out / "pack") == ()
            formats = place.out / "formats"
            assert not formats.exists() or len(list(formats.iterdir())) == 2
            library = place.out / "library.yaml"
            assert not library.exists() or library.read_text(encoding="utf-8").endswith("\n")

    def do(self, place: Place) -> None:
        """Write all of them."""
        out = place.out
        succeeded(place, "export", "small", "--target", "tiny", "--out", str(out / "pack"))
        succeeded(place, "export", "small", "--target", "tiny", "--out", str(out / "over"), "--release", "1")
        succeeded(place, "export", "small", "--target", "tiny", "--out", str(out / "over"))
        formats = ("--format", "prompt.txt,messages.json")
        succeeded(place, "export", "small", "--target", "tiny", "--out", str(out / "formats"), *formats)
        succeeded(place, "library", "export", str(out / "library.yaml"))

    def outcome(self, place: Place) -> Any:
        """Return every file."""
        files = (path for path in place.out.rglob("*") if path.is_file())
        return {str(path.relative_to(place.out)): path.read_bytes() for path in files}


@dataclass(frozen=True)
class Backup:
    """A home is backed up, and put back."""

    def look(self, place: Place, kills: int) -> None:
        """A backup that is there is whole, and the home's database is."""
        with sound(place):
            for path in place.out.iterdir():
                if not path.name.startswith("."):
                    with closing(sqlite3.connect(path)) as connection:
                        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)

    def do(self, place: Place) -> None:
        """Back it up where that isn't done, put it back, and back up what then is there."""
        for name in ("first.db", "second.db"):
            file = place.out / name
            if not file.exists():
                succeeded(place, "backup", str(file))
            succeeded(place, "restore", str(file), "--yes")

    def outcome(self, place: Place) -> Any:
        """Return which backups there are, and what is stored but for the log of having been put back."""
        with place.open().session() as session:
            made = [(row.candidate_id, row.reason) for row in session.exec(select(ReleaseRow))]
            return sorted(path.name for path in place.out.iterdir()), made
