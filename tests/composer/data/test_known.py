"""An example and its cluster keep their split for good, whatever data come later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.data.dataset import load_examples
from composer.data.examples import Dataset, Example, Record
from composer.data.known import known_splits
from composer.data.splits import stratum
from composer.task.task import SPLITS, Task
from library.errors import Refused

Make = Callable[..., Task]
STRATA = [1.5, 2.5, 3.5]


def record(number: int, *clusters: str, text: str = "", gold: float | None = None) -> Record:
    inputs = {"query": text or f"Request {number} of a guest", "document": "Room service"}
    return Record(
        f"r{number:03}", inputs, float(1 + number % 4) if gold is None else gold, clusters or (f"r{number:03}",)
    )


def rows(count: int, start: int = 0) -> list[Record]:
    return [record(number) for number in range(start, start + count)]


def later(task: Task, records: Sequence[Record], *imports: Dataset) -> Dataset:
    """Load records where these were imported before, the last of them lately."""
    earlier = [one for dataset in reversed(imports) for one in dataset.examples]
    return load_examples(task, records, known_splits(imports[-1].examples, earlier))


def splits(dataset: Dataset) -> dict[str, str]:
    return {one.id: one.split for one in dataset.examples}


def example(number: int, split: str, *clusters: str) -> Example:
    one = record(number, *clusters)
    return Example(one.id, one.inputs, one.gold, split, one.clusters)  # type: ignore[arg-type]


def test_rows_that_are_appended_leave_the_splits_of_the_others_as_they_are(imported: Make) -> None:
    task = imported(strata=STRATA)
    first = load_examples(task, rows(60))
    second = later(task, rows(75), first)
    assert {name: split for name, split in splits(second).items() if name in splits(first)} == splits(first)
    assert second.moved == ()
    for split, share in zip(SPLITS, (0.1, 0.4, 0.5), strict=True):
        held = [one for one in second.examples if one.split == split]
        assert abs(len(held) - share * 75) <= 1.5
        assert (
            max(abs(count - share * 75 / 4) for count in Counter(stratum(task, one.gold) for one in held).values())
            <= 2.5
        )


def test_the_same_rows_again_in_any_order_are_the_same_data(imported: Make) -> None:
    task = imported(sample={"dev": 10, "test": 12})
    first = load_examples(task, rows(60))
    assert later(task, rows(60)[::-1], first) == first


def test_many_more_rows_than_are_sampled_are_the_same_data_again(imported: Make) -> None:
    """Of ratings as uneven as people's, by far the most not sampled, and some texts there twice."""
    task = imported(strata=STRATA, sample={"dev": 24, "test": 30})
    golds = [1.0] * 2 + [2.0] * 5 + [3.0] * 3 + [4.0]
    many = [
        record(number, gold=golds[number % len(golds)], text=f"Request {number % 900} of a guest")
        for number in range(999)
    ]
    first = load_examples(task, many)
    assert first.not_sampled > 800
    assert later(task, many, first) == first


def test_a_row_that_was_left_out_for_a_while_comes_back_to_its_split(imported: Make) -> None:
    task = imported()
    first = load_examples(task, rows(40))
    second = later(task, rows(20), first)
    third = later(task, rows(60), first, second)
    assert {name: split for name, split in splits(third).items() if name in splits(first)} == splits(first)


@pytest.mark.parametrize("changes", [{"seed": 7}, {"splits": {"authoring": 0.0, "dev": 0.7, "test": 0.3}}])
def test_a_task_that_deals_otherwise_leaves_what_was_dealt(imported: Make, changes: dict[str, object]) -> None:
    first = load_examples(imported(), rows(40))
    second = later(imported(**changes), rows(40), first)
    assert splits(second) == splits(first)


def test_the_same_text_under_another_id_keeps_its_split(imported: Make) -> None:
    first = load_examples(imported(), rows(40))
    renamed = [replace(one, id=f"n-{one.id}", clusters=(f"n-{one.id}",)) for one in rows(40)]
    second = later(imported(), renamed, first)
    assert splits(second) == {f"n-{name}": split for name, split in splits(first).items()}


def test_what_was_drawn_stays_drawn_and_a_larger_sample_adds_to_it(imported: Make) -> None:
    first = load_examples(imported(sample={"test": 10}), rows(80))
    second = later(imported(sample={"test": 16}), rows(120), first)
    drawn = [{one.id for one in dataset.examples if one.split == "test"} for dataset in (first, second)]
    assert drawn[0] < drawn[1]
    assert len(drawn[1]) == 16


def test_a_new_row_goes_where_its_cluster_is(imported: Make) -> None:
    first = load_examples(imported(), [record(number, f"c{number // 2}") for number in range(60)])
    place = {one.clusters[0]: one.split for one in first.examples}
    second = later(imported(), [record(number, f"c{number % 30}") for number in range(100, 160)], first)
    assert {one.id: one.split for one in second.examples} == {
        f"r{number}": place[f"c{number % 30}"] for number in range(100, 160)
    }


