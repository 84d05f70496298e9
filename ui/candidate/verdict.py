"""The end of the Candidate page: corrections to confirm, verdicts so far, yours, and the release."""

from __future__ import annotations

import streamlit as st

from composer.evaluation.formatting import NAMES as FIGURES
from composer.prompts.changes import snippet_changes
from composer.registry.releases import measured_composition
from composer.release.publish import release_candidate
from composer.review.corrections import Correction, decide_correction
from composer.review.decisions import dismiss, give_verdict
from composer.review.status import ReviewStatus
from composer.review.verdicts import DISMISSAL, Kind, effective_verdicts
from library.errors import Refused
from library.roles import Person
from ui.candidate import job_button, shortcuts
from ui.candidate.page_data import Shown
from ui.components.metrics import gain, gold, pair, replaced
from ui.components.snippet_changes import show_snippets
from ui.shell.context import database, now, plain
from ui.shell.html import count, safe, table, when
from ui.shell.page import html, section
from ui.shell.user import who

NAMES: dict[str, str] = {
    "approve": "approved",
    "request changes": "asked for changes",
    "no-go": "said no-go",
    "override": "overrode the failing gates",
    "comment": "commented",
}


def show(found: Shown, me: Person) -> None:
    """Take a verdict, say why approval or release waits, and list what was decided so far."""
    status = found.review.status
    section("Your verdict", plain_aside(found, me))
    for one in status.corrections:
        _correction(one, me)
    _history(found, me)
    _refusal()
    if status.state == "released":
        place = {"task": found.review.candidate.task, "target": found.review.candidate.target}
        st.page_link(
            "views/prompts.py", label="See it in Prompts", icon=":material/arrow_forward:", query_params=place
        )
    elif status.successor is not None:
        st.page_link(
            "views/candidate.py",
            label=f"Go on with candidate {status.successor}",
            icon=":material/arrow_forward:",
            query_params={"candidate": str(status.successor)},
        )
    elif status.release is None:
        _decide(found, me)


def plain_aside(found: Shown, me: Person) -> str:
    """Return who is deciding and what the policy asks for, as HTML."""
    terms = found.review.task.terms
    asked = f"{count(terms.approvals, 'approval')} needed"
    not_counting = {"proposer": "the proposer’s", "authors": "the snippets’ authors’"}
    without = " and ".join(not_counting[one] for one in terms.exclude)
    left_out = f", {without} not counting" if without else ""
    return safe(f"as {me.name} · {asked}{left_out}")


def _decide(found: Shown, me: Person) -> None:
    status, candidate = found.review.status, found.review.candidate
    st.text_area("Reason", key="reason", height=80, width=760, placeholder="What decided it, in a sentence")
    reviewer = me.may("reviewer")
    against = status.approval_blockers_for(me)
    with st.container(horizontal=True, vertical_alignment="center"):
        _button(
            "Request changes", "request changes", shortcuts.REQUEST_CHANGES, candidate.id, disabled=not reviewer
        )
        _button("No-go", "no-go", shortcuts.NO_GO, candidate.id, disabled=not reviewer)
        if candidate.failing_gates and me.may(*status.task.terms.override) and status.task.terms.override:
            _button("Override the gates", "override", None, candidate.id)
        approved = any(
            word.kind == "approve" and word.reviewer == me.name for word in effective_verdicts(status.verdicts)
        )
        _button(
            "Approve",
            "approve",
            shortcuts.APPROVE,
            candidate.id,
            disabled=bool(against) or approved,
            primary=status.state != "approved",
        )
        if approved:
            st.caption("You approved it.", width="content")
        elif against:
            st.caption(plain(f"Approval waits: {'; '.join(against)}"), width="content")
    waits = status.release_blockers()
    if waits and not status.approvals:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Release …",
            key="release",
            type="primary" if status.state == "approved" else "secondary",
            on_click=_open_release,
            disabled=bool(waits) or not me.may("releaser"),
            shortcut=shortcuts.RELEASE,
        )
        if waits:
            st.caption(plain(f"Release waits: {'; '.join(waits)}"), width="content")
        elif not me.may("releaser"):
            st.caption(plain(f"{me.name} is not a releaser."), width="content")
    if st.session_state.pop("release-open", False):
        _release(found)


def _button(
    label: str, kind: Kind, letter: str | None, candidate_id: int, *, disabled: bool = False, primary: bool = False
) -> None:
    st.button(
        label,
        key=kind.replace(" ", "-"),
        type="primary" if primary else "secondary",
        on_click=_give,
        args=(candidate_id, kind),
        disabled=disabled,
        shortcut=letter,
    )


def _give(candidate_id: int, kind: Kind) -> None:
    try:
        with database().session() as session:
            after = give_verdict(
                session, candidate_id, kind, reason=st.session_state.get("reason", ""), by=who(), at=now()
            )
    except Refused as refused:
        st.session_state["refused"] = str(refused)
        return
    st.session_state["reason"] = ""
    left = after.missing
    more = " It can be released now." if after.state == "approved" else (f" Still needed: {left}." if left else "")
    st.session_state["message"] = f"Noted: you {NAMES[kind]}.{more if kind == 'approve' else ''}"


def _open_release() -> None:
    st.session_state["release-open"] = True


