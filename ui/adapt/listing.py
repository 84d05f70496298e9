"""All adaptations as a table on a page, which of them fit a filter, and as a file."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from composer.activity.addresses import adaptation_page, candidate_page
from composer.adaptation.wording import over_transfer
from composer.home.processes import FAILED
from ui.adapt.page_data import Known
from ui.adapt.state import mark
from ui.shell import html
from ui.shell.context import now
from ui.shell.csv_text import as_csv
from ui.shell.html import lasting, safe, when


def fits(known: Known, wanted: str) -> bool:
    """Whether an adaptation has all these words: in its task, targets, snippets, person, state or reasons."""
    one, found = known.one, known.one.outcome
    parts = (one.task, one.source, one.target, *one.baseline, one.started_by, known.state, one.message)
    text = " ".join((*parts, *(found.reasons if found else ()), *(found.keys if found else ()))).casefold()
    return all(word in text for word in wanted.casefold().split())


def table(known: Sequence[Known], here: int | None) -> str:
    """Return adaptations as an HTML table; `here` is the one that the link names."""
    heads = ("#no.", "task", "from → to", "ended in", "against plain transfer", "#answers", "#time", "started")
    return html.table(heads, [_row(one, one.one.id == here) for one in known])


def _row(known: Known, here: bool) -> str:
    one, found = known.one, known.one.outcome
    link = f'<a href="{adaptation_page(one.id)}">'
    time = "" if found is None else lasting(found.cost.seconds)
    gain = "" if found is None else over_transfer(found)
    return (
        f'<tr class="{"ic-here" if here else ""}"><td class="ic-num">{link}{one.id}</a></td>'
        f'<td class="ic-nowrap">{safe(one.task)}</td>'
        f"<td>{link}{safe(one.source)} → {safe(one.target)}</a></td><td>{_ended(known)}</td>"
        f'<td class="ic-nowrap">{safe(gain)}</td><td class="ic-num">{one.answers:,}</td>'
        f'<td class="ic-num">{time}</td><td class="ic-mute">{when(one.created_at, now())}</td></tr>'
    )


def _ended(known: Known) -> str:
    found = known.one.outcome
    shown = mark(known.state)
    if found is None:
        why = known.one.message if known.state == FAILED else ""
        return f'{shown}<div class="ic-mute ic-small">{safe(why)}</div>' if why else shown
    if found.kind == "candidate":
        number = found.candidate_id
        return f'{shown} <a href="{candidate_page(number or 0)}">candidate {number}</a>'
    return f'{shown}<div class="ic-mute ic-small">{safe(found.reasons[0] if found.reasons else "")}</div>'


def csv(known: Sequence[Known]) -> bytes:
    """Return the rows shown for a spreadsheet or script, with all figures of each side that was measured."""
    lines = []
    for each in known:
        one, found = each.one, each.one.outcome
        over = found.against_transfer if found else None
        line = {
            "adaptation": one.id,
            "task": one.task,
            "from": one.source,
            "to": one.target,
            "state": each.state,
            "candidate": found.candidate_id if found else None,
            "metric": found.metric if found else "",
            "against_transfer": over.value if over else None,
            "low": over.low if over else None,
            "high": over.high if over else None,
            "floor": found.floor if found else None,
            "ceiling": found.ceiling if found else None,
            "reachable": found.reachable if found else None,
            "answers": one.answers,
            "paid": found.cost.paid if found else None,
            "seconds": found.cost.seconds if found else None,
            "money": found.cost.money if found else None,
            "started_by": one.started_by,
            "started": one.created_at.isoformat(),
            "reasons": " ".join(found.reasons) if found else "",
        }
        for kind in ("source", "in use", "plain transfer", "adapted"):
            side = next((side for side in found.sides if side.kind == kind), None) if found else None
            line[kind.replace(" ", "_")] = side.composite if side else None
        lines.append(line)
    return as_csv(pd.DataFrame(lines))
