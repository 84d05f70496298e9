"""What a library could do without: snippets that never helped, doubles in effect, and pairs that cancel.

Each with its evidence. Where little was tried, nothing is said: a snippet that few answers held is not dead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from composer.curation.worth import JointEffect, LibraryWorth, Place, Worth, saved
from composer.evaluation.formatting import NAMES, change, interval
from composer.evaluation.outcomes import Difference
from library.similar import Wordings
from library.versions import SnippetVersion

ENOUGH_ANSWERS = 30
"""Answers with a snippet for a task and target from which its effect there may count against it."""
ENOUGH_SEARCHES = 5
"""Searches that tried it, from which that none picked it may."""

Kind = Literal["never helped", "same effect", "cancels"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Near = tuple[str, str, float]
"""Two keys whose texts are near, and how near: 1 is the same."""


@dataclass(frozen=True)
class DeadWeight:
    """A snippet that the library could do without.

    `other` is the one that it doubles or cancels, empty where it never helped. `evidence` has a clause for each
    task and target; `runs` are the searches that it was read from, the newest first, and `answers` how many held
    what it is about. `carried` counts the current releases that hold the snippet.
    """

    kind: Kind
    key: str
    other: str
    evidence: tuple[str, ...]
    runs: tuple[int, ...]
    answers: int
    carried: int = 0

    @property
    def reason(self) -> str:
        """A reason to retire it, in a sentence."""
        beginning = {
            "never helped": "Never helped",
            "same effect": f"Does what {self.other} does",
            "cancels": f"Works against {self.other}",
        }[self.kind]
        return f"{beginning}: {'; '.join(self.evidence)}."


@dataclass(frozen=True)
class TooLittle:
    """A snippet of which nothing can be said yet, and why."""

    key: str
    why: str


@dataclass(frozen=True)
class Weighed:
    """What the searches say of the vetted snippets; one may be dead weight for several reasons."""

    dead: tuple[DeadWeight, ...]
    too_little: tuple[TooLittle, ...]


def weigh(
    vetted: Sequence[SnippetVersion], worth: LibraryWorth, carried: Mapping[str, int], near: Iterable[Near] = ()
) -> Weighed:
    """Return what these snippets could be dead weight for, by kind and in library order.

    `carried` counts by key the current releases that hold a snippet.
    """
    known = {one.key: one for one in vetted}
    places = {key: place for place, key in enumerate(known)}
    found = [_never_helped(key, worth.of(key), carried.get(key, 0)) for key in known]
    lame = [one for one in found if isinstance(one, DeadWeight)]

    def standing(key: str) -> tuple[int, int, float, int]:
        """Which of two to keep: in more releases, picked more often, of more worth, longer there."""
        each = worth.of(key)
        return carried.get(key, 0), sum(len(one.picked) for one in each), _best_gain(each), -places[key]

    doubles = _doubles(known, worth, near)
    cancelling = _cancelling(known, worth.pairs)
    pairs = [
        DeadWeight(kind, min(keys, key=standing), max(keys, key=standing), evidence, runs, answers)
        for kind, keys, evidence, runs, answers in (*doubles, *cancelling)
    ]
    held = [DeadWeight(**{**vars(one), "carried": carried.get(one.key, 0)}) for one in pairs]
    return Weighed(
        tuple(sorted((*lame, *held), key=lambda one: (KINDS.index(one.kind), places[one.key]))),
        tuple(one for one in found if isinstance(one, TooLittle)),
    )


def near_texts(vetted: Sequence[SnippetVersion], worth: LibraryWorth) -> Iterator[Near]:
    """Yield the pairs of near texts among the snippets that were tried enough somewhere, each pair once."""
    tried = [one for one in vetted if any(_is_enough(each) for each in worth.of(one.key))]
    known = Wordings((one.key, one.text) for one in tried)
    for one in tried:
        for near in known.near(one.text, without=one.key):
            if near.kind != "opposite" and one.key < near.key:
                yield one.key, near.key, near.similarity


def _never_helped(key: str, each: Sequence[Worth], carried: int) -> DeadWeight | TooLittle | None:
    """Return that a snippet never helped, that too little was tried to say so, or None where it may help."""
    if any(one.helped for one in each):
        return None
    if not each:
        return TooLittle(key, "no finished run could use it")
    verdicts = [_harm(one) or _passed_over(one) for one in each]
    if all(verdicts):
        evidence = tuple(f"{verdict} on {_where(one.place)}" for one, verdict in zip(each, verdicts, strict=True))
        runs = sorted({one.run for one in each if one.run is not None}, reverse=True)
        return DeadWeight(
            "never helped", key, "", evidence, tuple(runs), sum(one.answers for one in each), carried
        )
    thin = [one for one in each if not _is_enough(one)]
    return TooLittle(key, "; ".join(_thin(one) for one in thin)) if thin else None


def _harm(one: Worth) -> str:
    """Return that even the better end of its interval is no gain; empty where it may be, or is little known."""
    if one.effect is None or one.outdated or one.answers < ENOUGH_ANSWERS or saved(one.effect)[2] > 0:
        return ""
    return f"{_points(one.effect)} over {one.answers:,} answers"


def _passed_over(one: Worth) -> str:
    """Return that no search picked it though enough tried it; empty where that isn't so."""
    if one.effect is None or one.outdated or one.picked or one.tried < ENOUGH_SEARCHES:
        return ""
    return f"picked by none of {one.tried} searches that tried it, {_points(one.effect)} in the newest"


