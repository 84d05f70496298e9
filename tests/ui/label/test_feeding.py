"""What curators see of a queue: who rated how much, and what the ratings would make of the data."""

from __future__ import annotations

from composer.data.examples import Dataset
from composer.labelling.feeding import Feed, Relabelled
from composer.labelling.progress import Progress, Rater
from tests import small
from ui.label.feeding import changes, people


def test_who_was_removed_is_marked_and_no_name_is_taken_for_html() -> None:
    raters = (Rater("<Ada>", 1200, 3, True), Rater("Bo", 2, 0, False))
    shown = people(Progress(40, 1, 40, raters, 2, None, 0))
    assert "&lt;Ada&gt;</td>" in shown
    assert "1,200" in shown
    assert shown.count("no longer here; the ratings count") == 1
    assert "Nobody has rated anything yet" in people(Progress(40, 0, 0, (), 0, None, 0))


def test_all_that_changes_is_told_and_what_does_not_is_not() -> None:
    dataset = Dataset(small.examples())
    quiet = changes(Feed(dataset, ("a",), (), (), 3, (), (), 0, ()))
    assert "1 new example<" in quiet
    assert not [words for words in ("tied", "left in the queue", "sign in", "stale") if words in quiet]
    loud = changes(
        Feed(dataset, (), (Relabelled("a", 1.0, 2.0),), ("b",), 3, ("c",), ("d",), 2, ("Uma",)),
    )
    for words in (
        "1 example with another label, 1 that keep theirs",
        "people are tied on 1",
        "1 left in the queue",
        "ratings of Uma count",
        "2 candidates rest on the data of now and become stale",
    ):
        assert words in loud
