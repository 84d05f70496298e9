from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from library.database import Database
from library.import_plan import ImportPlan
from library.importing import import_file

AT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


@pytest.fixture
def stored(session: Session, tmp_path: Path) -> Callable[[str], ImportPlan]:
    """Store a library file with this content."""

    def store(content: str) -> ImportPlan:
        path = tmp_path / "library.yaml"
        path.write_text(content, encoding="utf-8")
        return import_file(session, path, by="Ada", at=AT)

    return store
