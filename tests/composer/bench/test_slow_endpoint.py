"""The endpoint that a measure asks takes its time, and is gone afterwards."""

from __future__ import annotations

import json
import time
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from composer.bench.slow_endpoint import slow_endpoint


def test_it_replies_after_its_seconds_and_is_gone_afterwards() -> None:
    with slow_endpoint(0.2) as address:
        question = Request(f"{address}/chat/completions", data=b"{}", method="POST")
        begun = time.monotonic()
        with urlopen(question, timeout=30) as reply:
            said = json.load(reply)
        assert time.monotonic() - begun >= 0.2
        assert said["choices"][0]["message"]["content"] == "positive"
    with pytest.raises(URLError):
        urlopen(question, timeout=5)
