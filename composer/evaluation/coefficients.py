"""Other measures of how well people agree, for those who know them: alpha at other levels, kappa, ICC.

Each is a figure of sums over the examples, so that its interval comes from the same resamples as any other. Only
examples with two ratings or more count. No library that is installed has them with intervals; the tests hold them
against published examples and against `krippendorff`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from composer.evaluation.figures import Floats, OfSums, Statistic
from composer.evaluation.intervals import figure_intervals
from composer.evaluation.raters import Alpha, Estimate, Ratings
from composer.task.task import Output

INTERVAL, ORDINAL, NOMINAL = (f"Krippendorff's alpha, {level}" for level in ("interval", "ordinal", "nominal"))
FLEISS, COHEN, ICC = "Fleiss' kappa", "Cohen's kappa", "ICC(1), one person"
MOST_VALUES = 20
"""Different ratings at most for the measures that take each as a category of its own."""


def coefficients(ratings: Ratings, output: Output, rng: np.random.Generator) -> dict[str, Estimate]:
    """Return every measure that suits these ratings, each by its name with its 95% interval over examples."""
    several = ratings.several
    found = measures(several, output)
    bounds = figure_intervals(list(found.values()), several.clusters, rng)
    return {
        name: Estimate(figure.whole(), one.low, one.high)
        for (name, figure), one in zip(found.items(), bounds, strict=True)
    }


def measures(ratings: Ratings, output: Output) -> dict[str, Statistic]:
    """Return the measures that suit a task's ratings, by name: the alpha that goes with its metric comes first."""
    found: dict[str, Statistic] = {}
    if output.kind == "ordinal":
        found[INTERVAL] = Alpha(ratings, nominal=False)
    if len(np.unique(ratings.value)) <= MOST_VALUES:
        counts = _counts(ratings)
        if output.kind == "ordinal":
            found[ORDINAL] = OrdinalAlpha(counts)
        found |= {NOMINAL: Alpha(ratings, nominal=True), FLEISS: FleissKappa(counts)}
        if len(ratings.raters) == 2:
            found[COHEN] = CohenKappa(ratings)
    if output.kind == "ordinal":
        found[ICC] = OneWayIcc(ratings)
    return found


class OrdinalAlpha(OfSums):
    """Krippendorff's alpha at the ordinal level: two ratings differ by how many others lie between them.

    Source: Krippendorff 2011, "Computing Krippendorff's alpha-reliability".
    """

    def __init__(self, counts: Floats) -> None:
        """Take how often each example was given each value, the lowest first; shape (n, v), rows of 0 or 2 up."""
        self._low, self._high = np.triu_indices(counts.shape[1], 1)
        others = np.maximum(counts.sum(axis=1) - 1, 1)[:, None]
        self.features = np.hstack([counts, counts[:, self._low] * counts[:, self._high] / others])

    def _of(self, sums: Floats) -> Floats:
        values = sums.shape[1] - len(self._low)
        counts, together = sums[:, :values], sums[:, values:]
        upto = counts.cumsum(axis=1)
        low, high = counts[:, self._low], counts[:, self._high]
        apart = (upto[:, self._high] - upto[:, self._low] + (low - high) / 2) ** 2
        with np.errstate(invalid="ignore", divide="ignore"):
            seen, expected = (together * apart).sum(axis=1), (low * high * apart).sum(axis=1)
            return np.asarray(1 - (counts.sum(axis=1) - 1) * seen / expected)


class FleissKappa(OfSums):
    """Fleiss' kappa (1971, "Measuring nominal scale agreement among many raters"): agreement beyond chance.

    Examples may have different numbers of ratings; each counts once, and chance goes by all ratings together.
    """

    def __init__(self, counts: Floats) -> None:
        """Take how often each example was given each value; shape (n, v), rows of 0 or 2 up."""
        each = counts.sum(axis=1)
        agreed = ((counts**2).sum(axis=1) - each) / np.maximum(each * (each - 1), 1)
        self.features = np.column_stack([each > 0, agreed, counts])

    def _of(self, sums: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            agreed, counts = sums[:, 1] / sums[:, 0], sums[:, 2:]
            chance = ((counts / counts.sum(axis=1, keepdims=True)) ** 2).sum(axis=1)
            return np.asarray((agreed - chance) / (1 - chance))


class CohenKappa(OfSums):
    """Cohen's kappa of two people (1960, "A coefficient of agreement for nominal scales")."""

    def __init__(self, ratings: Ratings) -> None:
        """Take the ratings of two people, each of an example at most once."""
        values = len(np.unique(ratings.value))
        place = np.unique(ratings.value, return_inverse=True)[1]
        own = np.zeros((2, len(ratings.clusters), values))
        own[ratings.rater, ratings.example, place] = 1
        first, second = own * (ratings.each > 1)[:, None]
        self._values = values
        self.features = np.column_stack([(first * second).sum(axis=1), first, second])

    def _of(self, sums: Floats) -> Floats:
        agreed, first, second = sums[:, 0], sums[:, 1 : 1 + self._values], sums[:, 1 + self._values :]
        number = first.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            chance = (first * second).sum(axis=1) / number**2
            return np.asarray((agreed / number - chance) / (1 - chance))


class OneWayIcc(OfSums):
    """Intraclass correlation of one rating, one-way random, where examples may have different numbers of them.

    It is ICC(1,1) of Shrout and Fleiss 1979, "Intraclass correlations: uses in assessing rater reliability"; the
    mean number of ratings is corrected for their differing, as by Donner 1986, "A review of inference procedures
    for the intraclass correlation coefficient in the one-way random effects model".
    """

    def __init__(self, ratings: Ratings) -> None:
        """Take ratings of n examples."""
        n, several = len(ratings.clusters), ratings.each[ratings.example] > 1
        example, value = ratings.example[several], ratings.value[several]
        # Counted from the mean, which loses no digits and changes no difference.
        value = value - (value.mean() if len(value) else 0.0)
        each, total, square = (np.bincount(example, value**power, n) for power in (0, 1, 2))
        between = total**2 / np.maximum(each, 1)
        self.features = np.column_stack([each > 0, each, each**2, total, between, square])

    def _of(self, sums: Floats) -> Floats:
        n, number, squared, total, between, square = sums.T
        with np.errstate(invalid="ignore", divide="ignore"):
            across = (between - total**2 / number) / (n - 1)
            inside = (square - between) / (number - n)
            mean = (number - squared / number) / (n - 1)
            return np.asarray((across - inside) / (across + (mean - 1) * inside))


def _counts(ratings: Ratings) -> Floats:
    """Return how often each example was given each value, the lowest first; zeros for fewer than two ratings."""
    several = ratings.each[ratings.example] > 1
    values = np.unique(ratings.value)
    place: NDArray[np.intp] = np.searchsorted(values, ratings.value[several])
    counts = np.zeros((len(ratings.clusters), len(values)))
    np.add.at(counts, (ratings.example[several], place), 1.0)
    return counts
