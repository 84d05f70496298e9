"""What new rows make of the data, and rows that come back as the same data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from composer.data.datachange import as_rows, change_of, with_present
from composer.data.dataset import load_examples
from composer.data.examples import Dataset
from composer.data.files import read_records
from tests import small


def test_what_is_added_changed_and_gone_is_told_apart() -> None:
    first, second, third = small.examples(dev=3, test=0)
    found = change_of((first, second), Dataset((replace(first, gold=4.5), third)))
    assert (found.added, found.changed, found.gone) == ((third.id,), (first.id,), (second.id,))
    assert not found.is_empty
    assert change_of((first, second), Dataset((second, replace(first, split="test")))).is_empty


def test_new_records_are_added_to_the_present_ones_and_replace_their_own() -> None:
    first, second = small.examples(dev=2, test=0)
    (again,) = with_present((), with_present((replace(first, gold=2.5),), ()))
    assert [(one.id, one.gold) for one in with_present((first, second), [again])] == [
        (second.id, second.gold),
        (first.id, 2.5),
    ]


def test_data_saved_as_rows_come_back_as_the_same_data(tmp_path: Path) -> None:
    examples = (
        *small.examples(),
        small.example(
            90,
            clusters=("a", "b"),
            slice="short",
            explanation="So said.",
            must_not_regress=True,
            ratings={"anna": 1.0, "bo": 2.0},
            gold=1.5,
            extras={"desk": "=north"},
        ),
    )
    records = with_present(examples, ())
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in as_rows(examples)), encoding="utf-8")
    task = small.task()
    assert load_examples(task, read_records(path, task)).hash == load_examples(task, records).hash
