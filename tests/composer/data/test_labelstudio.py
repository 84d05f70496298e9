"""Label Studio's exports, as its own converter writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.data.columns import ColumnMap, mapped
from composer.data.examples import Record
from composer.data.files import read_records
from composer.data.readers import read_table
from composer.task.task import Task
from library.errors import Refused

CONFIG = """
<View>
  <Text name="shown" value="$text"/>
  <Choices name="sentiment" toName="shown"><Choice value="positive"/><Choice value="negative"/></Choices>
  <Choices name="topics" toName="shown" choice="multiple"><Choice value="price"/><Choice value="speed"/></Choices>
  <Rating name="stars" toName="shown" maxRating="5"/>
  <Number name="count" toName="shown"/>
  <Taxonomy name="kind" toName="shown"><Choice value="a"><Choice value="b"/></Choice></Taxonomy>
  <Labels name="parts" toName="shown"><Label value="who"/></Labels>
  <TextArea name="explanation" toName="shown"/>
</View>
"""
TYPES = {
    "sentiment": "choices",
    "topics": "choices",
    "stars": "rating",
    "count": "number",
    "kind": "taxonomy",
    "parts": "labels",
    "explanation": "textarea",
}
VALUES = {"textarea": "text"}
STORABLE = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


def annotation(by: object, *, at: int = 1, start: int | None = None, **answers: Any) -> dict[str, Any]:
    """Make an annotation as Label Studio stores it; `start` puts its answers about a part of the text."""
    about = {} if start is None else {"start": start, "end": start + 1, "text": "x"}
    return {
        "id": at,
        "completed_by": by,
        "result": [
            {
                "id": f"r{number}",
                "from_name": name,
                "to_name": "shown",
                "type": TYPES[name],
                "origin": "manual",
                "value": {**about, VALUES.get(TYPES[name], TYPES[name]): value},
            }
            for number, (name, value) in enumerate(answers.items())
        ],
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": f"2026-11-01T00:00:{at:02}.000000Z",
        "updated_at": f"2026-11-01T00:00:{at:02}.000000Z",
        "lead_time": 2.5,
    }


def skipped(by: object) -> dict[str, Any]:
    """Make an annotation that was skipped after something had been chosen."""
    return {**annotation(by, sentiment=["negative"], stars=1), "was_cancelled": True}


def task(number: int, data: dict[str, Any], *annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": number, "data": data, "annotations": list(annotations), "predictions": [], "drafts": [], **more}


def export(folder: Path, tasks: Sequence[dict[str, Any]], form: str = "JSON") -> Path:
    """Have the real converter export tasks, a file for each, in one of its forms."""
    # Imported here, since every process that collects tests would spend a second on it.
    from label_studio_sdk.converter import Converter

    source = folder / "tasks"
    source.mkdir(parents=True)
    for number, one in enumerate(tasks):
        (source / f"{number}.json").write_text(json.dumps(one))
    Converter(CONFIG, str(folder)).convert(str(source), str(folder / form), form)
    (made,) = (folder / form).iterdir()
    return made


def by_id(records: Sequence[Record]) -> dict[str, Record]:
    return {one.id: one for one in records}


def test_each_answer_is_kept_with_who_gave_it_and_skipped_ones_are_counted(tmp_path: Path, polarity: Task) -> None:
    first = {"text": "a\rb\u2028c é 😀", "id": "0012", "site": "x"}
    made = export(
        tmp_path,
        [
            task(
                7,
                first,
                annotation(1, sentiment=["positive"], explanation=["short"]),
                annotation({"id": 2, "email": "bo@site.org"}, sentiment=["negative"]),
                annotation(3, sentiment=["positive"]),
                skipped(4),
                predictions=[{"result": annotation(0, sentiment=["negative"])["result"]}],
            ),
            task(8, {"text": "only skipped", "id": "0013"}, skipped(1), skipped(2)),
            task(9, {"text": "nobody", "id": "0014"}, drafts=[annotation(1, sentiment=["negative"])]),
            task(10, {"text": "left empty", "id": "0015"}, annotation(1)),
        ],
    )
    (record,) = read_records(made, polarity)
    assert (record.id, record.gold, record.inputs) == ("0012", "positive", {"sentence": first["text"]})
    assert record.ratings == {"1": "positive", "bo@site.org": "negative", "3": "positive"}
    assert record.extras == {"site": "x"}
    assert record.explanation == "1: short"
    assert read_table(made).notes == (
        "format: Label Studio JSON (answers 3, people 3, items 1)",
        "left out: drafts 1, empty answers 1, items without an answer 3, skipped answers 3",
    )


def test_an_item_without_an_id_of_its_own_has_label_studios(tmp_path: Path, polarity: Task) -> None:
    tasks = [task(number, {"text": f"t{number}"}, annotation(1, sentiment=["positive"])) for number in (3, 4)]
    assert set(by_id(read_records(export(tmp_path, tasks), polarity))) == {"3", "4"}


def test_what_old_versions_call_completions_is_read(tmp_path: Path, polarity: Task) -> None:
    old = [{**annotation(None, sentiment=["positive"]), "created_username": " ann@site.org, 1"}, skipped(2)]
    del old[0]["completed_by"], old[1]["was_cancelled"]
    old[1]["skipped"] = True
    (tmp_path / "old.json").write_text(json.dumps([{"id": 3, "data": {"text": "t"}, "completions": old}]))
    assert read_records(tmp_path / "old.json", polarity)[0].ratings == {"ann@site.org, 1": "positive"}


def test_items_that_share_an_id_and_differ_are_known_by_label_studios(tmp_path: Path, polarity: Task) -> None:
    rated = annotation(1, sentiment=["positive"])
    made = export(tmp_path, [task(3, {"text": "a", "id": 1}, rated), task(4, {"text": "b", "id": 1}, rated)])
    assert set(by_id(read_records(made, polarity))) == {"3", "4"}
    assert "items with the id 1 differ" in " ".join(read_table(made).notes)


def test_a_tie_is_handled_as_the_task_says(tmp_path: Path, polarity: Task) -> None:
    tied = [annotation(1, sentiment=["positive"]), annotation(2, sentiment=["negative"])]
    made = export(tmp_path, [task(1, {"text": "so so"}, *tied)])
    with pytest.raises(Refused, match="tied between"):
        read_records(made, polarity)
    (record,) = read_records(
        made, polarity.model_copy(update={"data": polarity.data.model_copy(update={"ties": "first"})})
    )
    assert record.gold == polarity.output.labels[0]


def test_the_latest_of_several_answers_of_one_person_counts(tmp_path: Path, polarity: Task) -> None:
    answers = [annotation(1, at=9, sentiment=["negative"]), annotation(1, at=2, sentiment=["positive"])]
    made = export(tmp_path, [task(1, {"text": "t"}, *answers)])
    assert read_records(made, polarity)[0].ratings == {"1": "negative"}
    assert read_table(made).notes[1] == "left out: answers that the same person gave anew later 1"


def test_ratings_come_to_their_mean(tmp_path: Path, rated: Task) -> None:
    answers = [annotation(by, stars=stars, sentiment=["positive"]) for by, stars in ((1, 4), (2, 5))]
    (record,) = read_records(export(tmp_path, [task(1, {"text": "t"}, *answers)]), rated)
    assert (record.gold, record.ratings) == (4.5, {"1": 4.0, "2": 5.0})
    assert record.extras == {"sentiment": "positive"}


def test_where_several_questions_fit_a_person_names_one(tmp_path: Path, rated: Task) -> None:
    made = export(tmp_path, [task(1, {"text": "t"}, annotation(1, stars=4, count=2))])
    with pytest.raises(Refused, match="several questions have the ratings from 1 to 5: stars has 4; count has 2"):
        read_records(made, rated)
    assert read_records(made, rated, ColumnMap(gold="count"))[0].gold == 2


def test_rows_without_an_answer_to_the_question_are_left_out(tmp_path: Path, rated: Task) -> None:
    made = export(
        tmp_path,
        [task(1, {"text": "t"}, annotation(1, stars=4)), task(2, {"text": "u"}, annotation(1, topics=["price"]))],
    )
    table = read_table(made)
    columns = mapped(table, rated)
    assert [one.id for one in read_records(made, rated)] == ["1"]
    assert columns.described(table)[-1] == "left out: rows without an answer to stars 1"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"kind": [["a", "b"]]}, "the answers to kind are paths in a tree of categories"),
        ({"parts": ["who"], "start": 0}, "the answers to parts are about marked parts of an item"),
        ({"sentiment": ["positive"], "start": 0}, "the answers to sentiment are about marked parts of an item"),
        ({"topics": ["price", "speed"]}, "several answers at once, where the task has one: price, speed"),
    ],
)
def test_answers_that_are_no_label_are_refused_with_the_reason(
    tmp_path: Path, polarity: Task, answers: dict[str, Any], why: str
) -> None:
    made = export(tmp_path, [task(1, {"text": "t"}, annotation(1, **answers))])
    for asked in (ColumnMap(), ColumnMap(gold=next(iter(answers)))):
        with pytest.raises(Refused, match=why):
            read_records(made, polarity, asked)


def test_a_field_that_is_named_as_a_question_is_kept_beside_its_answers(tmp_path: Path, polarity: Task) -> None:
    data = {"text": "t", "sentiment": "before", "rater": "r"}
    (record,) = read_records(export(tmp_path, [task(1, data, annotation(1, sentiment=["positive"]))]), polarity)
    assert (record.gold, record.ratings) == ("positive", {"1": "positive"})
    assert record.extras == {"data.sentiment": "before", "rater": "r"}


def test_annotations_by_their_numbers_alone_are_refused(tmp_path: Path, polarity: Task) -> None:
    made = export(tmp_path, [{**task(1, {"text": "t"}), "annotations": [17]}])
    with pytest.raises(Refused, match=r"only their numbers .*item 1, field annotations.*Export, JSON"):
        read_records(made, polarity)


@pytest.mark.parametrize("form", ["JSON_MIN", "CSV", "TSV"])
def test_forms_that_lose_something_are_read_with_a_warning(
    tmp_path: Path, polarity: Task, rated: Task, form: str
) -> None:
    answers = [annotation(by, sentiment=["positive"], stars=stars, count=9) for by, stars in ((1, 4), ("2", 3))]
    tasks = [
        task(7, {"text": "a\rb\u2028c", "id": "0012"}, *answers, skipped(3)),
        task(8, {"text": "only skipped", "id": "0013"}, skipped(1)),
        task(9, {"text": "nobody", "id": "0014"}),
    ]
    made = export(tmp_path, tasks, form)
    (record,) = read_records(made, polarity)
    # Which id it is depends on the form, which is why another is asked for.
    assert record.id == ("7" if form == "JSON_MIN" else "0012")
    assert (record.gold, record.ratings) == ("positive", {"1": "positive", "2": "positive"})
    assert record.inputs == {"sentence": "a\rb\u2028c"}
    assert read_records(made, rated)[0].ratings == {"1": 4.0, "2": 3.0}
    notes = " ".join(read_table(made).notes)
    assert "(answers 2) left out: items without an answer 1" in notes
    assert "leaves out skipped answers" in notes
    assert "Export, JSON (not JSON_MIN and not CSV)" in notes


def test_newer_versions_mark_a_field_that_is_named_as_a_question_in_csv(tmp_path: Path, polarity: Task) -> None:
    """The converter of label-studio-sdk 2.1.2 does; it can't be installed beside the numpy that is locked here."""
    path = tmp_path / "result.csv"
    names = '"_data_sentiment","annotation_id","annotator","id","lead_time","sentiment","text"'
    path.write_text(f'{names}\n"before",1,"1","0012",2.5,"positive","t"\n')
    (record,) = read_records(path, polarity)
    assert (record.ratings, record.extras) == ({"1": "positive"}, {"data.sentiment": "before"})


