"""A home of many tasks on many targets: each place has a prompt with evidence, and a base to stand beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from composer.audit import audit
from composer.bench.many_models import EXAMPLES, populate_models
from composer.home.paths import Home
from composer.matrix.beside import beside
from composer.matrix.squares import detailed, read_matrix
from library.database import Database, open_database
from tests.conftest import NOW
from tests.library.queries import statements

TASKS, TARGETS = 3, 4


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = Home(tmp_path_factory.mktemp("models") / "home")
    database = open_database(home.path)
    populate_models(home, database, tasks=TASKS, targets=TARGETS, at=NOW)
    yield database
    database.close()


def test_each_task_has_a_measured_prompt_on_each_target(filled: Database) -> None:
    with filled.session() as session:
        matrix = read_matrix(session)
    assert len(matrix.squares) == TASKS * TARGETS
    assert {one.examples for one in matrix.squares.values()} == {EXAMPLES}
    assert all(one.cost and one.seconds for one in matrix.squares.values())


def test_all_targets_stand_side_by_side(filled: Database) -> None:
    with filled.session() as session:
        found = beside(session, read_matrix(session), "pairs-00", "base")
    assert len(found.compared) == TARGETS


def test_the_matrix_is_read_in_as_many_looks_however_many_places_it_has(filled: Database) -> None:
    with filled.session() as session, statements(session) as sent:
        matrix = detailed(session, read_matrix(session), "pairs-00")
        beside(session, matrix, "pairs-00", "base")
    assert max(Counter(sent).values()) <= TASKS, "once for each task"


def test_its_log_and_its_rows_agree(filled: Database) -> None:
    with filled.session() as session:
        assert audit(session).differences == ()
