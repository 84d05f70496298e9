"""`composer propose`: a composition that somebody picked, beside the prompt in use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from composer.cli.before_spending import DryRunOption, before_spending
from composer.cli.candidate_report import changes
from composer.cli.common import HomeOption, JsonOption, out, person, refusals, say
from composer.cli.compose import do
from composer.home.paths import Home, resolve_home
from composer.prompts.changes import snippet_changes
from composer.runs.plan import plan_proposal
from composer.runs.records import enter_run
from composer.runs.spending import spending
from library.database import open_database


@refusals
def propose(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    snippets: Annotated[
        str,
        typer.Option("--snippets", help="Keys of the snippets in their order, as a,b,c; empty is the bare base."),
    ],
    dry_run: DryRunOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure snippets that you picked beside the prompt in use, as a candidate; run it again to go on."""
    place = Home(resolve_home(home))
    database = open_database(place.path)
    names = [one for one in (part.strip() for part in snippets.split(",")) if one]
    with database.session() as session:
        plan = plan_proposal(session, task, target, names)
        takes = spending(session, plan)
    if not as_json and plan.proposed is not None:
        say(f"{task} → {target}: what changes", style="bold")
        changes(snippet_changes(plan.incumbent.versions, plan.proposed.versions))
        if dry_run:
            out.print()
            out.print(plan.proposed.text, markup=False, highlight=False, soft_wrap=True)
            out.print()
    before_spending(takes, as_json=as_json, dry_run=dry_run)
    with database.session() as session:
        run = enter_run(session, plan, by=person(), at=datetime.now(UTC))
    do(database, place, run, as_json)
