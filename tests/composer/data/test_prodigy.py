"""Prodigy's answers; it can't be had without a licence, so these files follow its documentation of `db-out`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from composer.data.columns import ColumnMap, labels_mapped, mapped
from composer.data.files import read_records
from composer.data.readers import read_table
from composer.task.task import Task
from library.errors import Refused

OPTIONS = [{"id": "positive", "text": "positive"}, {"id": "negative", "text": "negative"}]


def row(
    text: str, by: str | None, answer: str = "accept", *, at: int = 1_700_000_000, **more: Any
) -> dict[str, Any]:
    """Make a line as `db-out` writes it; texts that are the same have the same input hash."""
    return {
        "text": text,
        "_input_hash": -len(text) * 1_000 - ord(text[0]),
        "_task_hash": 5,
        "_is_binary": False,
        "_view_id": "choice",
        "answer": answer,
        "_timestamp": at,
        "_annotator_id": by,
        "_session_id": by,
        **more,
    }


def chosen(text: str, by: str | None, *accept: str, **more: Any) -> dict[str, Any]:
    return row(
        text, by, **{"options": OPTIONS, "accept": list(accept), "config": {"choice_style": "single"}, **more}
    )


def offered(text: str, by: str, label: str, answer: str, **more: Any) -> dict[str, Any]:
    return row(text, by, answer, label=label, _view_id="classification", **more)


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "answers.jsonl"
    path.write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in rows), encoding="utf-8")
    return path


def test_what_each_person_chose_is_kept_and_the_rest_is_counted(tmp_path: Path, polarity: Task) -> None:
    made = written(
        tmp_path,
        chosen("a\rb\u2028c", "set-ann", "positive", meta={"source": "x", "score": 0.5}),
        chosen("a\rb\u2028c", "set-bo", "negative", at=2, meta={"source": "x"}),
        chosen("a\rb\u2028c", "set-bo", "positive", at=3, meta={"source": "x"}),
        chosen("skipped", "set-ann", answer="ignore"),
        chosen("bad", "set-ann", "positive", answer="reject"),
        chosen("nothing chosen", "set-ann"),
    )
    (record,) = read_records(made, polarity)
    assert (record.inputs, record.gold) == ({"sentence": "a\rb\u2028c"}, "positive")
    assert record.ratings == {"set-ann": "positive", "set-bo": "positive"}
    assert record.extras == {"meta.source": "x"}
    assert record.id == str(json.loads(made.read_text().split("\n")[0])["_input_hash"])
    table = read_table(made)
    assert table.notes == (
        "format: Prodigy (answers 3, people 2, items 2)",
        "left out: answers that the same person gave anew later 1, ignored answers 1, rejected answers 1",
    )
    assert mapped(table, polarity).described(table)[-1] == "left out: rows without an answer to accept 1"


def test_an_id_in_the_data_is_the_id(tmp_path: Path, polarity: Task) -> None:
    made = written(tmp_path, chosen("t", "ann", "positive", id="0012"), chosen("u", None, "negative", id="0013"))
    with pytest.raises(Refused, match="line 2, field rater"):
        read_records(made, polarity)
    made = written(tmp_path, chosen("t", "ann", "positive", id="0012"), chosen("u", "ann", "negative", id="0013"))
    assert [one.id for one in read_records(made, polarity)] == ["0012", "0013"]


def test_without_sessions_a_row_is_an_example(tmp_path: Path, polarity: Task) -> None:
    made = written(tmp_path, chosen("t", None, "positive"), chosen("u", None, "negative"))
    found = read_records(made, polarity)
    assert [(one.gold, one.ratings) for one in found] == [("positive", {}), ("negative", {})]
    made = written(tmp_path, chosen("t", "2026-11-01_10-00-00", "positive"))
    assert "sessions without a name count as a person each" in read_table(made).notes


def test_options_may_be_known_by_number_or_by_text(tmp_path: Path, polarity: Task, rated: Task) -> None:
    numbered = [{"id": 4, "text": "positive"}, {"id": 2, "text": "negative"}]
    made = written(tmp_path, row("t", "ann", options=numbered, accept=[2]))
    assert read_records(made, polarity)[0].gold == "negative"
    assert read_records(made, rated)[0].gold == 2
    assert read_records(made, rated)[0].extras == {}
    assert labels_mapped(read_table(made), (), ColumnMap()).gold == "accept"
    made = written(tmp_path, row("t", "ann", accept=["positive"], label="as drawn"))
    assert read_records(made, polarity)[0].gold == "positive"


def test_of_labels_offered_one_by_one_the_accepted_one_counts(tmp_path: Path, polarity: Task) -> None:
    made = written(
        tmp_path,
        offered("t", "ann", "positive", "accept"),
        offered("t", "ann", "negative", "reject"),
        offered("t", "bo", "negative", "reject"),
        offered("t", "cy", "positive", "reject", at=2),
        offered("t", "cy", "positive", "accept", at=3),
    )
    (record,) = read_records(made, polarity)
    assert record.ratings == {"ann": "positive", "cy": "positive"}
    made = written(tmp_path, *(offered("t", "ann", label, "accept") for label in ("positive", "negative")))
    with pytest.raises(Refused, match="several answers at once, where the task has one: positive, negative"):
        read_records(made, polarity)


def test_where_one_label_is_offered_accept_and_reject_may_be_the_labels(tmp_path: Path, polarity: Task) -> None:
    made = written(tmp_path, offered("t", "ann", "positive", "accept"), offered("u", "ann", "positive", "reject"))
    assert [one.gold for one in read_records(made, polarity)] == ["positive"]
    assert "--gold answer" in read_table(made).notes[-1]
    output = polarity.output.model_copy(update={"labels": ("accept", "reject")})
    found = read_records(made, polarity.model_copy(update={"output": output}))
    assert [one.gold for one in found] == ["accept", "reject"]


def test_accepting_or_rejecting_a_text_alone_is_an_answer(tmp_path: Path, polarity: Task) -> None:
    made = written(tmp_path, row("t", "ann"), row("u", "ann", "reject"), row("v", "ann", "ignore"))
    output = polarity.output.model_copy(update={"labels": ("accept", "reject")})
    found = read_records(made, polarity.model_copy(update={"output": output}))
    assert [one.gold for one in found] == ["accept", "reject"]


def test_marked_parts_are_refused_with_the_reason(tmp_path: Path, polarity: Task) -> None:
    made = written(tmp_path, row("t", "ann", spans=[{"start": 0, "end": 1, "label": "who"}], tokens=[]))
    for asked in (ColumnMap(), ColumnMap(gold="spans")):
        with pytest.raises(Refused, match=r"the answers to spans are marked parts of a text \(spans\)"):
            read_records(made, polarity, asked)
