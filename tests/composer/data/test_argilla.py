"""Argilla's exports, as its own exporters write them; only the server that holds the records is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from composer.data.columns import ColumnMap
from composer.data.files import read_records
from composer.data.readers import read_table
from composer.task.task import Task
from library.errors import Refused

ANN, BO, CY = (str(UUID(int=number)) for number in (1, 2, 3))
pytestmark = pytest.mark.filterwarnings("ignore:Support for class-based `config`")
QUESTIONS = {"sentiment": "label_selection", "urgency": "rating", "parts": "span", "order": "ranking"}


def record(key: str, text: str, *responses: tuple[str, str, object, str], **more: Any) -> Any:
    """Make a record; each response is a question, a user, a value and a status."""
    import argilla

    given = [
        argilla.Response(question, value, user_id=UUID(user), status=status)
        for question, user, value, status in responses
    ]
    return argilla.Record(id=key, fields={"text": text}, responses=given, **more)


def flat_list(records: list[Any], path: Path) -> Path:
    from argilla.records._io import GenericIO

    path = path / "records.json"
    path.write_text(json.dumps(GenericIO.to_list(records, flatten=True)))
    return path


def flat_columns(records: list[Any], path: Path) -> Path:
    from argilla.records._io import GenericIO

    path = path / "records.json"
    path.write_text(json.dumps(GenericIO.to_dict(records, flatten=True)))
    return path


def flat_by_id(records: list[Any], path: Path) -> Path:
    from argilla.records._io import GenericIO

    path = path / "records.json"
    path.write_text(json.dumps(GenericIO.to_dict(records, flatten=True, orient="index")))
    return path


def hugging_face(records: list[Any]) -> Any:
    from argilla.records._io import HFDatasetsIO

    schema = {name: SimpleNamespace(type=kind) for name, kind in QUESTIONS.items()}
    return HFDatasetsIO.to_datasets(records, SimpleNamespace(schema=schema))


def json_lines(records: list[Any], path: Path) -> Path:
    hugging_face(records).to_json(path / "records.jsonl")
    return path / "records.jsonl"


def parquet(records: list[Any], path: Path) -> Path:
    hugging_face(records).to_parquet(path / "records.parquet")
    return path / "records.parquet"


def saved(records: list[Any], path: Path) -> Path:
    hugging_face(records).save_to_disk(path / "saved")
    return path / "saved"


def plain(records: list[Any], path: Path) -> Path:
    from argilla.records._io import JsonIO

    return Path(JsonIO.to_json(records, path / "records.json"))


Exporter = Callable[[list[Any], Path], Path]
WHOLE = (flat_list, flat_columns, flat_by_id, json_lines, parquet, saved)


def records() -> list[Any]:
    import argilla

    return [
        record(
            "0012",
            "a\rb\u2028c é 😀",
            ("sentiment", ANN, "positive", "submitted"),
            ("urgency", ANN, 4, "submitted"),
            ("sentiment", BO, "positive", "submitted"),
            ("urgency", BO, 5, "submitted"),
            ("sentiment", CY, "negative", "discarded"),
            ("urgency", CY, 1, "discarded"),
            metadata={"site": "x"},
            vectors={"place": [0.5, 1.0]},
            suggestions=[argilla.Suggestion("sentiment", "negative", agent="model", score=0.5)],
        ),
        record("0013", "draft", ("sentiment", ANN, "negative", "draft"), ("urgency", ANN, 2, "draft")),
        record("0014", "nobody"),
    ]


@pytest.mark.parametrize("export", WHOLE)
def test_submitted_responses_are_kept_with_who_gave_them(
    tmp_path: Path, polarity: Task, rated: Task, export: Exporter
) -> None:
    made = export(records(), tmp_path)
    (one,) = read_records(made, polarity)
    assert (one.id, one.gold, one.inputs) == ("0012", "positive", {"sentence": "a\rb\u2028c é 😀"})
    assert one.ratings == {ANN: "positive", BO: "positive"}
    assert one.extras == {"site": "x", "urgency": f"{ANN}: 4\n{BO}: 5"}
    assert read_table(made).notes == (
        "format: Argilla (answers 2, people 2, items 1)",
        "left out: discarded responses 1, draft responses 1, items without an answer 2",
    )
    (other,) = read_records(made, rated)
    assert (other.gold, other.ratings) == (4.5, {ANN: 4.0, BO: 5.0})


def test_plain_records_are_refused_unless_they_are_named(tmp_path: Path, polarity: Task) -> None:
    made = plain(records(), tmp_path)
    with pytest.raises(Refused, match="discarded ones and drafts look like submitted ones") as refused:
        read_records(made, polarity)
    assert "to_datasets().to_json(" in refused.value.fix
    assert "--format argilla-without-status" in refused.value.fix
    found = read_records(made, polarity, form="argilla-without-status")
    assert [one.id for one in found] == ["0012", "0013"]
    assert found[0].ratings == {ANN: "positive", BO: "positive", CY: "negative"}
    assert found[0].extras["site"] == "x"


def test_flattened_records_without_a_status_are_refused_too(tmp_path: Path, polarity: Task) -> None:
    import argilla

    (path := tmp_path / "plain").mkdir()
    again = [argilla.Record.from_dict(one) for one in json.loads(plain(records(), path).read_text())]
    with pytest.raises(Refused, match="lacks the responses' status"):
        read_records(flat_list(again, tmp_path), polarity)


def test_lists_that_were_written_as_text_are_refused(tmp_path: Path, polarity: Task) -> None:
    hugging_face(records()).to_csv(tmp_path / "records.csv")
    with pytest.raises(Refused, match="lists were written as text") as refused:
        read_records(tmp_path / "records.csv", polarity)
    assert "to_json(" in refused.value.fix


def test_a_tie_is_handled_as_the_task_says(tmp_path: Path, polarity: Task) -> None:
    one = record("1", "t", ("sentiment", ANN, "positive", "submitted"), ("sentiment", BO, "negative", "submitted"))
    made = json_lines([one], tmp_path)
    with pytest.raises(Refused, match="tied between"):
        read_records(made, polarity)
    data = polarity.data.model_copy(update={"ties": "first"})
    (found,) = read_records(made, polarity.model_copy(update={"data": data}))
    assert found.gold == polarity.output.labels[0]


@pytest.mark.parametrize(
    ("question", "value", "why"),
    [
        ("parts", [{"start": 0, "end": 1, "label": "who"}], r"are marked parts of a text \(spans\)"),
        ("order", [{"value": "a", "rank": 1}, {"value": "b", "rank": 2}], r"are an order .* \(ranking\)"),
        ("topics", ["price", "speed"], "several answers at once"),
    ],
)
def test_answers_that_are_no_label_are_refused_with_the_reason(
    tmp_path: Path, polarity: Task, question: str, value: object, why: str
) -> None:
    one = record("1", "t", (question, ANN, value, "submitted"))
    for made in (flat_list([one], tmp_path), json_lines([one], tmp_path)):
        with pytest.raises(Refused, match=why):
            read_records(made, polarity, ColumnMap(gold=question))


def test_records_whose_own_data_give_them_the_same_id_are_not_taken_for_one(
    tmp_path: Path, polarity: Task
) -> None:
    """Flattened, a metadata property called `id` stands in the place of the record's own."""
    both = [
        record(key, text, ("sentiment", ANN, "positive", "submitted"), metadata={"id": "0012"})
        for key, text in (("1", "t"), ("2", "u"))
    ]
    with pytest.raises(Refused, match="rated it at item 1 and again at item 2"):
        read_records(flat_list(both, tmp_path), polarity)
