"""What is copied and what is downloaded of a format is the file, byte for byte, in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from composer.formats.catalogue import FORMATS
from composer.formats.proof import written
from composer.home.paths import Home
from composer.release.exported import exported_prompt
from library.database import open_database
from tests.browser.looking import PATIENCE_MS, pictured, settled

pytestmark = pytest.mark.browser

TASK, TARGET = "polarity", "qwen2.5-coder-0.5b"


def test_what_is_copied_and_what_is_downloaded_is_the_file(chromium: Browser, app: str, furnished: Home) -> None:
    database = open_database(furnished.path)
    with database.session() as session:
        prompt = exported_prompt(session, TASK, TARGET, rows=True)
    database.close()
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    for name in ("prompt.txt", "prompty", "promptfoo"):
        ((file, content), *_) = written(FORMATS[name], prompt).files.items()
        page.goto(f"{app}/prompts?task={TASK}&target={TARGET}&format={name}")
        button = page.get_by_role("button", name=file, exact=False).first
        button.wait_for(timeout=PATIENCE_MS)
        settled(page)
        with page.expect_download() as download:
            button.click()
        assert Path(download.value.path()).read_bytes() == content
        assert download.value.suggested_filename == file
        first = content.decode().split("\n")[0]
        code = page.get_by_test_id("stCode").filter(has_text=first).last
        code.hover()
        code.get_by_role("button", name="Copy to clipboard").click()
        assert page.evaluate("navigator.clipboard.readText()").encode() == content
    for width in (1440, 800):
        page.set_viewport_size({"width": width, "height": 1000})
        settled(page)
        pictured(page, "exports")
    context.close()
