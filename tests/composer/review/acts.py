"""What people do in a review, a line each: every act has a session of its own, as the pages give it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import dspy
from sqlmodel import select

from composer.analysis import jobs
from composer.analysis.jobs import Job
from composer.home.paths import Home
from composer.models.target import Target
from composer.prompts.messages import render
from composer.registry.releases import Release
from composer.release.publish import release_candidate, roll_back
from composer.review.comments import add_comment
from composer.review.corrections import decide_correction, propose_correction
from composer.review.decisions import dismiss, give_verdict
from composer.review.regressions import set_disposition
from composer.review.status import Review, ReviewStatus, get_review
from composer.tables import ReleaseRow
from library.database import Database
from library.people import add_person
from tests import small
from tests.scripted import ScriptedEngine

PEOPLE: dict[str, tuple[str, ...]] = {
    "Max": ("admin",),
    "Ada": ("curator", "reviewer"),
    "Kit": ("curator", "reviewer"),
    "Grace": ("reviewer",),
    "Joan": ("reviewer",),
    "Rosa": ("releaser",),
    "Vera": ("viewer",),
}
"""Those who sign in: Ada wrote the snippets and starts the runs."""
LOCAL = "ada (local)"
WORSE = ("test-05", "test-02")
"""The examples that `spoilt` makes worse, the worst first; the first is labelled 1 and answered 5."""


class PutUp(Protocol):
    """Opens a home with a candidate put up by Ada; `changes` are the task's, `worse` gives it two regressions."""

    def __call__(
        self, *, people: bool = True, worse: bool = False, by: str = "Ada", **changes: Any
    ) -> Database: ...


def sign_in(database: Database, *names: str) -> None:
    """Make it a home that these people sign in to."""
    with database.session() as session:
        for name in names or PEOPLE:
            by = "Max" if name != "Max" else LOCAL
            add_person(session, name, f"{name}@example.org", PEOPLE[name], by=by, at=small.NOW)


def spoilt(worse: Sequence[str] = WORSE) -> ScriptedEngine:
    """The small task's model, which is right about some test examples only as long as no snippet is in."""
    good = small.engine().answer
    golds = {user_message(one): float(one.gold) for one in small.examples() if one.id in worse}

    def answer(system: str, user: str) -> str:
        if user not in golds:
            return good(system, user)
        wrong = 5 if golds[user] < 3 else 1
        return f'{{"rating": {wrong if _has_snippets(system) else round(golds[user])}}}'

    return ScriptedEngine(answer)


def user_message(example: small.Example) -> str:
    return render("", small.TASK["message"], example.inputs)[1]["content"]


def _has_snippets(system: str) -> bool:
    return any(text in system.split("\n") for text in small.TEXTS.values())


def verdict(
    database: Database,
    kind: Any,
    by: str,
    candidate: int = 1,
    *,
    reason: str = "It is better.",
    at: datetime = small.NOW,
) -> ReviewStatus:
    with database.session() as session:
        return give_verdict(session, candidate, kind, reason=reason, by=by, at=at)


def approve(database: Database, *by: str, candidate: int = 1) -> ReviewStatus:
    for one in by:
        status = verdict(database, "approve", one, candidate)
    return status


def dismissed(
    database: Database, number: int, by: str, candidate: int = 1, *, reason: str = "Done."
) -> ReviewStatus:
    with database.session() as session:
        return dismiss(session, number, candidate, reason=reason, by=by, at=small.NOW)


def released(
    database: Database, by: str = "Rosa", candidate: int = 1, *, reason: str = "Approved by all.", at: Any = None
) -> Release:
    with database.session() as session:
        return release_candidate(session, candidate, reason=reason, by=by, at=at or small.NOW)


def rolled_back(database: Database, number: int, by: str = "Rosa", *, reason: str = "It did harm.") -> Release:
    with database.session() as session:
        return roll_back(session, number, reason=reason, by=by, at=small.NOW)


def dispose(
    database: Database,
    kind: Any = "acceptable",
    by: str = "Grace",
    examples: Sequence[str] = WORSE,
    candidate: int = 1,
    *,
    reason: str = "Rare.",
) -> None:
    with database.session() as session:
        set_disposition(session, candidate, examples, kind, reason=reason, by=by, at=small.NOW)


def propose(
    database: Database,
    by: str = "Grace",
    example: str = WORSE[0],
    gold: Any = 5.0,
    candidate: int = 1,
    *,
    reason: str = "Same event.",
) -> int:
    with database.session() as session:
        return propose_correction(session, candidate, example, gold, reason=reason, by=by, at=small.NOW)


def decide(
    database: Database, number: int, by: str = "Joan", *, confirm: bool = True, reason: str = "I agree."
) -> None:
    with database.session() as session:
        decide_correction(session, number, confirm=confirm, reason=reason, by=by, at=small.NOW)


def comment(
    database: Database,
    text: str,
    by: str = "Grace",
    candidate: int = 1,
    *,
    kind: Any = "candidate",
    name: str = "",
) -> int:
    with database.session() as session:
        return add_comment(session, candidate, text, by=by, at=small.NOW, kind=kind, name=name)


def review(database: Database, candidate: int = 1) -> Review:
    with database.session() as session:
        return get_review(session, candidate)


def status(database: Database, candidate: int = 1) -> ReviewStatus:
    return review(database, candidate).status


def releases_made(database: Database) -> int:
    with database.session() as session:
        return len(session.exec(select(ReleaseRow.id)).all())


def no_model(target: Target, say: Callable[[str], None]) -> dspy.LM:
    """What connects to a model where none may be asked."""
    raise AssertionError("a model was started")


def job(
    database: Database,
    home: Home,
    kind: Any = "rescore",
    by: str = "Grace",
    candidate: int = 1,
    *,
    examples: Sequence[str] = (),
    connect: jobs.Connect = no_model,
) -> Job:
    """Enter a job and do it."""
    with database.session() as session:
        number = jobs.enter_job(session, candidate, kind, by=by, at=small.NOW, examples=examples)
    return jobs.do_job(database, home, number, connect=connect)


def scored_again(database: Database, home: Home, by: str = "Grace", candidate: int = 1) -> int:
    """Score a candidate again from stored answers alone; returns the new candidate's id."""
    done = job(database, home, by=by, candidate=candidate)
    assert done.paid == 0
    assert done.made is not None
    return done.made
