"""Every version of a snippet, what any two of them differ in, and who did what to it, when and why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from library.log import LogEntry
from library.versions import SnippetVersion
from ui.components import snippets
from ui.shell import query_params
from ui.shell.context import now
from ui.shell.csv_text import as_csv
from ui.shell.html import count, safe, table, when
from ui.shell.page import html, section
from ui.snippet.header import difference
from ui.snippet.page_data import Shown

MOST = 100


def show(found: Shown) -> None:
    """List the versions, show what two of them differ in, and what the log has on the snippet."""
    section("History", count(len(found.versions), "version"))
    if len(found.versions) > 1:
        _difference(found.versions)
    html(table(("version", "state", "text", "by", "when"), [_version(one, found) for one in found.versions]))
    html(table(("when", "who", "what", "why"), [_entry(one) for one in found.entries[:MOST]]))
    st.download_button(
        "CSV",
        lambda: csv(found),
        f"{found.key}-history.csv",
        "text/csv",
        key="history-csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _difference(versions: tuple[SnippetVersion, ...]) -> None:
    """Let two versions be chosen, which the link holds, and show what they differ in."""
    known = {str(one.version): one for one in versions}
    with st.container(horizontal=True, vertical_alignment="center"):
        before = _chosen("from", list(known), str(versions[1].version), known)
        st.caption("against", width="content")
        after = _chosen("to", list(known), str(versions[0].version), known)
    html(difference(known[before], known[after]))


def _chosen(name: str, options: list[str], default: str, known: dict[str, SnippetVersion]) -> str:
    value = query_params.chosen(name, options, default)
    st.selectbox(
        name,
        options,
        key=name,
        format_func=lambda one: f"v{one}, {known[one].state}",
        label_visibility="collapsed",
        width=170,
        on_change=query_params.keep,
        args=(name,),
    )
    return value


def _version(one: SnippetVersion, found: Shown) -> str:
    mark = " ic-here" if one is found.in_force else ""
    rules = f'<div class="ic-mute ic-small">{safe("; ".join(one.rules))}</div>' if one.rules else ""
    return (
        f'<tr class="{mark.strip()}"><td class="ic-nowrap">v{one.version}</td>'
        f'<td class="ic-nowrap">{safe(snippets.MARKS[one.state])}</td>'
        f'<td class="ic-wide ic-verbatim">{safe(one.text)}{rules}</td><td>{safe(one.author)}</td>'
        f'<td class="ic-mute">{when(one.created_at, now())}</td></tr>'
    )


def _entry(one: LogEntry) -> str:
    number = one.detail.get("version")
    what = f"{one.action} v{number}" if isinstance(number, int) else one.action
    return (
        f'<tr><td class="ic-mute">{when(one.at, now())}</td><td class="ic-nowrap">{safe(one.who)}</td>'
        f'<td class="ic-nowrap">{safe(what)}</td><td class="ic-wide ic-verbatim">{safe(one.why)}</td></tr>'
    )


def csv(found: Shown) -> bytes:
    """Return the versions for a spreadsheet or script."""
    return as_csv(
        pd.DataFrame(
            [
                {
                    "version": one.version,
                    "state": one.state,
                    "text": one.text,
                    "tags": ", ".join(one.tags),
                    "rules": "; ".join(one.rules),
                    "rationale": one.rationale,
                    "author": one.author,
                    "created": one.created_at.isoformat(),
                }
                for one in found.versions
            ]
        )
    )
