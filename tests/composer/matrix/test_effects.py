"""What snippets do on each target: those that help one and hurt another first."""

from __future__ import annotations

from composer.curation.worth import library_worth
from composer.matrix.effects import SnippetEffects, effects_by_target
from library.database import Database
from tests.composer.curation.searches import Seen, store_search

HELPS: Seen = (0.05, 0.02, 0.08, 30)
HURTS: Seen = (-0.04, -0.07, -0.01, 30)
UNCLEAR: Seen = (0.01, -0.03, 0.05, 30)
LITTLE: Seen = (0.0, -0.04, 0.04, 30)


def found(database: Database, tiny: dict[str, Seen], other: dict[str, Seen]) -> tuple[SnippetEffects, ...]:
    with database.session() as session:
        store_search(session, 1, tiny)
        store_search(session, 2, other, target="other")
        return effects_by_target(library_worth(session), "small")


def test_those_that_clearly_help_one_target_and_hurt_another_come_first(filled: Database) -> None:
    tiny = {"careful": LITTLE, "exact": HELPS, "topic": HELPS, "recent": HELPS}
    other = {"careful": UNCLEAR, "exact": UNCLEAR, "topic": HURTS, "recent": HELPS}
    first, *rest = found(filled, tiny, other)
    assert (first.key, first.opposite, first.helps, first.hurts) == ("topic", True, ("tiny",), ("other",))
    assert [one.key for one in rest] == ["exact", "careful", "recent"]
    assert [one.opposite for one in rest] == [False, False, False]


def test_what_only_one_target_tried_is_left_out(filled: Database) -> None:
    assert found(filled, {"exact": HELPS}, {"topic": HURTS}) == ()


def test_effects_are_in_points_of_the_metric_and_further_apart_the_surer(filled: Database) -> None:
    (one,) = found(filled, {"exact": HELPS}, {"exact": HURTS})
    assert one.on["tiny"].effect is not None
    assert one.on["tiny"].effect.difference == -5.0
    assert one.apart > 4
