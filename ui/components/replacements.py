"""A new run for each prompt in use that lost a snippet: it may find one without it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.activity.addresses import prompt_page, run_page
from composer.candidates.records import PROPOSERS
from composer.registry.releases import Release
from ui.shell.context import database, now, this_home
from ui.shell.html import plain, safe
from ui.shell.notices import Section, action
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import me, who

QUEUE = Section("queue a run")
QUEUED: Key[int | None] = Key("queued", None)
"""The run that this page queued in place of a release, by the release."""


def show(retired: Sequence[str]) -> None:
    """List the prompts in use that hold these snippets, which no prompt may hold any more, each with a button."""
    if not retired:
        return
    # Here, since it brings the whole search: no page waits for that before a prompt has lost a snippet.
    from composer.curation.consequences import carrying, replacement
    from composer.runs.spending import in_words

    with database().session() as session:
        found = [replacement(session, one) for one in carrying(session, retired)]
    QUEUE.show_refusal()
    for one in found:
        release, queued = one.release, QUEUED.of(one.release.id).get()
        name = f"{safe(release.task)} → {safe(release.target)}"
        link = f'<a href="{safe(prompt_page(release.task, release.target))}">{name}</a>'
        with st.container(horizontal=True, vertical_alignment="center"):
            html(f'<div class="ic">Release {release.id}, {link}, is stale: it holds what was retired.</div>')
            if queued is not None:
                html(f'<div class="ic"><a href="{safe(run_page(queued))}">Run {queued}</a> is on its way.</div>')
                continue
            may = me().for_task(release.task).may(*PROPOSERS)
            st.button(
                "Queue a new run",
                key=f"queue-{release.id}",
                icon=":material/play_arrow:",
                on_click=_queue,
                args=(release,),
                disabled=one.takes is None or not may,
            )
            why = in_words(one.takes)[0] if one.takes else one.refused
            st.caption(plain(why if may else "You may not start runs."), width="stretch")


@action(QUEUE)
def _queue(release: Release) -> None:
    from composer.curation.consequences import queue_run
    from composer.runs import worker

    with database().session() as session:
        run = queue_run(session, release, by=who(), at=now())
    worker.start(this_home(), run)
    QUEUED.of(release.id).set(run)
