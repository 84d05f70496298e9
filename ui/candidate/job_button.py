"""Jobs asked for from a page: the button with what a job costs, and how far one at work is."""

from __future__ import annotations

import streamlit as st

from composer.analysis import jobs as work
from composer.analysis.jobs import Job
from composer.candidates.records import PROPOSERS
from composer.home.processes import FAILED, RUNNING, WAITING
from library.roles import Person
from ui.candidate import page_data
from ui.candidate.page_data import JobOffer
from ui.shell import notices
from ui.shell.context import database, now, this_home
from ui.shell.html import count, lasting, plain
from ui.shell.notices import Section
from ui.shell.user import who

POLL_SECONDS = 2.0
JOB = Section("job")


def show(offer: JobOffer, label: str, person: Person, *, primary: bool = False) -> None:
    """Offer a job with its cost; while it is at work, show how far it is, and afterwards what failed if it did.

    A job that needs no new answer is done at once.
    """
    if offer.at_work and offer.newest is not None:
        _progress(offer.newest.id)
        return
    if offer.refused:
        st.caption(plain(f"{label} is not possible: {offer.refused}"))
        return
    section, name = _section(offer), "-".join(offer.examples)
    cost = (
        f"{count(offer.price, 'answer')}, about {lasting(offer.price * offer.seconds)}"
        if offer.price
        else "no new answer"
    )
    may_start = person.may(*PROPOSERS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            label,
            key=f"job-{offer.kind}-{name}",
            type="primary" if primary else "secondary",
            on_click=notices.action(section)(_start),
            args=(offer,),
            disabled=not may_start,
        )
        st.caption(plain(cost if may_start else f"{cost} · {person.name} may only look"), width="content")
    refused = section.show_refusal()
    if not refused and offer.newest and offer.newest.state == FAILED:
        st.error(plain(f"The last one failed: {offer.newest.message}"), icon=":material/block:")


def _section(offer: JobOffer) -> Section:
    return JOB.of(offer.kind).of(" ".join(offer.examples))


def _start(offer: JobOffer) -> str | None:
    with database().session() as session:
        job_id = work.enter_job(
            session, offer.candidate_id, offer.kind, by=who(), at=now(), examples=offer.examples
        )
    if offer.price:
        work.start(this_home(), job_id)
        return None
    return _finished(work.do_job(database(), this_home(), job_id))


def _finished(job: Job) -> str | None:
    """Go on to the candidate that a job made, if it made one; returns the message for the page."""
    if job.made is None:
        return None
    st.query_params["candidate"] = str(job.made)
    return f"Scored again as candidate {job.made}: {count(job.paid, 'answer')} paid. Verdicts start over."


@st.fragment(run_every=POLL_SECONDS)
def _progress(job_id: int) -> None:
    job = page_data.job_now(job_id)
    if job.state in (WAITING, RUNNING):
        share = min(job.paid / job.expected, 1.0) if job.expected else 0.0
        phase = job.message or f"{job.paid:,} of {count(job.expected, 'answer')}"
        st.progress(share, text=plain(phase))
        return
    if message := _finished(job):
        notices.remember(message)
    st.rerun(scope="app")
