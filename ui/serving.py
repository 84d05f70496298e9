"""The app's server: `streamlit run ui/serving.py -- --home DIR`. It answers to its own names, then come the pages.

Streamlit itself checks the name for its websocket alone: its pages, files and uploads would answer to any.
"""

from __future__ import annotations

import sys
from pathlib import Path

# `streamlit run` puts the script's own folder on the path; the packages lie in the folder above it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from composer.home.hosts import OnlyHosts, names_of
from composer.home.signin import LOCAL_NAMES


def refused(status: int, what: str) -> ASGIApp:
    """Return what the app answers to whom it doesn't know."""
    return PlainTextResponse(f"The app answers no such request: {what}.\n", status, {"Cache-Control": "no-store"})


NAMES = names_of(st.get_option("server.allowedHosts")) or frozenset(LOCAL_NAMES)
app = st.App(
    "app.py",
    # A page on another port of this machine is another's.
    middleware=[Middleware(OnlyHosts, NAMES, refused, NAMES - frozenset(LOCAL_NAMES))],
)
