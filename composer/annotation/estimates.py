"""The quantities that a file is asked for: the mean rating, or the share of each label."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from composer.annotation.corrected import Corrected, corrected_mean
from composer.annotation.work import Said, Tally
from composer.evaluation.figures import Floats
from composer.task.task import Output
from library.errors import Refused

MEAN = "mean"
"""The name of the quantity where answers are ratings."""
APART = 3.5
"""Standard errors between the answers to rows with and without labels that chance hardly ever makes."""


def estimates(output: Output, tally: Tally) -> Mapping[str, Corrected]:
    """Return the mean rating by its name, or each label's share by the label.

    Malformed answers count: as the mean of the valid ones where these are ratings, as no label otherwise. Raises
    `Refused` as `corrected_mean` does, and where no answer is valid.
    """
    golds = [gold for gold, _ in tally.labelled]
    answered = [said for _, said in tally.labelled]
    if not any(said is not None for said in [*answered, *tally.others]):
        raise Refused("no answer is valid: there is nothing to correct", fix="Take the mean of the labels alone.")
    if output.kind == "ordinal":
        middle = _mean_valid(tally)

        def rating(said: Said) -> float:
            return middle if said is None else float(said)

        gold = np.array([float(one) for one in golds])
        return {MEAN: corrected_mean(gold, _each(answered, rating), _counted(tally, rating))}
    if len({*answered, *tally.others}) == 1:
        raise Refused(
            "the model gives one and the same answer to every row: there is nothing that its answers could tell",
            fix="Take the shares of the labels alone.",
        )
    return {label: _share(label, golds, answered, tally) for label in output.labels if _varies(label, tally)}


def _share(label: str, golds: list[float | str], answered: list[Said], tally: Tally) -> Corrected:
    def is_it(said: Said) -> float:
        return float(said == label)

    gold = np.array([float(one == label) for one in golds])
    return corrected_mean(gold, _each(answered, is_it), _counted(tally, is_it), ends=(0.0, 1.0))


def _varies(label: str, tally: Tally) -> bool:
    """Whether a label was given by people to some rows and not to others, and by the model likewise."""
    golds = {gold == label for gold, _ in tally.labelled}
    said = {one == label for one in [*tally.others, *(one for _, one in tally.labelled)]}
    return len(golds) == 2 and len(said) == 2


def _mean_valid(tally: Tally) -> float:
    valid = [float(said) for _, said in tally.labelled if said is not None]
    counts = {float(said): number for said, number in tally.others.items() if said is not None}
    total = sum(valid) + sum(said * number for said, number in counts.items())
    return total / (len(valid) + sum(counts.values()))


def _each(said: list[Said], number: Callable[[Said], float]) -> Floats:
    return np.array([number(one) for one in said], dtype=float)


def _counted(tally: Tally, number: Callable[[Said], float]) -> Floats:
    values = [number(one) for one in tally.others]
    return np.repeat(np.array(values, dtype=float), list(tally.others.values()))
