"""The thread that delivers to webhooks."""

from __future__ import annotations

from typing import NoReturn

import pytest

from library.database import Database
from ui.shell import webhook_thread


class Broken(Database):
    """A database that fails in a way that nobody has foreseen."""

    def session(self) -> NoReturn:
        raise RuntimeError("out of luck")


def test_whatever_goes_wrong_while_telling_stays_in_the_background(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    teller = webhook_thread.Deliverer(Broken(database.url))
    teller.end()
    teller.look()
    assert "out of luck" in caplog.text
