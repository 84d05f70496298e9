"""Where each version of a snippet comes from, with the examples it was written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from composer.data.examples import Example
from composer.registry.datasets import dataset_of, examples_named, has_data
from library.drafts import Origin, origins
from library.versions import SnippetVersion


@dataclass(frozen=True)
class Lineage:
    """Where one version comes from.

    `examples` are those it was written from, as far as they are among the task's data and are set aside for
    writing; of the others only the number is known: `withheld`.
    """

    version: SnippetVersion
    origin: Origin
    examples: tuple[Example, ...]
    withheld: int


def lineages(session: Session, versions: Sequence[SnippetVersion]) -> tuple[Lineage, ...]:
    """Return where these versions come from, in their order; those that came in a file are left out."""
    known = origins(session, [one.id for one in versions])
    found = []
    for one in versions:
        if (origin := known.get(one.id)) is None:
            continue
        examples = _examples(session, origin)
        found.append(Lineage(one, origin, examples, len(origin.examples) - len(examples)))
    return tuple(found)


def _examples(session: Session, origin: Origin) -> tuple[Example, ...]:
    """Return the examples of an origin that may be shown: none that a search or the test reads."""
    if not origin.examples or not has_data(session, origin.task):
        return ()
    named = examples_named(session, dataset_of(session, origin.task), origin.examples)
    return tuple(one for one in named if one.split == "authoring")
