"""What the registries share: who may add to them, and a refusal that names what is near."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from library.errors import Refused
from library.roles import Role

KEEPERS: tuple[Role, ...] = ("curator", "admin")
"""Who may bring in tasks, data and targets."""

Found = TypeVar("Found")


def find_named(kind: str, name: str, known: dict[str, Found], command: str) -> Found:
    """Return what goes by a name; raises `Refused` naming the nearest, and the `command` that adds one."""
    if name in known:
        return known[name]
    from rapidfuzz.process import extract  # only a name that is not there pays for it

    near: Sequence[tuple[str, float, int]] = extract(name, list(known), limit=3, score_cutoff=50)
    names = ", ".join(one for one, _, _ in near) or ", ".join(known) or "none yet"
    fix = f"Known: {names}. `{command}` adds one."
    raise Refused(
        f"no {kind} is called {name}", fix=fix if known else f"{fix} `composer demo` brings some to start with."
    )
