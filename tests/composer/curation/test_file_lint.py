from __future__ import annotations

from pathlib import Path

import pytest

from composer.curation.file_lint import FileLint, lint_file
from library.database import Database
from library.errors import Refused
from library.file import read_file

FILE = """snippets:
  - key: price
    tags: [small]
    text: A low price of the thing rates 4.
  - key: cheap
    text: >-
      Rate a low price of the
      thing 4.
    tags: [small]
  - key: ten
    text: Rate from 0 to 10.
    tags: [small]
  - key: careful
    text: Be careful.
    tags: [small]
    rationale: As it is in the library.
  - key: gone
    text: Rate from 0 to 100.
    state: retired
"""


def lint(database: Database, path: Path, text: str, *tasks: str) -> FileLint:
    path.write_text(text)
    with database.session() as session:
        return lint_file(session, read_file(path), tasks or None)


def found(linted: FileLint) -> list[tuple[str, int, str, str]]:
    return [(one.key, one.line, one.finding.kind, one.finding.severity) for one in linted.found]


def test_each_finding_has_the_line_of_its_text(filled: Database, tmp_path: Path) -> None:
    linted = lint(filled, tmp_path / "some.yaml", FILE)
    assert found(linted) == [
        ("price", 4, "duplicate", "warning"),
        ("cheap", 6, "duplicate", "warning"),
        ("ten", 11, "scale", "error"),
    ]
    assert linted.errors == 1
    assert (linted.snippets, linted.used) == (4, {"small": 4})
    assert "cheap, which comes with it" in linted.found[0].finding.what


def test_a_file_that_cannot_be_imported_is_linted_all_the_same(filled: Database, tmp_path: Path) -> None:
    bad = "snippets:\n  - key: Bad Key\n    text: ''\n"
    text = f"{bad}  - {{key: b, text: 'Give 9 when in doubt.', requires: [none]}}\n  - 7\n"
    linted = lint(filled, tmp_path / "some.yaml", text)
    assert [(one.key, one.line, one.finding.kind) for one in linted.found if one.finding.is_error] == [
        ("Bad Key", 2, "form"),
        ("Bad Key", 3, "form"),
        ("b", 4, "form"),
        ("b", 4, "scale"),
        ("", 5, "form"),
    ]
    assert linted.errors == 5


@pytest.mark.parametrize("text", ["[]", "snippets: {}", "7", "snippets: [[], {}]"])
def test_a_file_of_another_shape_has_errors_of_form(filled: Database, tmp_path: Path, text: str) -> None:
    linted = lint(filled, tmp_path / "some.yaml", text)
    assert {one.finding.kind for one in linted.found} == {"form"}
    assert linted.snippets == 0


def test_two_entries_of_one_text_are_an_error_on_each(filled: Database, tmp_path: Path) -> None:
    text = "snippets:\n  - {key: a, text: Rate a late answer 2.}\n  - {key: b, text: Rate a late answer 2.}\n"
    linted = lint(filled, tmp_path / "some.yaml", text)
    assert found(linted) == [("a", 2, "duplicate", "error"), ("b", 3, "duplicate", "error")]


def test_an_unknown_task_is_refused(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no task is called"):
        lint(filled, tmp_path / "some.yaml", FILE, "unknown")
