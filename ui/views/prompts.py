"""Prompts: what is released for each task and target, its text, its history, and the rollback."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.activity.addresses import prompt_page, task_page
from composer.analysis.naming import BASE
from composer.evaluation.formatting import NAMES
from composer.models.system_role import PLACES
from composer.prompts.composition import BARE_BASE
from composer.registry.releases import Release
from composer.registry.targets import task_and_target_names
from composer.release.earlier import superseded
from composer.release.history import CurrentRelease, HistoryEntry, current_prompts, history, released_prompt
from composer.release.pack import Pack, export_release, pack_of
from ui.components.metrics import gain, pair
from ui.prompts import drift, drift_data, history_table, rollback
from ui.prompts import export as formats
from ui.prompts.zip import zipped
from ui.shell import notices, query_params
from ui.shell.context import as_logged, database, now, this_home
from ui.shell.html import count, plain, safe, table, when
from ui.shell.notices import Section, action, refusals
from ui.shell.page import empty, html, section, verbatim
from ui.shell.state import Key
from ui.shell.user import me, who

EXPORT = Section("export")
RELEASE = "release"
MOST_COMPARED = 4
"""Releases that the link to their comparison names: the newest."""
WRITTEN: Key[tuple[int, str] | None] = Key("written", None)
"""The release whose pack was written last, and its folder."""


def current(task: str, target: str, found: CurrentRelease | None, here: bool, below: str = "") -> str:
    """Return what is released for a task on a target as a cell of the matrix, as HTML."""
    tone = ' class="ic-here"' if here else ""
    if found is None:
        why = f"Nothing is released: {BARE_BASE} is the incumbent"
        return f'<td{tone}><span class="ic-mute" title="{why}">—</span></td>'
    one, release = found.figure, found.release
    stale = f" {stale_tag(found.stale)}" if found.stale else ""
    stale += f' <span class="ic-tag ic-orange" title="{safe(below)}">below its threshold</span>' if below else ""
    link = safe(prompt_page(task, target))
    return (
        f'<td{tone}><a href="{link}">release {release.id}</a>{stale} '
        f'<span class="ic-mute">· {when(release.released_at, now())} by {safe(release.released_by)}</span>'
        f'<br><span class="ic-nowrap">{safe(NAMES[one.name])} {pair(one)}</span><br>{gain(one)}</td>'
    )


def stale_tag(reasons: Sequence[str]) -> str:
    """Return the mark of a release whose evidence no longer holds, with the reasons on hover, as HTML."""
    return f'<span class="ic-tag ic-orange" title="{safe("; ".join(reasons))}">stale</span>'


def matrix(releases: dict[tuple[str, str], CurrentRelease], place: tuple[str, str]) -> None:
    """Show what is released for each task, a row, on each target, a column."""
    with database().session() as session:
        tasks, targets = task_and_target_names(session)
    below = {(one.release.task, one.release.target): one.what for one in drift_data.below()}
    rows = []
    for task in tasks:
        cells = [
            current(task, name, releases.get((task, name)), (task, name) == place, below.get((task, name), ""))
            for name in targets
        ]
        named = f'<a href="{safe(task_page(task))}">{safe(task)}</a>'
        rows.append(f'<tr><th scope="row">{named}</th>{"".join(cells)}</tr>')
    html(table(("task", *targets), rows))
    st.caption(
        "A release is for one task on one target: it was reviewed on that target’s answers, and serves no other."
    )


@action(EXPORT)
def write(task: str, target: str, release_id: int) -> None:
    """Write the pack of a release into the home's folder of packs."""
    folder = this_home().packs / f"{task}--{target}" / f"release-{release_id}"
    with database().session() as session:
        export_release(session, task, target, folder, by=who(), at=now(), release=release_id)
    WRITTEN.set((release_id, str(folder)))


def opened(task: str, target: str, found: CurrentRelease) -> None:
    """Show the release for a task and target: text, export, history, rollback, and any two prompts compared."""
    release = found.release
    by = f"by {safe(release.released_by)}, {when(release.released_at, now())}"
    section(f"{task} → {target}", f"release {release.id} {by}")
    notices.show_message("box")
    if found.stale:
        stale(found)
    with database().session() as session:
        past = history(session, task, target)
    shown = choose([one.release for one in past])
    with database().session() as session:
        prompt = released_prompt(session, task, shown.id)
        instead = superseded(session, shown)
    if instead is not None:
        st.warning(plain(instead.sentence), icon=":material/history:")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        html(
            f'<div class="ic ic-mute">The prompt of release {shown.id}, byte for byte: '
            f"the {PLACES[prompt.system]}</div>"
        )
        verbatim(prompt.composition.text)
        html('<div class="ic ic-mute">The user message, with the inputs in place of their names</div>')
        verbatim(prompt.task.message)
    with right:
        whole = export(task, target, shown.id)
    if whole:
        formats.show(task, target, shown.id, earlier=instead is not None)
    drift.show(release, me())
    show_history(task, target, past)
    section("Compare", f"releases side by side, and with {BARE_BASE}")
    newest = list(dict.fromkeys(f"release:{one.release.id}" for one in past))[:MOST_COMPARED]
    st.page_link(
        "views/compare.py",
        label=f"Compare {count(len(newest), 'release')} with {BARE_BASE}",
        icon=":material/view_column:",
        query_params={"task": task, "columns": ",".join([*newest, BASE])},
    )


