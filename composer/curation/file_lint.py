"""Lint of a library file: what is wrong with each of its snippets, and on which line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from composer.curation.finding import Finding
from composer.curation.lint import Linter, linter_for
from library.drafts import Draft
from library.file import SnippetFile, between_entries
from library.import_plan import links_of
from library.snippets import newest_versions
from library.yamlfile import Problem


@dataclass(frozen=True)
class Linted:
    """A finding with the key of its snippet and its line, from 1; the key is empty where the entry has none."""

    key: str
    line: int
    finding: Finding


@dataclass(frozen=True)
class FileLint:
    """How many snippets a file has, how many of those each task uses, and what is found, in the order of lines."""

    snippets: int
    used: dict[str, int]
    found: tuple[Linted, ...]

    @property
    def errors(self) -> int:
        """How many findings keep it from being imported as it should be."""
        return sum(one.finding.is_error for one in self.found)


def lint_file(session: Session, file: SnippetFile, tasks: Sequence[str] | None = None) -> FileLint:
    """Lint a file's snippets against these tasks (None: all), the library, and each other.

    A file that could not be imported is linted all the same: what is wrong with it are errors of form. Retired
    snippets are not held against anything. Raises `Refused` for an unknown task.
    """
    drafts = dict(_drafts(file.content.values))
    linter = linter_for(session, tasks)
    known = {key: links_of(one) for key, one in newest_versions(session).items()}
    form = [*file.content.problems, *between_entries(known, file.content.values)]
    pairs: list[tuple[str, Problem, Finding]] = [
        (_key_at(file.content.values, one), one, Finding("form", "error", _what(one), one.fix)) for one in form
    ]
    pairs += [
        (drafts[index].key, Problem(("snippets", index, "text"), one.what), one)
        for index, each in _checked(linter, drafts).items()
        for one in each
    ]
    lines = file.content.lines([place for _, place, _ in pairs])
    found = [Linted(key, line, one) for line, (key, _, one) in zip(lines, pairs, strict=True)]
    return FileLint(
        len(drafts),
        {one.name: sum(_serves(linter, one.name, draft) for draft in drafts.values()) for one in linter.tasks},
        tuple(sorted(dict.fromkeys(found), key=lambda one: (one.line, not one.finding.is_error))),
    )


def _checked(linter: Linter, drafts: dict[int, Draft]) -> dict[int, tuple[Finding, ...]]:
    beside = linter.beside(drafts.values())
    return {
        index: tuple(
            one
            for one in beside.check(
                draft.text, key=draft.key, tags=draft.tags, group=draft.group, conflicts=draft.conflicts
            )
            if one.kind != "form"  # these the file's reader finds, with the very line
        )
        for index, draft in drafts.items()
    }


def _serves(linter: Linter, task: str, draft: Draft) -> bool:
    return any(one.task.name == task for one in linter.concerned(draft.tags))


def _drafts(values: Any) -> Iterator[tuple[int, Draft]]:
    """Yield the snippets of a file that have a key and a text, by their index; `values` may be of any shape."""
    entries = values.get("snippets") if isinstance(values, dict) else None
    for index, one in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(one, dict) or one.get("state") == "retired":
            continue
        if isinstance(one.get("key"), str) and isinstance(one.get("text"), str):
            group = one.get("group")
            yield (
                index,
                Draft(
                    one["key"],
                    one["text"],
                    tags=_texts(one.get("tags")),
                    group=group if isinstance(group, str) else None,
                    conflicts=_texts(one.get("conflicts")),
                ),
            )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _key_at(values: Any, problem: Problem) -> str:
    """Return the key of the entry that a problem is in; empty where it is in none, or that has no key."""
    match problem.location:
        case ("snippets", int(index), *_):
            entry = values["snippets"][index]
            key = entry.get("key") if isinstance(entry, dict) else None
            return key if isinstance(key, str) else ""
    return ""


def _what(problem: Problem) -> str:
    field = problem.location[2] if len(problem.location) > 2 else ""
    return f"{field} {problem.what}".strip() if isinstance(field, str) else problem.what
