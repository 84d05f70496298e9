"""What the Candidate page reads, kept between the runs of its script for as long as nothing is logged.

Every change is logged, so while the newest entry of the log is the same, what was read is still right. The
functions that change things read it all again. Jobs move on without the log, and are read in each run.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import numpy as np
import streamlit as st

from composer.analysis import jobs as work
from composer.analysis.caveats import caveats_of, dev_test_gap_of
from composer.analysis.examples import flipped, rows_of, texts_of
from composer.analysis.jobs import Job, JobKind, get_job, jobs_of
from composer.analysis.people import BesidePeople, Within, beside_people
from composer.analysis.search_steps import SearchSteps, search_steps
from composer.analysis.spending import figures_of
from composer.answers.latency import answer_latency
from composer.evaluation.dev_and_test import DevTestGap
from composer.evaluation.outcomes import Difference, Row
from composer.home.processes import RUNNING, WAITING
from composer.registry.releases import Release, current_release
from composer.review.comments import Comment, comments_on
from composer.review.status import Review, get_review
from composer.runs.findings import SearchFindings, search_findings
from composer.runs.records import get_run
from library.errors import Refused
from ui.shell.context import as_logged, database, now, place, shown_home

Kept = TypeVar("Kept")
STARTING_SECONDS = 20.0
"""How long a worker may take from its start until it has taken its job."""


@dataclass(frozen=True)
class Line:
    """One test example in the table: its row, and whether the judgement turned over.

    `within` is whether the answers lie within the range of people's ratings, None where no two people rated it.
    """

    row: Row
    flipped: bool
    within: Within | None = None

    @property
    def malformed(self) -> bool:
        """Whether either answer is malformed."""
        return not (self.row.incumbent_valid and self.row.candidate_valid)


@dataclass(frozen=True)
class Shown:
    """All that the page shows of one candidate, but for texts of examples and answers, and jobs.

    `lines` are sorted by loss change, the worst first; `findings` and `steps` are None where the search of its
    run does not give them; `replaces` is the current release, which a release would replace; `people` is None
    where no two people rated the same example. `figures` are those of the evidence, and what answers took.
    `caveats` speak against its gain; `gap` is how much of its search's estimate it kept, None where nothing
    was searched.
    """

    review: Review
    lines: tuple[Line, ...]
    comments: tuple[Comment, ...]
    findings: SearchFindings | None
    steps: SearchSteps | None
    replaces: Release | None
    people: BesidePeople | None
    figures: tuple[Difference, ...]
    caveats: tuple[str, ...]
    gap: DevTestGap | None


@dataclass(frozen=True)
class CandidateJobs:
    """The jobs of a candidate, newest first, and the seconds that one answer of its target takes."""

    candidate_id: int
    jobs: tuple[Job, ...]
    seconds: float

    def newest(self, kind: JobKind, examples: Sequence[str] = ()) -> Job | None:
        """Return the last job of a kind on these examples; None before the first."""
        return next((one for one in self.jobs if one.kind == kind and one.examples == tuple(examples)), None)


@dataclass(frozen=True)
class JobOffer:
    """A job that can be started on a candidate, or is at work.

    `price` is how many answers it would pay for, each of which takes `seconds`. `newest` is the last job of this
    kind on these examples, None before the first; `at_work` is whether that one is being done. `refused` is
    why it can't be started, empty where it can. While one is at work no price is looked up: it is 0.
    """

    candidate_id: int
    kind: JobKind
    examples: tuple[str, ...]
    price: int
    seconds: float
    newest: Job | None
    at_work: bool
    refused: str = ""


@st.cache_resource(show_spinner=False)
def _settle() -> None:
    """Take what is loaded by now out of garbage collection, which would otherwise walk it all amid a page."""
    gc.collect()
    gc.freeze()


def shown(candidate_id: int) -> Shown:
    """Return what the page shows of a candidate; raises `Refused` where it can't be read."""
    _settle()
    return _once((*as_logged(), "shown", candidate_id), lambda: _read(candidate_id))


def texts(candidate_id: int, evidence_hash: str) -> Mapping[str, str]:
    """Return the text of each example of a candidate in which words are looked for, by example."""

    def read() -> Mapping[str, str]:
        with database().session() as session:
            return texts_of(session, shown(candidate_id).review)

    return _once((*place(), "texts", evidence_hash), read)


def jobs(found: Shown) -> CandidateJobs:
    """Return the jobs of a candidate as they are now, and how long an answer takes."""
    candidate = found.review.candidate
    with database().session() as session:
        seconds = answer_latency(session, candidate.target).seconds
        return CandidateJobs(candidate.id, jobs_of(session, candidate.id), seconds)


def job_now(job_id: int) -> Job:
    """Return one job as it is now."""
    with database().session() as session:
        return get_job(session, job_id)


def job_offer(known: CandidateJobs, kind: JobKind, examples: Sequence[str] = ()) -> JobOffer:
    """Return what a job would cost, or that it is at work already."""
    newest = known.newest(kind, examples)
    price, refused = 0, ""
    at_work = newest is not None and _is_at_work(newest)
    if not at_work:
        try:
            with database().session() as session:
                price = work.cost(session, known.candidate_id, kind, examples)
        except Refused as problem:
            refused = str(problem)
    return JobOffer(known.candidate_id, kind, tuple(examples), price, known.seconds, newest, at_work, refused)


def _is_at_work(job: Job) -> bool:
    """Whether a worker has a job, or was started so lately that it may not have taken it yet."""
    if job.state not in (WAITING, RUNNING):
        return False
    fresh = job.state == WAITING and now() - job.created_at < timedelta(seconds=STARTING_SECONDS)
    return fresh or work.is_at_work(shown_home(), job.id)


@st.cache_resource(max_entries=32, show_spinner=False)
def _once(key: tuple[object, ...], _read: Callable[[], Kept]) -> Kept:  # noqa: ARG001 (Streamlit hashes the key)
    return _read()


def _read(candidate_id: int) -> Shown:
    with database().session() as session:
        review = get_review(session, candidate_id)
        candidate, output = review.candidate, review.task.output
        people = _once((*place(), "people", candidate.evidence_hash), lambda: beside_people(session, review))
        within = {} if people is None else people.within
        lines = sorted(
            (Line(row, flipped(output, row), within.get(row.example_id)) for row in rows_of(session, review)),
            key=lambda line: (-line.row.change, line.row.example_id),
        )
        seed = candidate.evidence.search.seed
        steps = _once(
            (*place(), "steps", candidate.evidence_hash),
            lambda: search_steps(session, review, np.random.default_rng(seed)),
        )
        return Shown(
            review=review,
            lines=tuple(lines),
            comments=comments_on(session, candidate),
            findings=search_findings(session, get_run(session, candidate.run_id)),
            steps=steps,
            replaces=current_release(session, candidate.task, candidate.target),
            people=people,
            figures=figures_of(session, candidate),
            caveats=_once((*place(), "caveats", candidate.evidence_hash), lambda: caveats_of(session, review)),
            gap=dev_test_gap_of(session, candidate),
        )
