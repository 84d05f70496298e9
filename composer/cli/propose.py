"""`composer propose`: snippets that somebody picked, or a prompt that somebody wrote, beside the one in use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from composer.cli.before_spending import DryRunOption, before_spending
from composer.cli.bounds import MaxCellsOption, MaxCostOption, bounded
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import HomeOption, JsonOption, opened, out, person, refusals, say
from composer.cli.compose import do
from composer.cli.figures_table import BAD
from composer.cli.prompt_changes import changes
from composer.home.paths import Home, resolve_home
from composer.models.system_role import PLACES
from composer.prompts.changes import prompt_changes
from composer.runs.plan import Plan, plan_proposal
from composer.runs.records import enter_run
from composer.runs.spending import spending
from composer.task.cautions import text_cautions
from library.errors import Refused
from library.yamlfile import read_text


@refusals
def propose(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    snippets: Annotated[
        str | None,
        typer.Option("--snippets", help="Keys of the snippets in their order, as a,b,c; empty is the bare base."),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base", help="Text file with a whole prompt; snippets go in its line {{snippets}}, else at its end."
        ),
    ] = None,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    dry_run: DryRunOption = False,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure snippets that you picked, or a prompt that you wrote, beside the prompt in use, as a candidate.

    Run it again to go on.
    """
    if snippets is None and base is None:
        fix = "Name snippets with --snippets, or the file of a prompt with --base."
        raise Refused("nothing is proposed", fix=fix)
    prompt = None if base is None else read_text(base)
    place = Home(resolve_home(home))
    database = opened(place.path)
    names = [one for one in (part.strip() for part in (snippets or "").split(",")) if one]
    with database.session() as session:
        plan = plan_proposal(session, task, target, names, prompt=prompt, where=str(base or ""))
        takes = spending(session, plan)
    if not as_json and plan.proposed is not None:
        say(f"{task} → {target}: what changes", style="bold")
        changes(prompt_changes(plan.incumbent, plan.proposed))
        _notes(plan)
        if dry_run:
            out.print()
            out.print(plan.proposed.text, markup=False, highlight=False, soft_wrap=True)
            out.print()
            if plan.target.system != "role":
                say(f"This prompt is sent as the {PLACES[plan.target.system]}.", hang=2)
    before_spending(takes, as_json=as_json, dry_run=dry_run)
    with bounded(max_cells, max_cost, plan.target):
        with database.session() as session:
            run = enter_run(session, plan, by=person(), at=datetime.now(UTC))
        do(database, place, run, as_json)


def _notes(plan: Plan) -> None:
    """Print what of a prompt isn't kept as it was written, and what to think about in it."""
    if plan.written is None:
        return
    for note in plan.written.notes:
        say(f"Note: {note}.", hang=2)
    for caution in text_cautions("the prompt", plan.written.text):
        say("Note: ", caution, style=BAD, hang=2)
