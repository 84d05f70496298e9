"""Curators' rules on snippets, and the task's limits, as the constraints that a search keeps to."""

from __future__ import annotations

from composer.prompts.vocabulary import Vocabulary
from composer.search.constraints import Rules
from library.errors import Refused


def rules_of(vocabulary: Vocabulary, incumbent: tuple[str, ...] = ()) -> Rules:
    """Return what curators and the task allow a composition to be; `incumbent` are the names in use.

    The incumbent itself may break a rule that was set after its release. Raises `Refused` where a snippet
    requires one that the task may not use, or where the incumbent's snippets must stay and can't be together.
    """
    _check_requirements(vocabulary)
    task = vocabulary.task
    stay = frozenset(incumbent) if task.policy.keep_incumbent else frozenset()
    rules = Rules(
        max_length=task.snippets.max,
        groups=_groups(vocabulary),
        requires={
            name: frozenset(_meeting(vocabulary, key, stay) for key in version.requires)
            for name, version in vocabulary.ruling.items()
            if version.requires
        },
        conflicts=_conflicts(vocabulary),
        first=frozenset(name for name, version in vocabulary.ruling.items() if version.pin == "first"),
        last=frozenset(name for name, version in vocabulary.ruling.items() if version.pin == "last"),
        stay=stay,
        tokens={name: token_estimate(version.text) for name, version in vocabulary.versions.items()},
        max_tokens=task.snippets.max_tokens,
        barred=vocabulary.barred,
    )
    _check_stay(vocabulary, rules)
    return rules


def token_estimate(text: str) -> int:
    """Estimate a text's length in tokens: a quarter of its UTF-8 bytes, rounded up."""
    return -(-len(text.encode()) // 4)


def _groups(vocabulary: Vocabulary) -> dict[str, str]:
    """Map names to groups of which a composition holds at most one: a curator's, or the versions of one key."""
    return {
        name: version.group or f"versions of {version.key}"
        for name, version in vocabulary.ruling.items()
        if version.group or len(vocabulary.names_of_key(version.key)) > 1
    }


def _meeting(vocabulary: Vocabulary, key: str, stay: frozenset[str]) -> str:
    """Return the name that meets a requirement: one that must stay, else the current one, else an older."""
    names = vocabulary.names_of_key(key)
    return next((name for name in names if name in stay), names[0])


def _conflicts(vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    conflicts: dict[str, set[str]] = {}
    for name, version in vocabulary.ruling.items():
        for other in (other for key in version.conflicts for other in vocabulary.names_of_key(key)):
            conflicts.setdefault(name, set()).add(other)
            conflicts.setdefault(other, set()).add(name)
    return {name: frozenset(others) for name, others in conflicts.items()}


def _check_requirements(vocabulary: Vocabulary) -> None:
    task = vocabulary.task
    known = {version.key for version in vocabulary.versions.values()}
    missing = {
        (version.key, key)
        for version in vocabulary.ruling.values()
        for key in version.requires
        if key not in known
    }
    if missing:
        what = ", ".join(f"snippet {key} requires {other}" for key, other in sorted(missing))
        others = ", ".join(sorted({other for _, other in missing}))
        tagged = f" with a tag of {', '.join(task.snippets.tags)}" if task.snippets.tags else ""
        raise Refused(
            f"{what}: task {task.name} may not use {others}",
            fix=f"Vet {others}{tagged}, or write a version without this requirement.",
        )


def _check_stay(vocabulary: Vocabulary, rules: Rules) -> None:
    """Raise where no composition can hold all that must stay: what they require is the least of them."""
    least = {name for stays in rules.stay for name in rules.closure(stays)}
    broken = rules.broken(rules.arranged(tuple(name for name in vocabulary.versions if name in least)))
    if broken:
        raise Refused(
            f"every candidate must keep the snippets of the prompt in use, which no composition can: {broken}",
            where=f"task {vocabulary.task.name}, policy.keep_incumbent",
            fix="Change the rule, set keep_incumbent to false, or release a prompt that keeps to the rules.",
        )
