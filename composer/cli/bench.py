"""`composer bench`: compare search strategies on worlds whose answers are all known, without a model."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from composer.answers.naming import named_answers
from composer.answers.session import model_session
from composer.bench import coverage, head_starts, report, tables
from composer.bench.catalogue import WORLDS, expanded, open_world
from composer.bench.contestants import CONTESTANTS
from composer.bench.families import read_families
from composer.bench.grid import BUDGETS, SEEDS, Runs, as_json, run_grid
from composer.bench.known_targets import EARLIER
from composer.bench.noise_floor import limit_of
from composer.bench.record import plan_recording
from composer.bench.record import record as recorded
from composer.bench.synthetic import SPECS
from composer.bench.world_files import write_world
from composer.cli.bench_example import example
from composer.cli.bench_labels import labels
from composer.cli.bench_library import library
from composer.cli.bench_pages import pages
from composer.cli.bench_speed import speed
from composer.cli.bench_throughput import throughput
from composer.cli.cluster_option import ClusterOption
from composer.cli.common import (
    INTERRUPTED,
    KEPT,
    HomeOption,
    JsonOption,
    console,
    opened,
    out,
    person,
    refusals,
    write_file,
)
from composer.models.connection import connect
from composer.prompts.vocabulary import Vocabulary
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.starter import load_starter
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from library.errors import Refused
from library.snippets import vetted

app = typer.Typer(no_args_is_help=True, help="Compare search strategies on recorded and made-up worlds, offline.")

app.command()(example)
app.command()(labels)
app.command()(library)
app.command()(pages)
app.command()(speed)
app.command()(throughput)

StrategiesOption = Annotated[
    str,
    typer.Option(
        "--strategies",
        help="Names with commas between; all of them where none is named. On families there is effects-prior too: "
        "effects with what searches on the other targets showed.",
    ),
]
WorldOption = Annotated[
    list[str],
    typer.Option(
        "--world",
        help="Folder of a recorded world, name of a made-up one (synthetic/sparse-60-a) or of a family, or a half "
        "of all: tune or report, families-tune or families-report. May be given again, or hold several.",
    ),
]


COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
    TextColumn("left"),
    TimeRemainingColumn(elapsed_when_finished=False),
)


@app.command()
@refusals
def search(
    world: WorldOption,
    strategies: StrategiesOption = "",
    budgets: Annotated[
        str, typer.Option("--budgets", help="Answers a search may ask for, with commas between.")
    ] = ",".join(str(budget) for budget in BUDGETS),
    seeds: Annotated[int, typer.Option("--seeds", help="Searches of each sort, with seeds from 0.")] = SEEDS,
    jobs: Annotated[int, typer.Option("--jobs", help="Processes to share the work.")] = 1,
    earlier: Annotated[
        int, typer.Option("--earlier", help="Answers of each search on another target that a head start rests on.")
    ] = EARLIER,
    file: Annotated[Path | None, typer.Option("--out", help="File to write the records to, as JSON.")] = None,
    as_json_too: JsonOption = False,
) -> None:
    """Replay every strategy on every world, and record what each search paid and gained."""
    if file is None and not as_json_too:
        raise Refused("the records have nowhere to go", fix="Name a file with --out, or print them with --json.")
    if file is not None and not file.resolve().parent.is_dir():
        raise Refused("there is no such folder", where=str(file.resolve().parent), fix="Make it, or name another.")
    worlds = expanded(world)
    names = _listed(strategies) or list(CONTESTANTS)
    sizes = [_whole(budget) for budget in _listed(budgets)]
    with Progress(*COLUMNS, console=console, transient=True) as progress:
        bar = progress.add_task("searching", total=len(worlds) * len(names) * len(set(sizes)) * max(seeds, 0))

        def on_done(searches: int, runs: Runs) -> None:
            progress.update(bar, completed=searches, description=f"{runs.world} {runs.strategy}")

        records = run_grid(worlds, names, sizes, seeds=seeds, jobs=jobs, earlier=earlier, on_done=on_done)
    text = as_json(records)
    if file is not None:
        write_file(file, text)
        console.print(f"{len(records):,} searches in {file}", markup=False, highlight=False, soft_wrap=True)
    if as_json_too:
        typer.echo(text, nl=False)


@app.command()
@refusals
def record(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target that answers.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder of the world; its name is the world's.")],
    snippets: Annotated[
        str, typer.Option("--snippets", help="Keys to choose from, with commas between; all where none is named.")
    ] = "",
    keep: Annotated[
        str, typer.Option("--keep", help="Keys that every composition holds, the incumbent's too.")
    ] = "",
    incumbent: Annotated[str, typer.Option("--incumbent", help="Further keys of the world's incumbent.")] = "",
    max_length: Annotated[int, typer.Option("--max-length", min=1, help="Snippets of a composition at most.")] = 3,
    dev: Annotated[int, typer.Option("--dev", min=1, help="Examples of the dev split.")] = 32,
    test: Annotated[int, typer.Option("--test", min=1, help="Examples of the test split.")] = 32,
    _cluster: ClusterOption = None,
    home: HomeOption = None,
) -> None:
    """Ask a model every composition of some snippets, and keep the answers as a world; go on after a break."""
    database = opened(home)
    with database.session() as session:
        load_starter(session, by=person(), at=datetime.now(UTC))
        own, to = get_task(session, task), get_target(session, target)
        dataset = dataset_of(session, task)
        split = {name: examples_of(session, dataset, name) for name in ("dev", "test")}
        vocabulary = Vocabulary(own, vetted(session, own.snippets.tags))
    recording = plan_recording(
        vocabulary,
        split["dev"],
        split["test"],
        name=folder.resolve().name,
        about=f"Task {task}, answered by {target}.",
        snippets=_listed(snippets),
        keep=_listed(keep),
        incumbent=_listed(incumbent),
        max_length=max_length,
        sizes=(dev, test),
    )
    try:
        with Progress(*COLUMNS, console=console, transient=True) as progress:
            bar = progress.add_task(f"{len(recording.compositions):,} compositions", total=recording.cells)
            with (
                named_answers(database, subject=f"target:{target}", by=person(), announced=True) as kept,
                model_session(
                    own,
                    to,
                    kept,
                    connect=connect,
                    on_phase=lambda text: console.print(text, markup=False) if text else None,
                    on_answer=lambda counts: progress.update(bar, completed=counts.stored + counts.paid),
                ) as model,
            ):
                cells = recorded(recording, vocabulary, model.evaluator())
    except KeyboardInterrupt as stop:
        console.print(KEPT)
        raise typer.Exit(INTERRUPTED) from stop
    write_world(folder, recording.description, cells)
    said = f"{len(cells):,} answers ({model.counts.paid:,} of them new) in {folder}"
    console.print(said, markup=False, highlight=False)


@app.command("report")
@refusals
def report_command(
    files: Annotated[list[Path], typer.Argument(help="What `composer bench search --out` wrote.")],
    chart: Annotated[
        Path | None, typer.Option("--out", help="Draw a chart too: a file that ends in .png, .svg or .html.")
    ] = None,
    as_json_instead: JsonOption = False,
) -> None:
    """Show each strategy's share of the best possible gain, answers needed for it, and mistakes of the gate."""
    # Here, not above: charts take a second to load that no other command should wait for.
    from composer.bench.chart import draw

    records = report.read_records(files)
    summary = report.summarised(records)
    started = head_starts.head_starts(records, read_families(WORLDS))
    if chart is not None:
        draw(summary, chart)
    if as_json_instead:
        typer.echo(report.as_json(summary, head_starts.as_records(started)))
    else:
        out.print(tables.tables(summary))
        out.print(head_starts.tables(started))
    if chart is not None:
        console.print(f"The chart is in {chart}", markup=False, highlight=False, soft_wrap=True)


