from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.data.bundled import read_bundled
from composer.data.dataset import load_examples
from composer.data.examples import Dataset, Record, dataset_hash
from composer.data.splits import assign, largest_remainder, sample, split_of, stratum
from composer.task.task import SPLITS, Task
from library.canonical import digest
from library.errors import Refused

SHARES = (0.1, 0.4, 0.5)
Make = Callable[..., Task]


def record(key: str, *clusters: str, gold: float = 3, forced: bool = False) -> Record:
    inputs = {"query": f"q {key}", "document": f"d {key}"}
    return Record(key, inputs, gold, clusters or (key,), must_not_regress=forced)


def by_stratum(task: Task, dataset: Dataset) -> dict[str, list[int]]:
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for one in dataset.examples:
        counts[one.split][stratum(task, one.gold)] += 1
    return {split: [counts[split][number] for number in range(4)] for split in SPLITS}


def test_relatedness_splits_as_it_always_did(relatedness: Task) -> None:
    # Recorded answers belong to these very examples: any change here makes them worthless.
    dataset = load_examples(relatedness, read_bundled(relatedness))
    assert by_stratum(relatedness, dataset) == {
        "authoring": [4, 3, 3, 0],
        "dev": [16, 16, 16, 11],
        "test": [24, 24, 24, 24],
    }
    assert (dataset.left_out, dataset.not_sampled) == (725, 335)
    ids = {split: [one.id for one in dataset.examples if one.split == split] for split in SPLITS}
    assert all(own == sorted(own) for own in ids.values())
    assert {split: digest(own)[:16] for split, own in ids.items()} == {
        "authoring": "d236b3e2ee35666d",
        "dev": "29ebef220d609f25",
        "test": "bb6ba2feda463c05",
    }


def test_relatedness_keeps_every_document_in_one_split(relatedness: Task) -> None:
    place: dict[str, set[str]] = defaultdict(set)
    for one in load_examples(relatedness, read_bundled(relatedness)).examples:
        for cluster in one.clusters:
            place[cluster].add(one.split)
    assert all(len(found) == 1 for found in place.values())


def test_texts_are_cut_to_the_words_of_the_task(relatedness: Task) -> None:
    lengths = {
        len(text.split())
        for one in load_examples(relatedness, read_bundled(relatedness)).examples
        for text in one.inputs.values()
    }
    assert max(lengths) == 32


def test_polarity_is_split_evenly_over_its_labels(polarity: Task) -> None:
    dataset = load_examples(polarity, read_bundled(polarity))
    counts = Counter((one.split, one.gold) for one in dataset.examples)
    assert {counts["authoring", gold] for gold in ("positive", "negative")} == {10}
    assert {counts["dev", gold] for gold in ("positive", "negative")} == {40}
    assert {counts["test", gold] for gold in ("positive", "negative")} == {50}
    assert (dataset.left_out, dataset.not_sampled) == (0, 0)


@pytest.mark.parametrize("source", ["relatedness", "polarity"])
def test_the_order_of_the_records_does_not_matter(source: str, request: pytest.FixtureRequest) -> None:
    task: Task = request.getfixturevalue(source)
    records = list(read_bundled(task))
    before = load_examples(task, records)
    random.Random(1).shuffle(records)
    assert load_examples(task, records) == before


def test_another_seed_splits_otherwise(polarity: Task) -> None:
    records = read_bundled(polarity)
    other = polarity.model_copy(update={"data": polarity.data.model_copy(update={"seed": 1})})
    assert load_examples(other, records).hash != load_examples(polarity, records).hash


records_of_few_clusters = st.lists(
    st.tuples(st.lists(st.integers(0, 12), min_size=1, max_size=3, unique=True), st.integers(1, 5), st.booleans()),
    min_size=1,
    max_size=60,
)


