"""The form that picks a composition by hand: which snippets, in which order, around them a prompt of one's own."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from composer.models.system_role import PLACES
from composer.prompts.changes import prompt_changes
from composer.prompts.composition import Composition
from composer.runs.plan import Plan, plan_proposal, proposable
from composer.runs.records import enter_run
from composer.runs.spending import spending
from composer.task.cautions import text_cautions
from library.errors import Refused
from ui.components import text_diff
from ui.components.snippet_changes import show_changes
from ui.runs import before_start, bounds
from ui.shell.context import database, now
from ui.shell.html import plain, safe
from ui.shell.notices import Section, action
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import who

PROPOSE = Section("propose")
PICKED: Key[list[str]] = Key("picked", [])
"""The names that are picked for a task and target, in their order."""
ADDING: Key[str | None] = Key("adding", None)
"""The name that is chosen to be added."""
PROMPT: Key[str] = Key("whole-prompt", "")
"""The whole prompt that is written for a task and target; empty for the one in use."""


def show(task: str, target: str, button_place: DeltaGenerator) -> None:
    """Ask for snippets and a prompt, and show what is sent and what measuring it takes before it is started."""
    PROPOSE.show_refusal()
    try:
        with database().session() as session:
            known = proposable(session, task, target)
    except Refused as refused:
        before_start.button(button_place, enter, task, target, (), "", (), disabled=True)
        before_start.refused(refused)
        return
    names = _pick(known)
    prompt = _write(known)
    limits = bounds.show([target], "start")
    plan = None
    try:
        with database().session() as session:
            plan = plan_proposal(session, task, target, names, prompt=_given(prompt))
            takes = spending(session, plan)
    except Refused as refused:
        before_start.refused(refused)
    before_start.button(button_place, enter, task, target, tuple(names), prompt, limits, disabled=plan is None)
    if plan is not None and plan.proposed is not None:
        before_start.show(takes)
        _preview(plan, plan.proposed)


def _preview(plan: Plan, proposed: Composition) -> None:
    """Show what changes, and the whole prompt as it will be sent."""
    if plan.written is not None:
        for note in (*plan.written.notes, *text_cautions("the prompt", plan.written.text)):
            st.caption(plain(f"{note[:1].upper()}{note[1:].rstrip('.')}."))
    with st.expander("What changes, and the whole prompt", expanded=True, key="preview"):
        html(show_changes(prompt_changes(plan.incumbent, proposed)))
        if plan.written is None:
            html(text_diff.unified(text_diff.compare(plan.incumbent.text, proposed.text)))
            return
        html(
            f'<div class="ic-mute">{PLACES[plan.target.system].capitalize()}; as it will be sent</div>'
            f'<div class="ic ic-sent">{safe(proposed.text)}</div>'
            '<div class="ic-mute">User message: each {{name}} is replaced by that input</div>'
            f'<div class="ic ic-sent">{safe(plan.task.message)}</div>'
        )


def _write(known: Plan) -> str:
    """Ask for a whole prompt; returns it, empty for the one in use."""
    key = PROMPT.of(f"{known.task.name}-{known.target.name}")
    st.text_area(
        "A whole prompt",
        key=key.name,
        height=140,
        placeholder="Empty: the text around the snippets stays as it is in the prompt in use",
        help="What the model is told, before each example. Snippets go in its line {{snippets}}, else at its end.",
    )
    st.button(
        "Begin with the prompt in use",
        key="begin-with-base",
        type="tertiary",
        icon=":material/content_copy:",
        on_click=key.set,
        args=(known.incumbent.base,),
    )
    return key.get()


def _given(prompt: str) -> str | None:
    return prompt if prompt.strip() else None


def _pick(known: Plan) -> list[str]:
    """Offer the snippets of a task, beginning with the prompt in use; returns the names picked, in their order."""
    texts = {name: version.text for name, version in known.vocabulary.versions.items()}
    place = f"{known.task.name}-{known.target.name}"
    key, adding = PICKED.of(place), ADDING.of(place)
    if key.name not in st.session_state:
        key.set(list(known.vocabulary.names(known.incumbent)))
    names = [name for name in key.get() if name in texts]
    for number, name in enumerate(names):
        _row(key, names, number, texts[name])
    if not names:
        st.caption("No snippet is picked: this is the bare base.")
    st.selectbox(
        "Add a snippet",
        [name for name in texts if name not in names],
        index=None,
        key=adding.name,
        format_func=lambda name: f"{name}: {texts[name]}",
        placeholder="Add a snippet: type a part of its key or text",
        label_visibility="collapsed",
        on_change=_add,
        args=(key, adding),
    )
    return names


def _row(key: Key[list[str]], names: list[str], number: int, text: str) -> None:
    """Show one snippet that is picked, and the buttons that move it or take it out."""
    name = names[number]
    swapped = {step: _swapped(names, number, step) for step in (-1, 1)}
    acts = (
        ("arrow_upward", f"Move {name} up", swapped[-1]),
        ("arrow_downward", f"Move {name} down", swapped[1]),
        ("close", f"Leave {name} out", [one for one in names if one != name]),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"place-{number}"):
        for icon, says, after in acts:
            st.button(
                "",
                key=f"{icon}-{name}",
                icon=f":material/{icon}:",
                help=says,
                on_click=key.set,
                args=(after,),
                disabled=after == names,
                type="tertiary",
            )
        html(f'<div class="ic"><code>{number + 1} {safe(name)}</code> &nbsp; {safe(text)}</div>')


def _swapped(names: list[str], number: int, step: int) -> list[str]:
    """Return the names with one moved by a place; as they are where there is none further."""
    other, moved = number + step, list(names)
    if 0 <= other < len(names):
        moved[number], moved[other] = moved[other], moved[number]
    return moved


def _add(key: Key[list[str]], adding: Key[str | None]) -> None:
    if (name := adding.get()) is not None:
        key.set([*key.get(), name])
    adding.set(None)


@action(PROPOSE)
def enter(task: str, target: str, names: tuple[str, ...], seen: str, limits: tuple[str, ...]) -> str | None:
    """Enter the run that measures these snippets in the prompt that was seen, and start its worker.

    Raises `Refused` where another prompt was written since: nobody has seen what would be sent.
    """
    prompt = PROMPT.of(f"{task}-{target}").get()
    if prompt != seen:
        raise Refused("the prompt was changed just now", fix="Look at what will be sent, and start again.")
    with database().session() as session:
        plan = plan_proposal(session, task, target, names, prompt=_given(prompt))
        run_id = enter_run(session, plan, by=who(), at=now())
    return before_start.go_on(run_id, "Pick other snippets, another order or another prompt for another.", limits)
