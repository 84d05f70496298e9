"""Answers asked for from a page: what they cost, the button that asks, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from composer.analysis import jobs as work
from composer.analysis.jobs import Job, JobKind
from composer.answers.latency import answer_latency
from composer.candidates.records import PROPOSERS
from library.errors import Refused
from ui.candidate import page_data
from ui.shell.context import database, now, plain, this_home
from ui.shell.html import count, lasting
from ui.shell.page import remember
from ui.shell.user import me, who

POLL_SECONDS = 2.0
STARTING_SECONDS = 20.0


def ask(
    candidate_id: int,
    kind: JobKind,
    label: str,
    *,
    examples: Sequence[str] = (),
    primary: bool = False,
    shortcut: str | None = None,
) -> None:
    """Offer work on a candidate with its cost; while it goes on, show how far it is, and what failed if it did.

    What needs no new answer is done at once.
    """
    found = [one for one in page_data.jobs(candidate_id) if one.kind == kind and one.examples == tuple(examples)]
    newest = found[0] if found else None
    if newest and _goes_on(newest):
        _progress(candidate_id, newest.id)
        return
    try:
        with database().session() as session:
            price = work.cost(session, candidate_id, kind, examples)
            each = answer_latency(session, page_data.shown(candidate_id).review.candidate.target).seconds
    except Refused as refused:
        st.caption(plain(f"{label} is not possible: {refused}"))
        return
    cost = f"{count(price, 'answer')}, about {lasting(price * each)}" if price else "no new answer"
    looks_on = not me().may(*PROPOSERS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            label,
            key=f"job-{kind}-{'-'.join(examples)}",
            type="primary" if primary else "secondary",
            on_click=_start,
            args=(candidate_id, kind, tuple(examples), price),
            shortcut=shortcut,
            disabled=looks_on,
        )
        st.caption(plain(f"{cost} · {me().name} may only look" if looks_on else cost), width="content")
    said = st.session_state.pop(f"refused-{kind}", None)
    if said:
        st.error(plain(said[:1].upper() + said[1:]), icon=":material/block:")
    elif newest and newest.state == work.FAILED:
        st.error(plain(f"It ended with: {newest.message}"), icon=":material/block:")


def _goes_on(job: Job) -> bool:
    """Whether a worker has a job, or was started so lately that it may not have taken it yet."""
    if job.state not in (work.WAITING, work.RUNNING):
        return False
    fresh = job.state == work.WAITING and now() - job.created_at < timedelta(seconds=STARTING_SECONDS)
    return fresh or work.is_at_work(this_home(), job.id)


def _start(candidate_id: int, kind: JobKind, examples: tuple[str, ...], price: int) -> None:
    try:
        with database().session() as session:
            job_id = work.enter_job(session, candidate_id, kind, by=who(), at=now(), examples=examples)
        if price:
            work.start(this_home(), job_id)
            return
        _tell(work.do_job(database(), this_home(), job_id))
    except Refused as refused:
        st.session_state[f"refused-{kind}"] = str(refused)


def _tell(job: Job) -> None:
    if job.made is not None:
        st.query_params["candidate"] = str(job.made)
        remember(f"Scored again as candidate {job.made}: {count(job.paid, 'answer')} paid. Verdicts start anew.")


@st.fragment(run_every=POLL_SECONDS)
def _progress(candidate_id: int, job_id: int) -> None:
    job = next(one for one in page_data.jobs(candidate_id) if one.id == job_id)
    if job.state in (work.WAITING, work.RUNNING):
        share = min(job.paid / job.expected, 1.0) if job.expected else 0.0
        said = job.message or f"{job.paid:,} of {count(job.expected, 'answer')}"
        st.progress(share, text=plain(said))
        return
    _tell(job)
    st.rerun(scope="app")
