"""On the Prompts page every format shows its files, byte for byte, or why it is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from composer.formats.catalogue import FORMATS
from composer.formats.format import Format
from composer.formats.proof import written
from composer.home.paths import Home
from composer.release.exported import exported_prompt
from library.database import Database
from library.errors import Refused
from tests.ui.pages import Open, plain_text, seen
from ui.prompts import export

SQUARE = {"task": "polarity", "target": "qwen2.5-coder-0.5b"}


@pytest.mark.parametrize("name", ["prompt.txt", "messages.json", "python", "prompty", "promptfoo"])
def test_a_format_shows_its_files_byte_for_byte_and_how_they_were_proved(
    furnished: Home, rows: Database, visit: Open, name: str
) -> None:
    with rows.session() as session:
        done = written(FORMATS[name], exported_prompt(session, *SQUARE.values(), rows=True))
    app = visit(furnished, "prompts", **SQUARE, format=name)
    shown = [one.value.encode() for one in app.code]
    assert [content for content in done.files.values() if content not in shown] == []
    assert f'<span class="ic-tag ic-blue">proved</span> {done.proof}' in seen(app)
    buttons = [one.proto.label for one in app.get("download_button")]
    assert [file for file in done.files if file not in buttons] == []
    assert ("All 4 files" in buttons) == (name == "promptfoo")
    assert f"composer export polarity --target qwen2.5-coder-0.5b --format {name} --out DIR" in [
        one.value for one in app.code
    ]


def test_what_a_user_has_to_know_of_a_format_stands_beside_it(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "prompts", **SQUARE, format="promptfoo"))
    assert "sealed examples with their labels" in shown
    assert "<code>inputs</code>" in shown


def test_a_format_that_is_refused_says_why_without_being_chosen(
    furnished: Home, rows: Database, visit: Open
) -> None:
    with rows.session() as session:
        prompt = exported_prompt(session, *SQUARE.values(), rows=True)
    refusal = Refused("it holds a null character", fix="Take another format.")
    found = export.Offer(prompt, {"prompt.md": refusal})
    assert export._called(found, "prompt.md") == "prompt.md · refused"
    assert "it holds a null character" in export._captioned(found, "prompt.md").replace("\\", "")
    app = visit(furnished, "prompts", **SQUARE)
    (formats,) = app.radio
    assert formats.value == "messages.json"
    assert "batch.jsonl · needs rows" in formats.options


def test_a_link_to_a_format_that_there_is_none_of_shows_the_usual_one(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "prompts", **SQUARE, format="no-such")
    assert app.radio[0].value == "messages.json"


def test_a_format_whose_tool_is_not_here_is_not_called_proved() -> None:
    absent: Format = replace(FORMATS["prompty"], tool_title="Prompty")
    assert "not proved</span> Prompty isn’t installed here" in export._proof(absent, "")


def test_a_release_that_cannot_be_exported_says_so_once(furnished: Home, rows: Database, visit: Open) -> None:
    with rows.session() as session:
        session.exec(text("update snippet_version set state = 'retired'"))  # type: ignore[call-overload]
    app = visit(furnished, "prompts", **SQUARE)
    assert len(app.error) == 1
    assert not app.radio


def test_a_long_file_is_offered_but_not_shown(
    furnished: Home, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_SHOWN", 10)
    app = visit(furnished, "prompts", **SQUARE, format="prompt.txt")
    assert "prompt.txt is too long to be shown here" in plain_text(app)
    assert "prompt.txt" in [one.proto.label for one in app.get("download_button")]


def test_nothing_of_it_is_shown_where_nothing_is_released(home: Home, visit: Open, tmp_path: Path) -> None:
    assert not visit(home, "prompts").radio
