"""Every example of a candidate: filtered, sorted by worst regression, opened one at a time, downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from composer.data.examples import Example
from composer.parsing import Parsed
from composer.reading import ExampleView, Said
from composer.review import Review
from composer.task import Output
from library.canonical import digest
from ui.parts.opening import plain
from ui.parts.page import html, section
from ui.parts.words import count, safe

Test = Callable[[ExampleView], bool]

FILTERS: dict[str, Test] = {
    "worse": lambda view: view.row.outcome == "worse",
    "better": lambda view: view.row.outcome == "better",
    "flipped": lambda view: view.flipped,
    "malformed": lambda view: view.malformed,
    "must not regress": lambda view: view.example.must_not_regress,
    "all": lambda _view: True,
}
EVERY_SLICE = "every slice"


def show_all(review: Review, views: Sequence[ExampleView]) -> None:
    """Show the filters, the table, and the row that is open."""
    flipped = "right to wrong or back" if review.task.output.kind == "label" else "across the middle of the scale"
    section("Every example", f"flipped: the judgement turned over, {flipped}")
    chosen = _filtered(views)
    ordered = sorted(chosen, key=lambda view: (-view.row.change, view.example.id))
    if not ordered:
        st.caption("No example fits: choose another filter.")
        return
    _table(review, ordered)
    _opened(review, views, ordered)


def _filtered(views: Sequence[ExampleView]) -> list[ExampleView]:
    slices = sorted({view.example.slice for view in views if view.example.slice})
    counts = {name: sum(map(test, views)) for name, test in FILTERS.items()}
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = _shown(counts)
        cut = EVERY_SLICE
        if slices:
            cut = st.selectbox(
                "Slice",
                [EVERY_SLICE, *slices],
                key="slice",
                bind="query-params",
                label_visibility="collapsed",
                width=150,
            )
        words = st.text_input(
            "Search",
            key="find",
            bind="query-params",
            placeholder="Search inputs and answers",
            label_visibility="collapsed",
            width=230,
        )
    return [
        view
        for view in views
        if FILTERS[shown](view)
        and cut in (EVERY_SLICE, view.example.slice)
        and all(word in _text(view) for word in (words or "").lower().split())
    ]


def _shown(counts: Mapping[str, int]) -> str:
    """Ask which examples to show; the link holds the choice, its label how many there are."""
    named = st.query_params.get("show", "")
    usual = "worse" if counts["worse"] else "all"
    st.session_state.setdefault("show", named if named in FILTERS else usual)

    def chosen() -> None:
        st.query_params["show"] = st.session_state["show"]

    shown = st.segmented_control(
        "Show",
        list(FILTERS),
        required=True,
        key="show",
        format_func=lambda name: f"{name} {counts[name]}",
        on_change=chosen,
        label_visibility="collapsed",
    )
    return shown or usual


def _text(view: ExampleView) -> str:
    said = [one.text for one in (view.before, view.after) if one is not None]
    return "\n".join([view.example.id, *view.example.inputs.values(), *said]).lower()


def read(said: Said | None) -> str:
    """Return an answer as it was read: its value, or that it is malformed or no longer stored."""
    if said is None:
        return "not stored"
    return str(said.parsed.value) if said.parsed.valid else "malformed"


def gold(example: Example) -> str:
    """Return people's word on an example; a mean rating to two decimals."""
    return example.gold if isinstance(example.gold, str) else f"{example.gold:.2f}".rstrip("0").rstrip(".")


def frame(views: Sequence[ExampleView]) -> pd.DataFrame:
    """Return the rows of the table; the inputs are columns of their own."""
    rows = [
        {
            "example": view.example.id,
            "people": gold(view.example),
            "before": read(view.before),
            "after": read(view.after),
            "loss change": view.row.change,
            "": view.row.outcome,
            "slice": view.example.slice,
            "must not regress": view.example.must_not_regress,
            **view.example.inputs,
        }
        for view in views
    ]
    return pd.DataFrame(rows)


