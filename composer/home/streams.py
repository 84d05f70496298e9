"""What a process prints, on a terminal or into a log: any text, and no secret."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any, TextIO

from library.secrets import masked

_UNESCAPED = dict.fromkeys(range(127, 160), "�")
"""Signs that steer some terminals, and that JSON needn't escape."""


class Guarded:
    """A stream that masks known secrets in what is written to it; all else is the stream's own.

    On a terminal what would steer it without an escape character is replaced as well.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._steered = stream.isatty()

    def write(self, text: str) -> int:
        """Write a text, with secrets masked; returns how many characters were asked to be written."""
        shown = masked(text)
        self._stream.write(shown.translate(_UNESCAPED) if self._steered else shown)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guard_streams() -> None:
    """Have standard output and error print any text, with signs that they lack escaped, and no known secret."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = Guarded(sys.stdout), Guarded(sys.stderr)
