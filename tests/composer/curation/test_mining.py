"""Mining whole, with scripted models: what is kept, what is paid, and that it goes on where it was broken off."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from composer.answers.evaluator import Counts
from composer.audit import audit
from composer.curation.mining import Mined, Progress, mine
from composer.curation.mining_plan import plan_mining
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.models.client import Outage
from composer.tables import CellRow
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.curation import authoring
from tests.scripted import ScriptedEngine
from tests.writers import both, rewritings, writing

FORMAT = 'Answer with JSON only, as {"rating": N}.'
HEAD = "Rate the document for the query."
ONE = f"{HEAD}\n- A text that sells something should never rate above 2.\n{FORMAT}"
TWO = f"{HEAD}\n- Look for the answer itself before the words of the query.\n{FORMAT}"
BOTH = pytest.mark.parametrize("strategy", ["gepa", "mipro"])


def mining(
    database: Database,
    home: Home,
    *,
    strategy: str = "gepa",
    model: ScriptedEngine | None = None,
    writer: ScriptedEngine | None = None,
    **options: Any,
) -> Mined:
    with database.session() as session:
        plan = plan_mining(
            session, "small", "tiny", strategy=strategy, reflection="tiny", budget=40, seed=0, by="Ada"
        )
    connect = both(model or authoring.engine(), writer or writing(ONE, TWO))
    return mine(database, home, plan, by="Ada", connect=connect, **options)


def comparable(mined: Mined) -> Mined:
    return replace(mined, answers=Counts(), reflections=Counts())


@BOTH
def test_every_text_is_kept_once_and_measured_where_it_was(aside: Database, home: Home, strategy: str) -> None:
    seen: list[Progress] = []
    mined = mining(aside, home, strategy=strategy, on_progress=seen.append)
    assert {one.text for one in mined.texts} == {ONE, TWO}
    assert mined.before is not None
    assert mined.measured_on == mined.plan.full
    assert not mined.interrupted
    assert mined.answers.paid == mined.answers.asked <= 40
    assert seen[-1].answers.asked == mined.answers.asked
    assert seen[-1].texts == 2


@BOTH
def test_the_same_again_pays_nothing_and_comes_to_the_same(aside: Database, home: Home, strategy: str) -> None:
    first = mining(aside, home, strategy=strategy)

    def fail(_system: str, _user: str) -> str:
        pytest.fail("asked")

    again = mining(aside, home, strategy=strategy, model=ScriptedEngine(fail), writer=ScriptedEngine(fail))
    assert comparable(again) == comparable(first)
    assert (again.answers.paid, again.reflections.paid) == (0, 0)


@BOTH
@pytest.mark.parametrize("last", [1, 7, 15])
def test_killed_at_an_answer_it_goes_on_from_there(aside: Database, home: Home, strategy: str, last: int) -> None:
    whole = mining(aside, home, strategy=strategy)
    with aside.session() as session:
        for row in session.exec(select(CellRow)):
            session.delete(row)
    dying = small.Dying(authoring.engine(), last, Outage("the server can't be reached"))
    with pytest.raises(Outage):
        mining(aside, home, strategy=strategy, model=dying)
    again = mining(aside, home, strategy=strategy)
    assert comparable(again) == comparable(whole)
    assert again.answers.stored == len(dying.asked) == last - 1


@BOTH
def test_killed_at_a_text_it_goes_on_from_there(aside: Database, home: Home, strategy: str) -> None:
    dying = small.Dying(writing(ONE, TWO), 3, Outage("the server can't be reached"))
    with pytest.raises(Outage):
        mining(aside, home, strategy=strategy, writer=dying)
    # What a rewriting says depends on what came before it, so the model is asked on where it was.
    rest = writing(*([TWO, ONE] if len(rewritings(dying)) % 2 else [ONE, TWO]))
    again = mining(aside, home, strategy=strategy, writer=rest)
    assert again.reflections.stored == 2
    assert {one.text for one in again.texts} == {ONE, TWO}


@BOTH
def test_an_interrupt_offers_what_was_written_until_then(aside: Database, home: Home, strategy: str) -> None:
    dying = small.Dying(authoring.engine(), 15, KeyboardInterrupt())
    mined = mining(aside, home, strategy=strategy, model=dying)
    assert mined.interrupted
    assert mined.texts
    assert not mining(aside, home, strategy=strategy).interrupted


def test_ctrl_c_at_the_terminal_ends_it_after_the_answer_in_flight(aside: Database, home: Home) -> None:
    pressed = threading.Event()

    def slow(system: str, user: str) -> str:
        if not pressed.is_set() and len(model.asked) > 15:
            pressed.set()
            os.kill(os.getpid(), signal.SIGINT)
        return authoring.engine().answer(system, user)

    model = ScriptedEngine(slow)
    # A process that a shell starts in the background is told to ignore it, and its tests are, too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        mined = mining(aside, home, model=model)
    finally:
        signal.signal(signal.SIGINT, before)
    assert mined.interrupted
    assert len(model.asked) <= 20  # what was in flight, and what this thread put before the signal came


def test_only_authoring_examples_are_asked_about_or_shown(aside: Database, home: Home) -> None:
    model, writer = authoring.engine(), writing(ONE, TWO)
    mining(aside, home, model=model, writer=writer)
    sealed = [one.inputs["query"] for one in small.examples()]
    for system, user in (*model.asked, *writer.asked):
        assert not any(query in system + user for query in sealed)
    with aside.session() as session:
        asked = set(session.exec(select(CellRow.example_id).where(col(CellRow.example_id) != "")))
    assert asked <= {one.id for one in authoring.aside()}


def test_the_answers_are_named_in_the_log_and_the_home_verifies(aside: Database, home: Home) -> None:
    mining(aside, home)
    with aside.session() as session:
        assert audit(session).differences == ()


def test_what_is_written_is_no_answer_of_the_target(aside: Database, home: Home) -> None:
    mined = mining(aside, home)
    with aside.session() as session:
        texts = session.exec(select(CellRow.text).where(CellRow.target == mined.plan.now.target.hash)).all()
    assert not any("[[ ##" in text for text in texts)


@BOTH
def test_a_text_that_is_the_prompt_in_use_counts_as_none(aside: Database, home: Home, strategy: str) -> None:
    again = small.TASK["base"].replace("{{snippets}}\n", "")
    mined = mining(aside, home, strategy=strategy, writer=writing(again, ONE))
    assert [one.text for one in mined.texts] == [ONE]


def test_two_at_once_are_refused(aside: Database, home: Home) -> None:
    with exclusive_lock(home, "mining-small-tiny"), pytest.raises(Refused, match="another worker"):
        mining(aside, home)
