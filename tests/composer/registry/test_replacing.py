"""A file replaces what somebody else added only where whoever adds it has seen that."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from composer.registry.replacing import require_seen
from composer.registry.targets import get_target
from composer.registry.tasks import add_task, get_task
from library.database import Database
from library.errors import Refused
from tests import small

MINE = small.task(risk="high")
THEIRS = small.task(title="Another title", description="Longer.")


def replaced(session: Session, *, by: str = "Ada", replaces: str = "") -> None:
    require_seen(session, MINE, by=by, replaces=replaces)
    add_task(session, MINE, by=by, at=small.NOW)


def test_who_adds_second_is_told_what_the_first_changed_and_replaces_it_once_seen(filled: Database) -> None:
    with filled.session() as session:
        add_task(session, THEIRS, by="Kit", at=small.NOW)
    with filled.session() as session, pytest.raises(Refused) as refused:
        replaced(session)
    assert "task small is by now what Kit added on 2026-01-01 at 00:00 UTC" in str(refused.value)
    assert "differs from this file in description, risk, title" in str(refused.value)
    assert f"--replaces {THEIRS.hash[:12]}" in str(refused.value)
    with filled.session() as session:
        assert get_task(session, "small") == THEIRS
        replaced(session, replaces=THEIRS.hash[:12])
        assert get_task(session, "small") == MINE


@pytest.mark.parametrize("replaces", ["", "0", small.task().hash[:12], THEIRS.hash[:4]])
def test_what_was_replaced_before_is_not_what_is_there(filled: Database, replaces: str) -> None:
    with filled.session() as session:
        add_task(session, THEIRS, by="Kit", at=small.NOW)
        with pytest.raises(Refused, match="is by now what Kit added"):
            replaced(session, replaces=replaces)


def test_ones_own_the_same_again_and_what_is_new_need_no_look(filled: Database) -> None:
    with filled.session() as session:
        replaced(session)  # Ada's own
        require_seen(session, MINE, by="Kit")
        require_seen(session, small.task(name="other"), by="Kit")
        target = get_target(session, "tiny")
        require_seen(session, target, by="Kit")
        with pytest.raises(Refused, match=r"target tiny .*differs from this file in parallel"):
            require_seen(session, target.model_copy(update={"parallel": 7}), by="Kit")
        require_seen(session, target.model_copy(update={"name": "new"}), by="Kit")
