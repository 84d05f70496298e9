"""Targets by name, the newest content of each being the current one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from composer.models.system_role import SystemRole
from composer.models.target import Target
from composer.registry.lookup import unknown_name
from composer.registry.shipped import shipped_target, shipped_target_names
from composer.registry.tasks import task_names
from composer.tables import TargetRow
from library import log
from library.errors import Refused
from library.names import check_apart
from library.people import require
from library.roles import KEEPERS


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
    check_apart("target", [target.name], target_names(session))
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
    """Return the current target of this name, or the one that comes with the product where none was stored.

    Raises `Refused` naming those that exist.
    """
    content = _content(session, name)
    if content is not None:
        return Target.model_validate(content)
    if (shipped := shipped_target(name)) is not None:
        return shipped
    known = sorted({*target_names(session), *shipped_target_names()})
    raise unknown_name("target", name, known, "composer target add FILE")


def system_role_of(session: Session, hash: str) -> SystemRole:
    """Return where the target of this hash takes the system text, whatever its name means now."""
    content = session.exec(select(TargetRow.content).where(TargetRow.hash == hash).limit(1)).first()
    return Target.model_validate(content).system if content else "role"


def measured_target(session: Session, name: str, hash: str) -> Target:
    """Return the target of this name and hash, whatever the name means now; raises `Refused` where none is."""
    rows = select(TargetRow.content).where(TargetRow.name == name, TargetRow.hash == hash)
    content = session.exec(rows.order_by(col(TargetRow.id).desc()).limit(1)).first()
    if content is None:
        raise Refused(
            f"target {name} as it was measured is not stored here",
            fix="Restore the database from a backup: targets are never removed.",
        )
    return Target.model_validate(content)


def keep_target(session: Session, target: Target, *, by: str, at: datetime) -> None:
    """Store a target that comes with the product where the home has none of its name; raises for the role."""
    if not target_hash(session, target.name):
        add_target(session, target, by=by, at=at)


def _content(session: Session, name: str) -> Mapping[str, Any] | None:
    rows = select(TargetRow.content).where(TargetRow.name == name).order_by(col(TargetRow.id).desc()).limit(1)
    return session.exec(rows).first()


def task_and_target_names(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of all tasks, and of all targets that are stored."""
    return task_names(session), target_names(session)


def nameable_targets(session: Session) -> tuple[str, ...]:
    """Return the names of all targets that a run may have: those stored, then those that come with the product."""
    return tuple(dict.fromkeys((*target_names(session), *shipped_target_names())))
