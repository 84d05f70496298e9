"""Records a world: asks a real model every composition of some snippets, on the same examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from composer.answers.evaluator import Evaluator
from composer.bench.world_files import Cell, Description, ExampleLine, RulesPart, SnippetLine
from composer.data.examples import Example
from composer.data.splits import strata_of
from composer.evaluation.metrics import score
from composer.evaluation.parsing import parse_answer
from composer.prompts.curator_rules import rules_of
from composer.prompts.vocabulary import Vocabulary
from composer.search.constraints import Rules
from composer.search.problem import Keys
from composer.search.stratified_order import stratified_order
from library.errors import Refused

BLOCK = 8
"""Examples of each split that every composition is asked before any is asked more: a recording that is broken
off can be ended with fewer examples, and nothing is lost."""

NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")

MOST = 20_000
"""Compositions of one world at most."""


@dataclass(frozen=True)
class Recording:
    """What is to be recorded: every allowed composition of these snippets on these examples.

    `description` is what `world.json` holds, `compositions` are in library order, `dev` and `test` are in the
    order in which they are asked.
    """

    description: Description
    compositions: tuple[Keys, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]

    @property
    def cells(self) -> int:
        """Answers the world holds."""
        return len(self.compositions) * (len(self.dev) + len(self.test))


def plan_recording(
    vocabulary: Vocabulary,
    dev: Sequence[Example],
    test: Sequence[Example],
    *,
    name: str,
    about: str,
    snippets: Sequence[str] = (),
    keep: Sequence[str] = (),
    incumbent: Sequence[str] = (),
    max_length: int,
    sizes: tuple[int, int],
) -> Recording:
    """Plan a world of the named snippets (all where none is named), `keep` being in every composition.

    The world's incumbent holds `keep` and `incumbent`; `max_length` counts all snippets. `sizes` is how many
    dev and test examples are taken, in an order that is fair to their strata and the same every time. Raises
    `Refused` for unknown snippets, for too few examples, and for more compositions than anyone records.
    """
    order = _in_library_order(vocabulary, {*(snippets or vocabulary.versions), *keep, *incumbent})
    rules = rules_of(vocabulary)
    if not NAME.fullmatch(name):
        raise Refused(f"{name!r} can't be the name of a world", fix="Use small letters, digits, dots and hyphens.")
    tags, strata = vocabulary.tags(), strata_of(vocabulary.task, (*dev, *test))
    own = _taken(dev, strata, sizes[0], "dev"), _taken(test, strata, sizes[1], "test")
    described = Description(
        name=name,
        ordered=False,
        max_length=max_length,
        snippets=tuple(
            SnippetLine(key=key, text=vocabulary.versions[key].text, tags=tuple(sorted(tags[key])))
            for key in order
        ),
        incumbent=rules.arranged(tuple(key for key in order if key in {*keep, *incumbent})),
        examples=tuple(
            ExampleLine(id=example.id, split=split, stratum=strata[example.id])
            for split, examples in zip(("dev", "test"), own, strict=True)
            for example in examples
        ),
        rules=_rules(rules, order, keep),
        about=about,
    )
    compositions = _compositions(described, order, keep)
    if described.incumbent not in compositions:
        broken = described.rules_of_search().broken(described.incumbent)
        raise Refused(
            f"the rules don't allow the world's incumbent: {broken}",
            fix="Change --keep and --incumbent, or give a larger --max-length.",
        )
    return Recording(described, compositions, *own)


def _in_library_order(vocabulary: Vocabulary, wanted: Set[str]) -> list[str]:
    """Return these keys as they follow in the library; refused are unknown ones, and missing ones they require."""
    if unknown := sorted(wanted - vocabulary.versions.keys()):
        raise Refused(
            f"task {vocabulary.task.name} has no vetted snippet {', '.join(unknown)}",
            fix="`composer library list --state vetted` shows what there is.",
        )
    order = [key for key in vocabulary.versions if key in wanted]
    rules = rules_of(vocabulary)
    if needed := {other for key in order for other in rules.closure(key)} - wanted:
        raise Refused(
            f"a snippet named here requires {', '.join(sorted(needed))}", fix="Name those too, with --snippets."
        )
    return order


def record(recording: Recording, vocabulary: Vocabulary, evaluator: Evaluator) -> list[Cell]:
    """Ask for every cell that is not stored yet, and return them all; raises what asking raises."""
    task, cells = vocabulary.task, list[Cell]()
    longest = max(len(recording.dev), len(recording.test))
    for start in range(0, longest, BLOCK):
        block = [*recording.dev[start : start + BLOCK], *recording.test[start : start + BLOCK]]
        for keys in recording.compositions:
            answers = evaluator.answers(vocabulary.compose(keys), block)
            scored = score(task, block, [parse_answer(task.output, answer) for answer in answers])
            cells += [
                Cell(keys, example.id, round(float(loss), 6), bool(valid))
                for example, loss, valid in zip(block, scored.loss, scored.valid, strict=True)
            ]
    return cells


def _taken(examples: Sequence[Example], strata: Mapping[str, str], size: int, split: str) -> tuple[Example, ...]:
    if not 1 <= size <= len(examples):
        raise Refused(f"{size} {split} examples are wanted, and the task has {len(examples)}")
    by_id = {example.id: example for example in examples}
    order = stratified_order(tuple(by_id), strata, np.random.default_rng(0))
    return tuple(by_id[example] for example in order[:size])


def _rules(rules: Rules, keys: Sequence[str], keep: Sequence[str]) -> RulesPart:
    held = set(keys)
    pairs = {tuple(sorted((a, b))) for a in held for b in rules.conflicts.get(a, frozenset()) & held}
    return RulesPart(
        groups={key: rules.groups[key] for key in keys if key in rules.groups},
        stay=tuple(key for key in keys if key in keep),
        requires={key: tuple(sorted(rules.requires[key])) for key in keys if key in rules.requires},
        conflicts=tuple((pair[0], pair[1]) for pair in sorted(pairs)),
        first=tuple(key for key in keys if key in rules.first),
        last=tuple(key for key in keys if key in rules.last),
        max_tokens=rules.max_tokens,
    )


def _compositions(described: Description, keys: Sequence[str], keep: Sequence[str]) -> tuple[Keys, ...]:
    free = [key for key in keys if key not in keep]
    lengths = range(max(0, min(described.max_length - len(set(keep)), len(free))) + 1)
    if (count := sum(comb(len(free), length) for length in lengths)) > MOST:
        raise Refused(
            f"{len(free)} snippets make {count:,} compositions, more than anyone records",
            fix="Name fewer with --snippets, or give a smaller --max-length.",
        )
    rules = described.rules_of_search()
    place = {key: number for number, key in enumerate(keys)}
    sets = (
        rules.arranged(tuple(sorted({*keep, *some}, key=place.__getitem__)))
        for length in lengths
        for some in combinations(free, length)
    )
    return tuple(keys for keys in sets if rules.allows(keys))
