"""The thread that delivers to webhooks."""

from __future__ import annotations

import pytest

from composer.home.paths import Home
from library.database import open_database
from ui.shell import webhook_thread


def test_whatever_goes_wrong_while_telling_stays_in_the_background(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(home.path)
    teller = webhook_thread.Deliverer(database)
    teller.end()

    def broken(*_given: object, **_named: object) -> int:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(webhook_thread, "deliver", broken)
    teller.look()
    assert "out of luck" in caplog.text
    database.close()
