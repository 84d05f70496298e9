"""Snippets as a table on a page: which fit a filter, and a click that opens one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from composer.registry.releases import Release
from library.canonical import digest
from library.versions import SnippetVersion
from ui.shell.csv_text import as_csv
from ui.shell.state import clicked_row

MARKS = {"vetted": "● vetted", "draft": "○ draft", "retired": "× retired"}
"""Each state of a snippet with its mark."""
OPENED = "snippet"
"""Where the link names the snippet that is open."""
MOST_WITHOUT_SCROLLING = 18

Used = Mapping[str, tuple[Release, ...]]
"""The current releases that hold each snippet, by its key."""


def fits(one: SnippetVersion, wanted: str) -> bool:
    """Whether a snippet has every word of the filter in its key, text, tags, rules or rationale."""
    text = " ".join([one.key, one.text, *one.tags, *one.rules, one.rationale]).lower()
    return all(word in text for word in wanted.lower().split())


def show(found: Sequence[SnippetVersion], used: Used) -> None:
    """Show the snippets, and offer them as a file; a click opens one beside the table."""
    keys = [one.key for one in found]
    # The key holds the rows, so that a click never lands on the row that was there under another filter.
    table = f"snippets-{digest(keys)[:12]}"

    def opened() -> None:
        row = clicked_row(table)
        if row is not None:
            st.query_params[OPENED] = keys[row]

    data = pd.DataFrame(
        [
            {
                "key": one.key,
                "text": one.text,
                "state": MARKS[one.state],
                "tags": ", ".join(one.tags),
                "in prompts": len(used.get(one.key, ())),
            }
            for one in found
        ]
    )
    st.dataframe(
        data,
        hide_index=True,
        height="content" if len(found) <= MOST_WITHOUT_SCROLLING else 600,
        key=table,
        on_select=opened,
        selection_mode="single-cell",
        column_config={
            "key": st.column_config.TextColumn(width=150, pinned=True),
            "text": st.column_config.TextColumn(width=360),
            "state": st.column_config.TextColumn(width=80),
            "tags": st.column_config.TextColumn(width=100),
            "in prompts": st.column_config.NumberColumn(width=80),
        },
        alt="Snippets of the library in its order",
    )
    st.download_button(
        "CSV", as_csv(data), "snippets.csv", "text/csv", key="csv", icon=":material/download:", on_click="ignore"
    )