def csv(views: Sequence[ExampleView]) -> bytes:
    """Return rows for a spreadsheet or script: everything the table and the open row show, answers verbatim."""
    rows = [
        {
            "id": view.example.id,
            "gold": view.example.gold,
            "before": read(view.before),
            "after": read(view.after),
            "loss_before": view.row.incumbent_loss,
            "loss_after": view.row.candidate_loss,
            "loss_change": view.row.change,
            "outcome": view.row.outcome,
            "slice": view.example.slice,
            "must_not_regress": view.example.must_not_regress,
            "answer_before": view.before.text if view.before else "",
            "answer_after": view.after.text if view.after else "",
            "error_before": view.before.parsed.error if view.before else "",
            "error_after": view.after.parsed.error if view.after else "",
            "explanation": view.example.explanation,
            **view.example.inputs,
        }
        for view in views
    ]
    return pd.DataFrame(rows).to_csv(index=False).encode()


def _table(review: Review, ordered: Sequence[ExampleView]) -> None:
    data = frame(ordered)
    unused = [name for name in ("slice", "must not regress") if not data[name].any()]
    ids = [view.example.id for view in ordered]
    # The key holds the rows, so that a click never lands on the row that stood there under another filter.
    key = f"examples-{digest(ids)[:12]}"

    def opened() -> None:
        cells = st.session_state[key].selection.cells
        if cells:
            st.query_params["row"] = ids[cells[0][0]]
        elif "row" in st.query_params:
            del st.query_params["row"]

    st.dataframe(
        data.drop(columns=unused),
        hide_index=True,
        height="content" if len(ordered) <= 10 else 380,
        key=key,
        on_select=opened,
        selection_mode="single-cell",
        column_config={
            "example": st.column_config.TextColumn(width=90, pinned=True),
            "people": st.column_config.TextColumn("people", width=70),
            "before": st.column_config.TextColumn(width=80),
            "after": st.column_config.TextColumn(width=80),
            "loss change": st.column_config.NumberColumn("loss change", format="%+.3f", width=90),
            "": st.column_config.TextColumn(width=60),
            "slice": st.column_config.TextColumn(width=90),
            "must not regress": st.column_config.CheckboxColumn(width=110),
            **{
                name: st.column_config.TextColumn(name.replace("_", " "), width="large")
                for name in review.task.inputs
            },
        },
        alt="Test examples under both prompts, worst regression first",
    )


def _opened(review: Review, views: Sequence[ExampleView], ordered: Sequence[ExampleView]) -> None:
    wanted = st.query_params.get("row")
    ids = [view.example.id for view in ordered]
    view = next((view for view in views if view.example.id == wanted), None)
    place = ids.index(wanted) if wanted in ids else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous",
            key="previous",
            icon=":material/chevron_left:",
            on_click=_go,
            args=(ids[max((place or 0) - 1, 0)],),
            disabled=not place,
        )
        st.button(
            "Next" if view else "Open the first",
            key="next",
            icon=":material/chevron_right:",
            on_click=_go,
            args=(ids[0 if place is None else min(place + 1, len(ids) - 1)],),
            disabled=place == len(ids) - 1,
        )
        if view:
            st.button("Close", key="close", icon=":material/close:", on_click=_go, args=(None,))
        st.download_button(
            "CSV",
            csv(ordered),
            file_name=f"{review.candidate.task}-candidate-{review.candidate.id}.csv",
            mime="text/csv",
            key="csv",
            icon=":material/download:",
            on_click="ignore",
            help="The rows of the table as filtered, with both raw answers.",
        )
        if view:
            where = f"{place + 1} of {len(ids)}" if place is not None else "not among the rows above"
            st.caption(plain(f"{view.example.id}, {where}"), width="content")
        else:
            st.caption(f"{count(len(ids), 'row')}. Click one to open it.", width="content")
    if view:
        html(pane(view, review.task.output))


def _go(example_id: str | None) -> None:
    if example_id is None:
        if "row" in st.query_params:
            del st.query_params["row"]
    else:
        st.query_params["row"] = example_id


def pane(view: ExampleView, output: Output) -> str:
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
        f'<div class="ic-answers">{before}{after}</div></div>'
    )


def _people(example: Example, output: Output) -> str:
    scale = f" on {output.low}–{output.high}" if output.kind == "ordinal" else ""
    why = (
        safe(example.explanation)
        if example.explanation
        else '<span class="ic-mute">no explanation was given</span>'
    )
    bound = ' <span class="ic-tag ic-ink">must not regress</span>' if example.must_not_regress else ""
    return f"<dt>people</dt><dd><b>{safe(gold(example))}</b>{scale}{bound} — {why}</dd>"


def _answer(side: str, said: Said | None, loss: float) -> str:
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
