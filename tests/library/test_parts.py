"""Long lists in parts: nothing is lost, nothing comes twice, and no part is too long."""

from hypothesis import given
from hypothesis import strategies as st

from library.parts import in_parts


@given(st.lists(st.integers(), max_size=40), st.integers(1, 12))
def test_the_parts_together_are_the_list_in_its_order(values: list[int], size: int) -> None:
    parts = [list(part) for part in in_parts(values, size)]
    assert [value for part in parts for value in part] == values
    assert all(1 <= len(part) <= size for part in parts)
    assert all(len(part) == size for part in parts[:-1])