@app.command()
@refusals
def limit(world: WorldOption, as_json_instead: JsonOption = False) -> None:
    """Show how finely recorded worlds tell strategies apart: what paying for every answer gains elsewhere."""
    found = [limit_of(open_world(name)) for name in expanded(world) if name not in SPECS]
    if not found:
        raise Refused("none of these worlds is recorded", fix="The truth of made-up worlds is known: see report.")
    if as_json_instead:
        typer.echo(json.dumps([asdict(one) for one in found], indent=1))
    else:
        out.print(tables.limits(found))


@app.command()
@refusals
def statistics(
    simulations: Annotated[
        int, typer.Option("--simulations", help="Comparisons to simulate for each case and number of examples.")
    ] = coverage.SIMULATIONS,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other examples.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", help="Processes to share the work.")] = 1,
    as_json_instead: JsonOption = False,
) -> None:
    """Show how often the 95% intervals hold the truth, and how often a candidate that is no better passes."""
    with Progress(*COLUMNS, console=console, transient=True) as progress:
        bar = progress.add_task("simulating", total=coverage.total(max(simulations, 1)))
        found = coverage.covered(
            simulations, seed=seed, jobs=jobs, on_done=lambda done: progress.update(bar, completed=done)
        )
    if as_json_instead:
        typer.echo(json.dumps(coverage.as_records(found), indent=1))
    else:
        out.print(coverage.table(found))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused(f"{text} is no budget", fix="Write whole numbers with commas between: 50,100,200.") from None
