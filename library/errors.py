"""The one error a person using the product can cause."""

from collections.abc import Sequence


class Refused(Exception):
    """Something was not accepted: says what, where, and what to do about it.

    Attributes:
        what: the problem, a phrase without a full stop at its end.
        where: file, line and field, or the like; may be empty.
        fix: what to do, a sentence; may be empty.
        problems: where one refusal covers several problems, each in full on a line of its own.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "", problems: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[object, ...]:
        # An exception is pickled from its positional arguments alone; without this, one that comes
        # back from a worker process would lose its place and its advice.
        return (_rebuild, (self.what, self.where, self.fix, self.problems))

    def __str__(self) -> str:
        line = self.what + (f" ({self.where})" if self.where else "")
        if self.fix:
            line += f". {self.fix}"
        return "\n".join([line, *(f"  - {problem}" for problem in self.problems)])


def _rebuild(what: str, where: str, fix: str, problems: tuple[str, ...]) -> Refused:
    return Refused(what, where=where, fix=fix, problems=problems)
