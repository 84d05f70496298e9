"""How a prompt in use does as time goes by: figures over time, what can be scored again, and what is below."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.drift import scoring as work
from composer.drift.due import Due
from composer.drift.history import History
from composer.drift.marks import Mark
from composer.drift.records import DriftScore, Kind
from composer.drift.worker import start_run
from composer.home.processes import FAILED, FINISHED, STOPPED
from composer.registry.releases import Release
from composer.task.wording import drift_in_words
from library.roles import KEEPERS, Person
from ui.components import paid_progress
from ui.prompts import drift_chart, drift_data
from ui.shell import notices
from ui.shell.context import database, now, this_home
from ui.shell.html import count, plain
from ui.shell.notices import Section, action
from ui.shell.page import html, section
from ui.shell.user import who

DRIFT = Section("drift")


def show(release: Release, person: Person) -> None:
    """Show the section on one prompt in use."""
    found = drift_data.history(release)
    scored = len(found.points) - 1
    section("Over time", count(scored, "scoring") if scored else "", anchor="drift")
    if found.mark:
        show_mark(found.mark)
    if scored:
        st.altair_chart(drift_chart.chart(found), width="stretch")
        html(drift_chart.table(found, now()))
        _about(found)
    else:
        st.caption(
            "Not scored again yet. New labels show whether the data have changed, anchors whether the model has: "
            "sealed examples that are kept apart for that, and asked about again."
        )
    kinds: tuple[Kind, ...] = ("new labels", "anchors")
    for kind in kinds:
        _offer(drift_data.offer(release, kind), person)
    if scored:
        st.download_button(
            "CSV",
            lambda: drift_chart.csv(found),
            f"{release.task}--{release.target}--drift.csv",
            "text/csv",
            key="drift-csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _about(found: History) -> None:
    policy = drift_in_words(found.task)
    said = f"Policy: {policy}." if policy else "The task’s policy sets no threshold, so nothing is marked."
    st.caption(
        plain(
            "Each scoring on new labels takes dev examples that none before it had, and is held against the "
            f"release’s own evidence; anchors are held against their first answers. {said}"
        )
    )


def show_mark(mark: Mark) -> None:
    """Show that a prompt in use is below its threshold, what that rests on, and what to do about it."""
    what = f"{mark.what[:1].upper()}{mark.what[1:]}, on {mark.kind}."
    st.warning(plain(f"{what} {mark.next_step}"), title="Below its threshold", icon=":material/trending_down:")
    release = mark.release
    link = (
        {"run": str(mark.run_id)} if mark.run_id is not None else {"task": release.task, "target": release.target}
    )
    label = f"Run {mark.run_id}" if mark.run_id is not None else "Start a run"
    st.page_link("views/runs.py", label=label, icon=":material/arrow_forward:", query_params=link)


def show_marks(below: Sequence[Mark]) -> None:
    """Name the prompts in use that are below their threshold, with a way to each; nothing where none is."""
    for mark in below:
        release = mark.release
        st.warning(
            plain(f"{mark.what[:1].upper()}{mark.what[1:]}. {mark.next_step}"),
            title=plain(f"Release {release.id} ({release.task} → {release.target}) is below its threshold"),
            icon=":material/trending_down:",
        )
        st.page_link(
            "views/prompts.py",
            label=f"Release {release.id} over time",
            icon=":material/arrow_forward:",
            query_params={"task": release.task, "target": release.target},
        )


def _offer(offer: Due, person: Person) -> None:
    """Offer a scoring with its cost; while one is at work show how far it is, and afterwards why it broke off."""
    release, kind = offer.release, offer.kind
    person = person.for_task(release.task)
    newest = drift_data.newest_of(release, kind)
    if newest is not None and drift_data.is_at_work(newest):
        _progress(newest.id, person.may(*work.PROPOSERS))
        return
    if offer.cost is None:
        if kind == "anchors":
            st.caption(plain(f"No anchors: {offer.refused}"))
        return
    chosen = drift_data.anchors(release.task) if kind == "anchors" else None
    first = kind == "anchors" and chosen is None
    may = person.may(*work.PROPOSERS) and (not first or person.may(*KEEPERS))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _label(offer, first=first),
            key=f"score-{kind.replace(' ', '-')}",
            type="primary" if kind == "new labels" else "secondary",
            on_click=_start,
            args=(release, kind, offer.cost.answers),
            disabled=not may,
            help="They are kept apart for good: no candidate is measured on them from then on." if first else None,
        )
        only = "" if may else f" · only {'a curator' if first else 'who may start runs'} can"
        st.caption(plain(f"{offer.cost.words}{only}"), width="content")
    refused = DRIFT.of(kind).show_refusal()
    if not refused and newest is not None and newest.state == FAILED:
        st.error(plain(f"The last one failed: {newest.message}"), icon=":material/block:")
    elif newest is not None and newest.state == FINISHED and newest.message:
        st.warning(plain(f"{newest.message[:1].upper()}{newest.message[1:]}"), icon=":material/warning:")


def _label(offer: Due, *, first: bool) -> str:
    if offer.going_on is not None and offer.going_on.state == STOPPED:
        return f"Go on with {count(offer.examples, 'example')}"
    if offer.kind == "new labels":
        return f"Score again on {count(offer.examples, 'new example')}"
    if first:
        return f"Set {count(offer.examples, 'anchor')} apart, and ask about them again"
    return f"Ask about {count(offer.examples, 'anchor')} again"


def _start(release: Release, kind: Kind, answers: int) -> None:
    notices.action(DRIFT.of(kind))(_begin)(release, kind, answers)


def _begin(release: Release, kind: Kind, answers: int) -> str | None:
    with database().session() as session:
        number = work.enter_score(session, release.task, release.target, kind, by=who(), at=now())
    if answers:
        work.start(this_home(), number)
        return None
    done = work.do_score(database(), this_home(), number)
    if done.run_id is not None:
        start_run(database(), this_home(), done.run_id)
    return _done(done)


@action(DRIFT)
def _stop(score_id: int) -> str | None:
    with database().session() as session:
        work.ask_to_stop(session, score_id, by=who(), at=now())
    return None


@st.fragment(run_every=paid_progress.POLL_SECONDS)
def _progress(score_id: int, may_stop: bool) -> None:
    score = drift_data.score_now(score_id)
    if not drift_data.is_at_work(score):
        if score.state == FINISHED:
            notices.remember(_done(score))
        st.rerun(scope="app")
    paid_progress.show(
        score_id,
        f"stop-score-{score_id}",
        paid=score.paid,
        expected=score.expected,
        message=score.message,
        stopping=score.stop_asked,
        on_stop=_stop,
        may_stop=may_stop,
    )


def _done(score: DriftScore) -> str:
    what = f"Scored again on {len(score.examples):,} {score.kind}: {count(score.paid, 'answer')} paid."
    return f"{what} Run {score.run_id} was entered." if score.run_id is not None else what
