"""What the section on drift reads, kept for as long as nothing is logged; scorings move on without the log."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from composer.drift import scoring as work
from composer.drift.due import Due, due
from composer.drift.history import History, history_of
from composer.drift.marks import Mark, marks
from composer.drift.records import DriftScore, Kind, get_score, list_scores
from composer.home.processes import RUNNING, WAITING
from composer.registry.anchors import Anchors, anchors_of
from composer.registry.releases import Release
from ui.shell.context import as_logged, database, now, shown_home

STARTING_SECONDS = 20.0
"""How long a worker may take from its start until it has taken its scoring."""


def below() -> tuple[Mark, ...]:
    """Return the prompts in use that are below their threshold."""
    return _below(as_logged())


@st.cache_resource(max_entries=4, show_spinner=False)
def _below(now: tuple[str, str | None, str]) -> tuple[Mark, ...]:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return marks(session)


def history(release: Release) -> History:
    """Return how a prompt in use did over time; raises `Refused` where its evidence can't be read."""
    return _history(as_logged(), release)


@st.cache_resource(max_entries=16, show_spinner=False)
def _history(now: tuple[str, str | None, str], release: Release) -> History:  # noqa: ARG001
    with database().session() as session:
        return history_of(session, release)


def offer(release: Release, kind: Kind) -> Due:
    """Return what scoring a prompt in use takes; one that is at work or broke off counts what is left."""
    newest = newest_of(release, kind)
    return _offer(as_logged(), release, kind, newest.state if newest else "", newest.paid if newest else 0)


@st.cache_resource(max_entries=32, show_spinner=False)
def _offer(
    logged: tuple[str, str | None, str],  # noqa: ARG001 (Streamlit hashes it)
    release: Release,
    kind: Kind,
    state: str,  # noqa: ARG001
    paid: int,  # noqa: ARG001
) -> Due:
    with database().session() as session:
        return due(session, release, kind, at=now())


def anchors(task: str) -> Anchors | None:
    """Return the anchors of a task, or None where none were chosen."""
    with database().session() as session:
        return anchors_of(session, task)


def newest_of(release: Release, kind: Kind) -> DriftScore | None:
    """Return the newest scoring of a prompt in use of a kind; None before the first."""
    with database().session() as session:
        known = list_scores(session, release.task, release.target)
    return next((one for one in known if (one.release_id, one.kind) == (release.id, kind)), None)


def score_now(score_id: int) -> DriftScore:
    """Return one scoring as it is now."""
    with database().session() as session:
        return get_score(session, score_id)


def is_at_work(score: DriftScore) -> bool:
    """Whether a worker has a scoring, or was started so lately that it may not have taken it yet."""
    if score.state not in (WAITING, RUNNING):
        return False
    fresh = score.state == WAITING and now() - score.created_at < timedelta(seconds=STARTING_SECONDS)
    return fresh or work.is_at_work(shown_home(), score.id)