def choose(made: Sequence[Release]) -> Release:
    """Offer the releases, newest first, where there are several, and return the one to be read and exported."""
    if len(made) == 1:
        return made[0]
    numbers = [str(one.id) for one in made]
    chosen = query_params.chosen(RELEASE, numbers, numbers[0])
    with st.container(width=280):
        st.selectbox(
            "Release to read and export",
            numbers,
            key=RELEASE,
            format_func=lambda one: f"release {one}{' · in use' if one == numbers[0] else ''}",
            on_change=query_params.keep,
            args=(RELEASE,),
        )
    return made[numbers.index(chosen)]


def stale(found: CurrentRelease) -> None:
    """Show why a release is stale, and lead to its candidate, where it is scored again."""
    release = found.release
    st.warning(
        plain(f"{'; '.join(found.stale)}. Release {release.id} stays in use until another replaces it."),
        title="Stale",
        icon=":material/history:",
    )
    st.page_link(
        "views/candidate.py",
        label=f"Score candidate {release.candidate_id} again",
        icon=":material/arrow_forward:",
        query_params={"candidate": str(release.candidate_id)},
    )


def show_history(task: str, target: str, past: Sequence[HistoryEntry]) -> None:
    """List what was released here, newest first, and offer the rollback."""
    section("History", count(len(past), "release"))
    html(history_table.table(past, now()))
    with st.container(horizontal=True, vertical_alignment="center"):
        rollback.offer(past, me())
        st.download_button(
            "CSV",
            lambda: history_table.csv(past),
            f"{task}--{target}--history.csv",
            "text/csv",
            key="csv",
            icon=":material/download:",
            on_click="ignore",
        )


@st.cache_resource(max_entries=16, show_spinner=False)
def pack(now: tuple[str, str | None, str], task: str, target: str, release: int) -> Pack:  # noqa: ARG001 (hashed)
    """Return the pack of a release; checking all that it rests on takes a moment, so once a change."""
    with database().session() as session:
        return pack_of(session, task, target, release)


def export(task: str, target: str, release_id: int) -> bool:
    """Offer the pack of a release, as files in the home and as a download; say whether there is one."""
    html(
        '<div class="ic ic-mute">The pack: prompt.txt, messages.json and manifest.json, which names every snippet '
        "version, the task, the target and the evidence by hash</div>"
    )
    files = b""
    with refusals():
        files = zipped(pack(as_logged(), task, target, release_id))
        with st.container(horizontal=True):
            st.button(
                "Write the pack",
                key="write",
                type="primary",
                icon=":material/save:",
                on_click=write,
                args=(task, target, release_id),
            )
            st.download_button(
                "Zip",
                files,
                f"{task}--{target}--release-{release_id}.zip",
                "application/zip",
                key="zip",
                icon=":material/download:",
                on_click="ignore",
            )
        EXPORT.show_refusal()
        written = WRITTEN.get()
        folder = written[1] if written is not None and written[0] == release_id else None
        if folder:
            st.success(
                plain("Written. This checks it, anywhere, without database or network:"), icon=":material/check:"
            )
        else:
            st.caption("Once written or unzipped, this checks it anywhere, without database or network:")
        st.code(f"composer verify {folder or 'DIR'}", language=None, wrap_lines=True)
    return bool(files)


st.title("Prompts", anchor=False)
with database().session() as session:
    now_released = current_prompts(session)
place = (st.query_params.get("task", ""), st.query_params.get("target", ""))
if not now_released:
    empty(
        "Nothing is released yet",
        "A prompt is released per task and target, once its candidate is approved, and can be exported from here.",
    )
    st.page_link("views/inbox.py", label="To the Inbox", icon=":material/inbox:")
    st.stop()
if place not in now_released and not any(place) and len(now_released) == 1:
    place = next(iter(now_released))
matrix(now_released, place)
if place in now_released:
    with refusals():
        opened(*place, now_released[place])
elif any(place):
    st.caption(plain(f"Nothing is released for {place[0]} on {place[1]}."))
else:
    st.caption("Open a release to read, export, compare or roll it back.")
