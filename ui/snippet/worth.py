"""What a snippet is worth for each task and target, who picked it, and which prompts carry it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from composer.activity.addresses import candidate_page, prompt_page
from composer.curation.worth import Worth
from composer.evaluation.formatting import SHARES
from composer.registry.releases import Release
from composer.runs.findings import BESIDE_INCUMBENT, Effect
from ui.components import effects, replacements, snippets
from ui.shell.context import now
from ui.shell.csv_text import as_csv
from ui.shell.html import count, safe, table, when
from ui.shell.page import html, section
from ui.snippet.page_data import Shown


def show(found: Shown) -> None:
    """Chart the effects with their intervals, one chart a metric, then list where they come from."""
    section(
        "What it is worth",
        f"{BESIDE_INCUMBENT} · search estimates with 95% interval · {effects.KEY} · <b>{effects.TICK}</b> picked",
    )
    if not found.worths:
        html(f'<div class="ic ic-mute">{snippets.NO_RUN} {_why_none(found)}</div>')
    known = [one for one in found.worths if one.effect is not None]
    for metric in dict.fromkeys(one.effect.name for one in known if one.effect):
        drawn = [_effect(one) for one in known if one.effect and one.effect.name == metric]
        st.altair_chart(
            effects.chart(drawn),
            width=effects.WIDTH,
            key=f"effects-{metric}",
            alt=f"Effect of {found.key} on each target",
        )
    if found.worths:
        html(snippets.worth_table(found.worths))
        st.download_button(
            "CSV",
            lambda: csv(found.worths),
            f"{found.key}-worth.csv",
            "text/csv",
            key="worth-csv",
            icon=":material/download:",
            on_click="ignore",
        )
    section("Prompts in use that hold it", count(len(found.releases), "release"))
    if found.releases:
        html(table(("task → target", "release", "candidate", "since"), [_release(one) for one in found.releases]))
        if found.in_force and found.in_force.state == "retired":
            replacements.show((found.key,))
    else:
        html('<div class="ic ic-mute">None.</div>')


def _why_none(found: Shown) -> str:
    if found.in_force is None:
        return "A draft is in no search until it is vetted."
    if not found.in_force.tags:
        return "It has no tag: tasks that name tags don’t use it."
    return "A run for a task with one of its tags tries it."


def _effect(one: Worth) -> Effect:
    assert one.effect is not None
    older = f" (as of v{one.version})" if one.outdated else ""
    return Effect((f"{one.task} → {one.target}{older}",), one.effect, one.cells, bool(one.picked))


def _release(one: Release) -> str:
    place = f'<a href="{safe(prompt_page(one.task, one.target))}">{safe(one.task)} → {safe(one.target)}</a>'
    return (
        f"<tr><td>{place}</td><td>{one.id}</td>"
        f'<td><a href="{safe(candidate_page(one.candidate_id))}">candidate {one.candidate_id}</a></td>'
        f'<td class="ic-mute">{when(one.released_at, now())} by {safe(one.released_by)}</td></tr>'
    )


def csv(worths: Sequence[Worth]) -> bytes:
    """Return what a snippet is worth for a spreadsheet or script."""
    lines = []
    for one in worths:
        line: dict[str, object] = {"task": one.task, "target": one.target}
        if one.effect is not None:
            share = 100 if one.effect.name in SHARES else 1
            line |= {
                "metric": one.effect.name,
                "effect": share * (one.effect.difference or 0.0),
                "low": share * (one.effect.low or 0.0),
                "high": share * (one.effect.high or 0.0),
                "direction": one.effect.direction,
            }
        line |= {
            "run": one.run,
            "version": one.version,
            "older wording": one.outdated,
            "answers": one.answers,
            "runs that could try it": one.could,
            "runs that tried it": one.tried,
            "picked by runs": " ".join(map(str, one.picked)),
        }
        lines.append(line)
    return as_csv(pd.DataFrame(lines))
