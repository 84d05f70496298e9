"""Snippets as a table on a page: a click opens one beside it, and those that are ticked can be changed at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from composer.curation.listing import Row
from composer.curation.worth import Worth
from composer.evaluation.formatting import NAMES, SHARES, interval
from library.canonical import text_digest
from library.rejections import Rejection
from ui.components import snippets
from ui.components.library_data import Used
from ui.shell.csv_text import as_csv
from ui.shell.html import count
from ui.shell.state import clicked_row

OPENED = "snippet"
"""Where the link names the snippet that is open."""
MOST = 1000
"""Rows shown at a time: nobody reads further, and each would travel to the browser at every click."""
MOST_WITHOUT_SCROLLING = 18
WORTH, REASON = "worth", "rejected for"
_NOT_TRIED = "not tried"


def frame(rows: Sequence[Row], worths: Mapping[str, Worth], used: Used) -> pd.DataFrame:
    """Return the rows as a table, worth in points of its metric; rejected texts have their reasons instead."""
    turned_down = [row.rejection for row in rows if row.rejection is not None]
    return _rejected(rows, turned_down) if len(turned_down) == len(rows) else _all_of(rows, worths, used)


def _all_of(rows: Sequence[Row], worths: Mapping[str, Worth], used: Used) -> pd.DataFrame:
    held = [worths.get(row.key) for row in rows]
    return pd.DataFrame(
        {
            "key": [row.key for row in rows],
            "text": [row.version.text for row in rows],
            "state": [snippets.state(row.version, row.draft) for row in rows],
            WORTH: [_points(one) for one in held],
            "95%": [_interval(one) for one in held],
            **_where(held),
            "in prompts": [len(used.get(row.key, ())) for row in rows],
            "picked": [len(one.picked) if one else 0 for one in held],
            "tags": [", ".join(row.version.tags) for row in rows],
            "author": [row.version.author for row in rows],
            "last change": [row.changed_at for row in rows],
        }
    )


def _rejected(rows: Sequence[Row], turned_down: Sequence[Rejection]) -> pd.DataFrame:
    """Return texts that were rejected as a table, with the reasons instead of what they are worth."""
    return pd.DataFrame(
        {
            "key": [row.key for row in rows],
            "text": [row.version.text for row in rows],
            REASON: [one.reason for one in turned_down],
            "rejected by": [one.by for one in turned_down],
            "tags": [", ".join(row.version.tags) for row in rows],
            "author": [row.version.author for row in rows],
            "last change": [one.at for one in turned_down],
        }
    )


def csv(rows: Sequence[Row], worths: Mapping[str, Worth], used: Used) -> bytes:
    """Return the rows for a spreadsheet or script, with all that the table shortens."""
    data = _all_of(rows, worths, used).drop(columns=["95%", "worth on"], errors="ignore")
    held = [worths.get(row.key) for row in rows]
    effects = [one.effect if one else None for one in held]
    data["state"] = [row.version.state for row in rows]
    data["last change"] = [row.changed_at.isoformat() for row in rows]
    data.insert(1, "version", [row.version.version for row in rows])
    data["metric"] = [one.name if one else "" for one in effects]
    data["low"], data["high"] = (
        [_share(one.name) * (getattr(one, end) or 0.0) if one else None for one in effects]
        for end in ("low", "high")
    )
    data["worth in"] = [f"{one.task} → {one.target}" if one and one.effect else "" for one in held]
    data["worth from run"] = [one.run if one else None for one in held]
    data["answers"] = [one.answers if one else 0 for one in held]
    data["waiting draft"] = [row.draft for row in rows]
    data["rules"] = ["; ".join(row.version.rules) for row in rows]
    data["rationale"] = [row.version.rationale for row in rows]
    data[REASON] = [row.rejection.reason if row.rejection else "" for row in rows]
    return as_csv(data)


def show(rows: Sequence[Row], worths: Mapping[str, Worth], used: Used) -> list[Row]:
    """Show the first rows, and offer all of them as a file; returns those that are ticked."""
    shown = rows[:MOST]
    keys = [row.key for row in shown]
    # The key holds the rows, so that a click never lands on the row that was there under another filter.
    table = f"snippets-{text_digest(' '.join(f'{row.key}@{row.version.version}' for row in shown))[:12]}"

    def opened() -> None:
        row = clicked_row(table)
        if row is not None:
            st.query_params[OPENED] = keys[row]

    event = st.dataframe(
        frame(shown, worths, used),
        hide_index=True,
        placeholder="—",
        height="content" if len(shown) <= MOST_WITHOUT_SCROLLING else 620,
        key=table,
        on_select=opened,
        selection_mode=["single-cell", "multi-row"],
        column_config={
            "key": st.column_config.TextColumn(width=130, pinned=True),
            "text": st.column_config.TextColumn(width=270),
            REASON: st.column_config.TextColumn(width=270),
            "rejected by": st.column_config.TextColumn(width=90),
            "state": st.column_config.TextColumn(width=90),
            WORTH: st.column_config.NumberColumn(width=60, format="%+.3g", help=_worth_help(worths)),
            "95%": st.column_config.TextColumn("95% interval", width=140),
            "worth on": st.column_config.TextColumn(width=150),
            "in prompts": st.column_config.NumberColumn("in use", width=60, help="Prompts in use that hold it"),
            "picked": st.column_config.NumberColumn(width=60, help="Runs whose composition holds it"),
            "tags": st.column_config.TextColumn(width=110),
            "author": st.column_config.TextColumn(width=90),
            "last change": st.column_config.DatetimeColumn(width=110, format="distance"),
        },
        alt="Snippets of the library",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "CSV",
            lambda: csv(rows, worths, used),
            "snippets.csv",
            "text/csv",
            key="csv",
            icon=":material/download:",
            on_click="ignore",
            help="All rows that fit",
        )
        if len(rows) > MOST:
            st.caption(f"The first {MOST:,} of {count(len(rows), 'row')} are shown; the file has all.")
    return [shown[place] for place in event["selection"]["rows"] if place < len(shown)]


def _where(held: Sequence[Worth | None]) -> dict[str, list[str | None]]:
    """Return the column that says where each worth was found, if that isn't the same place for all."""
    places = [f"{one.task} → {one.target}" if one and one.effect else None for one in held]
    return {"worth on": places} if len({*places} - {None}) > 1 else {}


def _points(one: Worth | None) -> float | None:
    if one is None or one.effect is None or one.effect.difference is None:
        return None
    return _share(one.effect.name) * one.effect.difference


def _share(metric: str) -> int:
    return 100 if metric in SHARES else 1


def _interval(one: Worth | None) -> str | None:
    if one is None:
        return None
    if one.effect is None:
        return _NOT_TRIED
    older = f" as of v{one.version}" if one.outdated else ""
    return f"{interval(one.effect)} {one.effect.direction}{older}"


def _worth_help(worths: Mapping[str, Worth]) -> str:
    metrics = sorted({one.effect.name for one in worths.values() if one.effect})
    better = {"nmse": "lower is better", "accuracy": "in points, higher is better"}
    names = "; ".join(f"{NAMES[one]}, {better[one]}" for one in metrics if one in better)
    return f"Change of the metric ({names or 'no finished run yet'}): a search estimate"
