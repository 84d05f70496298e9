"""Every example of a candidate: filtered, worst regression first, opened one at a time, downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from composer.analysis.examples import ExampleView, ParsedAnswer, example_views
from composer.evaluation.distribution import range_in_words
from composer.registry.datasets import examples_named
from composer.review.regressions import Disposition
from composer.task.task import Output
from library.canonical import digest
from ui.candidate import example_detail, open_row, page_data, people_range, shortcuts
from ui.candidate.page_data import Line, Shown
from ui.components import metrics
from ui.components.metrics import read_value
from ui.shell import notices, query_params
from ui.shell.context import database
from ui.shell.csv_text import as_csv
from ui.shell.html import count, plain
from ui.shell.page import section
from ui.shell.state import clicked_row
from ui.shell.user import me

Test = Callable[[Line], bool]
SHOW = "show"
"""The widget that chooses which examples are shown, and its name in the link."""
ANCHOR = "every-example"
"""What a link within the page calls this part of it."""
DISPOSITION = "disposition"
"""The column of what was decided on a regression."""

MOST = 200
"""Rows shown at a time: nobody reads further, and a browser is slow with more."""
EVERY_SLICE = "every slice"
SIZES = {"any change": 0.0, "change ≥ 0.05": 0.05, "change ≥ 0.1": 0.1, "change ≥ 0.25": 0.25}
"""How far a loss moved, up or down."""


def tests(dispositions: Mapping[str, Disposition], output: Output, *, people: bool) -> dict[str, Test]:
    """Return the filters by name; labels, which are right or wrong, have two more, and what `people` rated one."""
    stayed: dict[str, Test] = {
        "stayed right": lambda line: line.row.outcome == "same" and line.row.candidate_loss == 0,
        "stayed wrong": lambda line: line.row.outcome == "same" and line.row.candidate_loss > 0,
    }
    return {
        "worse": lambda line: line.row.outcome == "worse",
        "unresolved": lambda line: line.row.outcome == "worse" and line.row.example_id not in dispositions,
        "better": lambda line: line.row.outcome == "better",
        "flipped": lambda line: line.flipped,
        "malformed": lambda line: line.malformed,
        "must not regress": lambda line: line.row.must_not_regress,
        **(stayed if output.kind == "label" else {}),
        **({people_range.OUTSIDE: people_range.is_outside} if people else {}),
        "all": lambda _line: True,
    }


@st.fragment
def show(candidate_id: int) -> None:
    """Show the filters, the table, the example that is open, and what can be decided on it.

    A filter or another row runs this part of the page alone; a disposition runs the whole page, once.
    """
    if notices.is_waiting():
        st.rerun()
    found = page_data.shown(candidate_id)
    aside = f"worst first · loss: 0 right, 1 as wrong as can be · {_flipped(found)}"
    section("Every example", aside, anchor=ANCHOR)
    chosen = _filtered(found)
    if chosen:
        _table(found, chosen)
    else:
        st.caption("No example fits: choose another filter.")
    _steps(found, chosen)
    example_detail.show(found, me().for_task(found.review.task.name))


def _flipped(found: Shown) -> str:
    if found.review.task.output.kind == "label":
        return "flipped: right before and wrong after, or the reverse"
    return "flipped: the rating crossed the middle of the scale"


def _filtered(found: Shown) -> list[Line]:
    people = people_range.is_known(found.lines)
    named = tests(found.review.status.dispositions, found.review.task.output, people=people)
    counts = {name: sum(map(test, found.lines)) for name, test in named.items()}
    slices = sorted({line.row.slice for line in found.lines if line.row.slice})
    with st.container(horizontal=True, vertical_alignment="center"):
        show = _shown(counts)
        cut = _chosen("Slice", "slice", [EVERY_SLICE, *slices], 140) if slices else EVERY_SLICE
        size = _chosen("Size of change", "size", list(SIZES), 140)
        searched = st.text_input(
            "Search",
            key="find",
            bind="query-params",
            placeholder="Search inputs and answers",
            label_visibility="collapsed",
            width=220,
        )
    wanted = (searched or "").lower().split()
    candidate = found.review.candidate
    texts = page_data.texts(candidate.id, candidate.evidence_hash) if wanted else {}
    return [
        line
        for line in found.lines
        if named[show](line)
        and cut in (EVERY_SLICE, line.row.slice)
        and abs(line.row.change) >= SIZES[size]
        and all(word in texts[line.row.example_id] for word in wanted)
    ]


def _chosen(label: str, key: str, options: list[str], width: int) -> str:
    chosen = st.selectbox(label, options, key=key, bind="query-params", label_visibility="collapsed", width=width)
    return chosen or options[0]


def _shown(counts: Mapping[str, int]) -> str:
    """Ask which examples to show; the link holds the choice, its label how many there are."""
    default = "worse" if counts["worse"] else "all"
    return query_params.segments("Show", SHOW, list(counts), default, lambda name: f"{name} {counts[name]:,}")


def frame(found: Shown, lines: Sequence[Line]) -> pd.DataFrame:
    """Return the rows of the table; the inputs are columns of their own."""
    given = found.review.status.dispositions
    with database().session() as session:
        dataset = found.review.candidate.evidence.data.dataset
        named = examples_named(session, dataset, [line.row.example_id for line in lines])
    inputs = {example.id: example.inputs for example in named}
    people = {example.id: range_in_words(example.ratings) for example in named}
    rows = [
        {
            "example": line.row.example_id,
            "gold": metrics.gold(line.row.gold),
            people_range.COLUMN: people_range.cell(line.within, people[line.row.example_id]),
            "before": read_value(line.row.incumbent_value),
            "after": read_value(line.row.candidate_value),
            "loss change": line.row.change,
            "outcome": line.row.outcome,
            DISPOSITION: given[line.row.example_id].kind if line.row.example_id in given else "",
            "slice": line.row.slice,
            "must not regress": line.row.must_not_regress,
            **inputs[line.row.example_id],
        }
        for line in lines
    ]
    return pd.DataFrame(rows)


def csv(found: Shown, lines: Sequence[Line]) -> bytes:
    """Return rows for a spreadsheet or script: everything the table and the open row show, answers verbatim."""
    with database().session() as session:
        views = example_views(session, found.review, [line.row.example_id for line in lines])
    by_id = {view.example.id: view for view in views}
    return as_csv(pd.DataFrame([_cells(found, line, by_id[line.row.example_id]) for line in lines]))


def _cells(found: Shown, line: Line, view: ExampleView) -> dict[str, object]:
    given = found.review.status.dispositions.get(view.example.id)
    return {
        "id": view.example.id,
        "gold": view.example.gold,
        "before": example_detail.read(view.before),
        "after": example_detail.read(view.after),
        "loss_before": view.row.incumbent_loss,
        "loss_after": view.row.candidate_loss,
        "loss_change": view.row.change,
        "outcome": view.row.outcome,
        "slice": view.example.slice,
        "must_not_regress": view.example.must_not_regress,
        "people": range_in_words(view.example.ratings),
        "people_before": people_range.said(line.within, "before"),
        "people_after": people_range.said(line.within, "after"),
        "disposition": given.kind if given else "",
        "disposition_reason": given.reason if given else "",
        "answer_before": view.before.text if view.before else "",
        "answer_after": view.after.text if view.after else "",
        **reported("before", view.before),
        **reported("after", view.after),
        "explanation": view.example.explanation,
        **view.example.inputs,
    }


def reported(side: str, answer: ParsedAnswer | None) -> dict[str, object]:
    """Return why an answer is malformed, and what its target reported of it."""
    given = answer.answer if answer else None
    return {
        f"error_{side}": answer.parsed.error if answer else "",
        f"finish_reason_{side}": given.finish_reason if given else "",
        f"refusal_{side}": given.refusal if given else "",
        f"reasoning_tokens_{side}": given.reasoning_tokens if given else "",
        f"served_model_{side}": given.served_model if given else "",
        f"system_fingerprint_{side}": given.system_fingerprint if given else "",
    }


def _table(found: Shown, chosen: Sequence[Line]) -> None:
    data = frame(found, chosen[:MOST])
    unused = [name for name in ("slice", "must not regress", people_range.COLUMN) if not data[name].any()]
    if not found.review.candidate.regressions:
        unused.append(DISPOSITION)
    ids = [line.row.example_id for line in chosen[:MOST]]
    # The key holds the rows, so that a click never lands on the row that was there under another filter.
    key = f"examples-{digest(ids)[:12]}"

    def opened() -> None:
        row = clicked_row(key)
        open_row.open_row(None if row is None else ids[row])

    st.dataframe(
        people_range.coloured(data.drop(columns=unused)),
        hide_index=True,
        height="content" if len(ids) <= 10 else 380,
        key=key,
        on_select=opened,
        selection_mode="single-cell",
        column_config={
            "example": st.column_config.TextColumn(width=90, pinned=True),
            "gold": st.column_config.TextColumn(width=70, help="The label that people gave"),
            people_range.COLUMN: st.column_config.TextColumn(width=90, help=people_range.HELP),
            "before": st.column_config.TextColumn(width=80),
            "after": st.column_config.TextColumn(width=80),
            "loss change": st.column_config.NumberColumn("loss change", format="%+.3f", width=90),
            "outcome": st.column_config.TextColumn(width=70),
            "slice": st.column_config.TextColumn(width=90),
            "must not regress": st.column_config.CheckboxColumn(width=110),
            DISPOSITION: st.column_config.TextColumn(width=110),
            **{
                name: st.column_config.TextColumn(name.replace("_", " "), width="medium")
                for name in found.review.task.inputs
            },
        },
        alt="Test examples under both prompts, worst regression first",
    )


def _steps(found: Shown, chosen: Sequence[Line]) -> None:
    """Offer the ways from row to row, and the rows as a file."""
    ids = [line.row.example_id for line in chosen]
    row = open_row.opened()
    place = ids.index(row) if row in ids else None
    regressions = found.review.candidate.regressions
    candidate = found.review.candidate
    with st.container(horizontal=True, vertical_alignment="center"):
        _go("Previous row", "previous", shortcuts.PREVIOUS_ROW, ids[max((place or 0) - 1, 0)] if place else None)
        last = place is not None and place == len(ids) - 1
        following = None if not ids or last else ids[0 if place is None else (place or 0) + 1]
        _go("Next row" if place is not None else "Open the first", "next", shortcuts.NEXT_ROW, following)
        if regressions:
            _go("Previous regression", "back", shortcuts.PREVIOUS_REGRESSION, _regression(found, row, -1))
            _go("Next regression", "onward", shortcuts.NEXT_REGRESSION, _regression(found, row, +1))
        if row:
            st.button("Close", key="close", type="tertiary", on_click=open_row.open_row, args=(None,))
        st.download_button(
            "CSV",
            lambda: csv(found, chosen),
            file_name=f"{candidate.task}-candidate-{candidate.id}.csv",
            mime="text/csv",
            key="csv",
            icon=":material/download:",
            on_click="ignore",
            help="All rows that fit, with both raw answers.",
        )
        if row in ids and place is not None:
            st.caption(plain(f"{row}, {place + 1:,} of {len(ids):,}"), width="content")
        elif len(ids) > MOST:
            st.caption(f"{MOST} of {count(len(ids), 'row')} shown; the file holds all.", width="content")
        else:
            st.caption(f"{count(len(ids), 'row')}. Click one to open it.", width="content")


def _go(label: str, key: str, shortcut: str, to: str | None) -> None:
    st.button(
        label,
        key=key,
        type="tertiary",
        on_click=open_row.open_row,
        args=(to,),
        disabled=to is None,
        shortcut=shortcut,
    )


def _regression(found: Shown, row: str | None, way: int) -> str | None:
    """Return the next unresolved regression after the open row, or the regression before it."""
    regressions = found.review.candidate.regressions
    given = found.review.status.dispositions
    place = regressions.index(row) if row in regressions else (-1 if way > 0 else len(regressions))
    if way < 0:
        return regressions[place - 1] if place > 0 else None
    ahead = (*regressions[place + 1 :], *regressions[: max(place, 0)])
    return next((one for one in ahead if one not in given), None)