def test_a_form_that_does_not_tell_who_answered_is_refused(tmp_path: Path, polarity: Task) -> None:
    made = export(tmp_path, [task(1, {"text": "t"}, annotation({"id": 5}, sentiment=["positive"]))], "JSON_MIN")
    with pytest.raises(Refused, match=r"doesn't tell who answered .*Export, JSON"):
        read_records(made, polarity)


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(st.text(STORABLE, min_size=1).filter(str.strip), min_size=1, max_size=4, unique=True),
    labels=st.lists(st.sampled_from(["positive", "negative", None]), min_size=1, max_size=5),
)
def test_whatever_the_text_every_answer_that_counts_comes_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], labels: list[str | None]
) -> None:
    from tests.composer.data.conftest import TASKS, load_task

    polarity = load_task(TASKS / "polarity.yaml")
    polarity = polarity.model_copy(update={"data": polarity.data.model_copy(update={"ties": "first"})})
    answers = [
        skipped(by) if label is None else annotation(by, sentiment=[label]) for by, label in enumerate(labels)
    ]
    tasks = [task(number, {"text": text, "id": f"00{number}"}, *answers) for number, text in enumerate(texts)]
    made = export(tmp_path_factory.mktemp("made"), tasks)
    given_ = {str(by): label for by, label in enumerate(labels) if label}
    if not given_:
        with pytest.raises(Refused, match="no answer counts"):
            read_records(made, polarity)
        return
    found = by_id(read_records(made, polarity))
    assert {key: one.ratings for key, one in found.items()} == {f"00{n}": given_ for n in range(len(texts))}
    assert [found[f"00{n}"].inputs["sentence"] for n in range(len(texts))] == texts
