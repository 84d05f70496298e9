"""Targets by name, the newest content of each being the current one."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from composer.models.target import Target
from composer.registry.lookup import KEEPERS, find_named
from composer.registry.tasks import list_tasks
from composer.tables import TargetRow
from library import log
from library.people import require


def target_hash(session: Session, name: str) -> str:
    """Return the hash of a target's current content; empty where there is no such target."""
    rows = select(TargetRow.hash).where(TargetRow.name == name).order_by(col(TargetRow.id).desc())
    return session.exec(rows).first() or ""


def add_target(session: Session, target: Target, *, by: str, at: datetime) -> bool:
    """Make this the current target of its name; returns whether anything changed. Raises for the role."""
    require(session, by, *KEEPERS)
    content = target.model_dump(mode="json")
    current = session.exec(
        select(TargetRow).where(TargetRow.name == target.name).order_by(col(TargetRow.id).desc())
    ).first()
    if current is not None and current.content == content:
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
    rows = session.exec(select(TargetRow).order_by(col(TargetRow.id))).all()
    current = {row.name: row for row in rows}
    return tuple(Target.model_validate(current[name].content) for name in sorted(current))


def get_target(session: Session, name: str) -> Target:
    """Return the current target of this name; raises `Refused` naming those that exist."""
    known = {target.name: target for target in list_targets(session)}
    return find_named("target", name, known, "composer target add FILE")


def task_and_target_names(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of all tasks and of all targets."""
    return tuple(one.name for one in list_tasks(session)), tuple(one.name for one in list_targets(session))