def _is_enough(one: Worth) -> bool:
    return not one.outdated and (one.answers >= ENOUGH_ANSWERS or one.tried >= ENOUGH_SEARCHES)


def _thin(one: Worth) -> str:
    where = _where(one.place)
    if one.effect is None:
        return f"no search tried it on {where}"
    if one.outdated:
        return f"no search tried its wording on {where}"
    return f"{one.answers:,} answers with it on {where}"


_Pair = tuple[Kind, tuple[str, str], tuple[str, ...], tuple[int, ...], int]


def _doubles(known: Mapping[str, SnippetVersion], worth: LibraryWorth, near: Iterable[Near]) -> Iterable[_Pair]:
    """Yield near texts with the same effect wherever both were tried enough, that were never picked together."""
    for key, other, similarity in near:
        if key not in known or other not in known or key == other:
            continue
        theirs = {one.place: one for one in worth.of(other)}
        both = [(one, theirs[one.place]) for one in worth.of(key) if one.place in theirs]
        tried = [pair for pair in both if all(_is_enough(one) for one in pair)]
        together = any({*one.picked} & {*two.picked} for one, two in both)
        if not tried or together or not all(_overlap(one.effect, two.effect) for one, two in tried):
            continue
        apart = f"texts {similarity:.0%} alike, never picked together"
        clauses = tuple(
            f"{_points(one.effect)} and {_points(two.effect)} on {_where(one.place)}"
            for one, two in tried
            if one.effect and two.effect
        )
        runs = sorted({one.run for pair in tried for one in pair if one.run is not None}, reverse=True)
        answers = sum(one.answers for pair in tried for one in pair)
        yield "same effect", (key, other), (apart, *clauses), tuple(runs), answers


def _cancelling(known: Mapping[str, SnippetVersion], pairs: Sequence[JointEffect]) -> Iterable[_Pair]:
    """Yield pairs that do clearly less together than the sum of both, and that a prompt may hold together."""
    by_keys: dict[tuple[str, str], list[JointEffect]] = {}
    for pair in pairs:
        one, other = sorted(pair.keys)
        by_keys.setdefault((one, other), []).append(pair)
    for keys, each in by_keys.items():
        clear = [one for one in each if one.effect.direction == "worse" and one.cells >= ENOUGH_ANSWERS]
        if not clear or not known.keys() >= {*keys} or _excluded(known[keys[0]], known[keys[1]]):
            continue
        evidence = tuple(
            f"together {_points(one.effect)} beyond the sum of both on {_where((one.task, one.target))}"
            for one in clear
        )
        runs = sorted({one.run for one in clear}, reverse=True)
        yield "cancels", keys, evidence, tuple(runs), sum(one.cells for one in clear)


def _excluded(one: SnippetVersion, other: SnippetVersion) -> bool:
    same_group = one.group is not None and one.group == other.group
    return same_group or other.key in one.conflicts or one.key in other.conflicts


def _overlap(one: Difference | None, other: Difference | None) -> bool:
    if one is None or other is None or None in (one.low, one.high, other.low, other.high):
        return False
    return (one.low or 0.0) <= (other.high or 0.0) and (other.low or 0.0) <= (one.high or 0.0)


def _best_gain(each: Sequence[Worth]) -> float:
    return max((saved(one.effect)[0] for one in each if one.effect), default=0.0)


def _points(effect: Difference) -> str:
    return f"{NAMES[effect.name]} {change(effect.name, effect.difference)} {interval(effect)}"


def _where(place: Place) -> str:
    return f"{place[0]} → {place[1]}"
