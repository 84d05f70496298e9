"""Targets that come with the product are there to be named, and stored once a run needs them."""

from __future__ import annotations

import pytest

from composer.models.target import Target
from composer.registry.shipped import USUAL, shipped_target, shipped_target_names
from composer.registry.targets import add_target, get_target, nameable_targets, target_names
from composer.runs.plan import plan_proposal
from composer.runs.records import enter_run
from library import log
from library.database import Database
from library.errors import Refused
from tests import small


def test_one_that_no_home_has_stored_is_found_by_its_name(database: Database) -> None:
    with database.session() as session:
        assert target_names(session) == ()
        assert get_target(session, USUAL) == shipped_target(USUAL)
        assert nameable_targets(session) == shipped_target_names()
        assert nameable_targets(session)[0] == USUAL
        with pytest.raises(Refused, match="no target is called") as refused:
            get_target(session, "qwen2.5")
    assert USUAL in refused.value.fix


def test_one_of_the_same_name_that_was_stored_comes_first(database: Database) -> None:
    own = Target(name=USUAL, kind="embedded", model="qwen2.5-coder-0.5b")
    with database.session() as session:
        add_target(session, own, by="Ada", at=small.NOW)
        assert get_target(session, USUAL) == own


def test_the_first_run_that_names_it_stores_it_with_an_entry(filled: Database) -> None:
    for expected in (1, 1):
        with filled.session() as session:
            plan = plan_proposal(session, "small", USUAL, ["topic"])
            assert (USUAL in target_names(session)) is (expected == 1 and _entries(session) == 1)
            enter_run(session, plan, by="Ada", at=small.NOW)
        with filled.session() as session:
            assert _entries(session) == expected


def _entries(session: object) -> int:
    return sum(one.subject == f"target:{USUAL}" for one in log.entries(session))  # type: ignore[arg-type]
