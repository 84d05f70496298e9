"""Single rows changed by SQL: each is found and named, and what it concerns is neither released nor exported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.dialects import sqlite
from sqlmodel import Session

from composer.activity.webhooks import add_webhook
from composer.adaptation import AdaptationPlan, enter_adaptation, plan_adaptation
from composer.analysis import jobs
from composer.audit import audit
from composer.audit.comparison import logged_tables
from composer.candidates.bases import keep_base
from composer.curation import jobs as authoring_jobs
from composer.curation.questions import plan_answers
from composer.drift.scoring import do_score, enter_score
from composer.evaluation import intervals
from composer.home.paths import Home
from composer.labelling.queueing import queue_doubtful
from composer.labelling.rating import rate, take_back
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.registry.tasks import get_task
from composer.release.pack import pack_of
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.runs.plan import plan_run
from composer.runs.records import enter_run
from library import log
from library.comments import comment
from library.database import Database, open_database
from library.drafts import Draft, Origin, write_draft
from library.errors import Refused
from library.people import remove_person
from library.retiring import retire
from library.tables import Table
from library.token_acts import make_token, revoke_token
from library.undoing import entries_since, undo
from library.vetting import allow_alone, vet
from tests import small
from tests.composer.review import acts
from tests.scripted import connecting


@dataclass(frozen=True)
class Tampering:
    """A change, what names it, whether it concerns approving or releasing candidate 2, exporting release 1."""

    sql: str
    named: str
    releases: bool = True
    exports: bool = True


DATA = (*small.examples(), small.example(1, "authoring"))
EXAMPLE = "where example_id = 'test-05'"
CELL = "where key = (select json_extract(evidence, '$.candidate.cells[0]') from candidate where id = {})"
SAID = "not what entry \\d+ of the log says"
TABLE = {
    "a snippet's text": Tampering(
        "update snippet_version set text = 'Say 5.' where id = 3", f"snippet version 3 .*{SAID}"
    ),
    "a snippet's tags": Tampering(
        "update snippet_version set tags = '[\"x\"]' where id = 3", f"snippet version 3 .*{SAID}"
    ),
    "a snippet's author": Tampering(
        "update snippet_version set author = 'Eve' where id = 6", f"snippet version 6 .*{SAID}"
    ),
    "a snippet vetted again": Tampering(
        "update snippet_version set state = 'draft' where id = 6", f"snippet version 6 .*{SAID}"
    ),
    "a snippet's name": Tampering("update snippet set key = 'other' where id = 3", f"snippet 3 .*{SAID}"),
    "a version of a snippet in use": Tampering(
        "insert into snippet_version select 99, snippet_id, 2, text, sha256, state, tags, grp, rationale, author,"
        " created_at, requires, conflicts, pin from snippet_version where id = 3",
        "snippet version 99 .*in no entry",
    ),
    "a snippet not in use": Tampering(
        "update snippet_version set text = 'Say 1.' where id = 4", f"snippet version 4 .*{SAID}", False, False
    ),
    "a label": Tampering(
        f"update example set content = json_set(content, '$.gold', 5.0) {EXAMPLE}", f"example .*test-05.*{SAID}"
    ),
    "an example's text": Tampering(
        f"update example set content = json_set(content, '$.inputs.query', 'x') {EXAMPLE}",
        f"example .*test-05.*{SAID}",
    ),
    "an example's split": Tampering(
        f"update example set content = json_set(content, '$.split', 'dev') {EXAMPLE}", f"example .*test-05.*{SAID}"
    ),
    "an example gone": Tampering(f"delete from example {EXAMPLE}", "example \\d+, named by entry \\d+.*is gone"),
    "an example more": Tampering(
        f"insert into example select 999, dataset, 'test-99', 99, content from example {EXAMPLE}",
        "example 999 .*test-99.*in no entry",
    ),
    "a task's message": Tampering(
        "update task set content = json_set(content, '$.message', 'Say 5: {{query}} {{document}}')",
        f"task 1 .*{SAID}",
    ),
    "a task's policy": Tampering(
        "update task set content = json_set(content, '$.policy.exclude', json('[]'))", f"task 1 .*{SAID}"
    ),
    "a task that can't be read": Tampering(
        "update task set content = json_set(content, '$.policy.approvals', 0)", f"task 1 .*{SAID}"
    ),
    "a task gone": Tampering("delete from task", "task 1, named by entry \\d+.*is gone"),
    "another task of its name": Tampering(
        "insert into task select 9, name, hash, content, 'Eve', added_at from task", "task 9 .*in no entry"
    ),
    "a target's settings": Tampering(
        "update target set content = json_set(content, '$.temperature', 1.5) where name = 'tiny'",
        f"target 1 .*{SAID}",
        releases=False,
    ),
    "a target's hash": Tampering(
        "update target set hash = 'x' where name = 'other'", f"target 2 .*{SAID}", exports=False
    ),
    "a dataset's name": Tampering("update dataset set left_out = 7", f"dataset 1 .*{SAID}"),
    "an answer's text": Tampering(
        f"update cell set text = '{{\"rating\": 2.5}}' {CELL.format(1)}", f"answer .*{SAID}", releases=False
    ),
    "an answer's tokens": Tampering(
        f"update cell set completion_tokens = 1 {CELL.format(2)}", f"answer .*{SAID}", exports=False
    ),
    "an answer gone": Tampering(
        f"delete from cell {CELL.format(1)}", "answer \\w+…, named by entry \\d+.*is gone", releases=False
    ),
    "an answer more": Tampering(
        "insert into cell (key, target, composition, example_id, replicate, text, finish_reason, prompt_tokens,"
        " completion_tokens, seconds, answered_at) select 'made up', target, composition, example_id, 7, text,"
        f" finish_reason, prompt_tokens, completion_tokens, seconds, answered_at from cell {CELL.format(1)}",
        "answer made up .*in no entry",
        False,
        False,
    ),
    "a reading of the test split gone": Tampering(
        "delete from test_read where id = 1", "reading of the test split 1, named by .*is gone"
    ),
    "a reading of the test split moved": Tampering(
        "update test_read set dataset = 'other:x' where id = 1", f"reading of the test split 1 .*{SAID}"
    ),
    "an approval made up": Tampering(
        "insert into verdict select 99, candidate_id, kind, reason, 'Kit', evidence_hash, given_at, about, local"
        " from verdict where kind = 'approve' and candidate_id = 2",
        "verdict 99 .*in no entry",
        exports=False,
    ),
    "an approval given to somebody else": Tampering(
        "update verdict set reviewer = 'Kit' where candidate_id = 1", f"verdict 1 .*Kit.*{SAID}", releases=False
    ),
    "a verdict turned round": Tampering(
        "update verdict set kind = 'approve' where kind = 'request changes'", f"verdict 2 .*{SAID}", exports=False
    ),
    "a verdict moved to another candidate": Tampering(
        "update verdict set candidate_id = 1 where kind = 'request changes'", f"verdict 2 .*{SAID}"
    ),
    "a verdict gone": Tampering(
        "delete from verdict where kind = 'request changes'", "verdict 2, named by .*is gone", exports=False
    ),
    "a disposition": Tampering(
        "update disposition set kind = 'blocks' where candidate_id = 1", f"disposition 1 .*{SAID}", releases=False
    ),
    "a disposition gone": Tampering(
        "delete from disposition where candidate_id = 2 and example_id = 'test-02'",
        "disposition \\d+, named by .*is gone",
        exports=False,
    ),
    "a correction": Tampering("update correction set state = 'open'", f"correction 1 .*{SAID}"),
    "a candidate's figure": Tampering(
        "update candidate set evidence = json_set(evidence, '$.figures[0].candidate', 0) where id = 2",
        f"candidate 2 .*{SAID}",
        exports=False,
    ),
    "a candidate's proposer": Tampering(
        "update candidate set proposed_by = 'Eve' where id = 1", f"candidate 1 .*{SAID}", releases=False
    ),
    "a candidate's snippets": Tampering(
        "update candidate set versions = '[4]' where id = 2", f"candidate 2 .*{SAID}", exports=False
    ),
    "a run's starter": Tampering(
        "update run set started_by = 'Eve' where id = 2", f"run 2 .*{SAID}", exports=False
    ),
    "a release made up": Tampering(
        "insert into release select 9, 2, task, 'tiny', versions, 'Eve', 'So.', released_at, base from release",
        "release 9 .*in no entry",
    ),
    "a release's snippets": Tampering(
        "update release set versions = '[4]'", f"release 1 .*{SAID}", releases=False
    ),
    "a release by somebody else": Tampering(
        "update release set released_by = 'Eve'", f"release 1 .*{SAID}", releases=False
    ),
    "a release gone": Tampering("delete from release", "release 1, named by .*is gone", releases=False),
    "a person's roles": Tampering(
        'update person set roles = \'["admin", "reviewer", "releaser"]\' where name = \'Joan\'',
        f"person \\d+ \\(name Joan\\) .*{SAID}",
    ),
    "a person more": Tampering(
        "insert into person select 99, 'Eve', 'eve@example.org', roles, added_by, added_at, removed_at from person"
        " where name = 'Rosa'",
        "person 99 .*Eve.*in no entry",
    ),
    "what a token may": Tampering(
        "update service_token set scopes = '[\"import\"]'", f"token 1 \\(name ci\\) .*{SAID}", False, False
    ),
    "a token that was revoked": Tampering(
        "update service_token set revoked_at = null, revoked_by = ''",
        f"token 1 \\(name ci\\) .*{SAID}",
        False,
        False,
    ),
    "a person back": Tampering(
        "update person set removed_at = null where name = 'Vera'", f"person \\d+ \\(name Vera\\) .*{SAID}"
    ),
    "a rating": Tampering("update rating set value = '2.0' where id = 3", f"rating 3 .*{SAID}", False, False),
    "a rating of somebody else": Tampering(
        "update rating set person = 'Kit' where id = 3", f"rating 3 .*{SAID}", False, False
    ),
    "a rating made up": Tampering(
        "insert into rating select 99, queued_id, 'Kit', kind, value, note, about, given_at from rating"
        " where id = 3",
        "rating 99 .*in no entry",
        False,
        False,
    ),
    "a rating taken back": Tampering(
        "delete from rating where id = 2", "rating 2, named by .*is gone", False, False
    ),
    "an example in the queue": Tampering(
        "update queued set content = json_set(content, '$.inputs.query', 'x')", f"queued .*{SAID}", False, False
    ),
    "an adaptation's baseline": Tampering(
        "update adaptation set versions = '[]'", f"adaptation 1 .*{SAID}", False, False
    ),
    "an adaptation gone": Tampering("delete from adaptation", "adaptation 1, named by .*is gone", False, False),
    "a base's text": Tampering(
        "update base set text = 'Say 5.' || char(10) || '{{snippets}}'", f"base 1 .*{SAID}", False, False
    ),
    "a base's author": Tampering("update base set added_by = 'Eve'", f"base 1 .*{SAID}", False, False),
    "a base more": Tampering(
        "insert into base select 9, 'other', text, sha256, 'Eve', added_at, note from base",
        "base 9 .*in no entry",
        False,
        False,
    ),
    "a base gone": Tampering("delete from base", "base 1, named by .*is gone", False, False),
    "a candidate's base": Tampering(
        "update candidate set base = 1 where id = 2", f"candidate 2 .*{SAID}", exports=False
    ),
    "a release's base": Tampering("update release set base = 1", f"release 1 .*{SAID}", releases=False),
    "a run's base": Tampering("update run set base = 1 where id = 2", f"run 2 .*{SAID}", exports=False),
    "a comment": Tampering("update comment set text = 'Fine.'", f"comment 1 .*{SAID}", releases=False),
    "a reason that is no text": Tampering(
        "update verdict set reason = cast(x'ff' as text) where candidate_id = 1",
        f"verdict 1 .*{SAID}",
        releases=False,
    ),
    "a name that is no text": Tampering(
        "update verdict set reviewer = cast(x'ff' as text) where candidate_id = 1",
        f"verdict 1 is {SAID}",
        releases=False,
    ),
    "a reason in the log": Tampering(
        "update log set why = 'So.' where id = 12", "entry 12 of the log is not what was written"
    ),
    "an entry taken out": Tampering(
        "delete from log where id = 12", "entry 13 of the log is not what was written"
    ),
    "the newest entry": Tampering(
        "delete from log where id = (select max(id) from log)", "the log ends with entry \\d+, but had"
    ),
    "all entries": Tampering("delete from log", "the log ends with nothing, but had \\d+ entries"),
    "where the log ends": Tampering("update log_end set entries = 3", "is noted to have 3 entries"),
    "which entries are older": Tampering("update log_end set older = 20", "is noted as older than content hashes"),
    "the hash of an answer": Tampering(
        f"update named_row set sha256 = 'x' {CELL.format(1)}", f"answer .*{SAID}", releases=False
    ),
    "the note that an answer was named": Tampering(
        f"delete from named_row {CELL.format(1)}", "hashes of \\d+ rows that entry \\d+", releases=False
    ),
}


@pytest.fixture(scope="module")
def tampered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A home of people: release 1 of candidate 1 on one target, and candidate 2 on another, ready for release."""
    folder = tmp_path_factory.mktemp("tampered")
    home = Home(folder / "home")
    database = open_database(home.path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 100)
        patch.setenv("HOOK_SECRET", "a secret")
        small.fill(database, folder, data=DATA)
        acts.sign_in(database)
        with database.session() as session:
            remove_person(session, "Vera", by="Max", at=small.NOW)
            other = Target(name="other", kind="embedded", model="qwen2.5-coder-0.5b", seed=1)
            add_target(session, other, by="Ada", at=small.NOW)
            make_token(session, "ci", ("check",), ("small",), days=30, by="Max", at=small.NOW)
            revoke_token(session, "ci", by="Max", at=small.NOW)
            add_webhook(session, "https://hooks.example.org/", "HOOK_SECRET", by="Max", at=small.NOW)
        for number, target in enumerate(("tiny", "other"), 1):
            with database.session() as session:
                plan = plan_run(session, "small", target, strategy="greedy", seed=0, budget=100)
                assert enter_run(session, plan, by="Ada", at=small.NOW) == number
            assert small.run(database, home, number, acts.spoilt()).candidate_id == number
            acts.dispose(database, candidate=number)
        with database.session() as session:
            queue_doubtful(session, get_task(session, "small"), 2, by="Ada", at=small.NOW)
            rate(session, 1, 4, by="Grace", at=small.NOW, note="Clearly.")
            take_back(session, 1, by="Grace", at=small.NOW)
            rate(session, 2, 4, by="Joan", at=small.NOW)
        acts.decide(database, acts.propose(database, candidate=1), confirm=False)
        acts.dispose(database, candidate=1)
        acts.comment(database, "Shorter would do.")
        acts.approve(database, "Grace", candidate=1)
        acts.released(database, candidate=1)
        acts.verdict(database, "request changes", "Joan", 2)
        acts.verdict(database, "approve", "Joan", 2)
        job = acts.job(database, home, "noise", candidate=2, connect=connecting(acts.spoilt()))
        assert job.state == jobs.FINISHED
        with database.session() as session:
            keep_base(session, small.task(), small.PROMPT_BASE, by="Ada", at=small.NOW)
            asked = curated(session)
            enter_adaptation(session, carried(session), by="Ada", at=small.NOW)
            again = enter_score(session, "small", "tiny", "anchors", by="Ada", at=small.NOW)
        assert do_score(database, home, again, connect=connecting(acts.spoilt())).found is not None
        authoring_jobs.do_job(database, home, asked, connect=connecting(small.engine(data=DATA)))
        yield database
    database.close()


