"""Which snippet versions a task may still use."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from composer.registry.usable import unusable, usable
from library.database import Database
from library.importing import import_file
from library.retiring import retire
from library.tables import SnippetVersionRow
from tests import small

TAGGED = small.task(snippets={"max": 3, "tags": ["small", "other"]})


def ids(session: Session) -> list[int]:
    return [one or 0 for one in session.exec(select(SnippetVersionRow.id).order_by(col(SnippetVersionRow.id)))]


def test_a_retired_version_and_one_whose_tags_were_taken_away_are_left_out(
    filled: Database, tmp_path: Path
) -> None:
    with filled.session() as session:
        first, second, third, *rest = ids(session)
        retire(session, "careful", reason="So.", by="Ada", at=small.NOW)
        for key, tag in (("recent", "gone"), ("exact", "other")):
            library = small.write_library(tmp_path / f"{key}.yaml", {key: "Otherwise."}, tag=tag)
            import_file(session, library, by="Ada", at=small.NOW)
        assert usable(session, TAGGED, [third, first, second, *rest]) == (third, *rest)
        assert unusable(session, TAGGED, [first, second, third]) == {
            first: "snippet careful v1 is retired",
            second: "snippet recent is no longer tagged small or other (since v2)",
        }
        assert usable(session, small.task(), [first, second]) == (second,)


@pytest.mark.parametrize("tag", ["gone", "small"])
def test_a_draft_takes_nothing_away(filled: Database, tmp_path: Path, tag: str) -> None:
    with filled.session() as session:
        before = ids(session)
        library = small.write_library(tmp_path / "edit.yaml", {"careful": "Otherwise."}, tag=tag, careful="draft")
        import_file(session, library, by="Ada", at=small.NOW)
        assert unusable(session, TAGGED, before) == {}
