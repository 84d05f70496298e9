"""`composer target`: add targets from files, list them, and try one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from composer.cli.common import (
    HomeOption,
    JsonOption,
    ReplacesOption,
    clean,
    console,
    opened,
    out,
    person,
    refusals,
    say,
)
from composer.cli.figures_table import MARKS
from composer.cli.target_prompt import prompt_json, show_prompt
from composer.models.target import Target, load_target
from composer.registry.datasets import dataset_of, examples_in
from composer.registry.replacing import require_seen
from composer.registry.targets import add_target, get_target, list_targets
from composer.registry.tasks import get_task
from library.errors import Refused

SHOWN = 200
"""Characters of an answer that a line shows."""

if TYPE_CHECKING:
    from composer.answers.target_check import TargetCheck
    from composer.task.task import Task

app = typer.Typer(no_args_is_help=True, help="Targets: the models prompts are composed for.")


@app.command("add")
@refusals
def add_command(
    file: Annotated[Path, typer.Argument(help="A target file (YAML).")],
    replaces: ReplacesOption = "",
    home: HomeOption = None,
) -> None:
    """Add a target from a file, or make the file's content the current one of its name."""
    target = load_target(file)
    with opened(home).session() as session:
        require_seen(session, target, by=person(), replaces=replaces)
        changed = add_target(session, target, by=person(), at=datetime.now(UTC))
    done = "added" if changed else "unchanged"
    console.print(f"target {target.name} {done} ({target.hash[:12]})", highlight=False, markup=False)


@app.command("list")
@refusals
def list_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the targets of this home."""
    with opened(home).session() as session:
        known = list_targets(session)
    if as_json:
        typer.echo(
            json.dumps([{**target.model_dump(mode="json"), "hash": target.hash} for target in known], indent=2)
        )
        return
    if not known:
        console.print("No target yet: `composer target add FILE` adds one.", markup=False)
        return
    table = Table(show_lines=True)
    for column in ("Target", "Model", "Settings", "Hash"):
        table.add_column(column, overflow="fold")
    for target in known:
        revision = f"\nrevision {target.revision}" if target.revision else ""
        where = target.api_base or "in this process"
        settings = "\n".join(f"{name} {json.dumps(value)}" for name, value in target.request_fields.items())
        settings += f"\nsystem {target.system}" if target.system != "role" else ""
        settings += f"\nchat template {target.template_sha256[:12]}" if target.template_sha256 else ""
        cells = (target.name, f"{target.model}{revision}\n{where}", settings, target.hash[:12])
        table.add_row(*(Text(clean(cell)) for cell in cells))
    out.print(table)


@app.command("check")
@refusals
def check_command(
    name: Annotated[str, typer.Argument(help="Name of the target.")],
    task: Annotated[str | None, typer.Option("--task", help="A task whose base prompt is asked about.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a target three questions: is it reached, does it take its settings, are its answers of use.

    Then show what it makes of the prompt, as far as it tells: the text that the model gets, and its tokens.
    """
    from composer.answers.target_check import check_prompt, check_target  # the model takes a while to import
    from composer.models import connection
    from composer.models.client import KEPT, Outage, ask

    with opened(home).session() as session:
        target = get_target(session, name)
        known = get_task(session, task) if task else None
        data = examples_in(session, dataset_of(session, known.name)) if known else ()
    examples = [one for one in data if one.split == "dev"]
    with console.status("asking", spinner="dots"):
        lm = connection.connect(target, lambda _text: None)
        try:
            found = check_target(lambda messages: ask(lm, messages), target, known, examples)
            shown, template = connection.chat_format(lm, target), connection.chat_template(lm, target)
            counted = found.answers[0].prompt_tokens
            prompt = check_prompt(shown, template, target, known, data, counted=counted)
        except Outage as outage:
            raise Refused(outage.what, where=outage.where, fix=outage.fix.removesuffix(KEPT)) from outage
        finally:
            connection.release(lm)
    if as_json:
        whole = {**_as_json(target, found), "prompt": prompt_json(prompt)}
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=2))
        return
    _show(target, known, found)
    show_prompt(prompt, counted)


def _as_json(target: Target, found: TargetCheck) -> dict[str, object]:
    return {
        "target": target.name,
        "settings": target.request_fields,
        "answers": [
            {
                "text": one.text,
                "finish_reason": one.finish_reason,
                "prompt_tokens": one.prompt_tokens,
                "completion_tokens": one.completion_tokens,
                "reasoning_tokens": one.reasoning_tokens,
                "seconds": round(one.seconds, 3),
                "served_model": one.served_model,
                "system_fingerprint": one.system_fingerprint,
            }
            for one in found.answers
        ],
        "valid": found.valid if found.parsed else None,
        "problems": [one.error for one in found.parsed],
        "advice": found.advice,
        "repeatable": found.repeatable,
    }


def _show(target: Target, task: Task | None, found: TargetCheck) -> None:
    settings = ", ".join(f"{name} {json.dumps(value)}" for name, value in target.request_fields.items())
    say(MARKS[True], f" reached: {target.api_base or 'runs in this process'}")
    say(MARKS[True], f" takes its settings: {settings}")
    if not target.vendor.seed:
        say(f"  no seed is sent: {target.vendor.title} knows none, so the same question may get two answers")
    if task and found.parsed:
        valid, asked = found.valid, len(found.parsed)
        say(MARKS[valid == asked], f" {valid} of {asked} answers valid for {task.name}")
        for answer, parsed in zip(found.answers, found.parsed, strict=True):
            if not parsed.valid:
                ended = f", finish_reason {answer.finish_reason}" if answer.finish_reason else ""
                say("    ", f"{parsed.error}{ended}: {answer.text[:SHOWN]!r}")
        if found.advice:
            say("    ", found.advice, hang=4)
    else:
        say(f"  answered {found.answers[0].text[:SHOWN]!r}; --task TASK shows whether its answers are valid")
    same = "the same answer" if found.repeatable else "two different answers"
    say(MARKS[found.repeatable], f" the same question twice: {same}")
    last = found.answers[-1]
    thought = f" ({last.reasoning_tokens} of them reasoning)" if last.reasoning_tokens else ""
    tokens = f"{last.prompt_tokens} tokens in and {last.completion_tokens} out{thought}"
    say(f"  {tokens}, {found.seconds:.2f} s an answer")
    if last.served_model:
        fingerprint = f", fingerprint {last.system_fingerprint}" if last.system_fingerprint else ""
        say(f"  the server names its model {last.served_model}{fingerprint}")
