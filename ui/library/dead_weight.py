"""Dead weight: what the library could do without, each with its evidence and one click to retire it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from composer.activity.addresses import snippet_page
from composer.curation.dead_weight import (
    ENOUGH_ANSWERS,
    ENOUGH_SEARCHES,
    KINDS,
    DeadWeight,
    Kind,
    TooLittle,
    Weighed,
)
from composer.curation.listing import Row
from library.roles import Person
from ui.components import retiring, snippets
from ui.components.library_data import LibraryData, weighed
from ui.shell.csv_text import as_csv
from ui.shell.html import count, safe, table
from ui.shell.page import empty, html, section

TITLES: dict[Kind, tuple[str, str]] = {
    "never helped": ("Never helped", "no gain wherever a search tried it enough"),
    "same effect": ("Doubles in effect", "near texts that do the same, and that no search picked together"),
    "cancels": ("Pairs that cancel", "together they do clearly less than the sum of both"),
}
MOST = 50


def show(data: LibraryData, person: Person) -> None:
    """List what could be retired, by kind, then what was tried too little to say."""
    retiring.RETIRE.show_refusal()
    found = weighed()
    if not found.dead and not found.too_little:
        empty(
            "Nothing to weigh",
            "What the library could do without is listed here, with evidence, once runs have tried its snippets.",
        )
        return
    st.caption(
        f"Nothing counts against a snippet before {ENOUGH_ANSWERS} answers held it for a task and target, or "
        f"{ENOUGH_SEARCHES} runs tried it. Effects are search estimates."
    )
    _file(found)
    for kind in KINDS:
        _kind(kind, [one for one in found.dead if one.kind == kind], data, person)
    _too_little(found.too_little)


def _kind(kind: Kind, found: list[DeadWeight], data: LibraryData, person: Person) -> None:
    title, aside = TITLES[kind]
    section(title, f"{safe(aside)} · {len(found)}")
    if not found:
        html('<div class="ic ic-mute">None that the runs so far show.</div>')
    for one in found[:MOST]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            html(_evidence(one, data))
            with st.popover(f"Retire {one.key}", icon=":material/block:"):
                retiring.form(
                    (one.key,), data, person, suggestion=one.reason, place=f"{KINDS.index(kind)}{one.other}"
                )
    if len(found) > MOST:
        st.caption(f"The first {MOST} of {len(found):,}; the file has all.")


def _evidence(one: DeadWeight, data: LibraryData) -> str:
    """Return what speaks for retiring a snippet, as HTML."""
    carried = (
        f' <span class="ic-tag ic-orange">in {count(one.carried, "prompt")} in use</span>' if one.carried else ""
    )
    lines = [_named(data.listing.by_key[one.key], carried)]
    if one.other:
        lines.append(f'<span class="ic-mute">{"like" if one.kind == "same effect" else "with"}</span>')
        lines.append(_named(data.listing.by_key[one.other], ' <span class="ic-mute">stays</span>'))
    evidence = "".join(f"<li>{safe(each)}</li>" for each in one.evidence)
    source = f"run {snippets.runs(one.runs)} · {count(one.answers, 'answer')}"
    return f'<div class="ic">{"".join(lines)}<ul>{evidence}</ul><div class="ic-mute ic-small">{source}</div></div>'


def _named(one: Row, aside: str) -> str:
    return f'<div>{_link(one.key)}{aside} <span class="ic-verbatim">{safe(one.version.text)}</span></div>'


def _link(key: str) -> str:
    return f'<a class="ic-mono" href="{safe(snippet_page(key))}">{safe(key)}</a>'


def _too_little(found: tuple[TooLittle, ...]) -> None:
    title = f"{count(len(found), 'snippet')} not tried enough to say"
    with st.expander(title, key="too-little"):
        if found:
            rows = [
                f'<tr><td class="ic-nowrap">{_link(one.key)}</td><td>{safe(one.why)}</td></tr>'
                for one in found[: 4 * MOST]
            ]
            html(table(("snippet", "so far"), rows))
        if len(found) > 4 * MOST:
            st.caption(f"The first {4 * MOST} of {len(found):,}; the file has all.")


def _file(found: Weighed) -> None:
    st.download_button(
        "CSV",
        lambda: csv(found),
        "dead-weight.csv",
        "text/csv",
        key="dead-csv",
        icon=":material/download:",
        on_click="ignore",
    )


def csv(found: Weighed) -> bytes:
    """Return what is listed for a spreadsheet or script, with what was tried too little."""
    rows = [
        {
            "kind": one.kind,
            "key": one.key,
            "other": one.other,
            "evidence": "; ".join(one.evidence),
            "runs": " ".join(map(str, one.runs)),
            "answers": one.answers,
            "in prompts": one.carried,
        }
        for one in found.dead
    ]
    rows += [{"kind": "not tried enough", "key": one.key, "evidence": one.why} for one in found.too_little]
    return as_csv(pd.DataFrame(rows))
