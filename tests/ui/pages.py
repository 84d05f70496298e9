"""What tests of pages share: how a page is opened, and what it shows."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def seen(app: AppTest) -> str:
    """All that a page shows as text or HTML, from top to bottom."""
    parts = (app.title, app.html, app.caption, app.error, app.warning, app.success, app.info, app.code)
    shown = [str(one.value) for part in parts for one in part]
    return "\n".join(text for text in shown if not text.startswith("<style"))
