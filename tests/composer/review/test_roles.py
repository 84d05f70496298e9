"""Roles: every function that changes something refuses those whose roles don't allow it, and nothing happens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from composer.activity import webhooks
from composer.analysis import jobs
from composer.candidates.bases import keep_base
from composer.candidates.records import get_candidate
from composer.candidates.submission import submit
from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.home.processes import FAILED
from composer.labelling.feeding import feed
from composer.labelling.queueing import close_queue, queue_doubtful, queue_unlabelled
from composer.labelling.rating import rate, skip, take_back
from composer.labelling.rows import RATERS
from composer.models.target import Target
from composer.registry.datasets import add_examples
from composer.registry.starter import load_starter
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.release.publish import release_candidate, roll_back
from composer.review.comments import add_comment, resolve_comment
from composer.review.corrections import decide_correction, propose_correction
from composer.review.decisions import dismiss, give_verdict
from composer.review.regressions import set_disposition
from composer.review.status import get_review
from composer.runs import records as runs
from composer.runs.plan import plan_run
from library import log
from library.database import Database, open_database
from library.errors import Refused
from library.importing import import_file
from library.people import NotAllowed, add_person, remove_person, set_roles
from library.retiring import retire
from library.roles import ROLES, TASK_ROLES
from library.token_acts import make_token
from library.tokens import SCOPES
from tests import small
from tests.composer.labelling import queues
from tests.composer.review import acts

Call = Callable[[Session, str, Path], Any]
AT = small.NOW


@dataclass(frozen=True)
class Act:
    """A function that changes something, and the roles that may call it."""

    call: Call
    roles: frozenset[str]


def act(call: Call, *roles: str) -> Act:
    return Act(call, frozenset(roles))


def submit_again(session: Session, by: str, _folder: Path) -> None:
    review = get_review(session, 1)
    evidence = review.candidate.evidence.model_copy(update={"test_reads_before": 9})
    submit(session, 1, review.composition, review.incumbent, evidence, by=by, at=AT)


def enter_run(session: Session, by: str, _folder: Path) -> None:
    plan = plan_run(session, "small", "tiny", strategy="greedy", seed=5, budget=50)
    runs.enter_run(session, plan, by=by, at=AT)


def verdict(kind: Any) -> Call:
    return lambda session, by, _: give_verdict(session, 1, kind, reason="So.", by=by, at=AT)


PROPOSERS = ("curator", "reviewer", "releaser", "admin")
TALKERS = PROPOSERS
OTHER_TARGET = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", temperature=0.5)
ACTS: dict[str, Act] = {
    "add_person": act(lambda s, by, _: add_person(s, "New", "n@example.org", (), by=by, at=AT), "admin"),
    "set_roles": act(lambda s, by, _: set_roles(s, "Vera", ("admin",), by=by, at=AT), "admin"),
    "give oneself a role": act(lambda s, by, _: set_roles(s, by, ("releaser",), by=by, at=AT), "admin"),
    "remove_person": act(lambda s, by, _: remove_person(s, "Vera", by=by, at=AT), "admin"),
    "import_file": act(lambda s, by, f: import_file(s, f / "new.yaml", by=by, at=AT), "curator", "admin"),
    "retire": act(lambda s, by, _: retire(s, "careful", reason="So.", by=by, at=AT), "curator", "admin"),
    "load_starter": act(lambda s, by, _: load_starter(s, by=by, at=AT), "curator", "admin"),
    "add_task": act(lambda s, by, _: add_task(s, small.task(title="E"), by=by, at=AT), "curator", "admin"),
    "add_examples": act(
        lambda s, by, _: add_examples(s, small.task(), Dataset(small.examples(3, 3)), by=by, at=AT),
        "curator",
        "admin",
    ),
    "add_target": act(lambda s, by, _: add_target(s, OTHER_TARGET, by=by, at=AT), "curator", "admin"),
    "enter_run": act(enter_run, *PROPOSERS),
    "keep_base": act(lambda s, by, _: keep_base(s, small.task(), small.PROMPT_BASE, by=by, at=AT), *PROPOSERS),
    "ask_to_stop": act(lambda s, by, _: runs.ask_to_stop(s, 2, by=by, at=AT), *PROPOSERS),
    "submit": act(submit_again, *PROPOSERS),
    "approve": act(verdict("approve"), "reviewer"),
    "request changes": act(verdict("request changes"), "reviewer"),
    "no-go": act(verdict("no-go"), "reviewer"),
    "override": act(verdict("override"), "releaser"),
    "dismiss": act(lambda s, by, _: dismiss(s, 1, 1, reason="Old.", by=by, at=AT), "admin"),
    "set_disposition": act(
        lambda s, by, _: set_disposition(s, 1, ["test-02"], "acceptable", reason="So.", by=by, at=AT), "reviewer"
    ),
    "propose_correction": act(
        lambda s, by, _: propose_correction(s, 1, "test-02", 1.0, reason="So.", by=by, at=AT), "reviewer"
    ),
    "confirm a correction": act(
        lambda s, by, _: decide_correction(s, 1, confirm=True, reason="So.", by=by, at=AT), "reviewer", "curator"
    ),
    "reject a correction": act(
        lambda s, by, _: decide_correction(s, 1, confirm=False, reason="So.", by=by, at=AT), "reviewer", "curator"
    ),
    "add_comment": act(lambda s, by, _: add_comment(s, 1, "Hm.", by=by, at=AT), *TALKERS),
    "resolve_comment": act(lambda s, by, _: resolve_comment(s, 1, by=by, at=AT), *TALKERS),
    "release_candidate": act(lambda s, by, _: release_candidate(s, 1, reason="So.", by=by, at=AT), "releaser"),
    "roll_back": act(lambda s, by, _: roll_back(s, 1, reason="So.", by=by, at=AT), "releaser"),
    "queue_unlabelled": act(
        lambda s, by, _: queue_unlabelled(s, small.task(), queues.rows(1), by=by, at=AT), "curator", "admin"
    ),
    "queue_doubtful": act(lambda s, by, _: queue_doubtful(s, small.task(), 1, by=by, at=AT), "curator", "admin"),
    "close_queue": act(
        lambda s, by, _: close_queue(s, small.task(), reason="So.", by=by, at=AT), "curator", "admin"
    ),
    "feed": act(lambda s, by, _: feed(s, small.task(), raters=1, by=by, at=AT), "curator", "admin"),
    "rate": act(lambda s, by, _: rate(s, 1, 3, by=by, at=AT), *RATERS),
    "skip": act(lambda s, by, _: skip(s, 1, by=by, at=AT), *RATERS),
    "take_back": act(lambda s, by, _: take_back(s, 1, by=by, at=AT), *RATERS),
    "enter_job": act(lambda s, by, _: jobs.enter_job(s, 1, "noise", by=by, at=AT), *PROPOSERS),
    "add_webhook": act(
        lambda s, by, _: webhooks.add_webhook(s, "https://hooks.example.org/x", "SECRET", by=by, at=AT), "admin"
    ),
    "remove_webhook": act(lambda s, by, _: webhooks.remove_webhook(s, "http://nowhere/", by=by, at=AT), "admin"),
}


@pytest.fixture(scope="module")
def furnished(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with something to act on: a candidate with a verdict, a correction, a comment; a waiting run."""
    home = Home(tmp_path_factory.mktemp("roles") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    with database.session() as session:
        task = small.task(policy={"override": ["releaser"]})
        add_task(session, task, by="Ada", at=AT)
    acts.sign_in(database)
    with database.session() as session:
        for role in ROLES:
            add_person(session, role, f"{role}@example.org", (role,), by="Max", at=AT)
        for role in TASK_ROLES:
            for where in (small.task().name, "elsewhere"):
                grant, email = f"{role}:{where}", f"{role}.{where}@example.org"
                add_person(session, f"{role} of {where}", email, (grant,), by="Max", at=AT)
        make_token(session, "ci", SCOPES, (), days=30, by="Max", at=AT)
        add_person(session, "nobody", "nobody@example.org", ("admin",), by="Max", at=AT)
        remove_person(session, "nobody", by="Max", at=AT)
    small.run(database, home, small.enter(database, budget=100), acts.spoilt())
    acts.verdict(database, "request changes", "Joan")
    acts.propose(database)
    acts.comment(database, "Why?")
    with database.session() as session:
        queue_doubtful(session, task, 2, by="Ada", at=AT)
    small.enter(database, budget=90)
    database.close()
    return home.path


@pytest.fixture(scope="module")
def shared(furnished: Path) -> Database:
    return open_database(furnished)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECRET", "x" * 40)
    small.write_library(tmp_path / "new.yaml", {"new": "Say less."})
    return tmp_path


def attempt(database: Database, name: str, by: str, folder: Path) -> Exception | None:
    """Try an act and undo it; returns why it was refused."""
    with database.session() as session:
        try:
            ACTS[name].call(session, by, folder)
        except Refused as refused:
            return refused
        finally:
            session.rollback()
    return None


WRONG = [(name, role) for name, one in ACTS.items() for role in ROLES if role not in one.roles]
RIGHT = [(name, role) for name, one in ACTS.items() for role in ROLES if role in one.roles]


@pytest.mark.parametrize(("name", "role"), WRONG)
def test_the_wrong_role_is_refused(shared: Database, folder: Path, name: str, role: str) -> None:
    assert isinstance(attempt(shared, name, role, folder), NotAllowed)


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("who", ["a stranger", "nobody", ""])
def test_a_stranger_and_one_who_was_removed_are_refused(
    shared: Database, folder: Path, name: str, who: str
) -> None:
    assert isinstance(attempt(shared, name, who, folder), NotAllowed)


@pytest.mark.parametrize(("name", "role"), RIGHT)
def test_the_right_role_is_not_refused_for_want_of_it(
    shared: Database, folder: Path, name: str, role: str
) -> None:
    assert not isinstance(attempt(shared, name, role, folder), NotAllowed)


@pytest.mark.parametrize("name", ACTS)
def test_a_service_token_does_nothing_of_this_whatever_it_is_made_for(
    shared: Database, folder: Path, name: str
) -> None:
    assert isinstance(attempt(shared, name, "ci (token)", folder), NotAllowed)


OF_NO_TASK = {
    *("add_person", "set_roles", "give oneself a role", "remove_person", "add_webhook", "remove_webhook"),
    *("import_file", "retire", "load_starter", "add_target"),
}
"""What concerns every task: it takes a role that is held for all of them."""


@pytest.mark.parametrize(("name", "role"), [(name, role) for name, role in RIGHT if role in TASK_ROLES])
def test_a_role_held_for_one_task_counts_there_and_for_nothing_else(
    shared: Database, folder: Path, name: str, role: str
) -> None:
    here = attempt(shared, name, f"{role} of small", folder)
    assert isinstance(here, NotAllowed) == (name in OF_NO_TASK)
    there = attempt(shared, name, f"{role} of elsewhere", folder)
    # Nobody has rated yet, and nothing was released: there is no task yet for which the role could be lacking.
    assert isinstance(there, Refused if name in ("take_back", "roll_back") else NotAllowed)


@pytest.mark.parametrize(("name", "role"), [(name, role) for name, role in WRONG if role in TASK_ROLES])
def test_the_wrong_role_for_a_task_is_refused(shared: Database, folder: Path, name: str, role: str) -> None:
    assert isinstance(attempt(shared, name, f"{role} of small", folder), NotAllowed)


def test_an_approval_counts_only_while_its_giver_holds_the_role_for_that_task(
    furnished: Path, tmp_path: Path
) -> None:
    shutil.copytree(furnished, tmp_path / "home")
    database = open_database(tmp_path / "home")
    acts.approve(database, "reviewer of small")

    def counted(*roles: str) -> tuple[str, ...]:
        with database.session() as session:
            set_roles(session, "reviewer of small", roles, by="Max", at=AT)
            return get_review(session, 1).status.approvals

    assert "reviewer of small" in counted("reviewer:small", "reviewer:elsewhere")
    assert "reviewer of small" not in counted("reviewer:elsewhere", "curator:small")
    assert "reviewer of small" in counted("reviewer")
    database.close()


@pytest.mark.parametrize("name", ACTS)
def test_what_was_refused_left_no_trace(furnished: Path, tmp_path: Path, folder: Path, name: str) -> None:
    """Even where the caller swallows the refusal and commits."""
    shutil.copytree(furnished, tmp_path / "home")
    database = open_database(tmp_path / "home")
    with database.session() as session:
        before = log.newest(session)
        with pytest.raises(NotAllowed):
            ACTS[name].call(session, "a stranger", folder)
        assert not session.new
        assert not session.dirty
    with database.session() as session:
        assert log.newest(session) == before
    database.close()


def test_a_role_that_was_taken_counts_no_more(furnished: Path, tmp_path: Path) -> None:
    shutil.copytree(furnished, tmp_path / "home")
    database = open_database(tmp_path / "home")
    acts.approve(database, "reviewer")
    with database.session() as session:
        set_roles(session, "reviewer", ("viewer",), by="Max", at=AT)
    with pytest.raises(NotAllowed, match="needs the role reviewer for task small; reviewer has viewer"):
        acts.verdict(database, "request changes", "reviewer")
    database.close()


def test_a_run_of_someone_who_lost_their_role_puts_nothing_up(furnished: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(furnished, home.path)
    database = open_database(home.path)
    with database.session() as session:
        remove_person(session, "Ada", by="Max", at=AT)
    with pytest.raises(NotAllowed):
        small.run(database, home, 2, small.engine())
    with database.session() as session, pytest.raises(Refused, match="no candidate 2"):
        get_candidate(session, 2)
    database.close()


def test_scoring_again_puts_up_nothing_for_someone_without_a_role(furnished: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(furnished, home.path)
    database = open_database(home.path)
    acts.decide(database, 1, "Joan")
    with database.session() as session:
        number = jobs.enter_job(session, 1, "rescore", by="Grace", at=AT)
        set_roles(session, "Grace", ("viewer",), by="Max", at=AT)
    with pytest.raises(NotAllowed):
        jobs.do_job(database, home, number, connect=acts.no_model)
    with database.session() as session:
        assert jobs.jobs_of(session, 1)[0].state == FAILED
    database.close()
