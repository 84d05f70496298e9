"""What changes from one prompt to another: snippets first, then the text word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from composer.candidates.records import heads
from composer.evaluation.formatting import NAMES
from composer.prompts.composition import Composition
from composer.reading import SnippetChange, snippet_changes
from composer.registry.lookup import get_task_version
from composer.registry.releases import get_release, measured_composition, releases
from composer.review.comments import Comment
from composer.review.status import Review
from composer.runs.findings import Learnt
from library.errors import Refused
from ui.candidate.discussion import comments_under
from ui.candidate.page_data import Shown
from ui.components import text_diff
from ui.components.metrics import gain
from ui.shell.context import database, show_refusal
from ui.shell.html import safe
from ui.shell.page import html, section

SIGNS = {
    "added": ("+", "better"),
    "removed": ("−", "worse"),
    "reworded": ("±", ""),
    "moved": ("↕", ""),
}
INCUMBENT, BARE = "the incumbent", "the bare base"
AGAINST = "against "
"""What stands before the name of a base on the page, and in its link."""


def show(found: Shown) -> None:
    """Show what the candidate changes against the incumbent, or whatever the link names as base."""
    review = found.review
    section("What changes", "in snippets, then in the text word by word")
    with st.container(horizontal=True, vertical_alignment="center"):
        base = st.selectbox(
            "Against",
            options(review),
            key="base",
            bind="query-params",
            label_visibility="collapsed",
            format_func=lambda name: f"{AGAINST}{name}",
            width=330,
        )
        view = st.segmented_control(
            "Layout of the text",
            ["unified", "side by side"],
            default="unified",
            required=True,
            key="diff",
            bind="query-params",
            label_visibility="collapsed",
        )
    try:
        before = composition_named(review, base or INCUMBENT)
    except Refused as refused:
        show_refusal(refused)
        return
    worth = found.learnt if base in (None, INCUMBENT) else None
    html(snippets(snippet_changes(before.versions, review.composition.versions), worth, found.comments))
    lines = text_diff.compare(before.text, review.composition.text)
    html(text_diff.side_by_side(lines) if view == "side by side" else text_diff.unified(lines))


def options(review: Review) -> list[str]:
    """Return what the candidate can be compared with: the incumbent, the base, releases, other candidates."""
    candidate = review.candidate
    with database().session() as session:
        released = [f"release {one.id}" for one in releases(session, candidate.task, candidate.target)]
        others = [
            f"candidate {one.id}" + ("" if one.target == candidate.target else f" on {one.target}")
            for one in heads(session)
            if one.task == candidate.task and one.id != candidate.id
        ]
    return [INCUMBENT, BARE, *released, *others]


def composition_named(review: Review, name: str) -> Composition:
    """Return the composition that an option names; raises `Refused` where it can't be read."""
    if name == INCUMBENT:
        return review.incumbent
    if name == BARE:
        return Composition(review.task.base)
    kind, number = name.split(" ")[:2]
    with database().session() as session:
        if kind == "release":
            release = get_release(session, int(number))
            candidate_id, versions = release.candidate_id, release.versions
        else:
            candidate_id = int(number)
            versions = next(one.versions for one in heads(session) if one.id == candidate_id)
        head = next(one for one in heads(session) if one.id == candidate_id)
        return measured_composition(session, get_task_version(session, head.summary["task_hash"]), versions)


def snippets(
    changes: Sequence[SnippetChange], worth: Learnt | None = None, comments: Sequence[Comment] = ()
) -> str:
    """Return what happened to each snippet as HTML, with its effect where a search measured it; kept ones last."""
    effects = _effects(worth)
    parts = [_change(one, effects, comments) for one in changes if one.kind in SIGNS]
    kept = [one.now.key for one in changes if one.kind not in SIGNS]
    if kept:
        parts.append(
            '<span class="ic-sign ic-same">&nbsp; kept</span>'
            f'<span class="ic-mute ic-rest">{safe(", ".join(kept))}</span>'
        )
    if not parts:
        return '<div class="ic ic-mute">The same snippets in the same order.</div>'
    return f'<div class="ic ic-changes">{"".join(parts)}</div>'


def _change(one: SnippetChange, effects: Mapping[str, str], comments: Sequence[Comment]) -> str:
    sign, tone = SIGNS[one.kind]
    aside = ""
    if one.kind == "moved":
        aside = f' <span class="ic-mute">from place {one.place_before} to {one.place_after}</span>'
    if one.kind == "reworded" and one.before is not None:
        aside = f' <span class="ic-mute">was v{one.before.version}:</span> {safe(one.before.text)}'
    effect = effects.get(one.now.key, "")
    worth = f'<span class="ic-effect">{effect}</span>' if effect and one.kind != "removed" else ""
    said = comments_under(comments, "snippet", one.now.key)
    return (
        f'<span class="ic-sign ic-{tone or "same"}">{sign} {one.kind}</span>'
        f'<code class="ic-key"><a href="library?snippet={safe(one.now.key)}">{safe(one.now.key)}</a> '
        f'<span class="ic-mute">v{one.now.version}</span></code>'
        f'<span class="ic-text">{safe(one.now.text)}{aside}{worth}{said}</span>'
    )


def _effects(worth: Learnt | None) -> dict[str, str]:
    if worth is None:
        return {}
    told = '<span class="ic-mute" title="on the development examples that chose it: expect less on new ones">'
    return {
        one.names[0].partition("@")[0]: f"{told}worth in {NAMES[one.difference.name]}, search estimate:</span> "
        + gain(one.difference)
        for one in worth.left_out
    }