@settings(deadline=None, max_examples=60)
@given(rows=records_of_few_clusters, seed=st.integers(0, 2**32 - 1), wanted=st.none() | st.integers(1, 20))
def test_no_cluster_is_in_two_splits_and_every_record_is_accounted_for(
    imported: Make, rows: list[tuple[list[int], int, bool]], seed: int, wanted: int | None
) -> None:
    task = imported(seed=seed, strata=[1.5, 2.5, 3.5], sample={"dev": wanted, "test": wanted})
    records = [
        record(f"r{number:02}", *(f"c{cluster}" for cluster in clusters), gold=gold, forced=forced)
        for number, (clusters, gold, forced) in enumerate(rows)
    ]
    try:
        dataset = load_examples(task, records)
    except Refused as refusal:
        assert "too few" in str(refusal)  # noqa: PT017
        return
    place: dict[str, set[str]] = defaultdict(set)
    for one in dataset.examples:
        for cluster in one.clusters:
            place[cluster].add(one.split)
    assert all(len(found) == 1 for found in place.values())
    assert len(dataset.examples) + dataset.left_out + dataset.not_sampled == len(records)
    assert len({one.id for one in dataset.examples}) == len(dataset.examples)
    assert load_examples(task, records[::-1]) == dataset


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(st.tuples(st.integers(1, 8), st.integers(0, 3)), min_size=1, max_size=80),
    seed=st.integers(0, 2**32 - 1),
)
def test_single_clusters_come_near_the_wanted_shares(sizes: list[tuple[int, int]], seed: int) -> None:
    records, strata = [], []
    for cluster, (size, number) in enumerate(sizes):
        records += [record(f"r{cluster:02}-{own}", f"c{cluster:02}") for own in range(size)]
        strata += [number] * size
    assigned = assign(records, strata, SHARES, np.random.default_rng(seed))
    counts = Counter(split_of(one, assigned) for one in records)
    assert None not in counts
    largest = max(size for size, _ in sizes)
    for number, share in enumerate(SHARES):
        assert abs(counts[number] - share * len(records)) <= 2 * largest


def test_single_clusters_are_stratified(imported: Make) -> None:
    task = imported(strata=[1.5, 2.5, 3.5])
    golds: Sequence[float] = [1] * 200 + [2] * 100 + [3] * 60 + [5] * 40
    records = [record(f"r{number:03}", gold=gold) for number, gold in enumerate(golds)]
    found = by_stratum(task, load_examples(task, records))
    for split, share in zip(SPLITS, SHARES, strict=True):
        for got, size in zip(found[split], (200, 100, 60, 40), strict=True):
            assert abs(got - share * size) <= 2


def test_pairs_within_small_groups_are_dealt_whole(imported: Make) -> None:
    records = [
        record(f"{group:02}-{a}{b}", f"q{group:02}-{a}", f"q{group:02}-{b}")
        for group in range(30)
        for a, b in ((0, 1), (1, 2), (2, 3))
    ]
    dataset = load_examples(imported(), records)
    assert dataset.left_out == 0
    assert [Counter(one.split for one in dataset.examples)[split] for split in SPLITS] == [9, 36, 45]


def test_a_sample_is_even_over_strata_and_a_small_stratum_gives_all_it_has() -> None:
    strata = [0] * 30 + [1] * 30 + [2] * 3
    records = [record(f"r{number:02}") for number in range(63)]
    drawn = sample(records, strata, 3, 20, np.random.default_rng(0))
    assert Counter(strata[position] for position in drawn) == {0: 7, 1: 7, 2: 3}
    assert drawn == sorted(drawn)


def test_what_must_not_regress_is_always_drawn() -> None:
    records = [record(f"r{number:02}", forced=number in (4, 17)) for number in range(40)]
    for seed in range(5):
        drawn = sample(records, [0] * 40, 1, 3, np.random.default_rng(seed))
        assert len(drawn) == 3
        assert {4, 17} <= set(drawn)


@given(total=st.integers(0, 10_000))
def test_largest_remainders_make_the_total(total: int) -> None:
    sizes = largest_remainder(total, SHARES)
    assert sum(sizes) == total
    assert all(abs(size - share * total) < 1 for size, share in zip(sizes, SHARES, strict=True))


def test_ten_thousand_single_records_split_within_seconds(imported: Make) -> None:
    rng = random.Random(0)
    records = [record(f"r{number:05}", gold=rng.uniform(1, 5)) for number in range(10_000)]
    began = time.process_time()
    dataset = load_examples(imported(strata=[1.5, 2.5, 3.5]), records)
    assert time.process_time() - began < 5
    assert dataset.left_out == 0


def test_one_id_twice_is_refused(imported: Make) -> None:
    with pytest.raises(Refused, match="two examples have the id a"):
        load_examples(imported(), [record("a"), record("b"), record("a")])


def test_too_few_records_are_refused(imported: Make) -> None:
    with pytest.raises(Refused, match="too few"):
        load_examples(imported(), [record("a")])
    with pytest.raises(Refused, match="no examples"):
        load_examples(imported(), [])


def test_the_dataset_hash_tells_every_change(imported: Make) -> None:
    records = [record(f"r{number}") for number in range(10)]
    dataset = load_examples(imported(), records)
    assert dataset_hash(dataset.examples[::-1]) == dataset.hash
    assert load_examples(imported(), [*records[:-1], record("r9", gold=4)]).hash != dataset.hash
