"""What a reviewer decides on regressions: dispositions, one or for all that are left, and corrected labels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from composer.analysis.examples import ExampleView
from composer.review.corrections import confirmation, propose_correction
from composer.review.regressions import Disposition, DispositionKind, set_disposition
from library.people import someone
from library.roles import Person
from ui.candidate import open_row, shortcuts
from ui.candidate.page_data import Shown
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe
from ui.shell.notices import Outcome, Section, written
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import who

REGRESSION, REST = Section("regression"), Section("unresolved regressions")
REASON = Key("disposition", "")
REST_REASON = Key("disposition-rest", "")
LABEL: Key[str | float] = Key("label", "")
TONES = {"acceptable": "", "blocks": "ic-orange", "label is wrong": "ic-ink"}


def show(found: Shown, view: ExampleView, person: Person) -> None:
    """Show the disposition of a regression, and take another."""
    name, given = view.row.example_id, found.review.status.dispositions
    if name in given:
        html(f'<div class="ic ic-decided">{disposition(given[name])}</div>')
    if _is_closed(found):
        return
    may_decide = person.may("reviewer")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Reason for the disposition",
            key=REASON.of(name).name,
            placeholder="Why it is acceptable, blocks, or is labelled wrong",
            width=430,
            label_visibility="collapsed",
        )
        for label, kind, letter in (
            ("Acceptable", "acceptable", shortcuts.ACCEPTABLE),
            ("Blocks", "blocks", shortcuts.BLOCKS),
        ):
            st.button(
                label,
                key=kind,
                on_click=_dispose,
                args=(found, name, kind),
                shortcut=letter,
                disabled=not may_decide,
            )
        if name in {one.example_id for one in found.review.status.corrections}:
            st.caption("Another label is proposed: it is decided on at the end of the page.", width="content")
        else:
            with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
                _label(found, view, may_decide)
        if not may_decide:
            st.caption(f"{plain(person.name)} is not a reviewer.", width="content")
    REGRESSION.show_refusal()


def show_rest(found: Shown, person: Person) -> None:
    """Offer one disposition for all regressions that have none yet, where there are several."""
    unresolved = found.review.status.unresolved
    if len(unresolved) < 2 or _is_closed(found) or not person.may("reviewer"):
        return
    title = f"Accept all {count(len(unresolved), 'unresolved regression')} for one reason"
    with st.expander(title, key="rest"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                "Acceptable because",
                key=REST_REASON.name,
                width=520,
                placeholder="Acceptable because …",
                label_visibility="collapsed",
            )
            st.button(
                f"All {len(unresolved):,} are acceptable",
                key="acceptable-rest",
                on_click=_accept_rest,
                args=(found,),
            )
        REST.show_refusal()


def disposition(given: Disposition) -> str:
    """Return a reviewer's disposition of a regression, as HTML."""
    return (
        f'<span class="ic-tag {TONES[given.kind]}">{safe(given.kind)}</span> '
        f'<span class="ic-verbatim">{safe(given.reason)}</span> '
        f'<span class="ic-mute">{safe(given.reviewer)}</span>'
    )


def _is_closed(found: Shown) -> bool:
    """Whether nothing more is decided on a candidate: it was released, or scored again as another."""
    return found.review.status.release is not None or found.review.status.successor is not None


def _label(found: Shown, view: ExampleView, may_decide: bool) -> None:
    output, example = found.review.task.output, view.example
    key = LABEL.of(example.id).name
    if output.kind == "label":
        others = [one for one in output.labels if one != example.gold]
        st.selectbox("Right label", others, key=key, width=130)
    else:
        low, high = output.scale
        st.number_input(
            "Right label",
            float(low),
            float(high),
            float(example.gold),
            0.1,
            key=key,
            width=120,
            format="%.2f",
        )
    st.button(
        "Label is wrong",
        key="label",
        on_click=_propose,
        args=(found, example.id),
        shortcut=shortcuts.LABEL_WRONG,
        disabled=not may_decide,
        help="Proposes the label beside it, which two people decide on.",
    )


@written(REGRESSION, lambda _found, example_id, _kind: REASON.of(example_id))
def _dispose(reason: str, found: Shown, example_id: str, kind: DispositionKind) -> Outcome:
    left = _dispose_all(found, [example_id], kind, reason)
    return Outcome(_disposed(1, kind, left), partial(open_row.open_row, left[0] if left else example_id))


@written(REST, lambda _found: REST_REASON)
def _accept_rest(reason: str, found: Shown) -> Outcome:
    unresolved = found.review.status.unresolved
    left = _dispose_all(found, unresolved, "acceptable", reason)
    return Outcome(_disposed(len(unresolved), "acceptable", left))


def _dispose_all(found: Shown, examples: Sequence[str], kind: DispositionKind, reason: str) -> list[str]:
    """Give examples this disposition; returns the regressions that are left without one, the worst first."""
    with database().session() as session:
        set_disposition(session, found.review.candidate.id, examples, kind, reason=reason, by=who(), at=now())
    done = set(examples)
    return [one for one in found.review.status.unresolved if one not in done]


def _disposed(number: int, kind: DispositionKind, left: Sequence[str]) -> str:
    return f"{count(number, 'regression')}: {kind}. {len(left):,} left without a disposition."


@written(REGRESSION, lambda _found, example_id: REASON.of(example_id))
def _propose(reason: str, found: Shown, example_id: str) -> Outcome:
    label = LABEL.of(example_id).get()
    with database().session() as session:
        how = confirmation(someone(session, who()))
        propose_correction(
            session, found.review.candidate.id, example_id, label, reason=reason, by=who(), at=now()
        )
    return Outcome(f"Another label for {example_id} is proposed. {how}")
