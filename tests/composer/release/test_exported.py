"""A release as export formats get it: what was measured, checked again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from composer.answers.store import Question
from composer.candidates.records import get_candidate
from composer.formats import batch_jsonl
from composer.formats.catalogue import FORMATS
from composer.formats.prompt import AskedRow
from composer.registry.targets import add_target, get_target
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


def test_it_keeps_the_settings_that_were_measured_when_the_target_has_others_now(released: Database) -> None:
    with released.session() as session:
        now = get_target(session, "tiny").model_copy(update={"max_tokens": 99})
        add_target(session, now, by="Ada", at=small.NOW)
        assert get_target(session, "tiny").max_tokens == 99
        assert exported_prompt(session, "small", "tiny").request["max_tokens"] == 16


def test_its_rows_are_the_sealed_examples_in_the_order_of_the_evidence(released: Database) -> None:
    with released.session() as session:
        rows = exported_prompt(session, "small", "tiny", rows=True).rows
        evidence = get_candidate(session, 1).evidence
    assert [row.id for row in rows] == list(evidence.data.examples)
    wanted = {one.id: (one.inputs, one.gold) for one in small.examples(0, 16)}
    assert {row.id: (row.inputs, row.gold) for row in rows} == wanted


def test_every_format_gives_the_messages_whose_answers_were_measured(released: Database) -> None:
    with released.session() as session:
        prompt = exported_prompt(session, "small", "tiny", rows=True)
        evidence = get_candidate(session, 1).evidence
    every = [row.inputs for row in prompt.rows]
    templates = [one for one in FORMATS.values() if not one.prompt_only and one.name != "batch.jsonl"]
    assert len(templates) >= 6
    for one in templates:
        found = one.each_loaded(one.files(prompt), every)
        keys = tuple(Question(messages, evidence.target.hash, "", "").key for messages in found)
        assert keys == evidence.candidate.cells, one.name


def test_a_batch_of_the_sealed_rows_asks_what_was_measured(released: Database) -> None:
    with released.session() as session:
        prompt = exported_prompt(session, "small", "tiny", rows=True)
        evidence = get_candidate(session, 1).evidence
    asked = replace(prompt, asked=tuple(AskedRow(row.id, row.inputs) for row in prompt.rows))
    bodies = batch_jsonl.requests(batch_jsonl.files(asked)).values()
    keys = tuple(Question(body["messages"], evidence.target.hash, "", "").key for body in bodies)
    assert keys == evidence.candidate.cells


def test_where_nothing_is_released_it_is_refused(submitted: Database) -> None:
    with submitted.session() as session, pytest.raises(Refused, match="nothing is released"):
        exported_prompt(session, "small", "tiny")
