"""The vetted snippets one task may use, under their names, with the rules curators set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from composer.prompts.composition import Composition, UnvettedText
from composer.search.constraints import Rules
from composer.task.task import SLOT, Task
from library.canonical import digest
from library.errors import Refused
from library.versions import SnippetVersion


class Vocabulary:
    """All that may be said for one task: its base and the vetted snippet versions it may use.

    Each version goes by a name: its key, or `key@version` for an older version that a prompt in use still
    holds (`kept`), so that a search can weigh the old wording against the new. An older version with the
    wording of the current one takes its place: there is nothing to weigh. Rules and tags are always those
    of the current version, where there is one: they say what may be composed now. `barred` are compositions,
    as the ids of their versions, that reviewers said no-go to.
    """

    def __init__(
        self,
        task: Task,
        versions: Iterable[SnippetVersion],
        kept: Iterable[SnippetVersion] = (),
        barred: Iterable[tuple[int, ...]] = (),
    ) -> None:
        self.task = task
        current = {version.key: version for version in versions if version.state == "vetted"}
        named = {_name(version, current): version for version in kept}
        self.versions: Mapping[str, SnippetVersion] = current | named
        by_id = {version.id: name for name, version in self.versions.items()}
        self.barred = frozenset(
            tuple(by_id[one] for one in some) for some in barred if all(one in by_id for one in some)
        )
        self._names: dict[str, list[str]] = {}  # of the versions of each key, the current one first
        for name, version in self.versions.items():
            self._names.setdefault(version.key, []).append(name)
        self._ruling = {name: current.get(version.key, version) for name, version in self.versions.items()}

    def compose(self, names: Sequence[str] = ()) -> Composition:
        """Compose the snippets of these names, in this order; raises `UnvettedText` for one that isn't vetted."""
        unknown = [name for name in names if name not in self.versions]
        if unknown:
            raise UnvettedText(
                f"no vetted snippet {', '.join(unknown)} for task {self.task.name}",
                fix="`composer library list --state vetted` shows what may be used.",
            )
        return Composition(self.task.base, tuple(self.versions[name] for name in names))

    def names(self, composition: Composition) -> tuple[str, ...]:
        """Return the names of a composition's versions; raises `UnvettedText` for one that isn't here."""
        by_version = {version: name for name, version in self.versions.items()}
        missing = [version.key for version in composition.versions if version not in by_version]
        if missing:
            raise UnvettedText(f"{', '.join(missing)} is not a vetted snippet of task {self.task.name}")
        return tuple(by_version[version] for version in composition.versions)

    def recognise(self, text: str) -> Composition:
        """Return the composition whose text this is, byte for byte; raises `UnvettedText` for anything else."""
        before, after = (part.split("\n") for part in self.task.base.split(SLOT))
        lines = text.split("\n")
        by_text = {version.text: name for name, version in self.versions.items()}
        middle = lines[len(before) - 1 : len(lines) - (len(after) - 1)]
        unvetted = [line for line in middle if line not in by_text]
        if unvetted:
            raise UnvettedText(f"this line is not a vetted snippet of task {self.task.name}: {unvetted[0]!r}")
        composition = self.compose([by_text[line] for line in middle])
        if composition.text != text:
            raise UnvettedText(f"the text around the snippets is not the base of task {self.task.name}")
        return composition

    @property
    def exclusive(self) -> Mapping[str, str]:
        """Map names to groups of which at most one may stand: a curator's group, or versions of one key."""
        return {
            name: version.group or f"versions of {version.key}"
            for name, version in self._ruling.items()
            if version.group or len(self._names[version.key]) > 1
        }

    def tags(self) -> Mapping[str, frozenset[str]]:
        """Map each name to its curator's tags."""
        return {name: frozenset(version.tags) for name, version in self._ruling.items()}

    def rules(self, incumbent: tuple[str, ...] = ()) -> Rules:
        """Return what curator and task allow a composition to be; `incumbent` are the names in use.

        The incumbent itself may break a rule that was set after its release. Raises `Refused` where a
        snippet requires one that the task may not use, or where the incumbent's snippets must stay and
        can't stand together.
        """
        self._check_requirements()
        stay = frozenset(incumbent) if self.task.policy.keep_incumbent else frozenset()
        rules = Rules(
            max_length=self.task.snippets.max,
            groups=self.exclusive,
            requires={
                name: frozenset(self._standing_for(key, stay) for key in version.requires)
                for name, version in self._ruling.items()
                if version.requires
            },
            conflicts=self._conflicts(),
            first=frozenset(name for name, version in self._ruling.items() if version.pin == "first"),
            last=frozenset(name for name, version in self._ruling.items() if version.pin == "last"),
            stay=stay,
            tokens={name: token_estimate(version.text) for name, version in self.versions.items()},
            max_tokens=self.task.snippets.max_tokens,
            barred=self.barred,
        )
        self._check_stay(rules)
        return rules

    def _check_requirements(self) -> None:
        known = {version.key for version in self.versions.values()}
        missing = {
            (version.key, key) for version in self._ruling.values() for key in version.requires if key not in known
        }
        if missing:
            what = ", ".join(f"snippet {key} requires {other}" for key, other in sorted(missing))
            others = ", ".join(sorted({other for _, other in missing}))
            tagged = f" with a tag of {', '.join(self.task.snippets.tags)}" if self.task.snippets.tags else ""
            raise Refused(
                f"{what}: task {self.task.name} may not use {others}",
                fix=f"Vet {others}{tagged}, or import the library file without this requirement.",
            )

    def _check_stay(self, rules: Rules) -> None:
        """Raise where no composition can hold all that must stay: what they require is the least of them."""
        least = {name for stays in rules.stay for name in rules.closure(stays)}
        broken = rules.broken(rules.arranged(tuple(name for name in self.versions if name in least)))
        if broken:
            raise Refused(
                f"every candidate must keep the snippets of the prompt in use, and they can't stand: {broken}",
                where=f"task {self.task.name}, policy.keep_incumbent",
                fix="Change the rule, set keep_incumbent to false, or release a prompt that keeps to the rules.",
            )

    def _standing_for(self, key: str, stay: frozenset[str]) -> str:
        """Return the name that meets a requirement: one that must stay, else the current one, else an older."""
        names = self._names[key]
        return next((name for name in names if name in stay), names[0])

    def _conflicts(self) -> dict[str, frozenset[str]]:
        conflicts: dict[str, set[str]] = {}
        for name, version in self._ruling.items():
            for other in (other for key in version.conflicts for other in self._names.get(key, ())):
                conflicts.setdefault(name, set()).add(other)
                conflicts.setdefault(other, set()).add(name)
        return {name: frozenset(others) for name, others in conflicts.items()}

    @property
    def hash(self) -> str:
        """Identity of what may be said: all its versions with their hashes, rules and tags, in library order."""
        parts = []
        for name, version in self.versions.items():
            rules = _rules_and_tags(self._ruling[name])
            parts.append([name, version.sha256, *([rules] if rules else [])])
        barred = [["no-go", *sorted(map(list, self.barred))]] if self.barred else []
        return digest([*parts, *barred])


def token_estimate(text: str) -> int:
    """Estimate a text's length in tokens: a quarter of its UTF-8 bytes, rounded up."""
    return -(-len(text.encode()) // 4)


def _name(version: SnippetVersion, current: Mapping[str, SnippetVersion]) -> str:
    now = current.get(version.key)
    same = now is not None and now.sha256 == version.sha256
    return version.key if same else f"{version.key}@{version.version}"


def _rules_and_tags(version: SnippetVersion) -> dict[str, object]:
    values = {
        "group": version.group,
        "requires": sorted(version.requires),
        "conflicts": sorted(version.conflicts),
        "pin": version.pin,
        "tags": sorted(version.tags),
    }
    return {name: value for name, value in values.items() if value}
