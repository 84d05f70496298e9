"""Texts brought into an order in which those that are alike stand together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

ALIKE = 0.25
"""Cosine of two texts from which they count as neighbours."""
READ = 2000
"""Characters of a text that are compared: the rest of a document would take long and tell little more."""
MOST = 1000
"""Texts that are compared with each other; any beyond stay where they are."""
LENGTH = 4
_WORD = re.compile(r"\w+")


def families(texts: Sequence[str]) -> list[list[int]]:
    """Return the places of n texts in families: a first one and its neighbours, the nearest first.

    The first family's head is text 0; each later head is the earliest text that is in no family yet. Texts are
    alike by the cosine of their character 4-grams, weighted so that what many have counts for little. The same
    texts in the same order give the same families.
    """
    if not texts:
        return []
    alike = cosines(texts[:MOST])
    free = np.ones(len(alike), dtype=bool)
    found: list[list[int]] = []
    for head in range(len(alike)):
        if not free[head]:
            continue
        free[head] = False
        near = np.flatnonzero(free & (alike[head] >= ALIKE))
        order = near[np.argsort(-alike[head][near], kind="stable")]
        free[near] = False
        found.append([head, *map(int, order)])
    return [*found, *([place] for place in range(len(alike), len(texts)))]


def cosines(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the cosine of each two of n texts by their weighted character 4-grams; shape (n, n), in [0, 1]."""
    counted = [Counter(_pieces(text)) for text in texts]
    spread = Counter(piece for one in counted for piece in one)
    place = {piece: number for number, piece in enumerate(spread)}
    weight = np.array([log((1 + len(texts)) / (1 + number)) for number in spread.values()] or [0.0])
    ends = np.cumsum([0, *(len(one) for one in counted)])
    columns = np.fromiter((place[piece] for one in counted for piece in one), dtype=np.int64, count=int(ends[-1]))
    times = np.fromiter((number for one in counted for number in one.values()), dtype=float, count=int(ends[-1]))
    values = (1 + np.log(times)) * weight[columns] if len(columns) else times
    rows = csr_array((values, columns, ends), shape=(len(texts), len(weight)))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    both: NDArray[np.float64] = (rows @ rows.T).toarray()
    return np.asarray(np.clip(both / np.maximum(np.outer(lengths, lengths), 1e-12), 0.0, 1.0), dtype=np.float64)


def _pieces(text: str) -> list[str]:
    """Return the 4-grams of a text's words, each word with its ends marked; signs between words don't count."""
    padded = (f"<{word}>" for word in _WORD.findall(text[:READ].lower()))
    return [word[start : start + LENGTH] for word in padded for start in range(max(len(word) - LENGTH + 1, 1))]
