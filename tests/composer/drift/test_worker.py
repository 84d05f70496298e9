"""A scoring in a process of its own starts the run that its policy wants, once."""

from __future__ import annotations

import pytest

from composer.drift.worker import start_run
from composer.home.paths import Home
from composer.runs import worker
from library.database import Database
from tests import small
from tests.composer.drift import labels


def test_the_run_that_a_policy_wants_is_started_unless_it_has_begun(
    released: Database, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(worker, "start", lambda _home, number: started.append(number))
    labels.policy(released)
    labels.arrive(released)
    done = labels.scored(released, home, labels.engine(wrong=labels.new()))
    assert done.run_id == 2
    assert start_run(released, home, done.run_id)
    small.run(released, home, done.run_id, labels.engine())
    assert not start_run(released, home, done.run_id)
    assert started == [2]
