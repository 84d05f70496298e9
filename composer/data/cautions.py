"""What is accepted of labelled data, and yet may not mean what its owner thinks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from composer.data.examples import Example
from composer.models.catalogue import CATALOGUE
from library.control_tokens import VOCABULARIES, known_tokens

NAMED = 5
"""How many examples a caution names."""


FEWEST = 30
"""Examples of a test split below which a caution is given."""


def cautions(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return what to think about before these examples are used, a sentence or two each; usually empty."""
    found = (_control_tokens, _one_label, _contradictions, _few_test_examples)
    return tuple(text for caution in found for text in caution(examples))


def _control_tokens(examples: Sequence[Example]) -> Iterable[str]:
    spelled = spelled_by(examples)
    for readers, tokens in _by_readers(spelled).items():
        ids = list(dict.fromkeys(one for token in tokens for one in spelled[token]))
        who = f"{' and '.join(readers)} read{'s' if len(readers) == 1 else ''}" if readers else "other models read"
        yield (
            f"{_named(ids)} spell{'s' if len(ids) == 1 else ''} {', '.join(tokens)}: {who} that as a control "
            "token and not as text, and what comes after it as no longer part of the message. Remove it, or write "
            "`control_tokens: refuse` in the task's data. `composer target check TARGET --task TASK` shows how a "
            "target reads it."
        )


def spelled_by(examples: Iterable[Example]) -> Mapping[str, Sequence[str]]:
    """Return the control tokens that texts of examples spell, each with the ids of the examples that do."""
    found: dict[str, list[str]] = {}
    for one in examples:
        for token in known_tokens("\n".join(one.inputs.values())):
            found.setdefault(token, []).append(one.id)
    return found


def _by_readers(tokens: Iterable[str]) -> Mapping[tuple[str, ...], Sequence[str]]:
    """Return tokens by the models of the catalogue whose vocabularies have them."""
    found: dict[tuple[str, ...], list[str]] = {}
    for token in tokens:
        readers = tuple(one.name for one in CATALOGUE if token in VOCABULARIES[one.vocabulary])
        found.setdefault(readers, []).append(token)
    return found


def _one_label(examples: Sequence[Example]) -> Iterable[str]:
    test = [one for one in examples if one.split == "test"]
    for name, some in (("the data", examples), ("the test split", test)):
        golds = {one.gold for one in some}
        if len(some) > 1 and len(golds) == 1:
            yield (
                f"All {len(some):,} examples of {name} have the label {_label(golds.pop())}: a prompt that always "
                "answers that is right every time, so they tell nothing. Bring examples of other labels."
            )
            return


def _contradictions(examples: Sequence[Example]) -> Iterable[str]:
    same: dict[tuple[str, ...], list[Example]] = {}
    for one in examples:
        same.setdefault(tuple(" ".join(text.split()).casefold() for text in one.inputs.values()), []).append(one)
    ratings = [one.gold for one in examples if not isinstance(one.gold, str)]
    far = (max(ratings) - min(ratings)) / 2 if ratings else 0.0
    pairs = [pair for some in same.values() if (pair := _opposite(some, far))]
    if pairs:
        named = ", ".join(f"{a.id} {_label(a.gold)} and {b.id} {_label(b.gold)}" for a, b in pairs[:NAMED])
        more = f", and {len(pairs) - NAMED:,} more" if len(pairs) > NAMED else ""
        yield (
            f"{len(pairs):,} text{'s have' if len(pairs) > 1 else ' has'} opposite labels ({named}{more}): "
            "whatever a model answers, one of them counts as wrong. Correct or remove one of each."
        )


def _opposite(same: Sequence[Example], far: float) -> tuple[Example, Example] | None:
    """Return two examples of one text whose labels differ, or whose ratings lie `far` apart; None for neither."""
    if len(same) < 2:
        return None
    if isinstance(same[0].gold, str):
        other = next((one for one in same if one.gold != same[0].gold), None)
        return None if other is None else (same[0], other)
    low, high = min(same, key=_rating), max(same, key=_rating)
    return (low, high) if far and _rating(high) - _rating(low) >= far else None


def _few_test_examples(examples: Sequence[Example]) -> Iterable[str]:
    test = sum(one.split == "test" for one in examples)
    if test < FEWEST:
        yield (
            f"The test split has {test:,} examples: with fewer than {FEWEST} only a large gain can be told from "
            "chance, and most candidates will fail their gate. Bring more rows, or give the test split a larger "
            "share."
        )


def _rating(one: Example) -> float:
    return float(one.gold)


def _label(gold: float | str) -> str:
    return gold if isinstance(gold, str) else f"{gold:g}"


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    what = "example" if len(ids) == 1 else "examples"
    return f"{len(ids):,} {what} ({', '.join(ids[:NAMED])}{more})"
