"""Library: what may be said. The snippets, one of them in full, and the import of a file."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from composer.registry.releases import Release, used_in
from library.canonical import digest
from library.errors import Refused
from library.import_plan import ImportPlan, PlannedSnippet
from library.importing import import_file, plan_import
from library.snippets import list_versions, show
from library.versions import SnippetVersion
from ui.shell import html as words
from ui.shell.context import database, now, plain, refusals, show_refusal
from ui.shell.csv_text import as_csv
from ui.shell.html import count, safe, when
from ui.shell.page import empty, html, recall, remember
from ui.shell.user import who

STATES = ("vetted", "draft", "retired")
MARKS = {"vetted": "● vetted", "draft": "○ draft", "retired": "× retired"}
ALL = "all"
EXAMPLE = """snippets:
  - key: same-story
    text: Rate 5 only when both texts report the same event.
    state: vetted
    tags: [relatedness]
    rationale: People gave 5 to pairs about one event only.
"""

Used = dict[str, tuple[Release, ...]]


def fits(one: SnippetVersion, wanted: str) -> bool:
    """Whether a snippet has every word of the filter in its key, text, tags, rules or rationale."""
    text = " ".join([one.key, one.text, *one.tags, *one.rules, one.rationale]).lower()
    return all(word in text for word in wanted.lower().split())


def table(found: Sequence[SnippetVersion], used: Used) -> None:
    """Show the snippets; a click opens one beside it."""
    keys = [one.key for one in found]
    key = f"snippets-{digest(keys)[:12]}"

    def opened() -> None:
        cells = st.session_state[key].selection.cells
        if cells:
            st.query_params["snippet"] = keys[cells[0][0]]

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
        height="content" if len(found) <= 18 else 600,
        key=key,
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


def reading_pane(key: str, used: Used) -> None:
    """Show one snippet in full: its text, why it is there, where it is used, and every version."""
    with database().session() as session:
        versions = show(session, key)
    newest, at = versions[0], now()
    prompts = "<br>".join(
        f'<a href="prompts?task={safe(one.task)}&amp;target={safe(one.target)}">'
        f"{safe(one.task)} → {safe(one.target)}</a>"
        for one in used.get(key, ())
    )
    mute = '<span class="ic-mute">{}</span>'
    tags = " ".join(f'<span class="ic-tag">{safe(tag)}</span>' for tag in newest.tags) or mute.format("none")
    facts = {
        "state": safe(MARKS[newest.state]),
        "tags": tags,
        "rules": "<br>".join(map(safe, newest.rules)) or mute.format("none"),
        "why": safe(newest.rationale) if newest.rationale else mute.format("no rationale was given"),
        "in prompts": prompts or mute.format("none released"),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items())
    history = "".join(
        f"<dt>v{one.version}</dt><dd>{safe(MARKS[one.state])}, by {safe(one.author)} {when(one.created_at, at)}"
        f"{'' if one is newest else earlier(one)}</dd>"
        for one in versions
    )
    name = f'<b class="ic-mono">{safe(key)}</b> <span class="ic-mute">v{newest.version}</span>'
    html(
        f'<div class="ic ic-open"><div class="ic-head">{name}</div>'
        f'<p class="ic-story ic-verbatim">{safe(newest.text)}</p>'
        f'<dl class="ic-facts">{rows}</dl><hr class="ic-rule"><dl class="ic-facts">{history}</dl></div>'
    )


def earlier(one: SnippetVersion) -> str:
    """Return what an earlier version said, with its rules, as HTML."""
    rules = f'<div class="ic-mute ic-small">{safe("; ".join(one.rules))}</div>' if one.rules else ""
    return f'<div class="ic-verbatim">{safe(one.text)}</div>{rules}'


def uploaded(name: str, content: bytes) -> tuple[Path, str]:
    """Put an uploaded file where it can be read by path; returns the path and the folder part of it."""
    folder = tempfile.mkdtemp(prefix="composer-")
    path = Path(folder) / (Path(name).name or "library.yaml")
    path.write_bytes(content)
    return path, f"{folder}/"


def forget(path: Path) -> None:
    """Remove what `uploaded` wrote."""
    path.unlink(missing_ok=True)
    path.parent.rmdir()


def store(name: str, content: bytes, plan: ImportPlan) -> None:
    """Import the file that was shown, exactly as it was shown."""
    path, folder = uploaded(name, content)
    try:
        with database().session() as session:
            import_file(session, path, by=who(), at=now(), expected=plan)
    except Refused as refused:
        st.session_state["refused"] = str(refused).replace(folder, "")
        return
    finally:
        forget(path)
    done = [f"{len(plan.added)} new", f"{len(plan.changed)} changed", f"{len(plan.promoted)} vetted"]
    remember(f"Imported {name}: {', '.join(done)}.")
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1


def importing() -> None:
    """Take a file, show what importing it would do, and do it when that is agreed to."""
    refused_text = st.session_state.pop("refused", None)
    if refused_text:
        st.error(plain(refused_text), icon=":material/block:")
    # A new number gives a new, empty uploader once a file was imported.
    file = st.file_uploader(
        "Library file (YAML)",
        type=["yaml", "yml"],
        key=f"file-{st.session_state.get('uploads', 0)}",
        max_upload_size=2,
    )
    if file is None:
        st.caption("Nothing is stored before you have seen what it would do. A file looks like this:")
        st.code(EXAMPLE, language="yaml")
        return
    path, folder = uploaded(file.name, file.getvalue())
    try:
        with database().session() as session:
            plan = plan_import(session, path)
    except Refused as refused:
        show_refusal(refused, hide=folder)
        return
    finally:
        forget(path)
    html(planned(plan))
    label = "Nothing to import" if plan.is_empty else f"Import {count(_written(plan), 'snippet')}"
    st.button(
        label,
        key="import",
        type="primary",
        disabled=plan.is_empty,
        on_click=store,
        args=(file.name, file.getvalue(), plan),
    )


def _written(plan: ImportPlan) -> int:
    return len(plan.added) + len(plan.changed) + len(plan.promoted)


def planned(plan: ImportPlan) -> str:
    """Return what an import would do, as an HTML table."""
    kinds = (
        ("+ new", plan.added),
        ("± changed", plan.changed),
        ("● vetted", plan.promoted),
        ("= as it is", plan.unchanged),
    )
    rows = [_planned_row(name, one) for name, each in kinds for one in each]
    return words.table(("what", "key", "text", "state"), rows)


def _planned_row(name: str, one: PlannedSnippet) -> str:
    was = ""
    if one.old_text is not None and one.old_text != one.text:
        was = f'<div class="ic-mute"><del>{safe(one.old_text)}</del></div>'
    note = f'<div class="ic-mute ic-small">{safe(one.note)}</div>' if one.note else ""
    return (
        f'<tr><td class="ic-nowrap">{name}</td><td class="ic-nowrap ic-mono">{safe(one.key)} v{one.version}</td>'
        f'<td class="ic-wide ic-verbatim">{was}{safe(one.text)}{note}</td><td>{safe(one.state)}</td></tr>'
    )


st.title("Library", anchor=False)
message = recall()
if message:
    st.success(plain(message), icon=":material/check:")
with database().session() as session:
    everything = list_versions(session)
    used = used_in(session)
if not everything:
    empty(
        "The library is empty",
        "A snippet is one instruction on one line that people have vetted. Prompts are made of nothing else.",
        "Import a file below, or load the starter library with composer demo.",
    )
    with refusals():
        importing()
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    state = st.segmented_control(
        "State",
        [*STATES, ALL],
        default=ALL,
        required=True,
        key="snippets",
        bind="query-params",
        label_visibility="collapsed",
    )
    wanted = st.text_input(
        "Filter",
        key="library",
        bind="query-params",
        placeholder="Filter by key, text, tag, rule or rationale",
        label_visibility="collapsed",
        width=320,
    )
with st.expander("Import a file", icon=":material/upload_file:", key="importing"), refusals():
    importing()
found = [one for one in everything if state in (ALL, one.state) and fits(one, wanted or "")]
st.caption(f"{count(len(found), 'snippet')} of {len(everything)}. Click one to read it.")
left, right = st.columns([3, 2], gap="medium")
with left:
    if found:
        table(found, used)
    else:
        st.caption("None fits this filter.")
with right, refusals():
    opened_key = st.query_params.get("snippet") or (found[0].key if found else None)
    if opened_key:
        reading_pane(opened_key, used)
