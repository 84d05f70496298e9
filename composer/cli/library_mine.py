"""`composer library mine`: a model rewrites a task's prompt, and the rules that it wrote become drafts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from composer.cli.before_spending import DryRunOption
from composer.cli.bounds import REACHED, MaxCellsOption, MaxCostOption, bounded
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import (
    INTERRUPTED,
    HomeOption,
    JsonOption,
    YesOption,
    confirm,
    console,
    opened,
    out,
    person,
    print_rows,
    refusals,
    say,
)
from composer.curation.mined_drafts import Proposals, propose, store
from composer.curation.mining import Mined, Progress, mine
from composer.curation.mining_plan import (
    DEFAULT_BUDGET,
    DEFAULT_STRATEGY,
    MiningCost,
    MiningPlan,
    mining_cost,
    plan_mining,
)
from composer.curation.rules import LeftOut
from composer.evaluation.formatting import NAMES, figure
from composer.home.paths import Home, resolve_home
from composer.models import connection
from composer.optimizer.rewriting import WAYS
from library.versions import SnippetVersion

_SHOWN = 3
"""Sentences that are shown of those left out for one reason."""


@refusals
def mine_command(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target whose prompt is rewritten.")],
    reflection: Annotated[
        str,
        typer.Option("--reflection", help="Name of the target whose model rewrites it: the stronger the better."),
    ],
    strategy: Annotated[
        str, typer.Option("--strategy", help=f"Which of DSPy's optimizers rewrites: {', '.join(WAYS)}.")
    ] = DEFAULT_STRATEGY,
    budget: Annotated[
        int, typer.Option("--budget", help="Answers of the target; texts come on top.")
    ] = DEFAULT_BUDGET,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the optimizer.")] = 0,
    max_cells: MaxCellsOption = None,
    max_cost: MaxCostOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let DSPy rewrite a prompt on authoring examples, and put the rules it wrote in as drafts.

    Nothing of it is vetted, and no prompt holds any of it before a person vets it. Ctrl-C keeps what was written
    so far, and the same command goes on from there.
    """
    place, database = Home(resolve_home(home)), opened(home)
    with database.session() as session:
        plan = plan_mining(
            session, task, target, strategy=strategy, reflection=reflection, budget=budget, seed=seed, by=person()
        )
        cost = mining_cost(session, plan)
    _before(cost, as_json=as_json, dry_run=dry_run)
    if not yes:
        confirm("Begin?")
    with bounded(max_cells, max_cost, plan.now.target, plan.reflection), _bar(plan) as bar:
        mined = mine(database, place, plan, by=person(), connect=connection.connect, on_progress=bar)
    with database.session() as session:
        found = propose(session, mined)
    if not as_json:
        _report(found)
    stored: Sequence[SnippetVersion] = ()
    if found.drafts:
        if not yes:
            confirm(f"Put {_counted(len(found.drafts), 'rule')} into the library, as drafts?")
        with database.session() as session:
            stored = store(session, found, by=person(), at=datetime.now(UTC))
    if as_json:
        document = {**found.as_json(), "stored": [one.key for one in stored]}
        print(json.dumps(document, ensure_ascii=False, allow_nan=False))
    else:
        _after(stored, mined)
    if mined.interrupted or mined.at_bound:
        raise typer.Exit(INTERRUPTED if mined.interrupted else REACHED)


def _before(cost: MiningCost, *, as_json: bool, dry_run: bool) -> None:
    if as_json and dry_run:
        print(json.dumps(cost.as_json(), allow_nan=False))
    elif not as_json:
        for line in cost.words:
            console.print(Text(line, "dim"), soft_wrap=True)
    if dry_run:
        raise typer.Exit


@contextmanager
def _bar(plan: MiningPlan) -> Iterator[_Bar]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} answers"),
        TextColumn("{task.fields[written]}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        yield _Bar(bars, plan)


class _Bar:
    """Takes the progress of mining to the terminal."""

    def __init__(self, bars: Bars, plan: MiningPlan) -> None:
        self._bars, self._plan = bars, plan
        self._bar = bars.add_task("mining", total=plan.budget, written="")

    def __call__(self, now: Progress) -> None:
        """Show this state."""
        self._bars.update(
            self._bar,
            description=now.aside or "mining",
            completed=now.answers.asked,
            written=f"{now.texts} prompts written ({now.reflections.asked}/{self._plan.texts} asked)",
        )


def _report(found: Proposals) -> None:
    mined = found.mined
    plan = mined.plan
    say(
        (f"{plan.now.task.name} → {plan.now.target.name}", "bold"),
        (f"   {plan.strategy}, seed {plan.seed}, written by {plan.reflection.name}", "dim"),
    )
    if found.drafts:
        rows = [
            (draft.key, Text("\n".join([draft.text, *(f"! it {one.what}" for one in origin.warnings)])))
            for draft, origin in found.drafts
        ]
        print_rows(("Draft", "Text"), rows)
    _left_out(found.left_out)
    counted = (
        f"{_counted(len(mined.texts), 'prompt')} written, {_counted(found.sentences, 'new sentence')} in them",
        f"{_counted(len(found.drafts), 'rule')}, {len(found.left_out):,} left out",
    )
    say(f"{': '.join(counted)}.")
    say(_measured(found))
    answers, reflections = mined.answers, mined.reflections
    say(
        f"{answers.asked:,} answers of the target ({answers.paid:,} paid), {reflections.asked:,} of the "
        f"reflection model ({reflections.paid:,} paid). Why it stopped: {mined.stopped}.",
        style="dim",
    )


def _left_out(left: Sequence[LeftOut]) -> None:
    reasons: dict[str, list[LeftOut]] = {}
    for one in left:
        reasons.setdefault(one.why, []).append(one)
    for why, those in sorted(reasons.items(), key=lambda item: -len(item[1])):
        some = f"; {_SHOWN} of them" if len(those) > _SHOWN else ""
        say((f"Left out, {why} ({len(those):,}{some}):", "dim"))
        for one in those[:_SHOWN]:
            say(f"  {one.text}", *([(f" ({one.detail})", "dim")] if one.detail else []), hang=4)


def _measured(found: Proposals) -> str:
    mined, name = found.mined, found.mined.plan.now.task.metric
    if mined.before is None:
        return "The prompt in use was not measured: it stopped before that."
    before = (
        f"The prompt in use: {NAMES[name]} {figure(name, mined.before)} on {mined.measured_on} authoring examples"
    )
    known = [one for one in mined.texts if one.figure is not None]
    if not known:
        return f"{before}. No text was good enough on a few of them to be measured on all."
    best = f"the best of {_counted(len(known), 'text')} measured on them: {figure(name, found.best)}"
    return f"{before}; {best}. They were written on these examples: it is no evidence."


def _after(stored: Sequence[SnippetVersion], mined: Mined) -> None:
    if stored:
        out.print()
        say(f"{_counted(len(stored), 'draft')} stored. None is vetted, and no prompt holds any before that.")
        say(
            ("Next: ", "bold"),
            "read them, and vet or reject each, in `composer app` (Library, state draft), or here:",
        )
        say("  ", ("composer library list --state draft", "bold"))
    else:
        say("Nothing became a draft.")
    if mined.interrupted:
        say("It was interrupted. The answers so far are kept: run the same command again to go on from there.")


def _counted(number: int, name: str) -> str:
    return f"{number:,} {name}{'s' * (number != 1)}"
