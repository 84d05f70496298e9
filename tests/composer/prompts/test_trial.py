"""A trial holds a line that nobody vetted: it is asked about authoring examples, and no prompt is made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text as sql

from composer.answers.evaluator import questions_of
from composer.candidates.submission import submit
from composer.candidates.test_split import note_test_read
from composer.optimizer.predictor import LibraryPredict
from composer.prompts.composition import Composition, UnvettedText
from composer.prompts.trial import Trial
from composer.prompts.vocabulary import Vocabulary
from composer.release.pack import export_release, pack_of
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from tests import small
from tests.composer.candidates.test_evidence import evidence, measured

DRAFT = "A document that only names the query rates 2."
BASE = small.TASK["base"]
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def prompt(*keys: str) -> Composition:
    return Vocabulary(small.task(), small.snippets()).compose(keys)


def as_composition(trial: Trial) -> Composition:
    """What code that isn't type-checked might hand in."""
    return cast(Any, trial)


def test_the_line_stands_after_the_others() -> None:
    trial = Trial(prompt("careful", "exact"), DRAFT)
    assert trial.lines == (small.TEXTS["careful"], small.TEXTS["exact"], DRAFT)
    assert trial.text == BASE.replace("{{snippets}}", "\n".join(trial.lines))
    assert not trial.replaces


def test_the_line_stands_before_those_that_are_pinned_last() -> None:
    versions = prompt("careful", "exact").versions
    pinned = Composition(BASE, (versions[0], replace(versions[1], pin="last")))
    assert Trial(pinned, DRAFT).lines == (small.TEXTS["careful"], DRAFT, small.TEXTS["exact"])


def test_a_draft_of_a_snippet_in_the_prompt_takes_its_place() -> None:
    trial = Trial(prompt("careful", "exact"), DRAFT, "careful")
    assert trial.lines == (DRAFT, small.TEXTS["exact"])
    assert trial.replaces
    assert not Trial(prompt("exact"), DRAFT, "careful").replaces


@pytest.mark.parametrize("line", ["", "two\nlines", "a {{slot}}", " before", "hidden\u200b", "x" * 301])
def test_what_could_be_no_snippet_is_never_sent(line: str) -> None:
    with pytest.raises(Refused, match="the draft's text"):
        Trial(prompt(), line)


def test_a_line_that_the_prompt_has_already_is_refused() -> None:
    with pytest.raises(Refused, match="this very line"):
        Trial(prompt("careful"), small.TEXTS["careful"])


def test_it_is_tried_in_a_prompt_of_vetted_snippets_alone() -> None:
    with pytest.raises(UnvettedText):
        Trial(as_composition(Trial(prompt(), DRAFT)), "Another line.")


def test_it_is_asked_about_authoring_examples_and_no_others() -> None:
    trial, composed = Trial(prompt("exact"), DRAFT), prompt("exact")
    mine = [small.example(number, "authoring") for number in range(3)]
    (first, *_) = questions_of(small.task(), "t", trial, mine)
    assert first.messages[0]["content"] == trial.text
    assert first.composition == trial.fingerprint
    for split in ("dev", "test"):
        others = [*mine, small.example(1, split)]
        assert len(questions_of(small.task(), "t", composed, others)) == 4
        with pytest.raises(UnvettedText, match=f"{split}-01 is of {split}"):
            questions_of(small.task(), "t", trial, others)


def test_its_answers_are_never_those_of_a_composition_by_name() -> None:
    """The same text may be vetted later: its answers are found by what was sent, and filed under another name."""
    trial = Trial(prompt("exact"), small.TEXTS["topic"])
    assert trial.text == prompt("exact", "topic").text
    assert trial.fingerprint != prompt("exact", "topic").fingerprint
    mine = [small.example(1, "authoring")]
    sides = [questions_of(small.task(), "t", one, mine)[0].key for one in (trial, prompt("exact", "topic"))]
    assert sides[0] == sides[1]


def test_a_search_does_not_know_it() -> None:
    vocabulary = Vocabulary(small.task(), small.snippets())
    with pytest.raises(UnvettedText, match="not a vetted snippet"):
        vocabulary.recognise(Trial(prompt("exact"), DRAFT).text)
    with pytest.raises((UnvettedText, AttributeError)):
        LibraryPredict(vocabulary, as_composition(Trial(prompt("exact"), DRAFT)))


def test_it_is_never_measured_on_the_test_split_nor_submitted(submitted: Database) -> None:
    trial = as_composition(Trial(prompt("exact"), DRAFT))
    plan = measured().plan
    for side in ({"candidate": trial}, {"incumbent": trial}):
        with pytest.raises(UnvettedText, match="a trial is no composition"):
            replace(plan, **side)
    with submitted.session() as session:
        with pytest.raises(UnvettedText, match="a trial is no composition"):
            note_test_read(session, "small:0", "t", trial, run_id=1, by="Ada", at=NOW)
        for sides in ((trial, plan.incumbent), (plan.candidate, trial)):
            with pytest.raises(UnvettedText, match="a trial is no composition"):
                submit(session, 1, *sides, evidence(), by="Ada", at=NOW)


def _smuggle(database: Database, folder: Path, row: str) -> None:
    """Write a draft's version into a stored row by hand, as if a trial had come that far."""
    texts = {"smuggled": DRAFT}
    with database.session() as session:
        import_file(session, small.write_library(folder / "draft.yaml", texts, smuggled="draft"), by="Ada", at=NOW)
        (number,) = session.execute(sql("select max(id) from snippet_version")).scalars()
        session.execute(sql(f"update {row} set versions = '[{number}]' where id = 1"))


def test_it_is_neither_approved_nor_released_where_a_row_names_its_line(
    submitted: Database, tmp_path: Path
) -> None:
    _smuggle(submitted, tmp_path, "candidate")
    with submitted.session() as session, pytest.raises(Refused, match="smuggled"):
        give_verdict(session, 1, "approve", reason="Clear gain.", by="Grace", at=NOW)
    with submitted.session() as session, pytest.raises(Refused, match="smuggled"):
        release_candidate(session, 1, reason="Clear gain.", by="Grace", at=NOW)


def test_it_is_not_exported_where_a_row_names_its_line(released: Database, tmp_path: Path) -> None:
    _smuggle(released, tmp_path, "release")
    with released.session() as session:
        with pytest.raises(UnvettedText, match="draft"):
            pack_of(session, "small", "tiny")
        with pytest.raises(UnvettedText, match="draft"):
            export_release(session, "small", "tiny", tmp_path / "pack", by="Ada", at=NOW)
    assert not (tmp_path / "pack").exists()
