"""What every page starts from: the home, its database, and the time."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from composer.home.paths import Home, resolve_home
from library import log
from library.database import Database, open_database


def this_home() -> Home:
    """Return the home this app was started for: `--home DIR` after the script, else as everywhere."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--home", type=Path)
    given, _ = parser.parse_known_args(sys.argv[1:])
    return Home(resolve_home(given.home))


@st.cache_resource(max_entries=8, show_spinner=False)
def _opened(home: str, _url: str | None) -> Database:
    return open_database(Path(home))


def database() -> Database:
    """Return the database of this home, opened once a process; raises `Refused` where it can't be."""
    return _opened(str(this_home().path), os.environ.get("COMPOSER_DATABASE_URL"))


def as_logged() -> tuple[str, str | None, str]:
    """Return what is the same for as long as nothing is logged: the home, its database, and the log's head.

    Not the number of the newest entry: a backup that is put back may have as many.
    """
    with database().session() as session:
        head = log.head(session)
    return str(this_home().path), os.environ.get("COMPOSER_DATABASE_URL"), head


def now() -> datetime:
    """Return the time of an action."""
    return datetime.now(UTC)
