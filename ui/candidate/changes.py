"""What changes from one prompt to another: snippets first, then the text word by word."""

from __future__ import annotations

import streamlit as st

from composer.activity.addresses import compare_page
from composer.analysis.naming import BASE as BARE
from composer.candidates.records import get_candidate_summary, list_candidates
from composer.models.system_role import PLACES
from composer.prompts.changes import prompt_changes
from composer.prompts.composition import BARE_BASE, Composition
from composer.registry.releases import get_release, list_releases, measured_composition
from composer.registry.tasks import get_task_version
from composer.review.status import Review
from ui.candidate.page_data import Shown
from ui.components import text_layout
from ui.components.snippet_changes import show_changes
from ui.shell import notices
from ui.shell.context import database
from ui.shell.html import plain, safe
from ui.shell.page import html, section
from ui.shell.state import Key

INCUMBENT = "the incumbent"
AGAINST = "against "
"""Precedes the name of a base on the page, and in its link."""
BASE = Key("base", "")
"""What the candidate is compared with: the widget, and its name in the link."""


def show(found: Shown) -> None:
    """Show what the candidate changes against the incumbent, or whatever the link names as base."""
    review = found.review
    section("What changes", f"in snippets, then in the text word by word · {_beside(found)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        base = st.selectbox(
            "Against",
            options(review),
            key=BASE.name,
            bind="query-params",
            label_visibility="collapsed",
            format_func=lambda name: f"{AGAINST}{name}",
            width=330,
        )
        layout = text_layout.choose()
    with notices.refusals():
        before = composition_named(review, base or INCUMBENT)
        findings = found.findings if base in (None, INCUMBENT) else None
        changed = prompt_changes(before, review.composition)
        html(show_changes(changed, findings, found.comments))
        text_layout.show(before.text, review.composition.text, layout)
    if (system := review.candidate.evidence.target.system) != "role":
        st.caption(plain(f"The prompt is sent as the {PLACES[system]}."))


def _beside(found: Shown) -> str:
    """Return the link to the candidate side by side with what is in use and the bare base, as HTML."""
    candidate, now_there = found.review.candidate, found.replaces
    there = now_there is not None and now_there.candidate_id != candidate.id
    names = [f"candidate:{candidate.id}", *([f"release:{now_there.id}"] if now_there and there else []), BARE]
    return f'<a href="{safe(compare_page(candidate.task, names))}">side by side with other prompts</a>'


def options(review: Review) -> list[str]:
    """Return what the candidate can be compared with: the incumbent, the base, releases, other candidates."""
    candidate = review.candidate
    with database().session() as session:
        released = [f"release {one.id}" for one in list_releases(session, candidate.task, candidate.target)]
        others = [
            f"candidate {one.id}" + ("" if one.target == candidate.target else f" on {one.target}")
            for one in list_candidates(session, task=candidate.task)
            if one.id != candidate.id
        ]
    return [INCUMBENT, BARE_BASE, *released, *others]


def composition_named(review: Review, name: str) -> Composition:
    """Return the composition that an option names; raises `Refused` where it can't be read."""
    if name == INCUMBENT:
        return review.incumbent
    if name == BARE_BASE:
        return Composition(review.task.base)
    kind, number = name.split(" ")[:2]
    with database().session() as session:
        release = get_release(session, int(number)) if kind == "release" else None
        measured = get_candidate_summary(session, release.candidate_id if release else int(number))
        parts = release.parts if release else measured.parts
        return measured_composition(session, get_task_version(session, measured.outcome.task_hash), parts)
