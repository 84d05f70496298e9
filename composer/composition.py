"""The one constructor of prompt text: a base and an ordered tuple of vetted snippet versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from composer.task import SLOT, Task
from library.canonical import digest, text_digest
from library.errors import Refused
from library.snippets import SnippetVersion


class UnvettedText(Refused):
    """A prompt holds text that is neither the task's base nor a vetted snippet version."""


@dataclass(frozen=True)
class Composition:
    """A base with snippet versions in its slot; same parts, same bytes, same fingerprint.

    Raises `UnvettedText` when a version isn't vetted, stands twice, or its text isn't the text it was vetted as.
    """

    base: str
    versions: tuple[SnippetVersion, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for version in self.versions:
            if version.state != "vetted":
                raise UnvettedText(
                    f"snippet {version.key} v{version.version} is {version.state}, not vetted",
                    fix="Vet it first, or leave it out.",
                )
            if text_digest(version.text) != version.sha256:
                raise UnvettedText(
                    f"the text of snippet {version.key} v{version.version} is not the text that was vetted",
                    fix="Restore the database from a backup: version rows never change.",
                )
            if version.key in seen:
                raise UnvettedText(f"snippet {version.key} stands twice in one composition")
            seen.add(version.key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Snippet keys in order."""
        return tuple(version.key for version in self.versions)

    @cached_property
    def text(self) -> str:
        """The prompt: the base with its slot line replaced by the snippets, a line each."""
        return put_together(self.base, [version.text for version in self.versions])

    @cached_property
    def fingerprint(self) -> str:
        """Identity of the parts, as sha256 in hex."""
        return digest(
            {
                "base": text_digest(self.base),
                "snippets": [[version.key, version.version, version.sha256] for version in self.versions],
            }
        )


def put_together(base: str, lines: Sequence[str]) -> str:
    """Return a base with these lines in place of its slot; only vetted lines make a prompt (`Composition`)."""
    prompt: list[str] = []
    for line in base.split("\n"):
        prompt += lines if line == SLOT else [line]
    return "\n".join(prompt)


class Vocabulary:
    """All that may be said for one task: its base and the vetted snippet versions it may use.

    Each version goes by a name: its key, or `key@version` for an older version that a prompt in use still
    holds (`kept`), so that a search can weigh the old wording against the new.
    """

    def __init__(
        self, task: Task, versions: Iterable[SnippetVersion], kept: Iterable[SnippetVersion] = ()
    ) -> None:
        self.task = task
        current = {version.key: version for version in versions if version.state == "vetted"}
        older = [version for version in kept if version != current.get(version.key)]
        self.versions: Mapping[str, SnippetVersion] = current | {f"{v.key}@{v.version}": v for v in older}

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
        keys = [version.key for version in self.versions.values()]
        return {
            name: version.group or version.key
            for name, version in self.versions.items()
            if version.group or keys.count(version.key) > 1
        }

    @property
    def hash(self) -> str:
        """Identity of what may be said: all its versions and their hashes, in library order."""
        return digest([[name, version.sha256] for name, version in self.versions.items()])
