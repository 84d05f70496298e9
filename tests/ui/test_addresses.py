"""The addresses that messages and pages link to are those that the app's router serves."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from composer.activity import addresses
from composer.home.paths import Home
from tests.ui.conftest import APP
from tests.ui.pages import Open, seen


@pytest.mark.parametrize(
    ("address", "shows"),
    [
        (addresses.candidate_page(1), "candidate 1 ·"),
        (addresses.candidate_page(1, row="x y"), "candidate 1 ·"),
        (addresses.run_page(1), "<b>Run 1</b>"),
        (addresses.snippet_page("lean-low"), "lean-low"),
        (addresses.prompt_page("polarity", "qwen2.5-coder-0.5b"), "qwen2.5-coder-0.5b"),
        (addresses.task_page("polarity"), "task polarity ·"),
        (addresses.compare_page("polarity", ["candidate:2", "base"]), "100 sealed test examples"),
        (addresses.matrix_page("polarity"), "100 sealed examples"),
        (addresses.label_page("polarity"), "Nothing waits to be labelled"),
        (addresses.disagreements_page("polarity", "qwen2.5-coder-0.5b"), "20 authoring examples"),
    ],
)
def test_each_address_opens_its_page(furnished: Home, visit: Open, address: str, shows: str) -> None:
    path, _, query = address.partition("?")
    assert f'url_path="{path}"' in APP.read_text(encoding="utf-8")
    assert shows in seen(visit(furnished, path, **dict(parse_qsl(query))))
