"""Targets side by side on the same development examples, and asking those that have answered too few."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.activity.addresses import candidate_page, prompt_page
from composer.curation import jobs
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.matrix.beside import OWN, Beside, Offered, OnTarget
from composer.models.download import to_fetch
from library.roles import Person
from ui.components.metrics import gain
from ui.disagreements import job
from ui.disagreements.page_data import dev_offer
from ui.matrix import page_data
from ui.shell import query_params
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe, table
from ui.shell.page import html
from ui.shell.user import who

PROMPT = "prompt"
"""The widget that chooses which prompt is looked at, and its name in the link."""
SIZES = (20, 40, 100, 1000)
"""How many more examples can be asked about at once."""
SHORT = {"valid_rate": "valid", "seconds": "seconds", "cost": "price of 1,000"}
"""Heads of narrow columns."""
SHOWN = ("nmse", "accuracy", "valid_rate", "spearman", "macro_f1", "seconds", "cost")
"""Figures that have a column, as far as a task has them."""


def choose(offered: Sequence[Offered]) -> str:
    """Offer which prompt is looked at on every target, and return what links call it."""
    words = {OWN: "each target’s own prompt"}
    for one in offered:
        made = f", made for {one.made_for}" if one.made_for else ""
        words[one.link] = f"{one.title}{made} · answered on {count(one.targets, 'target')}"
    chosen = query_params.chosen(PROMPT, list(words), OWN)
    st.selectbox(
        "Prompt",
        list(words),
        key=PROMPT,
        format_func=lambda link: words[link],
        on_change=query_params.keep,
        args=(PROMPT,),
        label_visibility="collapsed",
        width=520,
    )
    return chosen


def show(found: Beside) -> None:
    """Show how targets stand on the examples that they share, and who has answered too few."""
    if found.compared:
        shared = f"{len(found.shared):,} of {count(len(found.examples), 'development example')}"
        html(f'<div class="ic ic-mute">On the {shared} that all of these have answered</div>{standings(found)}')
    few = [one for one in found.places if one.standing is None]
    if few:
        named = ", ".join(f"{one.target.name} {one.answers.answered:,}" for one in few)
        st.caption(plain(f"Answered too few of these to be compared: {named}."))
    if any(one.made_here for one in found.compared):
        st.caption(
            "\\* a search estimate: the search for this target chose the prompt by these very examples. Expect "
            "less on new ones; the sealed figure is from evidence."
        )


def standings(found: Beside) -> str:
    """Return the figures of those that are compared, and the difference of each to the first, as HTML."""
    first = found.compared[0]
    assert first.standing is not None
    names = [name for name in SHOWN if name in first.standing.figures]
    rows, read = [], any(one.sealed is not None for one in found.compared)
    for one in found.compared:
        assert one.standing is not None
        known = one.standing.figures
        own_metric = (
            f'<td class="ic-num"><b>{figure(names[0], known[names[0]].value)}</b>{_bounds(one, names[0])}</td>'
        )
        others = (known.get(name) for name in names[1:])
        cells = own_metric + "".join(
            f'<td class="ic-num">{figure(name, None if own is None else own.value)}</td>'
            for name, own in zip(names[1:], others, strict=True)
        )
        own = next(iter(one.standing.differences), None)
        against = gain(own) if own is not None else '<span class="ic-mute">others are compared with it</span>'
        sealed = f'<td class="ic-num">{figure(names[0], one.sealed)}</td>' if read else ""
        rows.append(
            f'<tr><td class="ic-nowrap">{safe(one.target.name)}{" *" if one.made_here else ""}</td>'
            f'<td class="ic-nowrap">{_prompt(found, one)}</td>{cells}<td class="ic-nowrap">{against}</td>{sealed}'
            f'<td class="ic-num">{one.answers.answered:,}</td></tr>'
        )
    metric = NAMES[names[0]]
    heads = ["target", "prompt", *(f"#{SHORT.get(name, NAMES[name])}" for name in names), f"{metric}, difference"]
    return table([*heads, *([f"#{metric}, sealed"] if read else []), "#answered"], rows)


def ask(found: Beside, person: Person) -> None:
    """Offer to ask a target about more of the development examples, with what that takes."""
    open_ones = {one.target.name: one for one in sorted(found.places, key=_fewest) if one.missing}
    if not open_ones:
        st.caption("Every target has answered every development example.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        target = st.selectbox(
            "Target to ask",
            list(open_ones),
            key="ask-target",
            format_func=lambda name: f"Ask {name} ({open_ones[name].answers.answered:,} answered)",
            label_visibility="collapsed",
            width=380,
        )
        size = st.selectbox(
            "Examples",
            SIZES,
            index=1,
            key="ask-size",
            format_func=lambda number: f"{number:,} more" if number < SIZES[-1] else "all that are left",
            label_visibility="collapsed",
            width=170,
        )
    chosen = target if target in open_ones else next(iter(open_ones))
    questions, cost = page_data.planned(found, chosen, size or SIZES[0])
    offer = dev_offer(found.task.name, chosen, questions.prompt, cost)
    if not offer.at_work and (file := to_fetch(questions.now.target)) is not None:
        st.caption(f"The model’s file, {file.bytes / 1e6:,.0f} MB, is fetched first.")

    def enter() -> int:
        with database().session() as session:
            return jobs.enter_job(session, questions, by=who(), at=now())

    label = f"Ask about {count(len(questions.examples), 'development example')}"
    job.show(offer, label, enter, person.for_task(found.task.name), f"dev-{chosen}")


def _fewest(one: OnTarget) -> tuple[int, str]:
    return one.answers.answered, one.target.name


def _bounds(one: OnTarget, name: str) -> str:
    assert one.standing is not None
    own = one.standing.figures[name]
    return f' <span class="ic-mute">{bracketed(figure(name, own.low), figure(name, own.high))}</span>'


def _prompt(found: Beside, one: OnTarget) -> str:
    kind, _, number = one.link.partition(":")
    if kind == "candidate":
        return f'<a href="{safe(candidate_page(number))}">candidate {number}</a>'
    if kind == "release" and found.prompt == OWN:
        return f'<a href="{safe(prompt_page(found.task.name, one.target.name))}">release {number}</a>'
    return safe(f"release {number}" if kind == "release" else "the bare base")
