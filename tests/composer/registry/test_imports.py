"""Importing data into a home: what is sealed stays sealed, and what could not keep its split is logged."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from composer.data.datachange import with_present
from composer.data.examples import Record
from composer.registry.datasets import current_dataset
from composer.registry.imports import add_records, import_records, preview_import
from library import log
from library.database import Database
from tests import small
from tests.library.queries import statements

TASK = small.task(data={"source": "import", "strata": [2.5]})


def rows(count: int) -> list[Record]:
    texts = [f"Guest {number} asks for a later breakfast" for number in range(count)]
    return [
        Record(
            f"r{number:03}", {"query": text, "document": "Breakfast"}, float(1 + number % 5), (f"r{number:03}",)
        )
        for number, text in enumerate(texts)
    ]


def brought(session: Session, records: list[Record]) -> dict[str, str]:
    import_records(session, TASK, records, by="Ada", at=small.NOW)
    return {one.id: one.split for one in current_dataset(session, "small").examples}


def test_no_test_example_of_a_home_is_dealt_elsewhere_by_appended_rows(filled: Database) -> None:
    with filled.session() as session:
        first = brought(session, rows(60))
        second = brought(session, rows(80))
        assert {name: split for name, split in second.items() if name in first} == first
        brought(session, rows(20))
        assert brought(session, rows(80)) == second
        assert {name for name in second if second[name] == "test"} > {
            name for name in first if first[name] == "test"
        }


def test_the_same_rows_again_change_nothing(filled: Database) -> None:
    with filled.session() as session:
        brought(session, rows(60))
        newest = log.newest(session)
        assert not import_records(session, TASK, rows(60), by="Ada", at=small.NOW).changed
        assert log.newest(session) == newest


def test_an_example_that_can_not_keep_its_split_is_named_in_the_log(filled: Database) -> None:
    with filled.session() as session:
        first = brought(session, rows(60))
        pair = [next(name for name in first if first[name] == split) for split in ("dev", "test")]
        joined = [replace(one, clusters=("guest",)) if one.id in pair else one for one in rows(60)]
        assert brought(session, joined) == {**first, pair[1]: "dev"}
        entry = log.entries(session, "task:small")[-1]
    assert entry.detail["moved"] == [{"id": pair[1], "clusters": ["guest"], "was": "test", "now": "dev"}]
    assert f"{pair[1]} (cluster guest) goes from test to dev" in entry.why


def test_many_rows_are_stored_in_few_statements_and_named_in_the_log(filled: Database) -> None:
    with filled.session() as session:
        with statements(session) as asked:
            import_records(session, TASK, rows(1000), by="Ada", at=small.NOW)
        assert sum(one.startswith("INSERT INTO example") for one in asked) == 1
        stored = current_dataset(session, "small").examples
        assert log.entries(session, "task:small")[-1].detail["batch"]["rows"] == len(stored) + 1 == 1001


class TestPreview:
    """What an import would change, without storing anything."""

    def test_it_counts_what_differs_and_stores_nothing(self, filled: Database) -> None:
        with filled.session() as session:
            present = current_dataset(session, "small")
            records = with_present(present.examples, ())[:30]
            new = replace(records[0], id="new", inputs={"query": "new?", "document": "new"}, clusters=("new",))
            found = preview_import(session, small.task(), [replace(records[1], gold=4.5), *records[2:], new])
            assert (found.added, found.changed, len(found.gone)) == (("new",), (records[1].id,), 3)
            beside = preview_import(session, small.task(), [new], keep=True)
            assert (beside.added, beside.changed, beside.gone) == (("new",), (), ())
            assert current_dataset(session, "small") == present

    def test_added_records_leave_the_present_ones_in_their_splits(self, filled: Database) -> None:
        with filled.session() as session:
            before = {one.id: one.split for one in current_dataset(session, "small").examples}
            new = [
                replace(with_present(small.examples(1, 0), ())[0], id=f"n{number}", clusters=(f"n{number}",))
                for number in range(4)
            ]
            new = [replace(one, inputs={"query": one.id, "document": one.id}) for one in new]
            assert add_records(session, small.task(), new, by="Ada", at=small.NOW).changed
            after = {one.id: one.split for one in current_dataset(session, "small").examples}
        assert len(after) == len(before) + 4
        assert before.items() <= after.items()
