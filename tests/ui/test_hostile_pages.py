"""On no page and in no file of one does a hostile text come alive, whoever left it."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from composer.data.formulas import quiet
from composer.evaluation import intervals
from composer.home.paths import Home
from tests.hostile_home import CANARY, SHORT, TARGET, alive_in_html, alive_in_markdown, furnish
from tests.ui.pages import Open

ROW = f"test-03 {SHORT}"
PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("inbox", {"state": "all"}),
    ("candidate", {"candidate": "3", "row": ROW}),
    ("candidate", {"candidate": "2", "diff": "side by side"}),
    ("compare", {"task": "small", "columns": "release:2,candidate:3,base", "row": ROW}),
    ("runs", {"run": "4"}),
    ("runs", {"run": "2"}),
    ("runs", {"how": "Pick by hand"}),
    ("library", {}),
    ("library", {"part": "new draft"}),
    ("library", {"part": "dead weight"}),
    ("library", {"part": "import"}),
    ("snippet", {"key": "hostile"}),
    ("snippet", {"key": "hostile-draft"}),
    ("snippet", {"key": "hostile-old"}),
    ("disagreements", {"task": "small", "target": TARGET}),
    ("prompts", {"task": "small", "target": TARGET}),
    ("activity", {}),
    ("task", {}),
    ("task", {"name": "small"}),
    ("data", {"task": "small"}),
    ("label", {"task": "small"}),
    ("matrix", {"task": "small"}),
    ("adapt", {}),
)
AS_IT_IS = frozenset(
    {
        *("default", "value", "options", "placeholder", "code_text", "id", "key", "raw_text", "form_id", "spec"),
        *("url", "page", "file_name", "query_string", "string", "data", "name", "title_as_text", "url_pathname"),
    }
)
"""Fields that Streamlit shows as they are, or doesn't show."""
MARKED = frozenset({"radio", "button_group"})
"""Elements whose options are Markdown."""


@pytest.fixture(scope="session")
def _hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("hostile") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 100)
        furnish(home)
    return home.path


@pytest.fixture
def hostile(_hostile: Path, tmp_path: Path) -> Home:
    shutil.copytree(_hostile, tmp_path / "hostile")
    return Home(tmp_path / "hostile")


def texts_of(message: Message, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text of what is sent to the browser, with the names of the fields it is in."""
    for field, value in message.ListFields():
        inside = (*path, field.name)
        for one in value if _is_many(value) else [value]:
            if isinstance(one, Message):
                yield from texts_of(one, inside)
            elif isinstance(one, str):
                yield inside, one


def _is_many(value: Any) -> bool:
    return not isinstance(value, str | bytes | int | float | bool | Message)


def sent(node: Any) -> Iterator[tuple[str, Message]]:
    """Yield every element and container of a page: its kind, and what is sent of it."""
    if (proto := getattr(node, "proto", None)) is not None:
        yield str(node.type), proto
    for child in getattr(node, "children", {}).values():
        yield from sent(child)


def alive(kind: str, path: tuple[str, ...], text: str) -> list[str]:
    """Return what of a text that is shown in an element comes alive."""
    if path[-1] == "html_content" or (kind, path[-1]) == ("html", "body"):
        return alive_in_html(text)
    if path[-1] == "js_content":
        return [text] if CANARY in text else []
    if path[-1] in AS_IT_IS and not (path[-1] == "options" and kind in MARKED):
        return []
    return alive_in_markdown(text)


def shown(app: AppTest) -> list[tuple[str, tuple[str, ...], str]]:
    return [(kind, path, text) for kind, proto in sent(app._tree) for path, text in texts_of(proto)]


@pytest.mark.parametrize(
    ("page", "link"), PAGES, ids=lambda given: given if isinstance(given, str) else "-".join(given)
)
def test_no_hostile_text_comes_alive_on_a_page(
    hostile: Home, visit: Open, monkeypatch: pytest.MonkeyPatch, page: str, link: dict[str, str]
) -> None:
    files: dict[str, Callable[[], Any]] = {}

    def offered(_label: str, data: Any, file_name: str = "", *_: object, **__: object) -> bool:
        files[file_name] = data if callable(data) else lambda: data
        return False

    monkeypatch.setattr("streamlit.download_button", offered)
    app = visit(hostile, page, **link)
    found = shown(app)
    assert [(kind, path, one) for kind, path, text in found for one in alive(kind, path, text)] == []
    if page not in ("adapt", "matrix") and "part" not in link:
        assert any(CANARY in text.replace("\\", "") for _, _, text in found), "no hostile text is on the page"
    for name, made in files.items():
        check_file(name, made())


def check_file(name: str, content: bytes | str) -> None:
    """Raise AssertionError where a file that a page offers would run in a spreadsheet or a browser."""
    text = content.decode(errors="replace") if isinstance(content, bytes) else str(content)
    if name.endswith(".csv"):
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert quiet(cell) == cell or is_number(cell), (name, cell)
    if name.endswith(".html"):
        assert alive_in_html(text) == []


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_what_comes_alive_is_noticed() -> None:
    for text in (SHORT, "<script>", f"<a href='http://{CANARY}/a'>", "<b onclick=x>", "<a href='javascript:x'>"):
        assert alive_in_html(text)
    for text in (
        f"[x](http://{CANARY})",
        f"![x](http://{CANARY})",
        f"http\\://{CANARY}",
        "a\\@b.example",
        ":red[x]",
    ):
        assert alive_in_markdown(text)
    with pytest.raises(AssertionError):
        check_file("a.csv", b"a\n =1\n")
