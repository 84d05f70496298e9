"""What a process prints: any text, and no secret."""

from __future__ import annotations

import io

from composer.home.streams import Guarded
from library.secrets import MASK, know

KEY = know("stream-5e9d17")


def test_a_known_secret_is_masked_in_what_is_written() -> None:
    stream = io.StringIO()
    guarded = Guarded(stream)
    assert guarded.write(f"a {KEY} b") == len(KEY) + 4
    guarded.writelines([KEY, "\n"])
    assert stream.getvalue() == f"a {MASK} b{MASK}\n"


def test_all_else_is_the_streams_own() -> None:
    stream = io.StringIO()
    guarded = Guarded(stream)
    guarded.flush()
    assert guarded.isatty() is False
    guarded.close()
    assert stream.closed


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_signs_that_json_leaves_as_they_are_steer_no_terminal() -> None:
    terminal, file = _Terminal(), io.StringIO()
    for stream in (terminal, file):
        Guarded(stream).write('{"a": "\x9b2J\x7f"} \x1b[1m')
    assert terminal.getvalue() == '{"a": "�2J�"} \x1b[1m'
    assert file.getvalue() == '{"a": "\x9b2J\x7f"} \x1b[1m'
