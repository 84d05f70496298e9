"""Sentiment of texts, as 15 to 99 people rated each: read from the archive that was fetched at set-up."""

from __future__ import annotations

from collections import Counter

import pytest

from composer.data.examples import Record
from composer.data.hutto import read_hutto


@pytest.fixture(scope="module")
def records() -> dict[str, Record]:
    return {record.id: record for record in read_hutto("text")}


def test_every_text_of_the_four_kinds_is_read_with_its_single_ratings(records: dict[str, Record]) -> None:
    kinds = Counter(record.slice for record in records.values())
    assert kinds == {"film": 10_605, "editorial": 5_190, "tweet": 4_200, "product": 3_708}
    assert sum(len(record.ratings) for record in records.values()) == 536_520
    assert {len(record.ratings) for record in records.values()} <= set(range(15, 100))


def test_the_gold_is_the_mean_of_the_single_ratings(records: dict[str, Record]) -> None:
    for record in records.values():
        assert record.gold == pytest.approx(sum(map(float, record.ratings.values())) / len(record.ratings))
        assert -4 <= float(record.gold) <= 4


def test_sentences_of_one_review_share_their_cluster_and_tweets_share_none(records: dict[str, Record]) -> None:
    clusters = {kind: {r.clusters for r in records.values() if r.slice == kind} for kind in ("product", "tweet")}
    assert (len(clusters["product"]), len(clusters["tweet"])) == (300, 4_200)
    assert records["product-1-1"].clusters == records["product-1-2"].clusters


def test_texts_are_as_people_read_them(records: dict[str, Record]) -> None:
    assert not [one.id for one in records.values() if "&amp;" in one.inputs["text"] or "\ufeff" in one.id]
    assert records["tweet-3"].inputs["text"].startswith("We were 17 deep last night & the love was")
