"""What new rows would make of a task's data, before they are stored; and the data as rows that can come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from composer.data.examples import Dataset, Example, Record


@dataclass(frozen=True)
class DataChange:
    """What an import would make of a task's data: the new dataset, and ids of what differs from the present one.

    `added` are new in it, `changed` have another content than before, their split aside, and `gone` are examples
    that would no longer be among the data, those that moved out of it included.
    """

    dataset: Dataset
    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be other than it is."""
        return not (self.added or self.changed or self.gone or self.dataset.moved)


def change_of(present: Sequence[Example], dataset: Dataset) -> DataChange:
    """Return in what a dataset differs from the present examples of its task."""
    before = {one.id: _content(one) for one in present}
    after = {one.id: _content(one) for one in dataset.examples}
    return DataChange(
        dataset,
        added=tuple(name for name in after if name not in before),
        changed=tuple(name for name, content in after.items() if before.get(name, content) != content),
        gone=tuple(name for name in before if name not in after),
    )


def with_present(present: Iterable[Example], records: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records of the present examples and new ones; one that comes again replaces its example."""
    names = {one.id for one in records}
    own = [field.name for field in fields(Record)]
    kept = (Record(**{name: getattr(one, name) for name in own}) for one in present if one.id not in names)
    return (*kept, *records)


def as_rows(examples: Iterable[Example]) -> Iterator[dict[str, object]]:
    """Yield examples as rows of a table that imports as the same data."""
    for one in examples:
        rest: Mapping[str, object] = {
            "cluster": list(one.clusters) if one.clusters != (one.id,) else None,
            "slice": one.slice,
            "explanation": one.explanation,
            "must_not_regress": one.must_not_regress,
            "ratings": dict(one.ratings),
            **one.extras,
        }
        yield {"id": one.id, **one.inputs, "gold": one.gold, **{name: held for name, held in rest.items() if held}}


def _content(one: Example) -> dict[str, object]:
    return {name: held for name, held in one.content.items() if name != "split"}
