"""What one person's acts come to: the last of each example counts, unless it was taken back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from composer.labelling.acts import Act, counting, last_counting, next_item, order_for


def test_the_last_act_counts_and_what_was_before_counts_again_when_it_is_taken_back() -> None:
    acts = [Act(1, 7, "skip"), Act(2, 7, "rating", 4.0), Act(3, 8, "rating", 2.0), Act(4, 7, "rating", 5.0)]
    assert {item: act.id for item, act in counting(acts).items()} == {7: 4, 8: 3}
    acts.append(Act(5, 7, "undo", about=4))
    assert {item: act.id for item, act in counting(acts).items()} == {7: 2, 8: 3}
    assert last_counting(acts) == acts[2]
    acts += [Act(6, 8, "undo", about=3), Act(7, 7, "undo", about=2), Act(8, 7, "undo", about=1)]
    assert counting(acts) == {}
    assert last_counting(acts) is None


def test_what_was_taken_back_comes_next_and_what_was_skipped_comes_last() -> None:
    items = range(1, 6)
    first, second = order_for("Uma", items)[:2]
    acts = [Act(1, first, "rating", 1.0), Act(2, second, "skip")]
    assert next_item("Uma", items, acts) == order_for("Uma", items)[2]
    assert next_item("Uma", items, [*acts, Act(3, first, "undo", about=1)]) == first
    done = [Act(10 + item, item, "skip" if item in (2, 4) else "rating", 1.0) for item in (4, 1, 2, 3, 5)]
    assert next_item("Uma", items, done) is None
    assert next_item("Uma", items, done, skipped=True) == 2
    assert next_item("Uma", items, [*done, Act(20, 2, "skip")], skipped=True) == 4


def test_each_person_has_an_order_of_their_own_which_stays() -> None:
    items = range(1, 41)
    assert order_for("Uma", items) == order_for("Uma", reversed(items))
    assert order_for("Uma", items) != order_for("Ravi", items)
    assert order_for("Uma", items) != sorted(items)
    assert sorted(order_for("Uma", items)) == list(items)


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_rows_that_are_added_change_no_order_among_the_others(old: set[int], new: set[int]) -> None:
    assert [item for item in order_for("Uma", old | new) if item in old] == order_for("Uma", old)
