"""The end of the Candidate page: corrections to confirm, the verdicts so far, yours, and the release."""

from __future__ import annotations

import streamlit as st

from composer.review.blockers import joined
from composer.review.counting import DISMISSAL, Kind, effective_verdicts
from composer.review.decisions import dismiss, give_verdict
from composer.review.status import ReviewStatus
from library.roles import Person
from ui.candidate import corrections, release, shortcuts
from ui.candidate.page_data import Shown
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe, table, when
from ui.shell.notices import Outcome, Section, written
from ui.shell.page import html, section
from ui.shell.state import Key
from ui.shell.user import who

VERDICT, DISMISSALS = Section("verdict"), Section("dismissal")
REASON = Key("reason", "")
DISMISSAL_REASON = Key("dismissal", "")
NAMES: dict[str, str] = {
    "approve": "approved",
    "request changes": "asked for changes",
    "no-go": "gave a no-go",
    "override": "overrode the failing gates",
    "comment": "commented",
}
"""What somebody did who gave each kind of verdict."""


def show(found: Shown, person: Person) -> None:
    """Take a verdict, name what approval or release waits for, and list what was decided so far."""
    status = found.review.status
    section("Your verdict", policy(found, person))
    for one in status.corrections:
        corrections.show(one, person)
    _history(found, person)
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
        _decide(found, person)
        release.show(found, person)


def policy(found: Shown, person: Person) -> str:
    """Return who is deciding and what the policy asks for, as HTML."""
    terms = found.review.task.terms
    needed = f"{count(terms.approvals, 'approval')} needed"
    not_counting = {"proposer": "the proposer’s", "authors": "the prompt’s authors’"}
    without = " and ".join(not_counting[one] for one in terms.exclude)
    left_out = f", {without} not counting" if without else ""
    return safe(f"as {person.name} · {needed}{left_out}")


def _decide(found: Shown, person: Person) -> None:
    status, candidate = found.review.status, found.review.candidate
    st.text_area("Reason", key=REASON.name, height=80, width=760, placeholder="What decided it, in a sentence")
    may_decide = person.may("reviewer")
    against = status.approval_blockers_for(person)
    with st.container(horizontal=True, vertical_alignment="center"):
        _button(
            "Request changes", "request changes", shortcuts.REQUEST_CHANGES, candidate.id, disabled=not may_decide
        )
        _button("No-go", "no-go", shortcuts.NO_GO, candidate.id, disabled=not may_decide)
        override = status.task.terms.override
        if candidate.failing_gates and override and person.may(*override):
            _button("Override the gates", "override", None, candidate.id)
        approved = any(
            one.kind == "approve" and one.reviewer == person.name for one in effective_verdicts(status.verdicts)
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
            st.caption(plain(f"Approval waits: {joined(against)}"), width="content")
    VERDICT.show_refusal()


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


@written(VERDICT, lambda _candidate_id, _kind: REASON)
def _give(reason: str, candidate_id: int, kind: Kind) -> Outcome:
    with database().session() as session:
        after = give_verdict(session, candidate_id, kind, reason=reason, by=who(), at=now())
    done = f"Noted: you {NAMES[kind]}."
    if kind == "approve" and after.state == "approved":
        done = f"{done} It can be released now."
    elif kind == "approve" and after.missing_approvals:
        done = f"{done} Still needed: {joined(after.missing_approvals)}."
    return Outcome(done)


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


def _history(found: Shown, person: Person) -> None:
    """List the verdicts so far; those that block the release can be dismissed by an admin."""
    status = found.review.status
    if not status.verdicts:
        return
    html(history(status))
    blocking = [one for one in effective_verdicts(status.verdicts) if one.kind in ("request changes", "no-go")]
    if not blocking or not person.may("admin"):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Reason to dismiss",
            key=DISMISSAL_REASON.name,
            placeholder="Why it no longer blocks the release",
            width=430,
            label_visibility="collapsed",
        )
        for one in blocking:
            st.button(
                plain(f"Dismiss {one.reviewer}’s {one.kind}"),
                key=f"dismiss-{one.id}",
                on_click=_dismiss,
                args=(one.id, one.candidate_id),
            )
    DISMISSALS.show_refusal()


@written(DISMISSALS, lambda _verdict_id, _candidate_id: DISMISSAL_REASON)
def _dismiss(reason: str, verdict_id: int, candidate_id: int) -> Outcome:
    with database().session() as session:
        dismiss(session, verdict_id, candidate_id, reason=reason, by=who(), at=now())
    return Outcome("Dismissed: it no longer blocks the release.")