def carried(session: Session) -> AdaptationPlan:
    """Plan to carry the released prompt to the other target."""
    return plan_adaptation(session, "small", "tiny", "other", strategy="greedy", seed=0, budget=20)


def curated(session: Session) -> int:
    """Keep the library: a draft vetted by another, a retirement undone, a comment, a policy; and enter a job."""
    origin = Origin("disagreement", "small", "tiny", ("authoring-01",), "It overrates.", "age")
    brief = write_draft(session, Draft("brief", "Be brief."), by="Ada", at=small.NOW, origin=origin)
    vet(session, [brief.id], by="Max", at=small.NOW)
    retire(session, "brief", reason="A slip.", by="Ada", at=small.NOW)
    undo(session, entries_since(session, log.newest(session) - 1), by="Max", at=small.NOW)
    comment(session, "brief", "Why so?", by="Max", at=small.NOW)
    allow_alone(session, True, by="Max", at=small.NOW, reason="For now.")
    return authoring_jobs.enter_job(session, plan_answers(session, "small", "tiny"), by="Ada", at=small.NOW)


def release_two(session: Session) -> None:
    release_candidate(session, 2, reason="Approved.", by="Rosa", at=small.NOW)


def approve_two(session: Session) -> None:
    give_verdict(session, 2, "approve", reason="Better.", by="Kit", at=small.NOW)


