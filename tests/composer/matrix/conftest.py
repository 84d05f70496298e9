"""What counts in the home with the small task on several targets."""

from __future__ import annotations

import pytest

from composer.matrix.squares import Matrix, detailed, read_matrix
from library.database import Database


@pytest.fixture
def matrix(several: Database) -> Matrix:
    """What counts in it, in detail."""
    with several.session() as session:
        return detailed(session, read_matrix(session), "small")
