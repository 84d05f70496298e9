"""`composer bench library`: real imports in processes of their own, lint, and the page on a real server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from composer.bench import library
from composer.cli.bench import app
from library.errors import Refused
from library.file import read_file
from tests.conftest import NOW

FIGURES = {"filter_ms": 120, "lint_ms": 8.5, "import_s": 3.2}


def test_imports_lint_and_filters_are_measured() -> None:
    told: list[None] = []
    figures = library.measure_library(60, at=NOW, repetitions=1, on_done=lambda: told.append(None))
    assert list(figures) == ["filter_ms", "lint_ms", "import_s"] == list(library.LIMITS.most)
    assert all(value > 0 for value in figures.values())
    assert len(told) == 1 + library.VERSIONS + 1


def test_each_version_has_other_texts_and_the_last_of_some_is_a_draft(tmp_path: Path) -> None:
    file, texts = tmp_path / "library.yaml", set()
    for version in range(library.VERSIONS):
        file.write_text(library.library_file(80, version))
        entries = read_file(file).entries({})
        texts |= {one.text for one in entries}
        assert any(one.state == "draft" for one in entries) == (version == library.VERSIONS - 1)
    assert len(texts) == 240
    assert any(library.SEARCHED in text for text in texts)


@pytest.mark.parametrize(
    ("changes", "status"), [({}, 0), ({"import_s": 5.0}, 1), ({"lint_ms": 101}, 1), ({"filter_ms": 300}, 1)]
)
def test_a_broken_limit_is_told(
    monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, float], status: int
) -> None:
    monkeypatch.setattr(library, "measure_library", lambda *_given, **_named: {**FIGURES, **changes})
    told = CliRunner().invoke(app, ["library", "--json", "--check"])
    assert told.exit_code == status
    assert json.loads(told.stdout) == {**FIGURES, **changes}
    shown = CliRunner().invoke(app, ["library"])
    assert shown.exit_code == 0
    assert ("over" in shown.stdout) == bool(status)


@pytest.mark.parametrize(("snippets", "repetitions"), [(0, 1), (5, 0)])
def test_nothing_to_measure_is_refused(snippets: int, repetitions: int) -> None:
    with pytest.raises(Refused, match="show nothing"):
        library.measure_library(snippets, at=NOW, repetitions=repetitions)
