"""The prompt in use: the current release, else the bare base; and what to do without authoring examples."""

from __future__ import annotations

import pytest

from composer.curation.in_use import authoring_examples, in_use
from library.database import Database
from library.errors import Refused
from tests.composer.curation import authoring


def test_it_is_the_bare_base_before_any_release(aside: Database) -> None:
    with aside.session() as session:
        now = in_use(session, "small", "tiny")
        assert (now.release, now.name, now.prompt.keys) == (None, "the bare base", ())
        assert {one.split for one in authoring_examples(session, now)} == {"authoring"}


def test_it_is_the_current_release(released: Database) -> None:
    authoring.set_aside(released)
    with released.session() as session:
        now = in_use(session, "small", "tiny")
    assert (now.release, now.name) == (1, "release 1")
    assert now.prompt.keys


def test_without_authoring_examples_it_says_how_to_get_some(filled: Database) -> None:
    with filled.session() as session, pytest.raises(Refused) as refused:
        in_use(session, "small", "tiny")
    for words in ("authoring split is empty", "data.splits", "composer task new"):
        assert words in str(refused.value)


def test_an_unknown_task_or_target_is_refused(aside: Database) -> None:
    with aside.session() as session:
        with pytest.raises(Refused, match="no task is called"):
            in_use(session, "smal", "tiny")
        with pytest.raises(Refused, match="no target is called"):
            in_use(session, "small", "tin")
