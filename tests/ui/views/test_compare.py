"""Compare: prompts as columns, the link that holds them, their texts, and the examples on which they differ."""

from __future__ import annotations

import csv as csvfile
import io
from pathlib import Path

import pytest

from composer.analysis.side_by_side import side_by_side
from composer.home.paths import Home
from library.database import open_database
from tests.ui.pages import Open, plain_text, seen
from ui.compare.examples import csv, names

THREE = {"task": "small", "columns": "release:2,release:1,base"}


def test_the_columns_of_the_link_stand_side_by_side(renewed: Home, visit: Open) -> None:
    app = visit(renewed, "compare", **THREE)
    shown = seen(app)
    for words in ("release 2", "release 1", "the bare base", "p of the metric, Holm", "Always “"):
        assert words in shown.replace("\\", "")
    assert shown.count('class="ic-prompt"') == 6
    assert app.selectbox(key="against").value == "base"
    app.selectbox(key="against").set_value("release:1").run()
    assert app.query_params["against"] == "release:1"


def test_columns_are_added_and_removed_and_the_link_follows(renewed: Home, visit: Open) -> None:
    app = visit(renewed, "compare", task="small", columns="release:2")
    assert "Pick two prompts or more" in seen(app)
    app.multiselect(key="columns-picked").set_value(["release:2", "candidate:1"]).run()
    assert app.query_params["columns"] == "release:2,candidate:1"
    assert 'href="candidate?candidate=1"' in seen(app)


def test_the_text_is_shown_against_what_the_others_are_compared_with(renewed: Home, visit: Open) -> None:
    app = visit(renewed, "compare", **THREE)
    assert "ic-diff" in seen(app)
    app = visit(renewed, "compare", **{**THREE, "columns": "release:2,candidate:2", "against": "release:2"})
    assert "The texts are the same, byte for byte." in seen(app)


def test_examples_on_which_they_differ_come_first_and_open(renewed: Home, visit: Open) -> None:
    app = visit(renewed, "compare", **THREE)
    (table,) = app.dataframe
    assert {"release 2", "release 1", "the bare base"} <= set(table.value.columns)
    assert all(len(set(row)) > 1 for row in table.value[["release 2", "release 1", "the bare base"]].to_numpy())
    opened = seen(visit(renewed, "compare", **THREE, row=str(table.value["example"][0])))
    assert opened.count('class="ic-answer"') == 3
    assert '{"rating":' in opened.replace("&quot;", '"')


def test_names_that_mean_nothing_are_left_out_and_an_empty_home_says_what_to_do(
    renewed: Home, tmp_path: Path, visit: Open
) -> None:
    shown = seen(visit(renewed, "compare", task="small", columns="candidate:99,<b>,base"))
    assert "Pick two prompts or more" in shown
    assert "Nothing to compare yet" in plain_text(visit(Home(tmp_path / "none"), "compare"))


def test_the_file_has_every_answer_as_it_came(renewed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_database(renewed.path).session() as session:
        found = side_by_side(session, "small", ["release:2", "base"])
    assert names(found) == ["release 2", "the bare base"]
    monkeypatch.setenv("COMPOSER_HOME", str(renewed.path))
    first, *_ = csvfile.DictReader(io.StringIO(csv(found, found.lines).decode()))
    assert first["release 2 answer"].startswith('{"rating"')
    assert float(first["the bare base loss"]) >= 0
    assert first["query"].startswith("what is test")
