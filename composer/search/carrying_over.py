"""A head start: what other targets' answers say of each snippet, and how far such effects have carried over.

A target is a model that answers. Effects of one target are taken to be, for each kind of snippet,

    w[t, k] = theta[k] + own[t, k],    var(theta) = carry * scale,    var(own) = (1 - carry) * scale,

so that `carry` is the correlation of effects between targets: 1 where a snippet does the same everywhere, 0 where
what it does on one target says nothing of another. It is estimated from the targets known so far, by ranks, so
that a few large effects don't decide it, and shrunken to `USUAL`; a prior's means and variances follow from it (a
conjugate hierarchical model; Gelman & Hill 2007).
A search weighs all of this once more by its own answers: see `composer.search.trust`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from composer.confidence import Z_ROUNDED
from composer.search.attribution import Attribution
from composer.search.prior import Known, Prior, Source

Floats = NDArray[np.float64]

USUAL = 0.7
"""How far effects carry over where nothing is known of it: with one other target alone."""

DOUBT = 3.0
"""Snippets measured without noise on two targets that would weigh as much as what is usual."""

MOST = 0.95
"""Two targets are never taken to be the same."""

INFORMED = 0.02
"""Share of a snippet's variance that a target's answers must have taken away, or they say nothing of it."""

LEAST_KNOWN = 3
"""Snippets that two targets must both say something of: the ranks of two always agree or disagree fully."""

LARGE = 0.2
"""Gain or cost that no wording makes, but a broken format: it says nothing of how far finer effects carry over."""


@dataclass(frozen=True)
class Shown:
    """What the searches on one target showed: by key, the loss a snippet saves and the variance of that.

    `cells` is how many answers it rests on.
    """

    target: str
    gains: Mapping[str, tuple[float, float]]
    cells: int


def shown_in(target: str, attribution: Attribution, cells: int) -> Shown:
    """Return what a search that asked for `cells` answers showed of the snippets it tried."""
    width = 2 * Z_ROUNDED
    gains = {
        one.keys[0]: (one.gain, ((one.high - one.low) / width) ** 2) for one in attribution.snippets if one.cells
    }
    return Shown(target, gains, cells)


def kinds_of(tags: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
    """Return the kind of each snippet: of its tags that some snippets have and some don't, the most common.

    Curators tag snippets with the task, which tells none apart, and with what they are about, such as `format`.
    A snippet without such a tag has the kind "".
    """
    counts = Counter(tag for own in tags.values() for tag in own)
    return {
        key: min((tag for tag in own if counts[tag] < len(tags)), key=lambda tag: (-counts[tag], tag), default="")
        for key, own in tags.items()
    }


def learnt(kinds: Mapping[str, str], shown: Sequence[Shown]) -> Prior | None:
    """Learn what to expect of the snippets that have these `kinds` from what other targets showed.

    None where they showed nothing of any.
    """
    seen = [one for one in (_read(tuple(kinds), each) for each in shown) if one is not None]
    if not seen:
        return None
    scale = float(np.mean([one.scale for one in seen]))
    kind = np.array(list(kinds.values()))
    carry = _carries(seen, kind)
    far = np.array([carry[one] for one in kind])
    # What each target shows of a snippet is off by the noise of its answers, and by what is its own alone.
    weight, pull = np.zeros(len(kind)), np.zeros(len(kind))
    for one in seen:
        own = 1 / ((1 - far) * scale + one.noise)
        weight, pull = weight + own, pull + own * one.gain
    shared = far * scale
    gain = shared * pull / (1 + shared * weight)
    variance = (1 - far) * scale + shared / (1 + shared * weight)
    return Prior(
        {
            key: Known(_rounded(gain[place]), _rounded(variance[place]), kinds[key])
            for place, key in enumerate(kinds)
            if weight[place] > 0
        },
        {name: _rounded(value) for name, value in sorted(carry.items())},
        _rounded(scale),
        tuple(Source(one.target, one.cells) for one in seen),
    )


@dataclass(frozen=True)
class _Seen:
    """What one target shows of N snippets once its shrinkage is undone, since all targets are shrunken together.

    `gain` (N,) is the loss each saves, `noise` (N,) the variance of that, infinite where nothing is known.
    `scale` is the variance of effects on this target.
    """

    target: str
    cells: int
    gain: Floats
    noise: Floats
    scale: float

    @property
    def sureness(self) -> Floats:
        """How much is known of each finer effect, in [0, 1]; of large ones nothing finer is known."""
        sure: Floats = np.where(np.abs(self.gain) < LARGE, self.scale / (self.scale + self.noise), 0.0)
        return sure


def _read(snippets: Sequence[str], shown: Shown) -> _Seen | None:
    known = [shown.gains.get(key, (0.0, np.inf)) for key in snippets]
    mean, variance = np.array(known).T
    finer = np.isfinite(variance) & (np.abs(mean) < LARGE)
    if not finer.any():
        return None
    scale = float(np.mean(mean[finer] ** 2 + variance[finer]))
    told = 1 - variance / scale
    told = np.where(told >= INFORMED, told, np.where(np.isfinite(variance) & ~finer, INFORMED, 0.0))
    informed = told > 0
    safe = np.where(informed, told, 1.0)
    large = np.abs(mean) >= LARGE
    gain = np.where(informed, mean / np.where(large, 1.0, safe), 0.0)
    noise = np.where(informed, np.where(large, scale, scale * (1 - safe) / safe), np.inf)
    return _Seen(shown.target, shown.cells, gain, noise, scale)


def _carries(seen: Sequence[_Seen], kind: NDArray[np.str_]) -> dict[str, float]:
    """Estimate how far each kind carries over, shrunken to how far all do, and that to what is usual.

    Two targets' rank correlation is less than that of the effects, by as much as noise hides of these: it is
    corrected for attenuation (Spearman 1904, "The proof and measurement of association between two things").
    """
    alike, weight = np.zeros(len(kind)), np.zeros(len(kind))
    for one, other in combinations(seen, 2):
        known = (one.sureness > 0) & (other.sureness > 0)
        if known.sum() < LEAST_KNOWN:
            continue
        seen_of_both = float(one.sureness[known].mean() * other.sureness[known].mean())
        alike[known] += np.sqrt(seen_of_both) * _standing(one, known) * _standing(other, known)
        weight[known] += seen_of_both
    overall = _shrunken(alike, weight, USUAL)
    return {str(name): _shrunken(alike[kind == name], weight[kind == name], overall) for name in np.unique(kind)}


def _standing(seen: _Seen, known: NDArray[np.bool_]) -> Floats:
    """Return the standardised ranks of what some snippets most likely do on a target; 0 where all do the same."""
    ranks = rankdata((seen.sureness * seen.gain)[known])
    return np.asarray((ranks - ranks.mean()) / (ranks.std() or 1.0))


def _shrunken(alike: Floats, weight: Floats, towards: float) -> float:
    return float(np.clip((alike.sum() + DOUBT * towards) / (weight.sum() + DOUBT), 0.0, MOST))


def _rounded(value: float) -> float:
    """Round so far that a prior is the same on every machine."""
    return float(f"{value:.6g}")
