"""An adaptation from end to end: a candidate, a no-go, a break."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import func, select

from composer.adaptation import enter_adaptation, get_adaptation, list_adaptations, plan_adaptation
from composer.adaptation.worker import work
from composer.answers.evaluator import Stopped
from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.releases import incumbent_of
from composer.registry.targets import add_target, get_target
from composer.registry.tasks import get_task
from composer.runs.carried import carried_of
from composer.runs.records import ask_to_stop
from composer.tables import CellRow
from library import log
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.adaptation import carrying
from tests.scripted import connecting


@pytest.fixture
def furnished(database: Database, tmp_path: Path, home: Home) -> Database:
    carrying.furnished(database, tmp_path, home)
    return database


def test_a_prompt_that_carries_over_ends_in_a_candidate_for_the_new_target(
    furnished: Database, home: Home
) -> None:
    number = carrying.entered(furnished)
    found = work(furnished, home, number, connect=connecting(carrying.model()))
    assert found.kind == "candidate"
    assert found.reasons == ()
    sides = {one.kind: one for one in found.sides}
    assert set(sides) == {"source", "in use", "plain transfer", "adapted"}
    assert sides["source"].target == carrying.OLD
    assert {sides[kind].target for kind in ("in use", "plain transfer", "adapted")} == {carrying.NEW}
    assert sides["in use"].keys == ()
    assert sides["plain transfer"].keys == sides["source"].keys != ()
    assert sides["adapted"].composite <= sides["plain transfer"].composite < sides["in use"].composite
    assert all(one.n == 32 for one in found.sides)
    with furnished.session() as session:
        assert get_adaptation(session, number).outcome == found
        assert incumbent_of(session, get_task(session, "small"), carrying.NEW).keys == ()  # it waits for review
        ended = list(log.entries(session))[-1]
    assert (ended.action, ended.subject, ended.detail["outcome"]) == (
        "adaptation ended",
        "adaptation:1",
        "candidate",
    )


def test_a_model_that_cannot_answer_ends_in_a_quick_no_go_and_the_test_split_stays_sealed(
    furnished: Database, home: Home
) -> None:
    engine = carrying.speechless()
    number = carrying.entered(furnished)
    found = work(furnished, home, number, connect=connecting(engine))
    assert found.kind == "no-go"
    assert found.candidate_id is None
    assert "no composition does better than always answering" in found.reasons[0]
    assert any("best valid rate of any composition was 0%" in reason for reason in found.reasons)
    assert found.reachable is not None
    assert found.reachable < 0.05
    assert found.cost.answers * 3 <= found.cost.full
    assert not [user for _, user in engine.asked if "test" in user]
    assert {one.kind for one in found.sides} == {"source"}


def test_what_ended_is_not_done_again_and_the_same_adaptation_is_the_same_row(
    furnished: Database, home: Home
) -> None:
    number = carrying.entered(furnished)
    first = work(furnished, home, number, connect=connecting(carrying.speechless()))
    silent = carrying.speechless()
    assert carrying.entered(furnished) == number
    assert work(furnished, home, number, connect=connecting(silent)) == first
    assert silent.asked == []
    with furnished.session() as session:
        assert [one.id for one in list_adaptations(session)] == [number]


def test_one_that_was_stopped_goes_on_and_ends_as_if_it_never_was(furnished: Database, home: Home) -> None:
    number = carrying.entered(furnished)
    with furnished.session() as session:
        run = get_adaptation(session, number).run_id

    def stop(now: object) -> None:
        if now.counts.asked == 20:
            with furnished.session() as session:
                ask_to_stop(session, run, by="Ada", at=small.NOW)

    with pytest.raises(Stopped):
        work(furnished, home, number, on_progress=stop, connect=connecting(carrying.model()))
    with furnished.session() as session:
        assert get_adaptation(session, number).outcome is None
    found = work(furnished, home, number, connect=connecting(carrying.model()))
    assert found.kind == "candidate"
    with furnished.session() as session:
        stored = session.exec(
            select(func.count()).where(CellRow.target == get_target(session, "other").hash)
        ).one()
    assert found.cost.paid == stored > 20  # before it was stopped, and after


def test_answers_that_come_to_nothing_for_a_cause_no_snippet_mends_are_a_no_go(
    furnished: Database, home: Home
) -> None:
    engine = carrying.ScriptedEngine(lambda _system, _user: "")
    found = work(furnished, home, carrying.entered(furnished), connect=connecting(engine))
    assert found.kind == "no-go"
    assert "8 of 8 answers are malformed for one cause: empty" in found.reasons[0]
    assert len(engine.asked) == 8


def test_a_prompt_is_not_carried_to_where_it_is(furnished: Database) -> None:
    with furnished.session() as session, pytest.raises(Refused, match="same model"):
        plan_adaptation(session, "small", "tiny", "tiny", strategy="effects", seed=0, budget=10)


def test_what_a_search_showed_is_the_next_targets_head_start_unless_no_answer_was_valid(
    furnished: Database, home: Home
) -> None:
    work(furnished, home, carrying.entered(furnished), connect=connecting(carrying.speechless()))
    with furnished.session() as session:
        add_target(
            session, Target(name="third", kind="embedded", model="qwen2.5-coder-1.5b"), by="Ada", at=small.NOW
        )
        plan = plan_adaptation(session, "small", carrying.OLD, "third", strategy="effects", seed=0, budget=80)
        assert plan.prior is not None
        assert [one.target for one in plan.prior.sources] == [carrying.OLD]
        number = enter_adaptation(session, plan, by="Ada", at=small.NOW)
        frozen = carried_of(session, plan.task, number).prior
    assert frozen == plan.prior


def test_one_that_broke_off_goes_on_with_its_head_start_whatever_other_targets_showed_since(
    furnished: Database, home: Home
) -> None:
    with furnished.session() as session:
        add_target(session, carrying.THIRD, by="Ada", at=small.NOW)
        first = plan_adaptation(session, "small", carrying.OLD, "third", strategy="effects", seed=0, budget=60)
        number = enter_adaptation(session, first, by="Ada", at=small.NOW)
    work(furnished, home, carrying.entered(furnished), connect=connecting(carrying.model()))
    with furnished.session() as session:
        later = plan_adaptation(session, "small", carrying.OLD, "third", strategy="effects", seed=0, budget=60)
        assert later.prior != first.prior
        assert enter_adaptation(session, later, by="Ada", at=small.NOW) == number
        assert carried_of(session, first.task, number).prior == first.prior
    assert work(furnished, home, number, connect=connecting(carrying.model())).kind == "candidate"
    with furnished.session() as session:
        assert enter_adaptation(session, later, by="Ada", at=small.NOW) != number
