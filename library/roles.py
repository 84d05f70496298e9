"""Roles of people, and what a person is: what permissions are checked against.

A role is held for every task, or for those named alone: `reviewer`, or `reviewer:polarity`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

Role = Literal["viewer", "rater", "curator", "reviewer", "releaser", "admin"]


ROLES: tuple[Role, ...] = get_args(Role)


TASK_ROLES: tuple[Role, ...] = ("rater", "curator", "reviewer", "releaser")
"""The roles that may be held for one task alone: everybody sees everything, and an admin changes people."""


KEEPERS: tuple[Role, ...] = ("curator", "admin")
"""Who may bring in tasks, data and targets, and write, vet, reject, tag and retire snippets."""


LOCAL = " (local)"
"""What the name of a home's local person ends in, which nobody else's may."""


LOCAL_ROLES: frozenset[Role] = frozenset({"viewer", "curator", "admin"})
"""What the local person may do where people sign in: whoever holds the files can keep the house, not decide."""


@dataclass(frozen=True)
class Person:
    """Somebody with their roles; `local` is the one person of a home in which nobody signs in.

    `roles` are held for every task, `by_task` for the task beside each.
    """

    name: str
    email: str
    roles: frozenset[Role]
    local: bool = False
    by_task: frozenset[tuple[Role, str]] = frozenset()

    def may(self, *roles: Role) -> bool:
        """Whether they have one of these roles for every task."""
        return not self.roles.isdisjoint(roles)

    def may_somewhere(self, *roles: Role) -> bool:
        """Whether they have one of these roles, be it for a single task."""
        return self.may(*roles) or any(role in roles for role, _ in self.by_task)

    def for_task(self, task: str) -> Person:
        """Return them as they are for one task: the roles that they hold for it are in `roles`."""
        return replace(self, roles=self.roles | {role for role, name in self.by_task if name == task})

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that they hold a role for by name, sorted."""
        return tuple(sorted({name for _, name in self.by_task}))

    @property
    def grants(self) -> tuple[str, ...]:
        """Their roles as they are stored: those for every task first, then `role:task`, by task."""
        named = sorted(self.by_task, key=lambda one: (one[1], ROLES.index(one[0])))
        return (*(role for role in ROLES if role in self.roles), *(f"{role}:{task}" for role, task in named))

    @property
    def only_rates(self) -> bool:
        """Whether all they may do is to rate, blind to all else."""
        held = self.roles | {role for role, _ in self.by_task}
        return bool(held) and held <= {"rater"}


def held(grants: Iterable[str]) -> tuple[frozenset[Role], frozenset[tuple[Role, str]]]:
    """Return the roles that stored grants give for every task, and those that they give for one each.

    What is no role, and what can't be held for one task, gives nothing.
    """
    given = set(grants)
    named = (one.partition(":") for one in given if ":" in one)
    by_role: dict[str, Role] = {role: role for role in TASK_ROLES}
    return (
        frozenset(role for role in ROLES if role in given),
        frozenset((by_role[role], task) for role, _, task in named if role in by_role and task),
    )
