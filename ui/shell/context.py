"""What every page starts from: the home, its database, and the time."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from composer.home.example import example_of, open_example
from composer.home.paths import Home, resolve_home
from library import log
from library.database import Database, open_database
from ui.shell.state import Key

EXAMPLE: Key[bool] = Key("example", False)
"""Whether the page that is open shows the recorded example, and not this home."""


def this_home() -> Home:
    """Return the home this app was started for: `--home DIR` after the script, else as everywhere."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--home", type=Path)
    given, _ = parser.parse_known_args(sys.argv[1:])
    return Home(resolve_home(given.home))


@st.cache_resource(max_entries=8, show_spinner=False)
def _opened(home: str, _url: str | None) -> Database:
    return open_database(Path(home))


@st.cache_resource(max_entries=8, show_spinner=False)
def _opened_example(home: str) -> Database:
    return open_example(Home(Path(home)))


def own_database() -> Database:
    """Return the database of this home, opened once a process; raises `Refused` where it can't be."""
    return _opened(str(this_home().path), os.environ.get("COMPOSER_DATABASE_URL"))


def database() -> Database:
    """Return the database that the page shows: this home's, or that of the recorded example in it."""
    return _opened_example(str(this_home().path)) if EXAMPLE.get() else own_database()


def shown_home() -> Home:
    """Return the home that the page shows: this one, or that of the recorded example in it."""
    return example_of(this_home()) if EXAMPLE.get() else this_home()


def place() -> tuple[str, str | None]:
    """Return what sets the home that the page shows, with its database, apart from any other."""
    return str(shown_home().path), os.environ.get("COMPOSER_DATABASE_URL")


def as_logged() -> tuple[str, str | None, str]:
    """Return what is the same for as long as nothing is logged: the home, its database, and the log's head.

    Not the number of the newest entry: a backup that is put back may have as many.
    """
    with database().session() as session:
        head = log.head(session)
    return (*place(), head)


def now() -> datetime:
    """Return the time of an action."""
    return datetime.now(UTC)
