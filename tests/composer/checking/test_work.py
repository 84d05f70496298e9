"""A check: what is asked anew and paid, what it is compared with, going on after a break, and what is logged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from composer.answers.served import ModelChanged
from composer.audit import audit
from composer.candidates.test_split import times_read
from composer.checking.outcome import Outcome
from composer.checking.plan import REPLICATES, CheckPlan, Unverified, plan_check
from composer.checking.work import GOES_ON, check, enter_check
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.models.client import Outage
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.tables import CellRow
from library import log
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed
from library.retiring import retire
from tests import small
from tests.composer.answers.test_malformed import asked
from tests.composer.drift import labels
from tests.composer.review import acts
from tests.scripted import ScriptedEngine, connecting
from tests.servers import Behaviour, ChatServer, chat

TEST = [one for one in small.examples() if one.split == "test"]


def planned(database: Database, *, rows: int = 16, seed: int = 0, margin: float | None = None) -> CheckPlan:
    with database.session() as session:
        return plan_check(session, "small", "tiny", rows=rows, seed=seed, margin=margin)


def checked(
    database: Database, home: Home, engine: ScriptedEngine, *, at: Any = small.NOW, by: str = "Ada", **given: Any
) -> Outcome:
    plan = planned(database, **given)
    with database.session() as session:
        number = enter_check(session, home, plan, by=by, at=at)
    return check(database, home, plan, number, by=by, connect=connecting(engine))


def test_a_model_that_answers_as_it_did_passes(released: Database, home: Home) -> None:
    engine = small.engine()
    found = checked(released, home, engine)
    assert (found.state, found.failed) == ("same", False)
    assert (found.identical, found.n, found.paid, found.changed) == (16, 16, 16, ())
    assert len(engine.asked) == 16


def test_a_model_that_got_worse_fails(released: Database, home: Home) -> None:
    found = checked(released, home, labels.engine(wrong=TEST))
    assert (found.state, found.failed) == ("worse", True)
    assert found.metric.state == "worse"
    assert found.valid.state == "same"
    losses = [one.row.change for one in found.changed]
    assert losses == sorted(losses, reverse=True)


def test_a_model_that_lost_the_format_fails_by_the_valid_rate(released: Database, home: Home) -> None:
    found = checked(released, home, ScriptedEngine(lambda _system, _user: "Gladly! It is 3."), margin=100)
    assert found.metric.state != "worse"
    assert (found.valid.state, found.failed, found.state) == ("worse", True, "worse")


def test_the_messages_are_those_that_were_released(released: Database, home: Home) -> None:
    engine = small.engine()
    checked(released, home, engine)
    prompt = planned(released).use.composition.text
    assert {system for system, _ in engine.asked} == {prompt}


def test_no_answer_from_before_stands_in_for_one_of_now(released: Database, home: Home) -> None:
    first, second = small.engine(), small.engine()
    assert checked(released, home, first).number == 1
    again = checked(released, home, second)
    assert (again.number, again.paid, len(second.asked)) == (2, 16, 16)
    with released.session() as session:
        asked = session.exec(select(CellRow.replicate).where(CellRow.replicate >= REPLICATES)).all()
    assert sorted(asked) == [REPLICATES + 1] * 16 + [REPLICATES + 2] * 16


def test_a_check_that_broke_off_asks_only_the_rest(released: Database, home: Home) -> None:
    with pytest.raises(Outage):
        checked(released, home, small.Dying(small.engine(), 7, Outage("the server can't be reached")))
    rest = small.engine()
    found = checked(released, home, rest)
    assert (found.number, found.paid, len(rest.asked), found.n) == (1, 10, 10, 16)


def test_a_check_that_broke_off_long_ago_or_of_other_rows_is_begun_anew(released: Database, home: Home) -> None:
    with pytest.raises(Outage):
        checked(released, home, small.Dying(small.engine(), 7, Outage("the server can't be reached")))
    assert checked(released, home, small.engine(), rows=8).number == 2
    late = small.NOW + GOES_ON + timedelta(minutes=1)
    found = checked(released, home, small.engine(), at=late)
    assert (found.number, found.paid) == (3, 16)


def test_a_check_that_another_process_is_at_is_left_to_it(released: Database, home: Home) -> None:
    with pytest.raises(Outage):
        checked(released, home, small.Dying(small.engine(), 7, Outage("the server can't be reached")))
    with exclusive_lock(home, "check-1"):
        assert checked(released, home, small.engine()).number == 2
    assert checked(released, home, small.engine()).number == 1


def test_the_log_says_who_checked_what_and_how_it_ended_and_names_the_answers(
    released: Database, home: Home
) -> None:
    checked(released, home, labels.engine(wrong=TEST))
    with released.session() as session:
        entries = [one for one in log.entries(session, "release:1") if one.action in ("check asked", "checked")]
        assert audit(session).differences == ()
    assert [(one.who, one.action, one.detail["check"]) for one in entries] == [
        ("Ada", "check asked", 1),
        ("Ada", "checked", 1),
    ]
    assert entries[1].why.startswith("Worse than at release: NMSE ")
    assert (entries[1].detail["state"], entries[1].detail["asked"]) == ("worse", 16)


def test_who_may_not_start_a_run_may_not_pay_for_a_check(released: Database, home: Home) -> None:
    acts.sign_in(released)
    engine = small.engine()
    with pytest.raises(NotAllowed):
        checked(released, home, engine, by="Nobody")
    assert engine.asked == []


def test_rows_are_of_the_evidence_alone_though_others_came(released: Database, home: Home) -> None:
    labels.arrive(released)
    plan = planned(released, rows=100)
    assert [one.id for one in plan.examples] == [one.id for one in TEST]


def test_fewer_rows_are_drawn_by_the_seed_and_more_hold_them(released: Database) -> None:
    def drawn(rows: int, seed: int) -> list[str]:
        return [one.id for one in planned(released, rows=rows, seed=seed).examples]

    few, more = drawn(6, 1), drawn(10, 1)
    assert (len(few), len(more)) == (6, 10)
    assert set(few) < set(more)
    assert few == drawn(6, 1) == sorted(few)
    assert few != drawn(6, 2)


def test_reading_the_rows_again_on_the_target_that_was_measured_is_no_new_reading(
    released: Database, home: Home
) -> None:
    with released.session() as session:
        before = times_read(session, planned(released).use.evidence.data.dataset, "", None)
    checked(released, home, small.engine())
    with released.session() as session:
        assert times_read(session, planned(released).use.evidence.data.dataset, "", None) == before


def test_an_edited_target_is_asked_as_it_is_now_and_noted_as_a_reading(released: Database, home: Home) -> None:
    now = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", max_tokens=99)
    with released.session() as session:
        add_target(session, now, by="Ada", at=small.NOW)
        before = times_read(session, planned(released).use.evidence.data.dataset, "", None)
    found = checked(released, home, labels.engine(wrong=TEST))
    assert found.plan.edited
    assert found.failed
    with released.session() as session:
        assert times_read(session, found.plan.use.evidence.data.dataset, "", None) == before + 1


def test_a_server_that_exchanged_its_model_fails_and_under_another_revision_it_is_compared(
    released: Database, home: Home
) -> None:
    def serving(model: str, *, wrong: bool) -> Behaviour:
        answer = labels.engine(wrong=TEST if wrong else ()).answer
        return lambda request: chat(answer(*asked(request)), model=model)

    def check_it(server: ChatServer, revision: str | None = None) -> Outcome:
        target = Target(name="tiny", kind="server", model="m", api_base=server.api_base, revision=revision)
        with released.session() as session:
            add_target(session, target, by="Ada", at=small.NOW)
        plan = planned(released)
        with released.session() as session:
            number = enter_check(session, home, plan, by="Ada", at=small.NOW)
        return check(released, home, plan, number, by="Ada")

    with ChatServer(serving("m-1", wrong=False)) as server:
        assert not check_it(server).failed
        stored = small.stored_cells(released)
        server.default = serving("m-2", wrong=True)
        with pytest.raises(ModelChanged, match="m-2"):
            check_it(server)
        assert small.stored_cells(released) == stored
        assert check_it(server, "m-2").state == "worse"


def test_a_target_that_takes_the_prompt_elsewhere_is_refused(released: Database) -> None:
    now = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", system="merge")
    with released.session() as session:
        add_target(session, now, by="Ada", at=small.NOW)
    with pytest.raises(Refused, match="it would get other messages"):
        planned(released)


def test_a_release_that_does_not_verify_is_no_release_to_compare_with(released: Database) -> None:
    with released.session() as session:
        cell = session.exec(select(CellRow).where(CellRow.example_id == TEST[0].id)).first()
        assert cell is not None
        cell.text = '{"rating": 5}'
        session.add(cell)
    with pytest.raises(Unverified, match="was changed behind the log"):
        planned(released)


def test_a_release_with_a_retired_snippet_does_not_verify(released: Database) -> None:
    with released.session() as session:
        retire(session, "exact", reason="Too broad.", by="Ada", at=small.NOW)
    with pytest.raises(Unverified, match="exact"):
        planned(released)


def test_nothing_is_checked_where_nothing_is_released(submitted: Database) -> None:
    with pytest.raises(Refused, match="nothing is released for small on tiny") as refused:
        planned(submitted)
    assert not isinstance(refused.value, Unverified)


def test_the_margin_is_that_of_the_policy_unless_one_is_given(released: Database) -> None:
    assert planned(released).margin == 0
    labels.policy(released, drop=4.0)
    assert planned(released).margin == 4
    assert planned(released, margin=1.5).margin == 1.5
    with pytest.raises(Refused, match="no margin of nmse"):
        planned(released, margin=101)
