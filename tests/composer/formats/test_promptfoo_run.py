"""promptfoo is found beside this Python or on the path, and what it can't load is refused with its own words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from composer.formats import promptfoo, promptfoo_run
from composer.formats.catalogue import FORMATS
from composer.formats.proof import written
from library.errors import Refused
from tests.composer.formats import corpus


def test_its_version_is_that_of_the_lock() -> None:
    lock = Path(".ci/promptfoo/package.json").read_text()
    assert f'"promptfoo": "{promptfoo_run.version()}"' in lock


def test_where_it_is_not_installed_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert promptfoo_run.version(beside=tmp_path) is None
    without = replace(FORMATS["promptfoo"], finds_version=lambda: promptfoo_run.version(beside=tmp_path))
    assert written(without, corpus.prompt()).proof == ""


def test_what_it_cannot_load_is_refused_with_what_it_says() -> None:
    files = promptfoo.files(corpus.prompt())
    with pytest.raises(Refused, match="promptfoo can't load it"):
        promptfoo_run.sent({**files, promptfoo_run.CONFIG: b"prompts: [file://nowhere.json]\nproviders: [echo]"})
    with pytest.raises(Refused, match="sends nothing"):
        promptfoo_run.sent({**files, promptfoo.PROMPT: b'[{"role": "user", "content": "{% if %}"}]'})
