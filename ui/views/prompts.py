"""Prompts: what is released for each task and target, its history, its text, and its export."""

from __future__ import annotations

import streamlit as st

from composer.candidates import get_candidate
from composer.export import export_release, pack_of
from composer.figures import NAMES
from composer.people import person
from composer.reading import Square, places, prompts
from composer.registry import get_task_version
from composer.releases import composition_of, releases
from library.errors import Refused
from ui.parts.figures import gain, pair
from ui.parts.opening import database, now, plain, refusals, this_home
from ui.parts.packs import zipped
from ui.parts.page import empty, html, section
from ui.parts.words import safe, table, when


def square(task: str, target: str, found: Square | None, here: bool) -> str:
    """Return one square of the matrix, as HTML."""
    tone = ' class="ic-here"' if here else ""
    if found is None:
        why = "Nothing is released: the bare base is the incumbent"
        return f'<td{tone}><span class="ic-mute" title="{why}">—</span></td>'
    one, release = found.figure, found.release
    stale = (
        f'<span class="ic-tag ic-orange" title="{safe("; ".join(found.stale))}">stale</span> '
        if found.stale
        else ""
    )
    link = f"prompts?task={safe(task)}&amp;target={safe(target)}"
    return (
        f'<td{tone}><a href="{link}">release {release.id}</a> {stale}'
        f'<span class="ic-mute">{when(release.released_at, now())} by {safe(release.released_by)}</span>'
        f"<br>{safe(NAMES[one.name])} {pair(one)}<br>{gain(one)}</td>"
    )


def write(task: str, target: str, release_id: int) -> None:
    """Write the pack of what is released now into the home's folder of packs."""
    folder = this_home().packs / f"{task}--{target}" / f"release-{release_id}"
    try:
        with database().session() as session:
            export_release(session, task, target, folder, by=person(), at=now())
    except Refused as refused:
        st.session_state["refused"] = str(refused)
        return
    st.session_state["written"] = (task, target, str(folder))


def opened(task: str, target: str, found: Square) -> None:
    """Show one square opened: text, export, history."""
    release = found.release
    section(f"{task} → {target}")
    if found.stale:
        st.warning(
            plain(f"{'; '.join(found.stale)}. The prompt stays released until another replaces it."), title="Stale"
        )
    with database().session() as session:
        history = releases(session, task, target)
        task_then = get_task_version(
            session, get_candidate(session, release.candidate_id).evidence["task"]["hash"]
        )
        text = composition_of(session, task_then, release.versions).text
    left, right = st.columns([3, 2], gap="medium")
    with left:
        html(
            f'<div class="ic ic-mute">The prompt, byte for byte: the system message of release {release.id}</div>'
        )
        st.code(text, language=None, wrap_lines=True)
        html('<div class="ic ic-mute">The user message, with the inputs in place of their names</div>')
        st.code(task_then.message, language=None, wrap_lines=True)
    with right:
        export(task, target, release.id)
    section("History")
    rows = [
        f"<tr><td>release {one.id}{' · now' if one.id == release.id else ''}</td>"
        f'<td><a href="candidate?candidate={one.candidate_id}">candidate {one.candidate_id}</a></td>'
        f'<td>{safe(one.released_by)}</td><td class="ic-verbatim">{safe(one.reason)}</td>'
        f'<td class="ic-mute">{when(one.released_at, now())}</td></tr>'
        for one in history
    ]
    html(table(("release", "from", "by", "reason", "when"), rows))


def export(task: str, target: str, release_id: int) -> None:
    """Offer the pack of what is released now, as files in the home and as a download."""
    html(
        '<div class="ic ic-mute">The pack: prompt.txt, messages.json and manifest.json, which names every snippet '
        "version, the task, the target and the evidence by hash</div>"
    )
    with refusals():
        with database().session() as session:
            pack = pack_of(session, task, target)
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
                zipped(pack),
                f"{task}--{target}--release-{release_id}.zip",
                "application/zip",
                key="zip",
                icon=":material/download:",
                on_click="ignore",
            )
        refused = st.session_state.pop("refused", None)
        if refused:
            st.error(plain(refused), icon=":material/block:")
        written = st.session_state.get("written")
        folder = written[2] if written and written[:2] == (task, target) else None
        if folder:
            st.success(
                plain("Written. This checks it, anywhere, without database or network:"), icon=":material/check:"
            )
        else:
            st.caption("Once written or unzipped, this checks it anywhere, without database or network:")
        st.code(f"composer verify {folder or 'DIR'}", language=None, wrap_lines=True)


st.title("Prompts", anchor=False)
with database().session() as session:
    tasks, targets = places(session)
    now_released = prompts(session)
place = (st.query_params.get("task", ""), st.query_params.get("target", ""))
if not now_released:
    empty(
        "Nothing is released yet",
        "A prompt is released per task and target, when a candidate is approved, and can be exported from here.",
    )
    st.page_link("views/inbox.py", label="To the Inbox", icon=":material/inbox:")
    st.stop()
if place not in now_released and len(now_released) == 1:
    place = next(iter(now_released))
rows = []
for task in tasks:
    squares = [square(task, name, now_released.get((task, name)), (task, name) == place) for name in targets]
    rows.append(f'<tr><th scope="row">{safe(task)}</th>{"".join(squares)}</tr>')
html(table(("task", *targets), rows))
if place in now_released:
    with refusals():
        opened(*place, now_released[place])
elif any(place):
    st.caption(plain(f"Nothing is released for {place[0]} on {place[1]}."))
else:
    st.caption("Open a release to read, export or trace it.")
