"""A job outside of runs on a page: the button with its cost, its progress with a way to stop it, its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from composer.curation import jobs as work
from composer.curation.jobs import Kind
from composer.home.processes import FAILED, FINISHED, RUNNING, STOPPED, WAITING
from library.roles import KEEPERS, Person
from ui.components import paid_progress
from ui.disagreements import page_data
from ui.disagreements.page_data import Offer
from ui.shell import notices
from ui.shell.context import database, now, this_home
from ui.shell.html import count, plain
from ui.shell.notices import Section, action
from ui.shell.user import who

ASK = Section("authoring")
READ_ONLY = "only a curator may ask"
DONE: Mapping[Kind, str] = {
    "answers": "The authoring examples were asked about",
    "try": "The draft was tried",
    "dev": "The development examples were asked about",
}
"""What a finished job has done."""


def show(
    offer: Offer, label: str, enter: Callable[[], int], person: Person, name: str, *, primary: bool = False
) -> None:
    """Offer a job with its cost; while it is at work show how far it is, and afterwards why it ended if it broke.

    `enter` enters the job and returns its id; `name` sets this button apart from others. One that needs no new
    answer is done at once.
    """
    if offer.newest is not None and offer.at_work:
        _progress(offer.newest.id, person.may(*KEEPERS))
        return
    assert offer.cost is not None
    may = person.may(*KEEPERS)
    newest = offer.newest
    broken = newest is not None and newest.state != FINISHED
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Go on" if broken and newest is not None and newest.state != FAILED else label,
            key=f"ask-{name}",
            type="primary" if primary else "secondary",
            on_click=notices.action(ASK.of(name))(_start),
            args=(enter, offer.cost.answers),
            disabled=not may,
        )
        said = offer.cost.words if may else f"{offer.cost.words} · {READ_ONLY}"
        st.caption(plain(said), width="content")
    refused = ASK.of(name).show_refusal()
    if not refused and newest is not None and newest.state == FAILED:
        st.error(plain(f"The last one failed: {newest.message}"), icon=":material/block:")
    elif not refused and newest is not None and newest.state in (STOPPED, WAITING, RUNNING):
        ended = "Stopped" if newest.state == STOPPED else "Broken off"
        st.caption(plain(f"{ended}: the answers so far are kept, and are not paid for again."))


def _start(enter: Callable[[], int], answers: int) -> str | None:
    number = enter()
    if answers:
        work.start(this_home(), number)
    else:
        work.do_job(database(), this_home(), number)
    return None


@action(ASK)
def _stop(job_id: int) -> str | None:
    with database().session() as session:
        work.ask_to_stop(session, job_id, by=who(), at=now())
    return None


@st.fragment(run_every=paid_progress.POLL_SECONDS)
def _progress(job_id: int, may_stop: bool) -> None:
    job = page_data.job_now(job_id)
    if not page_data.is_at_work(job):
        if job.state == FINISHED:
            notices.remember(f"{DONE[job.kind]}: {count(job.paid, 'answer')} paid.")
        st.rerun(scope="app")
    paid_progress.show(
        job_id,
        f"stop-{job_id}",
        paid=job.paid,
        expected=job.expected,
        message=job.message,
        stopping=job.stop_asked,
        on_stop=_stop,
        may_stop=may_stop,
    )
