"""Twenty reviewers and five curators at once, in a few processes, by the functions that pages call.

Each has sessions as short as those of a page: one to look, then a while to think, then one to act.
"""

from __future__ import annotations

import os
import random
import re
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import get_args

from sqlmodel import Session, select

from composer.audit.verification import audit
from composer.curation.authoring import findings, save_draft
from composer.curation.lint import linter_for
from composer.home.paths import Home
from composer.review.comments import add_comment, comments_on, resolve_comment
from composer.review.corrections import decide_correction, propose_correction
from composer.review.decisions import give_verdict
from composer.review.regressions import DispositionKind, set_disposition
from composer.review.status import get_review
from composer.tables import CommentRow, DispositionRow, VerdictRow
from library.address import URL_VARIABLE
from library.comments import comment
from library.database import Database, open_database
from library.drafts import Draft
from library.errors import Refused
from library.importing import import_file
from library.people import add_person
from library.snippets import show, versions_of
from library.tables import LogRow, SnippetCommentRow
from library.tagging import retag
from library.vetting import reject, vet
from tests import small
from tests.composer.review import acts
from tests.soak.killing import CONTEXT

MINUTES = 10
THINK_SECONDS = 8.0
"""How long each of them thinks about what they see before they act, on average."""
PROCESSES = 5
REVIEWERS = tuple(f"Reviewer {number:02}" for number in range(1, 21))
CURATORS = tuple(f"Curator {number}" for number in range(1, 6))
SHARED = tuple(f"shared-{number}" for number in range(1, 5))
"""Snippets that all curators edit."""
TAGS = ("first", "second", "third")
MEANWHILE = re.compile(
    r"edited meanwhile|is open already|is (rejected|confirmed|draft|vetted) already|only a draft can be"
    r"|in force, which is newer|needs a reason for what lint|can't be approved|you wrote it|is already"
    r"|Only .* or someone with the role admin"
)
"""What somebody is told who acts on what others have changed since they looked."""


@dataclass
class Told:
    """What one person was told: what was stored, by kind, what was refused as others were quicker, what failed."""

    stored: list[tuple[str, ...]] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def make_home(folder: Path) -> Path:
    """Make a home in which all of them review a candidate with two regressions, and return its folder."""
    home = Home(folder / "home")
    database = open_database(home.path, only_file=True)
    small.fill(database, folder, of=small.task(risk="high"))
    acts.sign_in(database)
    small.run(database, home, small.enter(database, budget=100), acts.spoilt())
    with database.session() as session:
        for role, names in (("reviewer", REVIEWERS), ("curator", CURATORS)):
            for name in names:
                address = f"{name.replace(' ', '.')}@example.org"
                add_person(session, name, address, (role,), by="Max", at=small.NOW)
        texts = {key: f"Mind what is said of point {number}." for number, key in enumerate(SHARED, 1)}
        import_file(
            session, small.write_library(folder / "shared.yaml", texts, tag="first"), by="Ada", at=small.NOW
        )
    database.close()
    return home.path


def at_once(home: Path, url: str, *, seconds: float, think: float, seed: int) -> list[Told]:
    """Have all of them at work for so long, each thinking for so many seconds on average before an act."""
    everybody = (*REVIEWERS, *CURATORS)
    until = time.time() + seconds
    processes, theirs = [], []
    for number in range(PROCESSES):
        ours, other = CONTEXT.Pipe(duplex=False)
        names = everybody[number::PROCESSES]
        process = CONTEXT.Process(target=_process, args=(other, home, url, names, until, think, seed), daemon=True)
        process.start()
        other.close()
        processes.append(process)
        theirs.append(ours)
    told = [one for ours in theirs for one in ours.recv()]
    for process in processes:
        process.join()
    return told


