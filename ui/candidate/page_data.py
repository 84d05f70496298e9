"""What the Candidate page reads, kept between the runs of its script for as long as nothing is logged.

Whatever changes is logged, so the newest entry of the log says whether what was read still holds. The
functions that change things read it all anew.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st

from composer.analysis.examples import flipped, rows_of, texts_of
from composer.analysis.jobs import Job, jobs_of
from composer.analysis.search_steps import SearchSteps, search_steps
from composer.evaluation.outcomes import Row
from composer.registry.releases import Release, current_release
from composer.review.comments import Comment, comments_on
from composer.review.status import Review, get_review
from composer.runs.findings import SearchFindings, search_findings
from composer.runs.records import get_run
from library import log
from ui.shell.context import database, this_home

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Line:
    """One test example in the table: its row, and whether the judgement turned over."""

    row: Row
    flipped: bool

    @property
    def malformed(self) -> bool:
        """Whether either answer is malformed."""
        return not (self.row.incumbent_valid and self.row.candidate_valid)


@dataclass(frozen=True)
class Shown:
    """All that the page shows of one candidate, but for texts of examples and answers.

    `lines` stand worst first; `findings` and `steps` are None where its run's search doesn't tell; `replaces` is
    what is released now, which a release would replace.
    """

    review: Review
    lines: tuple[Line, ...]
    comments: tuple[Comment, ...]
    findings: SearchFindings | None
    steps: SearchSteps | None
    replaces: Release | None


@st.cache_resource(show_spinner=False)
def _settle() -> None:
    """Let the garbage collector pass over what is loaded for good: it would walk it all amid a page."""
    gc.collect()
    gc.freeze()


def shown(candidate_id: int) -> Shown:
    """Return what the page shows of a candidate; raises `Refused` where it can't be read."""
    _settle()
    with database().session() as session:
        newest = log.newest(session)
    return _once((*_place(), "shown", candidate_id, newest), lambda: _read(candidate_id))


def texts(candidate_id: int, evidence_hash: str) -> Mapping[str, str]:
    """Return what can be searched in of each example of a candidate."""

    def read() -> Mapping[str, str]:
        with database().session() as session:
            return texts_of(session, shown(candidate_id).review)

    return _once((*_place(), "texts", evidence_hash), read)


def jobs(candidate_id: int) -> tuple[Job, ...]:
    """Return the jobs of a candidate, newest first: read each time, because they move on without the log."""
    with database().session() as session:
        return jobs_of(session, candidate_id)


def _place() -> tuple[str, str | None]:
    return str(this_home().path), os.environ.get("COMPOSER_DATABASE_URL")


@st.cache_resource(max_entries=32, show_spinner=False)
def _once(key: tuple[object, ...], _read: Callable[[], Kept]) -> Kept:  # noqa: ARG001 (Streamlit hashes the key)
    return _read()


def _read(candidate_id: int) -> Shown:
    with database().session() as session:
        review = get_review(session, candidate_id)
        candidate, output = review.candidate, review.task.output
        lines = sorted(
            (Line(row, flipped(output, row)) for row in rows_of(session, review)),
            key=lambda line: (-line.row.change, line.row.example_id),
        )
        seed = candidate.evidence.search.seed
        steps = _once(
            (*_place(), "steps", candidate.evidence_hash),
            lambda: search_steps(session, review, np.random.default_rng(seed)),
        )
        return Shown(
            review=review,
            lines=tuple(lines),
            comments=comments_on(session, candidate),
            findings=search_findings(session, get_run(session, candidate.run_id)),
            steps=steps,
            replaces=current_release(session, candidate.task, candidate.target),
        )
