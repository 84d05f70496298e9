"""Made-up answers, and how often resamples count each."""

from __future__ import annotations

import numpy as np

from composer.evaluation.figures import Floats

Answers = tuple[Floats, Floats, np.ndarray]


def ratings(n: int, seed: int, *, malformed: float = 0.2, gold: str = "tenths") -> Answers:
    """Ratings from 1 to 5, gold near them, and which are valid (the value of the others is NaN)."""
    rng = np.random.default_rng(seed)
    valid, exact = rng.random(n) >= malformed, rng.uniform(1, 5, n)
    value = np.clip(np.rint(exact + rng.normal(0, 1, n)), 1, 5)
    people = {"tenths": np.round(exact, 1), "whole": np.rint(exact), "different": exact}[gold]
    return np.where(valid, value, np.nan), people, valid


def drawn(n: int, rows: int, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=rows)