def _process(
    say: Connection, home: Path, url: str, names: Sequence[str], until: float, think: float, seed: int
) -> None:
    os.environ.pop(URL_VARIABLE, None)
    os.environ |= {URL_VARIABLE: url} if url else {}
    database = open_database(home)
    people = [_Person(database, name, random.Random(f"{seed} {name}"), think) for name in names]
    threads = [threading.Thread(target=one.work, args=(until,)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    say.send([one.told for one in people])


class _Person:
    """One of them, with a page of their own."""

    def __init__(self, database: Database, name: str, rng: random.Random, think: float) -> None:
        self.database, self.name, self.rng, self.mean = database, name, rng, think
        self.told = Told()
        self._number = 0

    def work(self, until: float) -> None:
        """Act until it is late."""
        whole: Sequence[Callable[[], None]] = self._curates() if self.name in CURATORS else self._reviews()
        while time.time() < until:
            act = self.rng.choice(whole)
            try:
                act()
            except Refused as refusal:
                told = self.told.conflicts if MEANWHILE.search(str(refusal)) else self.told.failures
                told.append(str(refusal))
            except Exception:  # noqa: BLE001 - whatever it is, the test shows it
                self.told.failures.append(traceback.format_exc())

    def _reviews(self) -> Sequence[Callable[[], None]]:
        return (*[self._comments] * 4, *[self._decides] * 4, self._resolves, self._disposes, self._corrects)

    def _curates(self) -> Sequence[Callable[[], None]]:
        return (*[self._edits] * 4, *[self._tags] * 2, *[self._vets] * 2, self._rejects, self._comments_on_one)

    def _looked(self, look: Callable[[Session], object]) -> object:
        """Look at a page, and think."""
        with self.database.session() as session:
            found = look(session)
        time.sleep(self.rng.expovariate(1 / self.mean))
        self._number += 1
        return found

    def _stored(self, *what: str, act: Callable[[Session], object]) -> None:
        """Press a button, and take note of what was said to be stored."""
        begun = time.monotonic()
        try:
            with self.database.session() as session:
                act(session)
        finally:
            self.told.seconds.append(time.monotonic() - begun)
        self.told.stored.append((*what, self.name))

    @property
    def _reason(self) -> str:
        return f"{self.name} says {self._number}"

    def _comments(self) -> None:
        self._looked(lambda session: get_review(session, 1))
        text = self._reason
        self._stored("comment", text, act=lambda s: add_comment(s, 1, text, by=self.name, at=_now()))

    def _resolves(self) -> None:
        found = self._looked(lambda session: comments_on(session, get_review(session, 1).candidate))
        if not found:
            return
        one = self.rng.choice(found)  # type: ignore[call-overload]
        self._stored("resolved", str(one.id), act=lambda s: resolve_comment(s, one.id, by=self.name, at=_now()))

    def _decides(self) -> None:
        """Approve, or take that back by asking for changes."""
        self._looked(lambda session: get_review(session, 1))
        kind, reason = self.rng.choice(("approve", "request changes")), self._reason
        self._stored(
            "verdict",
            reason,
            kind,
            act=lambda s: give_verdict(s, 1, kind, reason=reason, by=self.name, at=_now()),
        )

    def _disposes(self) -> None:
        self._looked(lambda session: get_review(session, 1))
        kinds = [one for one in get_args(DispositionKind) if one != "label is wrong"]
        kind, reason = self.rng.choice(kinds), self._reason
        examples = [self.rng.choice(acts.WORSE)]
        self._stored(
            "disposition",
            reason,
            act=lambda s: set_disposition(s, 1, examples, kind, reason=reason, by=self.name, at=_now()),
        )

    def _corrects(self) -> None:
        """Propose another label, and take that back."""
        self._looked(lambda session: get_review(session, 1))
        example, made, reason = self.rng.choice(acts.WORSE), list[int](), self._reason

        def propose(session: Session) -> None:
            made[:] = [propose_correction(session, 1, example, 4.0, reason=reason, by=self.name, at=_now())]

        self._stored("proposed", reason, act=propose)
        time.sleep(self.rng.expovariate(1 / self.mean))
        self._stored(
            "taken back",
            reason,
            act=lambda s: decide_correction(s, made[0], confirm=False, reason=reason, by=self.name, at=_now()),
        )

    def _edits(self) -> None:
        """Write the next version of a snippet that others edit too."""
        key = self.rng.choice(SHARED)
        read = self._looked(lambda session: show(session, key))[0]  # type: ignore[index]
        text = f"Mind what {self.name.lower()} says of point {self._number}."
        draft = Draft(key, text, read.tags, rationale=self._reason, read=read.version)
        made: list[str] = []

        def save(session: Session) -> None:
            reasons = {one.what: "They differ in the point." for one in findings(linter_for(session), draft)}
            version = save_draft(session, draft, by=self.name, at=_now(), reasons=reasons)
            made[:] = [str(version.version), str(read.version)]

        begun = len(self.told.stored)
        self._stored("draft", key, text, act=save)
        self.told.stored[begun] = ("draft", key, text, *made, self.name)

    def _tags(self) -> None:
        key, add = self.rng.choice(SHARED), self.rng.choice(TAGS)
        self._looked(lambda session: show(session, key))
        remove = [one for one in TAGS if one != add]
        self._stored(
            "tagged",
            key,
            act=lambda s: retag(s, [key], add=[add], remove=remove, by=self.name, at=_now()),
        )

    def _draft_of_others(self) -> int | None:
        found = self._looked(lambda session: versions_of(session, SHARED))
        drafts = [one for each in found.values() for one in each if one.state == "draft"]  # type: ignore[attr-defined]
        theirs = [one.id for one in drafts if one.author != self.name]
        return self.rng.choice(theirs) if theirs else None

    def _vets(self) -> None:
        one = self._draft_of_others()
        if one is not None:
            self._stored("vetted", str(one), act=lambda s: vet(s, [one], by=self.name, at=_now()))

    def _rejects(self) -> None:
        one, reason = self._draft_of_others(), self._reason
        if one is not None:
            self._stored(
                "rejected", str(one), act=lambda s: reject(s, one, reason=reason, by=self.name, at=_now())
            )

    def _comments_on_one(self) -> None:
        key = self.rng.choice(SHARED)
        self._looked(lambda session: show(session, key))
        text = self._reason
        self._stored("note", text, act=lambda s: comment(s, key, text, by=self.name, at=_now()))


def check(database: Database, told: Sequence[Told]) -> None:
    """Check that nothing failed, nothing that was said to be stored is lost, and no edit hid another one."""
    failures = [failure for one in told for failure in one.failures]
    assert not failures, f"{len(failures)} failed, such as: {failures[0]}"
    stored = [each for one in told for each in one.stored]
    with database.session() as session:
        assert audit(session).differences == ()
        logged = Counter(session.exec(select(LogRow.who, LogRow.action, LogRow.why)).all())
        rows = {
            "verdict": session.exec(select(VerdictRow.reason, VerdictRow.kind, VerdictRow.reviewer)).all(),
            "comment": session.exec(select(CommentRow.text, CommentRow.author)).all(),
            "note": session.exec(select(SnippetCommentRow.text, SnippetCommentRow.author)).all(),
            "disposition": session.exec(
                select(DispositionRow.reason, DispositionRow.reviewer).where(
                    DispositionRow.kind != "label is wrong"
                )
            ).all(),
        }
        versions = versions_of(session, SHARED)
    for kind, found in rows.items():
        assert Counter(map(tuple, found)) == Counter(one[1:] for one in stored if one[0] == kind), kind
    for _, reason, kind, by in (one for one in stored if one[0] == "verdict"):
        assert logged[by, kind, reason] == 1
    drafts = [one[1:] for one in stored if one[0] == "draft"]
    for key, text, made, read, by in drafts:
        one = versions[key][int(made) - 1]
        assert (one.text, one.author) == (text, by)
        between = versions[key][int(read) : int(made) - 1]
        assert {each.state for each in between} <= {"rejected"}, (
            f"{key} v{made} hides a version that {by} never saw"
        )


def put_together(backend: str, told: Sequence[Told]) -> dict[str, str]:
    """Return the figures of it: acts, those at which another's change was shown, and how long acts took."""
    acts_done = sum(len(one.seconds) for one in told)
    p50, p99 = percentile(told, 0.5), percentile(told, 0.99)
    return {
        f"people at once on {backend}": f"{len(told)}; {acts_done:,} acts, none lost, none failed",
        f"conflicts shown on {backend}": f"{sum(len(one.conflicts) for one in told):,}",
        f"seconds of an act on {backend}": f"p50 {p50:.2f}, p99 {p99:.2f}",
    }


def percentile(told: Sequence[Told], share: float) -> float:
    """Return how long the given share of all acts took at most, in seconds."""
    seconds = sorted(second for one in told for second in one.seconds)
    return seconds[min(int(len(seconds) * share), len(seconds) - 1)]


def _now() -> datetime:
    return datetime.now(UTC)
