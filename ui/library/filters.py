"""The filter line of the Library page: what is chosen in it stands in the link, and narrows the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from composer.curation.listing import Row, allowed_by
from composer.curation.worth import LibraryWorth, Place, Worth, best, saved
from composer.task.task import Task
from ui.components.library_data import LibraryData, Used
from ui.shell import query_params

STATES = ("all", "vetted", "draft", "waits for me", "retired", "rejected")
ANY_TAG, ANY_TASK, ANYBODY, BEST = "every tag", "every task", "everybody", "worth where best"
ORDERS = ("library order", "worth", "in prompts", "picked", "last change", "key")


@dataclass(frozen=True)
class Chosen:
    """What the filter line says; an empty field narrows nothing. `place` is where worth is shown."""

    state: str = "all"
    tag: str = ""
    task: Task | None = None
    author: str = ""
    words: str = ""
    place: Place | None = None
    order: str = ORDERS[0]


def of_state(data: LibraryData, state: str) -> tuple[Row, ...]:
    """Return the rows under one of the states."""
    return data.waiting if state == "waits for me" else data.listing.of_state[state]


def narrowed(rows: Sequence[Row], chosen: Chosen) -> list[Row]:
    """Return the rows that fit everything but the state."""
    words = chosen.words.lower().split()
    if replace(chosen, state="all", place=None, order=ORDERS[0]) == Chosen():
        return list(rows)
    if chosen.task is not None:
        rows = allowed_by(chosen.task, rows)
    return [
        row
        for row in rows
        if (not chosen.tag or chosen.tag in row.version.tags)
        and chosen.author in ("", row.version.author)
        and (not words or all(word in row.words for word in words))
    ]


def ordered(rows: Sequence[Row], order: str, worths: Mapping[str, Worth], used: Used) -> list[Row]:
    """Return the rows in this order: most first, and what is not known last."""
    keys = {
        "worth": lambda row: -_gain(worths.get(row.key)),
        "in prompts": lambda row: -len(used.get(row.key, ())),
        "picked": lambda row: -len(worths[row.key].picked) if row.key in worths else 0,
        "last change": lambda row: -_seconds(row.changed_at),
        "key": lambda row: row.key,
    }
    return sorted(rows, key=keys[order]) if order in keys else list(rows)


def _gain(one: Worth | None) -> float:
    return saved(one.effect)[0] if one is not None and one.effect is not None else float("-inf")


def _seconds(at: datetime) -> float:
    return at.timestamp()


def worths_at(worth: LibraryWorth, place: Place | None) -> dict[str, Worth]:
    """Return what each snippet is worth at this place, or where it is most, by key; unknown ones are left out."""
    found = {}
    for key, each in worth.snippets.items():
        at = best(each) or next(iter(each), None)
        if place is not None:
            at = next((one for one in each if one.place == place), None)
        if at is not None:
            found[key] = at
    return found


def show(data: LibraryData) -> Chosen:
    """Offer the filter line, with how many rows each state has, and return what is chosen."""
    found, tasks = data.listing, data.tasks
    counts = {name: len(of_state(data, name)) for name in STATES}
    with st.container(horizontal=True, vertical_alignment="center"):
        state = query_params.segments("State", "state", STATES, "all", lambda name: f"{name} {counts[name]:,}")
        words = st.text_input(
            "Filter",
            key="library",
            bind="query-params",
            placeholder="Filter by key, text, rule, why",
            label_visibility="collapsed",
            width=210,
        )
        tag = _one_of("tag", ANY_TAG, found.tags, 120)
        task = _one_of("task", ANY_TASK, [one.name for one in tasks], 125)
        author = _one_of("author", ANYBODY, found.authors, 125)
        places = {f"{one[0]} → {one[1]}": one for one in _places(data.worth)}
        place = _one_of("worth", BEST, list(places), 170)
        order = _one_of("sort", ORDERS[0], ORDERS[1:], 130)
    return Chosen(
        state,
        tag,
        next((one for one in tasks if one.name == task), None),
        author,
        words or "",
        places.get(place),
        order or ORDERS[0],
    )


def _one_of(name: str, anything: str, options: Sequence[str], width: int) -> str:
    """Offer one of these or anything, where there are two or more; returns the one chosen, or empty."""
    if len(options) < 2:
        return ""
    value = query_params.chosen(name, [anything, *options], anything)
    st.selectbox(
        name.capitalize(),
        [anything, *options],
        key=name,
        label_visibility="collapsed",
        width=width,
        on_change=query_params.keep,
        args=(name,),
    )
    return "" if value == anything else value


def _places(worth: LibraryWorth) -> list[Place]:
    return sorted({one.place for each in worth.snippets.values() for one in each})
