"""Asking a prompt on another target: dev examples alone, paid once, and only by those who may."""

from __future__ import annotations

import pytest
from sqlmodel import select

from composer.audit import audit
from composer.curation.jobs import do_job, enter_job, jobs_of
from composer.home.paths import Home
from composer.matrix.asking import plan_asking
from composer.matrix.beside import beside
from composer.matrix.squares import detailed, read_matrix
from composer.tables import CellRow, TestReadRow
from library import log
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed, add_person
from tests import small
from tests.composer.matrix import several as stage
from tests.composer.review import acts


def test_answers_on_another_target_are_paid_once_and_then_stand_beside(several: Database, home: Home) -> None:
    assert stage.ask(several, home, "base", "larger", 10, stage.engine(0.6)) == 10
    with several.session() as session:
        found = beside(session, detailed(session, read_matrix(session), "small"), "small", "base")
        assert [one.target.name for one in found.compared] == ["cloud", "tiny", "larger"]
        (job, *_) = jobs_of(session, "small", "larger", kind="dev")
        entry = next(one for one in log.entries(session, "task:small") if one.action == "dev asked")
    assert (job.text, job.state, job.paid, len(job.examples)) == ("base", "finished", 10, 10)
    assert entry.detail["kind"] == "dev"
    assert do_job(several, home, job.id, connect=acts.no_model).paid == 10


def test_no_sealed_example_is_ever_asked_about(several: Database, home: Home) -> None:
    with several.session() as session:
        reads = len(session.exec(select(TestReadRow)).all())
        before = set(session.exec(select(CellRow.key)))
    stage.ask(several, home, "candidate:3", "larger", 100, stage.engine(0.6))
    with several.session() as session:
        asked = session.exec(select(CellRow).where(~CellRow.key.in_(before))).all()  # type: ignore[attr-defined]
        assert {one.example_id.partition("-")[0] for one in asked} == {"dev"}
        assert len(session.exec(select(TestReadRow)).all()) == reads
        assert not audit(session).differences


def test_a_target_that_has_answered_all_or_is_unknown_is_refused(several: Database) -> None:
    with several.session() as session:
        with pytest.raises(Refused, match="has answered every development example"):
            plan_asking(session, "small", "base", "cloud", 5)
        with pytest.raises(Refused, match="no target is called nowhere"):
            plan_asking(session, "small", "base", "nowhere", 5)
        with pytest.raises(Refused, match="was not added to this home"):
            plan_asking(session, "small", "base", "smollm2-135m", 5)


def test_who_may_only_look_asks_nothing(several: Database) -> None:
    with several.session() as session:
        add_person(session, "Vic", "vic@example.org", ["viewer"], by=stage.LOCAL, at=small.NOW)
        planned = plan_asking(session, "small", "base", "larger", 5)
        with pytest.raises(NotAllowed):
            enter_job(session, planned, by="Vic", at=small.NOW)
