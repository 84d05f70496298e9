"""Formats are chosen by name."""

from __future__ import annotations

import pytest

from composer.formats.catalogue import FORMATS, chosen
from library.errors import Refused


def test_formats_come_in_the_order_of_the_catalogue_each_once() -> None:
    assert chosen(["prompt.txt", "prompt.txt"]) == (FORMATS["prompt.txt"],)
    assert chosen(["all"]) == tuple(FORMATS.values())


def test_an_unknown_format_is_refused_and_those_there_are_named() -> None:
    with pytest.raises(Refused, match=r"no format 'pdf'.*prompt\.txt"):
        chosen(["prompt.txt", "pdf"])
