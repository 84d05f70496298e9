"""Pushing what is released: who may, what would be done, and the entry of the log that says it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from composer.formats.prompt import ExportedPrompt
from composer.publishing.pushing import Plan, PromptRegistry, planned, push
from composer.release.exported import exported_prompt
from composer.runtime.source import registry_name
from library import log
from library.database import Database
from library.people import require


@dataclass(frozen=True)
class Push:
    """A push of a released prompt: planned, or done as `version`."""

    prompt: ExportedPrompt
    plan: Plan
    version: int | None = None


def plan_push(
    database: Database, registry: PromptRegistry, task: str, target: str, *, name: str = "", alias: str = ""
) -> Push:
    """Return what pushing the prompt that is released for (task, target) would do, and change nothing.

    Without a `name` it gets that of task and target; without an `alias` none is moved. Raises what
    `exported_prompt` and `planned` raise.
    """
    with database.session() as session:
        prompt = exported_prompt(session, task, target)
    plan = planned(registry, prompt, prompt.fingerprint, name or registry_name(task, target), alias or None)
    return Push(prompt, plan, plan.version)


def push_release(
    database: Database,
    registry: PromptRegistry,
    task: str,
    target: str,
    *,
    name: str = "",
    alias: str = "",
    by: str,
    at: datetime,
) -> Push:
    """Push the prompt that is released for (task, target), and log what that changed.

    Raises `Refused` where `by` may not release, and what `plan_push` and `push` raise.
    """
    with database.session() as session:
        require(session, by, "releaser", task=task)
    found = plan_push(database, registry, task, target, name=name, alias=alias)
    prompt, plan = found.prompt, found.plan
    version = push(registry, prompt, prompt.fingerprint, plan)
    if not plan.nothing_to_do:
        with database.session() as session:
            log.append(
                session,
                who=by,
                action="pushed",
                subject=f"prompt:{task}:{target}",
                why="",
                detail={
                    "registry": registry.title,
                    "name": plan.name,
                    "version": version,
                    "alias": plan.alias,
                    "pack": prompt.fingerprint,
                },
                at=at,
            )
    return Push(prompt, plan, version)
