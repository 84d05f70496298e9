"""One example opened: its inputs, people's word, both raw answers, who is to blame, and the reviewer's word."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.analysis.diagnoses import AblationAnswer, ablation_results
from composer.analysis.examples import ExampleView, ParsedAnswer, example_views
from composer.data.examples import Example
from composer.evaluation.parsing import Parsed
from composer.review.corrections import propose_correction
from composer.review.regressions import Disposition, DispositionKind, set_disposition
from composer.task.task import Output
from library.errors import Refused
from ui.candidate import job_button, shortcuts
from ui.candidate.page_data import Shown
from ui.components.comments import comments_under
from ui.components.metrics import gold, read_value
from ui.shell.context import database, now, plain
from ui.shell.html import count, safe, table
from ui.shell.page import html, remember
from ui.shell.user import me, who

CHANGED = "a word was given"
"""Set in the session's state when the rest of the page has something new to show."""


def show(found: Shown) -> None:
    """Show the row that the link names, if it names one, and take a word on it where it got worse."""
    review = found.review
    wanted = st.query_params.get("row")
    if wanted is not None and any(line.row.example_id == wanted for line in found.lines):
        with database().session() as session:
            (view,) = example_views(session, review, [wanted])
            blame = ablation_results(session, review, view.example)
        html(pane(view, review.task.output, comments_under(found.comments, "example", wanted)))
        if blame:
            _suspects(found, view, blame)
        if wanted in review.candidate.regressions:
            _word(found, view)
    if len(review.status.unresolved) > 1:
        _rest(found)


def go(example_id: str | None) -> None:
    """Open a row, or close the one that is open."""
    if example_id is None:
        st.query_params.pop("row", None)
    else:
        st.query_params["row"] = example_id


def read(said: ParsedAnswer | None) -> str:
    """Return an answer as it was read: its value, or that it is malformed or no longer stored."""
    return "not stored" if said is None else read_value(said.parsed.value)


def pane(view: ExampleView, output: Output, comments: str = "") -> str:
    """Return one example opened: its inputs, people's word, and both raw answers, as HTML."""
    example, row = view.example, view.row
    inputs = "".join(
        f"<div><dt>{safe(name.replace('_', ' '))}</dt><dd>{safe(text)}</dd></div>"
        for name, text in example.inputs.items()
    )
    before, after = (
        _answer("before", view.before, row.incumbent_loss),
        _answer("after", view.after, row.candidate_loss),
    )
    return (
        f'<div class="ic ic-open"><dl><div class="ic-inputs">{inputs}</div>{_people(example, output)}</dl>'
        f'<div class="ic-answers">{before}{after}</div>{comments}</div>'
    )


def _people(example: Example, output: Output) -> str:
    scale = f" on {output.low}–{output.high}" if output.kind == "ordinal" else ""
    why = (
        safe(example.explanation)
        if example.explanation
        else '<span class="ic-mute">no explanation was given</span>'
    )
    bound = ' <span class="ic-tag ic-ink">must not regress</span>' if example.must_not_regress else ""
    return f"<dt>people</dt><dd><b>{safe(gold(example.gold))}</b>{scale}{bound} — {why}</dd>"


def _answer(side: str, said: ParsedAnswer | None, loss: float) -> str:
    if said is None:
        return f'<div class="ic-answer">{side}: <span class="ic-mute">the answer is no longer stored</span></div>'
    return (
        f'<div class="ic-answer">{side}: {_reading(said.parsed)} <span class="ic-mute">loss {loss:.3f}</span>'
        f"<pre>{safe(said.text) or '<span class=ic-mute>(empty)</span>'}</pre></div>"
    )


def _reading(parsed: Parsed) -> str:
    if parsed.valid:
        return f"<b>{safe(parsed.value)}</b>"
    return f'<b class="ic-worse">malformed</b> <span class="ic-worse">{safe(parsed.error)}</span>'


def _suspects(found: Shown, view: ExampleView, blame: Sequence[AblationAnswer]) -> None:
    """Show what was answered without each part of the candidate, and offer to ask where nobody has."""
    if asked := suspect_table(blame):
        html(asked)
    if any(one.said is None for one in blame) and not found.review.status.stale:
        job_button.ask(found.review.candidate.id, "suspects", "Find the suspects", examples=[view.example.id])


