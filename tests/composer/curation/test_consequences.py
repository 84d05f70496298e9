"""What retiring a snippet does to prompts in use."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session

from composer.curation.consequences import carrying, queue_run, replacement
from composer.registry.releases import current_release
from composer.runs.records import get_run
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from library.retiring import retire
from library.snippets import version
from tests import small


@pytest.fixture
def held(released: Database) -> Database:
    """A home with a prompt in use that holds snippets."""
    return released


def _keys(session: Session) -> list[str]:
    now = current_release(session, "small", "tiny")
    assert now is not None
    return [version(session, one).key for one in now.versions]


def test_the_releases_in_use_that_hold_a_snippet_are_found_each_once(held: Database) -> None:
    with held.session() as session:
        keys = _keys(session)
        assert [(one.task, one.target) for one in carrying(session, keys)] == [("small", "tiny")]
        assert carrying(session, ["nowhere"]) == ()


def test_a_run_in_its_place_is_entered_once_the_snippet_is_retired_with_what_it_takes(held: Database) -> None:
    with held.session() as session:
        key = _keys(session)[0]
        (release,) = carrying(session, [key])
        retire(session, key, reason="It misleads.", by="Ada", at=small.NOW)
        offered = replacement(session, release)
        assert offered.takes is not None
        assert offered.takes.search > 0
        number = queue_run(session, release, by="Ada", at=small.NOW)
        assert (get_run(session, number).task, get_run(session, number).state) == ("small", "waiting")
        assert queue_run(session, release, by="Ada", at=small.NOW) == number


def test_where_no_run_can_be_planned_it_is_not_offered_and_why_is_kept(held: Database, tmp_path: Path) -> None:
    with held.session() as session:
        (release,) = carrying(session, _keys(session))
        everything = small.write_library(tmp_path / "none.yaml", **dict.fromkeys(small.TEXTS, "retired"))
        import_file(session, everything, by="Ada", at=small.NOW)
        offered = replacement(session, release)
        assert offered.takes is None
        assert "snippet" in offered.refused
        with pytest.raises(Refused, match="snippet"):
            queue_run(session, release, by="Ada", at=small.NOW)
