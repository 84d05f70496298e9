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