def export_one(session: Session) -> None:
    pack_of(session, "small", "tiny")


ACTS = (approve_two, release_two, export_one)


def refused(session: Session, act: Callable[[Session], None]) -> bool:
    with session.begin_nested() as savepoint:
        try:
            act(session)
        except Refused:
            return True
        finally:
            savepoint.rollback()
    return False


def test_the_home_is_whole_as_it_is(tampered: Database) -> None:
    with tampered.session() as session:
        found = audit(session)
        assert (found.differences, found.older, found.waiting) == ((), {}, 0)
        assert found.rows > 300
        assert [refused(session, act) for act in ACTS] == [False, False, False]


@pytest.mark.parametrize("name", TABLE)
def test_a_row_that_is_changed_is_named_and_refused_where_it_concerns_what_is_done(
    tampered: Database, name: str
) -> None:
    one = TABLE[name]
    with tampered.session() as session:
        session.execute(text("pragma defer_foreign_keys = on"))
        assert session.connection().exec_driver_sql(one.sql).rowcount >= 1
        differences = audit(session).differences
        assert any(re.search(one.named, each) for each in differences), differences
        refusals = [refused(session, act) for act in ACTS]
        session.rollback()
    assert refusals == [one.releases, one.releases, one.exports]
    with tampered.session() as session:
        assert audit(session).differences == ()


