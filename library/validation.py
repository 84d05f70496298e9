"""What a validator of a file's content raises, so that the file's reader can name place and remedy."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

OWN_PROBLEM = "own_problem"


def invalid(what: str, *, fix: str = "", line: int | None = None) -> PydanticCustomError:
    """Make the error for a pydantic validator to raise, when a ValueError's message is not enough.

    `line` counts from 1 inside a text of several lines; where the YAML holds that text as a block
    (`|`), the line reported is then that very line of the file.
    """
    return PydanticCustomError(OWN_PROBLEM, "{what}", {"what": what, "fix": fix, "line": line})
