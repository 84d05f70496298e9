"""What tests of pages share: how a page is opened, and what it shows."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from composer.home.paths import Home

Open = Callable[..., AppTest]


def seen(app: AppTest) -> str:
    """All that a page shows as text or HTML, from top to bottom."""
    parts = (app.title, app.html, app.caption, app.error, app.warning, app.success, app.info, app.code)
    shown = [str(one.value) for part in parts for one in part]
    return "\n".join(text for text in shown if not text.startswith("<style"))


def candidate_page(visit: Open, home: Home, **link: str) -> AppTest:
    """Open the page of candidate 1."""
    return visit(home, "candidate", candidate="1", **link)


def plain_text(app: AppTest) -> str:
    """All that a page shows, without the escapes of its Markdown."""
    return seen(app).replace("\\", "")


def in_order(app: AppTest) -> list[str]:
    """Every text of a page with its kind, such as `error: ...`, from top to bottom, without escapes."""
    return [f"{one.type}: {getattr(one, 'value', '')}".replace("\\", "") for one in app.main]
