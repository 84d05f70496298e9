from composer.curation.listing import Row
from composer.curation.worth import LibraryWorth, Worth
from composer.evaluation.outcomes import Difference
from tests import small
from ui.library import filters
from ui.library.filters import Chosen

ROWS = tuple(Row(one, None, small.NOW) for one in small.snippets())


def nmse(change: float) -> Difference:
    return Difference("nmse", "lower", None, None, change, change - 1, change + 1)


def worth(key: str, change: float, target: str = "tiny", picked: tuple[int, ...] = ()) -> Worth:
    return Worth(key, "small", target, nmse(change), 8, 1, 1, could=1, tried=1, answers=8, picked=picked)


def keys(rows: list[Row]) -> list[str]:
    return [row.key for row in rows]


def test_every_word_has_to_be_somewhere_in_the_row() -> None:
    assert keys(filters.narrowed(ROWS, Chosen(words="doubt RATE 1"))) == ["harsh"]
    assert keys(filters.narrowed(ROWS, Chosen(words="doubt"))) == ["harsh", "mild"]
    assert filters.narrowed(ROWS, Chosen(state="vetted", order="key")) == list(ROWS)


def test_the_best_comes_first_and_what_is_not_known_last() -> None:
    worths = {"topic": worth("topic", -3), "mild": worth("mild", 2, picked=(1,)), "exact": worth("exact", -5)}
    assert keys(filters.ordered(ROWS, "worth", worths, {}))[:3] == ["exact", "topic", "mild"]
    assert keys(filters.ordered(ROWS, "picked", worths, {}))[0] == "mild"
    assert keys(filters.ordered(ROWS, "library order", worths, {})) == keys(list(ROWS))


def test_worth_is_that_of_the_place_that_is_chosen_or_of_the_best() -> None:
    found = LibraryWorth(
        {"exact": (worth("exact", -1, "huge"), worth("exact", -5)), "topic": (worth("topic", 1),)}
    )
    assert filters.worths_at(found, None)["exact"].target == "tiny"
    at = filters.worths_at(found, ("small", "huge"))
    assert (at["exact"].target, list(at)) == ("huge", ["exact"])
