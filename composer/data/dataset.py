"""From raw records to the examples of a task: cut, split, sampled and hashed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from composer.data.examples import Dataset, Example, Moved, Record, in_order
from composer.data.known import NOTHING_KNOWN, KnownSplits
from composer.data.splits import assign, sample, split_of, strata_count, stratum
from composer.task.task import SPLITS, Task
from library.errors import Refused


def load_examples(task: Task, records: Sequence[Record], known: KnownSplits = NOTHING_KNOWN) -> Dataset:
    """Cut, split and sample records as the task's data section asks; the order they come in doesn't matter.

    What is `known` of the task's splits holds: an example that has one keeps it, and so does its cluster. Raises
    `Refused` when an id occurs twice, or when there are too few records for a dev and a test split.
    """
    wanted = [record for record in records if not task.data.slices or record.slice in task.data.slices]
    records = sorted(
        (replace(record, inputs=cut(record.inputs, task.data.words)) for record in wanted),
        key=lambda record: record.id,
    )
    for first, second in pairwise(records):
        if first.id == second.id:
            raise Refused(f"two examples have the id {first.id}", fix="Give each its own id.")
    if not records:
        raise Refused("there are no examples", fix="Bring some labelled rows.")
    spec = task.data
    strata = [stratum(task, record.gold) for record in records]
    assigned, known = _dealt(task, records, strata, known)
    places = {record.id: _place(record, assigned, known) for record in records}
    exact = known.among(places)

    examples: list[Example] = []
    in_a_split = 0
    sizes = (None, spec.sample.dev, spec.sample.test)
    for number, (name, size) in enumerate(zip(SPLITS, sizes, strict=True)):
        held = sorted(
            (record for record in records if places[record.id] == number),
            key=lambda record: (record.clusters, record.id),
        )
        in_a_split += len(held)
        if size is not None:
            own = [stratum(task, record.gold) for record in held]
            rng = np.random.default_rng(spec.seed)
            drawn = {record.id: exact.was_drawn(record, number) for record in held}
            held = [held[i] for i in sample(held, own, strata_count(task), size, rng, drawn)]
        if not held and name != "authoring":
            raise Refused(
                f"{len(records)} records are too few: the {name} split would be empty",
                where=f"task {task.name}",
                fix="Bring more records, with more different clusters.",
            )
        examples += [Example(split=name, **vars(record)) for record in held]
    return Dataset(
        examples=in_order(examples),
        left_out=len(records) - in_a_split,
        not_sampled=in_a_split - len(examples),
        moved=tuple(_moved(records, places, known)),
    )


def _dealt(
    task: Task, records: Sequence[Record], strata: Sequence[int], known: KnownSplits
) -> tuple[Mapping[str, int], KnownSplits]:
    """Return every cluster's split, and what is known of each record by itself.

    Where a task samples, what was not drawn is not known. If the same records come again, as they do with a task
    that was changed elsewhere, each goes where it went: dealt anew, what was drawn lies where it is known to lie.
    """

    def deal(fixed: Mapping[str, int]) -> dict[str, int]:
        return assign(records, strata, task.data.splits.shares, np.random.default_rng(task.data.seed), fixed)

    if task.data.sample.dev or task.data.sample.test:
        anew, exact = deal({}), known.among(record.id for record in records)
        if all(anew[cluster] == split for cluster, split in exact.of_clusters(records).items()):
            return anew, exact
    return deal(known.of_clusters(records)), known


def _place(record: Record, assigned: Mapping[str, int], known: KnownSplits) -> int | None:
    """Return a record's split: none where its clusters lie in different ones, or it was tuned on and they not."""
    split, was = split_of(record, assigned), known.of_record(record)
    return None if split is None or (was is not None and was < split) else split


def _moved(records: Sequence[Record], places: Mapping[str, int | None], known: KnownSplits) -> Iterator[Moved]:
    for record in records:
        was, now = known.of_record(record), places[record.id]
        # What was left out before is no news.
        if was is not None and was != now and (now is not None or known.current.votes(record)):
            yield Moved(record.id, record.clusters, SPLITS[was], None if now is None else SPLITS[now])


def cut(inputs: Mapping[str, str], words: int | None) -> Mapping[str, str]:
    """Return inputs cut to so many words each; as they are for None."""
    if words is None:
        return inputs
    return {name: " ".join(text.split()[:words]) for name, text in inputs.items()}
