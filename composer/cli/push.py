"""`composer push`: a released prompt into the registry that services read from; without `--yes`, a dry run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from composer.cli.common import HomeOption, JsonOption, opened, person, refusals, say
from composer.publishing.places import registry_at
from composer.publishing.pushing import PromptRegistry
from composer.publishing.released import Push, plan_push, push_release


@refusals
def push(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    to: Annotated[str, typer.Option("--to", help="Registry: mlflow:ADDRESS or langfuse:ADDRESS.")],
    name: Annotated[
        str, typer.Option("--name", help="Name of the prompt there; when not given, TASK.TARGET.")
    ] = "",
    alias: Annotated[
        str,
        typer.Option("--alias", help="Alias (Langfuse: label) to move to it; when not given, none is moved."),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; otherwise only say what would be done.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Put what is released into MLflow's or Langfuse's prompt registry; a dry run without --yes."""
    by = person()
    registry = registry_at(to)
    database = opened(home)
    if yes:
        at = datetime.now(UTC)
        found = push_release(database, registry, task, target, name=name, alias=alias, by=by, at=at)
    else:
        found = plan_push(database, registry, task, target, name=name, alias=alias)
    if as_json:
        typer.echo(json.dumps(_as_json(registry, found, done=yes)))
        return
    for line in _lines(registry, found, done=yes):
        say(line, hang=2)


def _as_json(registry: PromptRegistry, found: Push, *, done: bool) -> dict[str, object]:
    return {
        "registry": registry.title,
        "name": found.plan.name,
        "version": found.version,
        "alias": found.plan.alias,
        "alias_before": found.plan.before,
        "pack": found.prompt.fingerprint,
        "caveats": list(registry.caveats(found.prompt)),
        "done": done,
    }


def _lines(registry: PromptRegistry, found: Push, *, done: bool) -> Iterator[str]:
    """Yield what a push did or would do, a line each."""
    prompt, plan = found.prompt, found.plan
    yield f"{registry.title}: {plan.name}, release {prompt.release} of {prompt.task} on {prompt.target}"
    version = f"version {found.version}" if found.version is not None else "a new version"
    if plan.version is not None:
        yield f"  {version} holds it already"
    else:
        yield f"  {version} made" if done else f"  {version} would be made"
    if plan.alias is None:
        yield f"  no {registry.alias_word} is moved: name one with --alias"
    elif plan.before is not None and plan.before == found.version:
        yield f"  {registry.alias_word} {plan.alias} is at it already"
    else:
        since = "until now nowhere" if plan.before is None else f"until now at version {plan.before}"
        yield f"  {registry.alias_word} {plan.alias} {'moved' if done else 'would be moved'} to it, {since}"
    yield f"  ✓ {'loaded back' if done else 'tried'} with its own client: the measured messages"
    yield from (f"  ! {caveat}" for caveat in registry.caveats(prompt))
    if not done and not plan.nothing_to_do:
        yield "Nothing was done. Do it with --yes."
