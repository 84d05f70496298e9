"""The one error that a person using the product can cause."""

from __future__ import annotations

from collections.abc import Sequence

from library.secrets import masked
from library.storable import storable

LISTED = 20
"""How many problems a refusal's text lists; it counts the rest."""


class Refused(Exception):
    """Something was not accepted: what, where, and what to do about it.

    Attributes:
        what: the problem, a phrase without a full stop at its end.
        where: file, line and field, or the like; may be empty.
        fix: what to do, a sentence; may be empty.
        problems: where one refusal covers several problems, all of them, each a whole line.

    All of it can be printed and stored, whatever text of others it quotes, and known secrets are masked in it.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "", problems: Sequence[str] = ()) -> None:
        self.what = storable(masked(what))
        self.where = storable(masked(where))
        self.fix = storable(masked(fix))
        self.problems = tuple(storable(masked(problem)) for problem in problems)
        super().__init__(self.what)

    def __reduce__(self) -> tuple[object, ...]:
        # An exception is pickled from its positional arguments alone; without this, one that comes
        # back from a worker process would lose its place and its advice. Its kinds may take other arguments.
        return (_rebuild, (type(self), self.what, self.where, self.fix, self.problems), vars(self))

    def __str__(self) -> str:
        line = self.what + (f" ({self.where})" if self.where else "")
        if self.fix:
            line += f". {self.fix}"
        more = len(self.problems) - LISTED
        shown = [*self.problems[:LISTED], *([f"and {more:,} more"] if more > 0 else [])]
        return "\n".join([line, *(f"  - {problem}" for problem in shown)])


def _rebuild(kind: type[Refused], what: str, where: str, fix: str, problems: tuple[str, ...]) -> Refused:
    found = kind.__new__(kind)
    Refused.__init__(found, what, where=where, fix=fix, problems=problems)
    return found
