"""Where a home keeps the recorded example: a whole review to look at, in a database that is only read."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

from composer.home.paths import Home
from library.database import Database, newest_revision, open_database
from library.errors import Refused

RECORDING = Path(__file__).resolve().parents[2] / "data" / "example.jsonl"
FOLDER = "example-"
"""How the names of such homes begin."""
CANDIDATE = 1
"""The one candidate there is in it."""


def example_of(home: Home, recording: Path = RECORDING) -> Home:
    """Return the home of the recorded example inside a home; nothing is made by naming it.

    Its name follows from the recording and the newest schema: where one of these changes it is another.
    """
    mark = hashlib.sha256(recording.read_bytes() + newest_revision().encode()).hexdigest()
    return Home(home.path / f"{FOLDER}{mark[:12]}")


def recorded_at(recording: Path = RECORDING) -> datetime:
    """Return when the run of the recorded example had its last answer."""
    with recording.open(encoding="utf-8") as lines:
        return datetime.fromisoformat(json.loads(next(lines))["recorded_at"])


def has_example(home: Home) -> bool:
    """Whether the recorded example was made in a home."""
    return example_of(home).database.exists()


def open_example(home: Home) -> Database:
    """Open the database of a home's recorded example, which refuses every change; raises `Refused` for none."""
    if not has_example(home):
        raise Refused("this home has no recorded example", fix="`composer demo` makes it.")
    database = open_database(example_of(home).path, only_file=True)
    database.only_read("this is the recorded example: it can be read, and nothing in it can be changed")
    return database
