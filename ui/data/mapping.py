"""Which column is what: guessed, shown, and chosen otherwise by whoever brings the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from composer.data.columns import ColumnMap
from library.canonical import digest
from ui.data.reading import Upload
from ui.shell.html import plain

NONE = "— none —"
_SINGLE: Mapping[str, str] = {
    "gold": "Label or rating of all (gold)",
    "rater": "Who rated, where each row is one person's",
    "ratings": "Ratings by name (JSON objects)",
    "id": "Id",
    "cluster": "Cluster: what keeps rows in one split",
    "slice": "Slice: the kind of row",
    "explanation": "Explanation of the label",
    "must_not_regress": "Must not regress (yes or no)",
}
_FIRST = ("gold", "rater")


def columns_for(upload: Upload, guess: ColumnMap, inputs: Sequence[str]) -> ColumnMap:
    """Ask for the columns of a task with these inputs, beginning with a guess; nothing is left to be guessed."""
    left, right = st.columns(2, gap="medium")
    chosen = {}
    with left:
        for name in inputs:
            chosen[name] = _one(upload, f"Input: {name}", f"input-{name}", guess.inputs.get(name, ""), needed=True)
    return _rest(upload, guess, {name: column for name, column in chosen.items() if column}, left, right)


def columns_for_new(upload: Upload, guess: ColumnMap) -> ColumnMap:
    """Ask for the columns of a task that is to be made, beginning with a guess; nothing is left to be guessed."""
    called = {column: name for name, column in guess.inputs.items()}
    left, right = st.columns(2, gap="medium")
    with left:
        texts = _several(upload, "Texts that the prompt is given", "inputs", tuple(called), bool(called))
    return _rest(upload, guess, {called.get(column, column): column for column in texts}, left, right)


def _rest(
    upload: Upload, guess: ColumnMap, inputs: Mapping[str, str], left: DeltaGenerator, right: DeltaGenerator
) -> ColumnMap:
    with left:
        raters = _several(upload, "Ratings, a column a person", "raters", guess.raters, "raters" in guess.guessed)
    with right:
        single = {name: _single(upload, guess, name) for name in _FIRST}
    rest = [name for name in _SINGLE if name not in _FIRST]
    with st.expander("More columns: id, cluster, slice …", key="more-columns"):
        places = st.columns(2, gap="medium")
        for number, name in enumerate(rest):
            with places[number % 2]:
                single[name] = _single(upload, guess, name)
    found = ColumnMap(inputs=inputs, raters=raters, **single)  # type: ignore[arg-type]  # all are names of columns
    kept = found.extras(upload.table)
    if kept:
        st.caption(plain(f"Kept with the rows as they are: {', '.join(kept)}."))
    for line in found.left_out(upload.table):
        st.caption(plain(line))
    return replace(found, unused=frozenset(kept))


def _single(upload: Upload, guess: ColumnMap, name: str) -> str:
    return _one(upload, _marked(_SINGLE[name], name in guess.guessed), name, getattr(guess, name))


def _one(upload: Upload, label: str, name: str, column: str, *, needed: bool = False) -> str:
    options = [*([] if needed else [NONE]), *upload.table.columns]
    index = options.index(column) if column in options else None if needed else 0
    found = st.selectbox(label, options, index=index, key=_key(upload, name, column))
    return "" if found is None or found == NONE else str(found)


def _several(upload: Upload, label: str, name: str, columns: Sequence[str], guessed: bool) -> tuple[str, ...]:
    return tuple(
        st.multiselect(
            _marked(label, guessed),
            upload.table.columns,
            default=list(columns),
            key=_key(upload, name, *columns),
            placeholder="none",
        )
    )


def _marked(label: str, guessed: bool) -> str:
    return f"{label} — guessed" if guessed else label


def _key(upload: Upload, name: str, *guess: str) -> str:
    """Name a widget: another guess, as of a prompt that names columns, gives another widget with it."""
    return f"{name}-{upload.key}-{digest(list(guess))[:8]}"