@pytest.mark.parametrize(
    ("held", "goes"),
    [(("test", "dev"), "dev"), (("authoring", "test"), "authoring"), (("dev", "authoring"), "authoring")],
)
def test_a_cluster_that_joins_two_splits_goes_where_it_spoils_no_test_and_says_so(
    imported: Make, held: tuple[str, str], goes: str
) -> None:
    first = load_examples(imported(), rows(40))
    one, other = (next(each for each in first.examples if each.split == split) for split in held)
    joined = [replace(each, clusters=("guest-9",)) if each.id in (one.id, other.id) else each for each in rows(40)]
    second = later(imported(), joined, first)
    assert splits(second) == {**splits(first), one.id: goes, other.id: goes}
    (moved,) = second.moved
    assert (moved.was, moved.now) == (next(split for split in held if split != goes), goes)
    assert f"{moved.id} (cluster guest-9) goes from {moved.was} to {goes}" in second.moves[0]


def test_a_row_that_links_clusters_of_two_splits_is_left_out_and_moves_nothing(imported: Make) -> None:
    first = load_examples(imported(), rows(40))
    dev, test = (next(one for one in first.examples if one.split == split) for split in ("dev", "test"))
    second = later(imported(), [*rows(40), record(99, dev.id, test.id)], first)
    assert splits(second) == splits(first)
    assert (second.left_out, second.moved) == (1, ())


def test_a_new_cluster_joins_the_one_it_shares_a_row_with(imported: Make) -> None:
    first = load_examples(imported(), rows(40))
    new = [record(100 + number, f"r{number:03}", f"new-{number}") for number in range(40)]
    alone = [record(200 + number, f"new-{number}") for number in range(40)]
    second = splits(later(imported(), [*rows(40), *new, *alone], first))
    for number in range(40):
        assert second[f"r{100 + number}"] == second[f"r{200 + number}"] == second[f"r{number:03}"]


def test_pairs_of_a_few_documents_keep_the_documents_splits(imported: Make) -> None:
    def pairs(documents: int) -> list[Record]:
        both = [(a, b) for a in range(documents) for b in range(a + 1, documents)]
        return [record(100 * a + b, f"d{a:02}", f"d{b:02}") for a, b in both]

    first = load_examples(imported(), pairs(14))
    second = later(imported(), pairs(18), first)
    assert {name: split for name, split in splits(second).items() if name in splits(first)} == splits(first)
    assert second.moved == ()
    assert {one.split for one in second.examples if "d17" in one.clusters} <= set(SPLITS)


def test_data_dealt_anew_at_each_import_by_an_older_version_keep_the_splits_they_have_now(imported: Make) -> None:
    first = load_examples(imported(), rows(40))
    second = load_examples(imported(seed=3), rows(40))
    assert splits(first) != splits(second)
    assert later(imported(), rows(40), first, second) == second


imports = st.lists(
    st.lists(
        st.tuples(st.integers(0, 30), st.lists(st.integers(0, 9), min_size=1, max_size=2, unique=True)),
        min_size=1,
        max_size=40,
        unique_by=lambda row: row[0],
    ),
    min_size=2,
    max_size=4,
)


@settings(deadline=None, max_examples=80)
@given(imports=imports, single=st.booleans())
def test_nothing_tuned_on_ever_becomes_a_test_example_and_no_cluster_is_in_two_splits(
    imported: Make, imports: list[list[tuple[int, list[int]]]], single: bool
) -> None:
    seen: dict[str, int] = {}
    made: list[Dataset] = []
    for some in imports:
        records = [
            record(number, *(f"c{one}" for one in clusters[: 1 if single else 2])) for number, clusters in some
        ]
        try:
            dataset = later(imported(), records, *made) if made else load_examples(imported(), records)
        except Refused as refusal:
            assert "too few" in str(refusal)  # noqa: PT017
            continue
        made.append(dataset)
        place: dict[str, set[str]] = defaultdict(set)
        for one in dataset.examples:
            assert SPLITS.index(one.split) <= seen.get(one.id, 2)
            if SPLITS.index(one.split) < seen.get(one.id, 0):
                assert one.id in {moved.id for moved in dataset.moved}
            seen[one.id] = SPLITS.index(one.split)
            for cluster in one.clusters:
                place[cluster].add(one.split)
        assert all(len(found) == 1 for found in place.values())


def test_what_was_left_out_of_a_sample_is_drawn_again_when_it_comes_back(imported: Make) -> None:
    task = imported(sample={"test": 10})
    first = load_examples(task, rows(80))
    gone = next(one.id for one in first.examples if one.split == "test")
    second = replace(first, examples=tuple(one for one in first.examples if one.id != gone))
    assert later(task, rows(80), first, second).examples == first.examples
