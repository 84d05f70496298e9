"""The vetted snippets one task may use, under their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from composer.prompts.composition import Composition, UnvettedText
from composer.task.task import SLOT, Task
from library.canonical import digest, text_digest
from library.versions import SnippetVersion


class Vocabulary:
    """What the prompts of one task are made from: a base and the vetted snippet versions it may use.

    The base is the task's, or another one: that of the prompt in use, or one that somebody proposed.
    Each version goes by a name: its key, or `key@version` for an older version that a prompt in use still
    holds (`kept`), so that a search can weigh the old wording against the new. An older version with the
    wording of the current one takes its place: there is nothing to weigh. `ruling` maps each name to the
    version whose rules and tags hold for it: the current one, where there is one, since they are about what
    may be composed now. `barred` are compositions, as the ids of their versions, that reviewers gave a no-go.
    """

    def __init__(
        self,
        task: Task,
        versions: Iterable[SnippetVersion],
        kept: Iterable[SnippetVersion] = (),
        barred: Iterable[tuple[int, ...]] = (),
        base: str | None = None,
    ) -> None:
        self.task = task
        self.base = task.base if base is None else base
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
        self.ruling: Mapping[str, SnippetVersion] = {
            name: current.get(version.key, version) for name, version in self.versions.items()
        }

    def compose(self, names: Sequence[str] = ()) -> Composition:
        """Compose the snippets of these names, in this order; raises `UnvettedText` for one that isn't vetted."""
        unknown = [name for name in names if name not in self.versions]
        if unknown:
            raise UnvettedText(
                f"no vetted snippet {', '.join(unknown)} for task {self.task.name}",
                fix="`composer library list --state vetted` shows what may be used.",
            )
        return Composition(self.base, tuple(self.versions[name] for name in names))

    def names(self, composition: Composition) -> tuple[str, ...]:
        """Return the names of a composition's versions; raises `UnvettedText` for one that isn't here."""
        by_version = {version: name for name, version in self.versions.items()}
        missing = [version.key for version in composition.versions if version not in by_version]
        if missing:
            raise UnvettedText(f"{', '.join(missing)} is not a vetted snippet of task {self.task.name}")
        return tuple(by_version[version] for version in composition.versions)

    def recognise(self, text: str) -> Composition:
        """Return the composition whose text this is, byte for byte; raises `UnvettedText` for anything else."""
        before, after = (part.split("\n") for part in self.base.split(SLOT))
        lines = text.split("\n")
        by_text = {version.text: name for name, version in self.versions.items()}
        middle = lines[len(before) - 1 : len(lines) - (len(after) - 1)]
        unvetted = [line for line in middle if line not in by_text]
        if unvetted:
            raise UnvettedText(f"this line is not a vetted snippet of task {self.task.name}: {unvetted[0]!r}")
        composition = self.compose([by_text[line] for line in middle])
        if composition.text != text:
            own = "the base" if self.base == self.task.base else "the base in use"
            raise UnvettedText(f"the text around the snippets is not {own} of task {self.task.name}")
        return composition

    def names_of_key(self, key: str) -> Sequence[str]:
        """Return the names of the versions of a key, the current one first; empty for an unknown key."""
        return self._names.get(key, ())

    def tags(self) -> Mapping[str, frozenset[str]]:
        """Map each name to its curator's tags."""
        return {name: frozenset(version.tags) for name, version in self.ruling.items()}

    @property
    def hash(self) -> str:
        """Identity of what may be composed: its versions with their hashes, rules and tags, in library order.

        A base that isn't the task's own is part of it.
        """
        parts: list[list[object]] = [] if self.base == self.task.base else [["base", text_digest(self.base)]]
        for name, version in self.versions.items():
            rules = _rules_and_tags(self.ruling[name])
            parts.append([name, version.sha256, *([rules] if rules else [])])
        barred = [["no-go", *sorted(map(list, self.barred))]] if self.barred else []
        return digest([*parts, *barred])


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
