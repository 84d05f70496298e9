"""A home whose small task has authoring examples, asked or not."""

from __future__ import annotations

import pytest

from composer.curation.jobs import do_job, enter_job
from composer.curation.questions import plan_answers
from composer.home.paths import Home
from library.database import Database
from tests import small
from tests.composer.curation import authoring
from tests.scripted import connecting


@pytest.fixture
def aside(filled: Database) -> Database:
    """The database of `home`, in which twelve examples are set aside and nothing was asked about them."""
    authoring.set_aside(filled)
    return filled


@pytest.fixture
def read(aside: Database, home: Home) -> Database:
    """The same, where the prompt in use was asked about all of them."""
    with aside.session() as session:
        number = enter_job(session, plan_answers(session, "small", "tiny"), by="Ada", at=small.NOW)
    do_job(aside, home, number, connect=connecting(authoring.engine()))
    return aside
