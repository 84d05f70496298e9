"""A prior is frozen as JSON, and is the same when it is read again."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from composer.search.prior import Known, Prior, Source

PRIOR = Prior(
    {"plain": Known(0.05, 0.001, "format"), "kind": Known(-0.02, 0.002, "")},
    {"": 0.4, "format": 0.9},
    0.0025,
    (Source("old", 400), Source("older", 180)),
)


def test_a_prior_is_the_same_after_it_was_json() -> None:
    assert Prior.from_json(json.loads(json.dumps(PRIOR.as_json()))) == PRIOR


def test_what_is_no_prior_is_not_read_as_one() -> None:
    with pytest.raises(ValidationError):
        Prior.from_json({"snippets": {}})
