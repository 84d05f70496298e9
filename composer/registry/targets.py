"""Targets by name, the newest content of each being the current one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from composer.models.target import Target
from composer.registry.lookup import KEEPERS, unknown_name
from composer.registry.tasks import task_names
from composer.tables import TargetRow
from library import log
from library.people import require


def target_hash(session: Session, name: str) -> str:
    """Return the hash of a target's current content; empty where there is no such target."""
    rows = select(TargetRow.hash).where(TargetRow.name == name).order_by(col(TargetRow.id).desc()).limit(1)
    return session.exec(rows).first() or ""


def add_target(session: Session, target: Target, *, by: str, at: datetime) -> bool:
    """Make this the current target of its name; returns whether anything changed. Raises for the role."""
    require(session, by, *KEEPERS)
    content, before = target.model_dump(mode="json"), _content(session, target.name)
    # What a field that came later is without being written is what it was before there was one.
    if before is not None and Target.model_validate(before) == target:
        return False
    session.add(TargetRow(name=target.name, hash=target.hash, content=content, added_by=by, added_at=at))
    log.append(
        session,
        who=by,
        action="target added",
        subject=f"target:{target.name}",
        why="",
        detail={"hash": target.hash},
        at=at,
    )
    return True


def list_targets(session: Session) -> tuple[Target, ...]:
    """Return the current content of every target, by name."""
    newest = select(func.max(TargetRow.id)).group_by(TargetRow.name)
    rows = session.exec(select(TargetRow.content).where(col(TargetRow.id).in_(newest)))
    return tuple(sorted((Target.model_validate(content) for content in rows), key=lambda target: target.name))


def target_names(session: Session) -> tuple[str, ...]:
    """Return the names of all targets, sorted."""
    return tuple(sorted(session.exec(select(TargetRow.name).distinct())))


def get_target(session: Session, name: str) -> Target:
    """Return the current target of this name; raises `Refused` naming those that exist."""
    content = _content(session, name)
    if content is None:
        raise unknown_name("target", name, target_names(session), "composer target add FILE")
    return Target.model_validate(content)


def _content(session: Session, name: str) -> Mapping[str, Any] | None:
    rows = select(TargetRow.content).where(TargetRow.name == name).order_by(col(TargetRow.id).desc()).limit(1)
    return session.exec(rows).first()


def task_and_target_names(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of all tasks and of all targets."""
    return task_names(session), target_names(session)