def suspect_table(blame: Sequence[AblationAnswer]) -> str:
    """Return what was answered without each part of the candidate, as HTML; empty where nobody asked."""
    rows = [
        f"<tr><td>without <code>{safe(one.version.key)}</code></td><td>{_reading(one.said)}</td>"
        f'<td class="ic-num">{one.loss:.3f}</td><td>{_blamed(one)}</td></tr>'
        for one in blame
        if one.said is not None
    ]
    return f'<div class="ic ic-suspects">{table(("suspects", "answer", "#loss", ""), rows)}</div>' if rows else ""


def _blamed(one: AblationAnswer) -> str:
    if one.suspect:
        return '<b class="ic-worse">suspect</b>: better without it'
    return '<span class="ic-mute">not to blame</span>'


def _word(found: Shown, view: ExampleView) -> None:
    """Show the word on a regression, and take another."""
    row, words = view.row, found.review.status.dispositions
    word = words.get(row.example_id)
    if word:
        html(f'<div class="ic ic-word">{word_given(word)}</div>')
    if found.review.status.release is not None or found.review.status.successor is not None:
        return
    fixed = not me().may("reviewer")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "A word on this regression",
            key=f"word-{row.example_id}",
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
                on_click=_give,
                args=(found, [row.example_id], kind, f"word-{row.example_id}"),
                shortcut=letter,
                disabled=fixed,
            )
        open_ones = {one.example_id for one in found.review.status.corrections}
        if row.example_id in open_ones:
            st.caption(
                "Another label is proposed: a second person decides, at the end of the page.", width="content"
            )
        else:
            _label(found, view, fixed)
        if fixed:
            st.caption(f"{plain(me().name)} is not a reviewer.", width="content")
    _refusal()


def _label(found: Shown, view: ExampleView, fixed: bool) -> None:
    output, example = found.review.task.output, view.example
    key = f"label-{example.id}"
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
        args=(found, example.id, key),
        shortcut=shortcuts.LABEL_WRONG,
        disabled=fixed,
        help="Proposes the label beside it; it holds once a second person confirms it.",
    )


def _rest(found: Shown) -> None:
    """Offer to give all regressions that have no word yet the same one."""
    unresolved = found.review.status.unresolved
    closed = found.review.status.release is not None or found.review.status.successor is not None
    if closed or not me().may("reviewer"):
        return
    title = f"Give the same word to the {count(len(unresolved), 'regression')} without one"
    with st.expander(title, key="rest"), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Acceptable because",
            key="word-rest",
            width=520,
            placeholder="Acceptable because …",
            label_visibility="collapsed",
        )
        st.button(
            f"All {len(unresolved):,} are acceptable",
            key="acceptable-rest",
            on_click=_give,
            args=(found, list(unresolved), "acceptable", "word-rest"),
        )


def word_given(word: Disposition) -> str:
    """Return a reviewer's word on a regression, as HTML."""
    tone = {"acceptable": "", "blocks": "ic-orange", "label is wrong": "ic-ink"}[word.kind]
    return (
        f'<span class="ic-tag {tone}">{safe(word.kind)}</span> '
        f'<span class="ic-verbatim">{safe(word.reason)}</span> <span class="ic-mute">{safe(word.reviewer)}</span>'
    )


def _give(found: Shown, examples: Sequence[str], kind: DispositionKind, key: str) -> None:
    reason = st.session_state.get(key, "")
    candidate = found.review.candidate
    try:
        with database().session() as session:
            set_disposition(session, candidate.id, examples, kind, reason=reason, by=who(), at=now())
    except Refused as refused:
        st.session_state["refused-word"] = str(refused)
        return
    left = [one for one in found.review.status.unresolved if one not in set(examples)]
    if examples[0] == st.query_params.get("row") and left:
        go(left[0])
    _changed(f"{count(len(examples), 'regression')}: {kind}. {len(left):,} left without a word.")


def _propose(found: Shown, example_id: str, key: str) -> None:
    reason = st.session_state.get(f"word-{example_id}", "")
    try:
        with database().session() as session:
            propose_correction(
                session,
                found.review.candidate.id,
                example_id,
                st.session_state[key],
                reason=reason,
                by=who(),
                at=now(),
            )
    except Refused as refused:
        st.session_state["refused-word"] = str(refused)
        return
    _changed(f"Another label for {example_id} is proposed. It holds once a second person confirms it.")


def _changed(message: str) -> None:
    remember(message)
    st.session_state[CHANGED] = True


def _refusal() -> None:
    refused = st.session_state.pop("refused-word", None)
    if refused:
        st.error(plain(refused[:1].upper() + refused[1:]), icon=":material/block:")
