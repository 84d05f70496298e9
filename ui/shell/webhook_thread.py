"""Tells the webhooks while the app runs: one thread a process, beside the pages and never in their way."""

from __future__ import annotations

import logging
import os
import threading

import streamlit as st

from composer.activity.delivery import deliver, post
from composer.activity.webhooks import APP_VARIABLE
from library.database import Database
from library.errors import Refused
from ui.shell.context import now

SECONDS_BETWEEN_LOOKS = 5.0
_logger = logging.getLogger(__name__)


class Teller:
    """A thread that sends what is due to the webhooks of the database it was last given."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._ended = threading.Event()
        self._said = ""
        threading.Thread(target=self._run, name="webhooks", daemon=True).start()

    def end(self) -> None:
        """Let the thread end after what it is doing now."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            self.look()

    def look(self) -> None:
        """Send what is due; whatever goes wrong is written to the process's log, and tried again later."""
        try:
            deliver(self.database, post, at=now(), app=os.environ.get(APP_VARIABLE, ""))
        except Refused as refused:
            if str(refused) != self._said:
                _logger.warning("webhooks wait: %s", refused)
            self._said = str(refused)
        except Exception:
            # Nobody waits for this thread, so nobody else would ever see what ended it.
            _logger.exception("webhooks wait")
        else:
            self._said = ""


@st.cache_resource(show_spinner=False, on_release=Teller.end)
def _teller(_database: Database) -> Teller:
    return Teller(_database)


def tell(database: Database) -> None:
    """See to it that the webhooks of this database are told while the app runs."""
    _teller(database).database = database
