"""Delivers to the webhooks while the app runs: one thread a process, which no page waits for."""

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


class Deliverer:
    """A thread that sends what is due to the webhooks of the database it was last given."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._ended = threading.Event()
        self._warned = ""
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
            if str(refused) != self._warned:
                _logger.warning("webhooks wait: %s", refused)
            self._warned = str(refused)
        except Exception:
            # Nobody waits for this thread, so nobody else would ever see what ended it.
            _logger.exception("webhooks wait")
        else:
            self._warned = ""


@st.cache_resource(show_spinner=False, on_release=Deliverer.end)
def _deliverer(_database: Database) -> Deliverer:
    return Deliverer(_database)


def keep_delivering(database: Database) -> None:
    """Deliver to the webhooks of this database for as long as the app runs."""
    _deliverer(database).database = database
