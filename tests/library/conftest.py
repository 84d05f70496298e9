from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from library.database import Database
from library.import_plan import ImportPlan
from library.importing import import_file

AT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)

Stored = Callable[[str], ImportPlan]

TWO = """snippets:
- key: zebra
  text: Answer with one word.
  tags: [format, polarity]
  state: vetted
  rationale: answers were too long
  group: form
- key: apple
  text: Ignore the order of the texts.
"""


def keys(found: Sequence[Any]) -> list[str]:
    """The keys of snippets, planned or stored."""
    return [each.key for each in found]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


@pytest.fixture
def stored(session: Session, tmp_path: Path) -> Stored:
    """Store a library file with this content."""

    def store(content: str) -> ImportPlan:
        path = tmp_path / "library.yaml"
        path.write_text(content, encoding="utf-8")
        return import_file(session, path, by="Ada", at=AT)

    return store
