"""What the registries share: who may add to them, and a refusal that names what is near."""

from __future__ import annotations

from collections.abc import Sequence

from library.errors import Refused


def unknown_name(kind: str, name: str, known: Sequence[str], command: str) -> Refused:
    """Return the refusal of a name that is not among those known: it gives the nearest, and what adds one."""
    from rapidfuzz.process import extract  # only a name that is not there pays for it

    near: Sequence[tuple[str, float, int]] = extract(name, known, limit=3, score_cutoff=50)
    names = ", ".join(one for one, _, _ in near) or ", ".join(known) or "none yet"
    fix = f"Known: {names}. `{command}` adds one."
    return Refused(
        f"no {kind} is called {name}", fix=fix if known else f"{fix} `composer demo` brings some to start with."
    )
