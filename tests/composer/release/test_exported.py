"""A release as export formats get it: what was measured, checked again."""

from __future__ import annotations

import pytest

from composer.candidates.records import get_candidate
from composer.release.exported import exported_prompt
from composer.release.pack import pack_of
from library.canonical import canonical_bytes
from library.database import Database
from library.errors import Refused
from tests import small


def test_it_is_the_pack_with_the_settings_of_the_target_that_was_measured(released: Database) -> None:
    with released.session() as session:
        prompt = exported_prompt(session, "small", "tiny")
        pack = pack_of(session, "small", "tiny")
    assert prompt.prompt.encode() == pack.files["prompt.txt"]
    assert canonical_bytes(prompt.template) == pack.files["messages.json"]
    assert canonical_bytes(prompt.manifest) == pack.files["manifest.json"]
    assert (prompt.fingerprint, prompt.release) == (pack.fingerprint, 1)
    assert (prompt.message, prompt.inputs) == (small.TASK["message"], ("query", "document"))
    assert prompt.model == "qwen2.5-coder-0.5b"
    assert prompt.request == {"max_tokens": 16, "temperature": 0.0, "seed": 0}
    assert prompt.rows == ()


def test_its_rows_are_the_sealed_examples_in_the_order_of_the_evidence(released: Database) -> None:
    with released.session() as session:
        rows = exported_prompt(session, "small", "tiny", rows=True).rows
        evidence = get_candidate(session, 1).evidence
    assert [row.id for row in rows] == list(evidence.data.examples)
    wanted = {one.id: (one.inputs, one.gold) for one in small.examples(0, 16)}
    assert {row.id: (row.inputs, row.gold) for row in rows} == wanted


def test_where_nothing_is_released_it_is_refused(submitted: Database) -> None:
    with submitted.session() as session, pytest.raises(Refused, match="nothing is released"):
        exported_prompt(session, "small", "tiny")