@st.dialog("Release this prompt", width="large")
def _release(found: Shown) -> None:
    """Name exactly what a release replaces, and make it."""
    review, candidate = found.review, found.review.candidate
    metric = candidate.figures[0]
    html(
        f'<div class="ic"><p><b>{safe(candidate.task)} → {safe(candidate.target)}</b> gets the prompt of '
        f"candidate {candidate.id}, and {replaced(found.replaces, now())} goes.</p><p>{FIGURES[metric.name]} "
        f"{pair(metric)} {gain(metric)}</p></div>"
    )
    with database().session() as session:
        now_there = found.replaces.versions if found.replaces else ()
        before = measured_composition(session, review.task, now_there).versions
    html(show_snippets(snippet_changes(before, review.composition.versions)))
    st.text_area("Reason", key="release-reason", height=70, placeholder="Why now, in a sentence")
    if st.button("Release", key="release-now", type="primary"):
        try:
            with database().session() as session:
                made = release_candidate(
                    session,
                    candidate.id,
                    reason=st.session_state.get("release-reason", ""),
                    by=who(),
                    at=now(),
                )
        except Refused as refused:
            st.error(plain(str(refused)), icon=":material/block:")
            return
        place = f"{candidate.task} on {candidate.target}"
        st.session_state["message"] = (
            f"Released: candidate {candidate.id} is now the prompt of {place}, as release {made.id}."
        )
        st.rerun()


def correction(one: Correction) -> str:
    """Return a correction that waits for a second person, as HTML."""
    return (
        f'<div class="ic ic-word"><span class="ic-tag ic-ink">label of {safe(one.example_id)}</span> '
        f"{safe(gold(one.gold_before))} → <b>{safe(gold(one.gold))}</b>: {safe(one.reason)} "
        f'<span class="ic-mute">{safe(one.proposed_by)}, {when(one.proposed_at, now())}</span></div>'
    )


def _correction(one: Correction, me: Person) -> None:
    html(correction(one))
    looks_on = not me.may("reviewer", "curator")
    own = me.local or me.name == one.proposed_by
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Why", key=f"why-{one.id}", placeholder="Why you think so", width=430, label_visibility="collapsed"
        )
        st.button(
            "Confirm the label",
            key=f"confirm-{one.id}",
            on_click=_settle,
            args=(one.id, True),
            disabled=own or looks_on,
        )
        st.button("Reject", key=f"reject-{one.id}", on_click=_settle, args=(one.id, False), disabled=looks_on)
        if looks_on:
            st.caption(plain(f"{me.name} is neither a reviewer nor a curator."), width="content")
        elif own:
            reason = "nobody signs in to this home" if me.local else "a second person confirms it"
            st.caption(plain(f"Confirming waits: {reason}."), width="content")


def _settle(correction_id: int, confirm: bool) -> None:
    try:
        with database().session() as session:
            reason = st.session_state.get(f"why-{correction_id}", "")
            decide_correction(session, correction_id, confirm=confirm, reason=reason, by=who(), at=now())
    except Refused as refused:
        st.session_state["refused"] = str(refused)
        return
    st.session_state["message"] = (
        "The label is corrected: what rested on the old one is stale, and can be scored again at no cost."
        if confirm
        else "The correction is rejected; the label stays."
    )


def history(status: ReviewStatus) -> str:
    """Return the verdicts so far, oldest first, as an HTML table; empty where there are none."""
    if not status.verdicts:
        return ""
    counting = {one.id for one in effective_verdicts(status.verdicts)}
    dismissed = {one.about for one in status.verdicts if one.kind == DISMISSAL}
    whose = {one.id: f"{one.reviewer}’s {one.kind}" for one in status.verdicts}
    rows = [
        f'<tr class="{"" if one.id in counting or one.kind == DISMISSAL else "ic-past"}">'
        f'<td class="ic-nowrap">{safe(one.reviewer)}</td>'
        f'<td class="ic-nowrap">{safe(NAMES.get(one.kind, f"dismissed {whose.get(one.about or 0)}"))}'
        f"{' (dismissed)' if one.id in dismissed else ''}</td>"
        f'<td class="ic-verbatim">{safe(one.reason)}</td><td class="ic-mute">{when(one.given_at, now())}</td></tr>'
        for one in status.verdicts
    ]
    return table(("who", "verdict", "reason", "when"), rows)


def _history(found: Shown, me: Person) -> None:
    """List the verdicts so far; those in the way can be dismissed by an admin."""
    status = found.review.status
    if not status.verdicts:
        return
    html(history(status))
    blocking = [one for one in effective_verdicts(status.verdicts) if one.kind in ("request changes", "no-go")]
    if not blocking or not me.may("admin"):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Reason to dismiss",
            key="dismissal",
            placeholder="Why it no longer stands in the way",
            width=430,
            label_visibility="collapsed",
        )
        for one in blocking:
            st.button(
                f"Dismiss {one.reviewer}’s {one.kind}",
                key=f"dismiss-{one.id}",
                on_click=_dismiss,
                args=(one.id, one.candidate_id),
            )


def _dismiss(verdict_id: int, candidate_id: int) -> None:
    try:
        with database().session() as session:
            reason = st.session_state.get("dismissal", "")
            dismiss(session, verdict_id, candidate_id, reason=reason, by=who(), at=now())
    except Refused as refused:
        st.session_state["refused"] = str(refused)
        return
    st.session_state["message"] = "Dismissed: it no longer stands in the way."


def _refusal() -> None:
    refused = st.session_state.pop("refused", None)
    if refused:
        st.error(plain(refused[:1].upper() + refused[1:]), icon=":material/block:")


def stale(found: Shown) -> None:
    """Say what has changed under a candidate, and offer to score it again."""
    status = found.review.status
    if not status.stale or status.successor is not None:
        return
    reasons = "; ".join(status.stale)
    st.warning(
        plain(f"{reasons[:1].upper()}{reasons[1:]}. It can't be released before it is scored again."),
        title="Stale",
        icon=":material/history:",
    )
    job_button.ask(found.review.candidate.id, "rescore", "Score it again", primary=True)
