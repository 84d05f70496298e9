"""The review pack: one HTML file with everything on the Candidate page, that opens without any network."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from composer.analysis.diagnoses import ablation_results
from composer.analysis.examples import example_views
from composer.analysis.jobs import jobs_of
from composer.review.blockers import joined
from composer.review.status import ReviewStatus
from library.errors import Refused
from ui.candidate import changes, header, page_data
from ui.candidate.page_data import Shown
from ui.components import metrics
from ui.components.state_tag import state_tag
from ui.reviewpack.examples import chosen
from ui.reviewpack.sections import Pack, sections
from ui.shell.context import database, now
from ui.shell.html import safe
from ui.shell.page import STYLE

PACK_STYLE = Path(__file__).with_name("pack.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser may do with the file: show it, and fetch nothing."""

_LINK = re.compile(r'<a href="[^#"][^"]*">(.*?)</a>', re.DOTALL)
_TIME = re.compile(r'<time([^>]*?) title="([^"]*)">[^<]*</time>')


def show(found: Shown) -> None:
    """Offer the review pack of a candidate as a file, made when it is asked for."""
    candidate = found.review.candidate
    # Before the choice of a base has been on the page once, only the link knows it: by its label.
    linked = st.query_params.get("base", "").removeprefix(changes.AGAINST)
    base = changes.BASE.get() or linked

    def made() -> bytes:
        known = changes.options(found.review)
        return review_pack(page_data.shown(candidate.id), now(), base if base in known else changes.INCUMBENT)

    st.download_button(
        "Review pack",
        made,
        file_name=f"{candidate.task}-candidate-{candidate.id}.html",
        mime="text/html",
        key="review-pack",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="Everything on this page as one file, which opens without a network.",
    )


def review_pack(found: Shown, at: datetime, base: str = changes.INCUMBENT) -> bytes:
    """Return everything on a candidate's page as one HTML file in UTF-8, as it is at `at`.

    `base` names what the text is compared with, as on the page. Raises `Refused` where there is no such base.
    """
    return document(gather(found, base), at).encode()


def gather(found: Shown, base: str = changes.INCUMBENT) -> Pack:
    """Read what a pack holds beyond what the page keeps: texts, ablations, jobs, and the base to compare with."""
    review = found.review
    if base not in changes.options(review):
        raise Refused(f"candidate {review.candidate.id} can't be compared with {base}")
    lines = chosen(found.lines)
    ids = [line.row.example_id for line in lines]
    with database().session() as session:
        jobs = jobs_of(session, review.candidate.id)
        views = {view.row.example_id: view for view in example_views(session, review, ids)}
        asked = {name for job in jobs if job.kind == "suspects" for name in job.examples}
        ablations = {name: ablation_results(session, review, views[name].example) for name in ids if name in asked}
    return Pack(found, base, changes.composition_named(review, base), lines, views, ablations, jobs)


def document(pack: Pack, at: datetime) -> str:
    """Return the whole file: the same pack and time give the same text."""
    candidate = pack.found.review.candidate
    title = f"{candidate.task} → {candidate.target}, candidate {candidate.id}"
    headed = sections(pack)
    contents = "".join(f'<a href="#{name}">{safe(heading)}</a>' for name, (heading, _, _) in headed.items())
    body = "".join(
        f'<section class="ic" id="{name}"><h2>{safe(heading)} <span>{aside}</span></h2>{content}</section>'
        for name, (heading, aside, content) in headed.items()
    )
    page = alone(f"{_head(pack, at)}<nav>{contents}</nav>{body}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(title)}</title><style>{STYLE.read_text()}{PACK_STYLE.read_text()}</style></head>"
        f"<body><main>{page}</main></body></html>\n"
    )


def alone(content: str) -> str:
    """Return HTML of the pages as a file by itself needs it: links become text, and times exact."""
    return _TIME.sub(r"<time\1>\2</time>", _LINK.sub(r"\1", content))


def _head(pack: Pack, at: datetime) -> str:
    review = pack.found.review
    candidate, status = review.candidate, review.status
    again = candidate.rescored_from
    facts = [
        f"candidate {candidate.id}",
        f"proposed by {safe(candidate.proposed_by)} from run {candidate.run_id}",
        f"{candidate.created_at:%Y-%m-%d %H:%M} UTC",
        "" if again is None else f"scored again from candidate {again}",
    ]
    return (
        f'<div class="ic pk-note">Review pack: a copy of the candidate’s page as it was on '
        f"{at.astimezone(UTC):%Y-%m-%d at %H:%M:%S} UTC. Later decisions are not in it.</div>"
        f'<header class="ic"><div class="ic-head"><h1>{safe(candidate.task)} → {safe(candidate.target)}</h1>'
        f'{state_tag(status.state)}</div><div class="ic-mute">{" · ".join(filter(None, facts))}</div>'
        f'<p class="ic-story">{header.story(pack.found)}</p></header>'
        + metrics.cards(pack.found.figures, candidate.outcome.counts)
        + header.strip(review, pack.found.gap)
        + metrics.gates(candidate.gates, candidate.figures)
        + f'<p class="ic ic-next">{_outlook(status)}</p>'
    )


def _outlook(status: ReviewStatus) -> str:
    """Return the state of the candidate and what its release waits for, as HTML."""
    if made := status.release:
        now_what = "in use" if status.state == "released" else "another prompt was released since"
        return f"<b>Released</b> by {safe(made.released_by)}, {made.released_at:%Y-%m-%d %H:%M} UTC: {now_what}."
    if status.successor is not None:
        return f"<b>Scored again</b> It became candidate {status.successor}."
    waits = status.release_blockers
    return f"<b>Release waits</b> {safe(joined(waits))}." if waits else "<b>Release</b> Nothing is in its way."
