"""What tests of labelling share: rows without a label, a queue of them, and people who rate."""

from __future__ import annotations

from collections.abc import Mapping

from composer.data.examples import Unlabelled
from composer.labelling.queueing import queue_unlabelled
from composer.labelling.rating import rate, sitting
from composer.registry.tasks import get_task
from library.database import Database
from library.people import add_person
from tests import small

RATERS = ("Uma", "Ravi", "Noor")


def rows(count: int, first: int = 0) -> list[Unlabelled]:
    """Rows for the small task, of which no two share a text."""
    texts = [f"Guest {number} asks for a later breakfast" for number in range(first, first + count)]
    return [
        Unlabelled(
            f"new-{first + number:02}", {"query": text, "document": "Breakfast"}, (f"new-{first + number:02}",)
        )
        for number, text in enumerate(texts)
    ]


def queue(database: Database, count: int = 6, *, raters: int = 3) -> None:
    """Have Ada queue rows of the small task, in a home of people: a curator, three raters and a viewer."""
    with database.session() as session:
        add_person(session, "Max", "max@example.org", ("admin",), by="ada (local)", at=small.NOW)
        add_person(session, "Ada", "ada@example.org", ("curator",), by="Max", at=small.NOW)
        add_person(session, "Vera", "vera@example.org", ("viewer",), by="Max", at=small.NOW)
        for name in RATERS:
            add_person(session, name, f"{name}@example.org", ("rater",), by="Max", at=small.NOW)
        queue_unlabelled(session, get_task(session, "small"), rows(count), raters=raters, by="Ada", at=small.NOW)


def number_of(item: int) -> int:
    """Return which of the rows a queued example is; the first that is queued has the number 1."""
    return item - 1


def rate_all(database: Database, person: str, given: Mapping[int, float] | None = None, usual: float = 3) -> None:
    """Have a person rate all that is theirs: as `given` by row, the rest as usual."""
    with database.session() as session:
        while (turn := sitting(session, "small", by=person).turn) is not None:
            rate(session, turn.item, (given or {}).get(number_of(turn.item), usual), by=person, at=small.NOW)
