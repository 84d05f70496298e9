"""Neighbours: texts that are alike stand together, the same way each time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.curation import neighbours
from composer.curation.neighbours import cosines, families

TEXTS = (
    "the battery dies after an hour",
    "a charming little film",
    "batteries that die within the hour",
    "charming, and a film for children",
    "nothing to see here",
)


def test_what_is_alike_stands_together_and_the_first_text_leads() -> None:
    assert families(TEXTS) == [[0, 2], [1, 3], [4]]


def test_words_that_every_text_has_make_none_alike() -> None:
    frame = "the sentence to be rated is as follows"
    alike = cosines([f"{frame} {text}" for text in TEXTS])
    assert alike[0, 2] > 2 * alike[0, 1]


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["!?", "…", "a"], ["same", "same", "same"]])
def test_texts_without_words_or_difference_are_no_mistake(texts: list[str]) -> None:
    assert sorted(place for family in families(texts) for place in family) == list(range(len(texts)))


@given(st.lists(st.text(max_size=30), max_size=12))
def test_every_text_is_in_one_family_and_the_order_is_the_same_each_time(texts: list[str]) -> None:
    found = families(texts)
    assert sorted(place for family in found for place in family) == list(range(len(texts)))
    assert [family[0] for family in found] == sorted(family[0] for family in found)
    assert found == families(texts)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_cosines_are_symmetric_and_no_more_than_one(texts: list[str]) -> None:
    alike = cosines(texts)
    assert np.allclose(alike, alike.T)
    assert (alike <= 1).all()
    assert (alike >= 0).all()


def test_beyond_so_many_texts_the_rest_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "MOST", 2)
    assert families(TEXTS) == [[0], [1], [2], [3], [4]]
