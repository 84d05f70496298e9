"""What a disk didn't do is said with what to do; what no disk is to blame for fails as it is."""

from __future__ import annotations

import errno

import pytest

from library import disk
from library.errors import Refused


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full (/x/y). Free some space"),
        (errno.EDQUOT, "your quota of the disk is used up (/x/y). Free some space"),
        (errno.EROFS, "the disk can only be read (/x/y). Name a place"),
        (errno.EACCES, "you have no right to it (/x/y). Check who may read"),
        (errno.EIO, "the disk gave an error (/x/y). Check its space"),
        (errno.EMFILE, "too many files are open (/x/y). Raise the limit"),
    ],
)
def test_it_is_said_with_its_place_and_what_to_do(number: int, said: str) -> None:
    with pytest.raises(Refused) as refusal, disk.in_plain_words():
        raise OSError(number, "as the system has it", "/x/y")
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize("number", [errno.EPIPE, errno.ECONNREFUSED, errno.ENOENT])
def test_anything_else_fails_as_it_is(number: int) -> None:
    with pytest.raises(OSError, match="as the system has it"), disk.in_plain_words():
        raise OSError(number, "as the system has it")


def test_what_can_not_be_written_says_why_and_where() -> None:
    full = disk.unwritable("the pack", "/x", OSError(errno.ENOSPC, "no space"))
    assert str(full).startswith("the pack can't be written: the disk is full (/x). Free some space")
    other = disk.unwritable("the pack", "/x", OSError(errno.ENOTDIR, "Not a directory"), fix="Choose another.")
    assert str(other) == "the pack can't be written: Not a directory (/x). Choose another."