OTHER = {
    "INTEGER": "coalesce({0}, 0) + 1",
    "FLOAT": "coalesce({0}, 0) + 0.5",
    "BOOLEAN": "not {0}",
    "DATETIME": "'2020-01-01 00:00:00.000000'",
    "JSON": "'{{\"x\": 1}}'",
}
"""Another value of a column, by its type; a text gets a letter more."""


def changes(table: type[Table]) -> Iterator[str]:
    """Each change of one value of a table's last row, and its deletion."""
    mapped = inspect(table).local_table
    (key,) = mapped.primary_key
    row = f"where {key.name} = (select max({key.name}) from {mapped.name})"
    for column in mapped.columns:
        if column.primary_key or column.name in table.unlogged:
            continue
        kind = column.type.compile(dialect=sqlite.dialect())
        value = OTHER.get(kind, "coalesce({0}, '') || 'x'").format(column.name)
        if column.name == "state":
            value = "case state when 'draft' then 'retired' else 'draft' end"
        yield f"update {mapped.name} set {column.name} = {value} {row}"
    yield f"delete from {mapped.name} {row}"


@pytest.mark.parametrize("table", logged_tables(), ids=lambda table: str(table.__tablename__))
def test_a_change_of_any_value_and_a_deletion_of_any_row_is_found(tampered: Database, table: type[Table]) -> None:
    for change in changes(table):
        with tampered.session() as session:
            session.execute(text("pragma defer_foreign_keys = on"))
            assert session.connection().exec_driver_sql(change).rowcount, "no row to change"
            assert audit(session).differences, change
            session.rollback()


def test_the_readme_says_how_many_alterations_are_tried_and_found() -> None:
    every = len(TABLE) + sum(len(list(changes(table))) for table in logged_tables())
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"| tamperings found | {every} of {every}" in readme
