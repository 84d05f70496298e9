"""`composer inbox`: every candidate, what it gains, its state and what it waits for."""

from __future__ import annotations

import json
from typing import Annotated, Any, get_args

import typer
from rich.table import Table
from rich.text import Text

from composer.cli.common import HomeOption, JsonOption, opened, out, person, refusals, say
from composer.cli.figures_table import MARKS
from composer.cli.marked import say_mark
from composer.drift.marks import marks
from composer.evaluation.formatting import NAMES, change, figure, interval
from composer.evaluation.outcomes import Difference
from composer.review.blockers import blocker_texts
from composer.review.inbox import TABS, Entry, pending_actions, tabs_of
from composer.review.inbox import inbox as read_inbox
from composer.review.next_step import needs_decision
from composer.review.status import State
from library.errors import Refused
from library.people import someone
from library.roles import Person

STATES: tuple[State, ...] = get_args(State)


@refusals
def inbox(
    state: Annotated[
        str, typer.Option("--state", help=f"Only these: {', '.join(TABS)}; or one state, such as needs review.")
    ] = "all",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the candidates: task, target, gain with interval, gates, state, and what they wait for."""
    if state not in (*TABS, *STATES):
        known = ", ".join(dict.fromkeys((*TABS, *STATES)))
        raise Refused(f"no candidate can be {state}", fix=f"Choose one of: {known}.")
    with opened(home).session() as session:
        everything = read_inbox(session)
        me = someone(session, person())
        below = marks(session)
    found = [entry for entry in everything if state == entry.state or state in _tabs(entry, me)]
    if as_json:
        print(json.dumps([_row(entry, me) for entry in found], ensure_ascii=False))
        return
    for one in below:
        say_mark(one)
    if not everything:
        say("No candidates yet. `composer demo --headless` or `composer compose TASK --target T` makes one.")
        return
    if not found and state == "all":
        say(
            "Nothing waits for review. "
            "What was measured and not let through: composer inbox --state 'not let through'"
        )
        return
    if not found:
        say(f"None of {len(everything)} candidates is under “{state}”; `composer inbox` lists them all.")
        return
    out.print(_table(found, me))
    mine = sum(entry.status is not None and needs_decision(entry.status, me) for entry in everything)
    if mine:
        say(f"{mine} {'waits' if mine == 1 else 'wait'} for you. Look at one with: composer review NUMBER")


def _tabs(entry: Entry, me: Person) -> frozenset[str]:
    return frozenset(tabs_of(entry.status, entry.proposed_by, me))


def _table(entries: list[Entry], me: Person) -> Table:
    table = Table("no.", box=None, pad_edge=False)
    for name in ("task → target", "gain, 95% interval", "gates", "state", "waits for"):
        table.add_column(name, overflow="fold", no_wrap=name not in ("state", "waits for"))
    for entry in entries:
        place = Text(f"{entry.task} →\n{entry.target}")
        status = entry.status
        if status is None:
            table.add_row(str(entry.candidate_id), place, "", "", "unreadable", Text(entry.problem))
            continue
        metric, gates = status.candidate.figures[0], status.candidate.gates
        passed = sum(gate.passed for gate in gates)
        table.add_row(
            str(entry.candidate_id),
            place,
            Text(_gain(metric)),
            Text.assemble(MARKS[not status.candidate.failing_gates], f" {passed} of {len(gates)}"),
            status.state,
            Text("\n".join(pending_actions(status, me))),
        )
    return table


def _gain(metric: Difference) -> str:
    sides = f"{figure(metric.name, metric.incumbent)} → {figure(metric.name, metric.candidate)}"
    return f"{NAMES[metric.name]} {sides}\n{change(metric.name, metric.difference)} {interval(metric)}".rstrip()


def _row(entry: Entry, me: Person) -> dict[str, Any]:
    known = {
        "candidate": entry.candidate_id,
        "task": entry.task,
        "target": entry.target,
        "state": entry.state,
        "proposed_by": entry.proposed_by,
        "created_at": entry.created_at.isoformat(),
    }
    status = entry.status
    if status is None:
        return {**known, "problem": entry.problem}
    return {
        **known,
        "keys": list(entry.keys),
        **({} if entry.base is None else {"base": entry.base}),
        **status.candidate.outcome.as_json("figures", "gates"),
        "approvals": list(status.approvals),
        "approvals_needed": status.approvals_needed,
        "obstacles": blocker_texts(status.approval_blockers),
        "blocks": blocker_texts(status.reviewer_blocks),
        "waits_for": list(pending_actions(status, me)),
    }
