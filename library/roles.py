"""Roles of people, and what a person is: what permissions are checked against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["viewer", "rater", "curator", "reviewer", "releaser", "admin"]


ROLES: tuple[Role, ...] = get_args(Role)


KEEPERS: tuple[Role, ...] = ("curator", "admin")
"""Who may bring in tasks, data and targets, and write, vet, reject, tag and retire snippets."""


LOCAL = " (local)"
"""What the name of a home's local person ends in, which nobody else's may."""


LOCAL_ROLES: frozenset[Role] = frozenset({"viewer", "curator", "admin"})
"""What the local person may do where people sign in: whoever holds the files can keep the house, not decide."""


@dataclass(frozen=True)
class Person:
    """Somebody with their roles; `local` is the one person of a home in which nobody signs in."""

    name: str
    email: str
    roles: frozenset[Role]
    local: bool = False

    def may(self, *roles: Role) -> bool:
        """Whether they have one of these roles."""
        return not self.roles.isdisjoint(roles)
