"""Lint of a draft against all it will stand beside: its tasks, their examples, and every other snippet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlmodel import Session

from composer.curation.finding import Finding as Finding
from composer.curation.finding import once
from composer.curation.leaks import Leak, Leaks, Text, runs_of
from composer.curation.other_format import format_findings
from composer.curation.other_scale import scale_findings
from composer.registry.datasets import dataset_of, has_data, texts_of
from composer.registry.tasks import get_task, task_names
from composer.task.task import Task
from library import snippets
from library.canonical import text_digest
from library.drafts import Draft
from library.lint import LONGEST, problems
from library.rejections import Rejection, rejections
from library.similar import Near, Wordings
from library.smuggling import Smuggled, smuggled
from library.storable import storable
from library.tables import IN_FORCE
from library.versions import SnippetVersion

_LONGEST_READ = 2 * LONGEST
"""Characters of a text above which nothing is said but that it is too long."""
_KEPT = 8
_INDEXED: dict[str, Leaks] = {}
"""The indexes made last, by the name of their dataset, which holds the hash of its content."""


@dataclass(frozen=True)
class Scope:
    """A task whose prompts a draft may stand in, and what its examples must not be found to share."""

    task: Task
    leaks: Leaks

    @cached_property
    def allowed(self) -> frozenset[tuple[str, ...]]:
        """The runs of words that the task's own prompt has: to repeat them is no leak."""
        return runs_of(self.task.base, self.task.message)

    def serves(self, tags: Collection[str]) -> bool:
        """Whether its prompts may hold snippets with these tags; with no tags at all, whether they might."""
        own = self.task.snippets.tags
        return not tags or not own or not set(own).isdisjoint(tags)


class Linter:
    """Made once for some tasks and a library; then every text is checked within a tenth of a second.

    `versions` are those in force and the open drafts, `turned_down` the rejected texts by their sha256.
    """

    def __init__(
        self,
        scopes: Sequence[Scope],
        versions: Iterable[SnippetVersion],
        turned_down: Mapping[str, Rejection],
    ) -> None:
        self._scopes = tuple(scopes)
        self._versions: dict[str, list[SnippetVersion]] = {}
        for one in versions:
            self._versions.setdefault(one.key, []).append(one)
        self._turned_down = turned_down

    def check(
        self,
        text: str,
        *,
        key: str = "",
        tags: Collection[str] = (),
        group: str | None = None,
        conflicts: Collection[str] = (),
    ) -> tuple[Finding, ...]:
        """Return what is to be said of a text, the errors first; empty where nothing is.

        `key` is that of the snippet whose next version the text would be; that snippet is not compared. `tags`
        decide which of the tasks it concerns (without any it is held against the data of all), and with `group`
        and `conflicts` which others can't stand beside it.
        """
        form = [Finding("form", "error", each, "Write one plain line.") for each in problems(text)]
        if not text.strip() or len(text) > _LONGEST_READ:
            return tuple(form)
        text = storable(text)  # what else is said quotes it
        return once(
            (
                *form,
                *map(_smuggling, smuggled(text)),
                *self._of_tasks(text, tags),
                *self._of_snippets(text, key, tags, group, conflicts),
                *self._of_rejections(text, key),
            )
        )

    @cached_property
    def _known(self) -> Wordings:
        # Made with the first text: a page shows what is in the library before anybody types.
        return Wordings((key, one.text) for key, each in self._versions.items() for one in each)

    @cached_property
    def _rejected(self) -> Wordings:
        return Wordings((sha256, one.text) for sha256, one in self._turned_down.items())

    def beside(self, drafts: Iterable[Draft]) -> Linter:
        """Return a linter that also knows these drafts, each in place of what it knows of the same key."""
        more = tuple(_undecided(one) for one in drafts)
        keys = {one.key for one in more}
        known = [one for key, each in self._versions.items() if key not in keys for one in each]
        return Linter(self._scopes, (*known, *more), self._turned_down)

    @cached_property
    def snippets(self) -> Mapping[str, SnippetVersion]:
        """The snippets that a text is compared with, by key, each as its newest version that wasn't rejected."""
        return {key: each[-1] for key, each in self._versions.items()}

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Every tag that a snippet has or a task asks for, sorted."""
        asked = {tag for one in self._scopes for tag in one.task.snippets.tags}
        return tuple(sorted(asked.union(*(one.tags for one in self.snippets.values()))))

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Every group of the snippets, sorted."""
        return tuple(sorted({one.group for one in self.snippets.values() if one.group}))

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that it lints for."""
        return tuple(one.task for one in self._scopes)

    def concerned(self, tags: Collection[str]) -> Sequence[Scope]:
        """Return the tasks that a text with these tags is held against, with their data."""
        return [one for one in self._scopes if one.serves(tags)]

    def _of_tasks(self, text: str, tags: Collection[str]) -> Iterator[Finding]:
        concerned = self.concerned(tags)
        for scope in concerned:
            yield from (_leak(one, scope.task) for one in scope.leaks.find(text, scope.allowed))
        for task in self._asking(tags):
            for one in (*scale_findings(task, text), *format_findings(task, text)):
                yield one if len(concerned) == 1 else replace(one, what=f"for task {task.name}: {one.what}")

    def _asking(self, tags: Collection[str]) -> Iterator[Task]:
        """Yield the tasks whose scale and format count: without tags, none of several that ask for tags."""
        for scope in self.concerned(tags):
            if tags or len(self._scopes) == 1 or not scope.task.snippets.tags:
                yield scope.task

    def _of_snippets(
        self, text: str, key: str, tags: Collection[str], group: str | None, conflicts: Collection[str]
    ) -> Iterator[Finding]:
        for near in self._known.near(text, without=key):
            other = self._nearest(near, text)
            apart = bool(tags) and bool(other.tags) and set(tags).isdisjoint(other.tags)
            rules = self.snippets[near.key]  # a conflict holds both ways
            kept_apart = near.key in conflicts or key in rules.conflicts
            kept_apart |= group is not None and group == rules.group
            if near.kind == "same":
                yield _duplicate(other, apart)
            elif near.kind == "near":
                yield _near(near, other)
            elif other.state != "retired" and not apart and not kept_apart:
                yield _contradiction(near, other)

    def _nearest(self, near: Near, text: str) -> SnippetVersion:
        """Return the version that is meant: the one of the very text, else the newest."""
        versions = self._versions[near.key]
        return next((one for one in versions if near.kind == "same" and one.text == text), versions[-1])

    def _of_rejections(self, text: str, key: str) -> Iterator[Finding]:
        current = {one.sha256 for one in self._versions.get(key, ())}
        own = text_digest(text)
        if before := self._turned_down.get(own):
            yield _rejected(before, "was rejected before, as", 1.0)
            return
        for near in self._rejected.near(text, most=1):
            if near.kind == "near" and own not in current:
                yield _rejected(
                    self._turned_down[near.key], "says nearly the same as a rejected draft,", near.similarity
                )


def linter_for(session: Session, tasks: Sequence[str] | None = None) -> Linter:
    """Return a linter for these tasks, by name (None: for all there are), and the library as it is now.

    It takes a second for a task with tens of thousands of examples, and as long for ten thousand snippets: keep it
    for as long as nothing is logged. Raises `Refused` for an unknown task.
    """
    names = task_names(session) if tasks is None else tasks
    return Linter([_scope(session, name) for name in names], _standing(session), rejections(session))


def _standing(session: Session) -> Sequence[SnippetVersion]:
    """Return of each snippet what is in force, and what is newer and not rejected, the oldest first."""
    newest = snippets.newest_versions(session)
    found = [one for one in newest.values() if one.state in IN_FORCE]
    others = [key for key, one in newest.items() if one.state not in IN_FORCE]
    for versions in snippets.versions_of(session, others).values():
        kept = [one for one in versions if one.state != "rejected"]
        in_force = [one for one in kept if one.state in IN_FORCE][-1:]
        found += dict.fromkeys((*in_force, *kept[-1:]))
    return sorted(found, key=lambda one: (one.key, one.version))


def _scope(session: Session, name: str) -> Scope:
    task = get_task(session, name)
    return Scope(task, _leaks(session, dataset_of(session, name)) if has_data(session, name) else Leaks(()))


def _leaks(session: Session, dataset: str) -> Leaks:
    if dataset not in _INDEXED:
        made = Leaks(
            Text(name if split == "authoring" else "", inputs)
            for name, split, inputs in texts_of(session, dataset)
        )
        while len(_INDEXED) >= _KEPT:
            _INDEXED.pop(next(iter(_INDEXED)), None)
        _INDEXED[dataset] = made
    return _INDEXED[dataset]


def _leak(leak: Leak, task: Task) -> Finding:
    of = f"example {leak.example}" if leak.example else "an example"
    if leak.kind == "inputs":
        what = f"names {leak.words}, which are all the inputs of {of} of task {task.name}"
        return Finding("leak", "warning", what, "Take others to explain it by: these are what is measured.")
    what = f"the words “{leak.words}”" if leak.kind == "words" else f"the {leak.kind} {leak.words}"
    fix = "Say it in general words: a snippet that repeats an example helps on that one alone."
    return Finding("leak", "error", f"has {what} in common with {of} of task {task.name}", fix)


def _smuggling(found: Smuggled) -> Finding:
    fix = f"{found.why} Two people who didn't write it have to vet it, or it is worded without that."
    return Finding("smuggling", "warning", found.what, fix)


def _undecided(draft: Draft) -> SnippetVersion:
    """Return a draft as a version that isn't stored: its number is 0."""
    return SnippetVersion(
        id=0,
        key=draft.key,
        version=0,
        text=draft.text,
        sha256=text_digest(draft.text),
        state="draft",
        tags=draft.tags,
        group=draft.group,
        rationale=draft.rationale,
        author="",
        created_at=datetime.min,
        requires=draft.requires,
        conflicts=draft.conflicts,
        pin=draft.pin,
    )


def _named(one: SnippetVersion) -> str:
    if not one.version:
        return f"{one.key}, which comes with it"
    states = {"draft": ", a draft", "retired": ", which is retired"}
    return f"{one.key} v{one.version}{states.get(one.state, '')}"


def _duplicate(other: SnippetVersion, apart: bool) -> Finding:
    if other.state == "retired":
        fix = "It was taken out of use for a reason: look there first."
        return Finding("duplicate", "warning", f"is the text of {_named(other)}", fix, other.key, 1.0)
    fix = f"Use {other.key}; it may have further tags."
    return Finding(
        "duplicate", "warning" if apart else "error", f"is the text of {_named(other)}", fix, other.key, 1.0
    )


def _near(near: Near, other: SnippetVersion) -> Finding:
    what = f"says nearly the same as {_named(other)}: {near.similarity:.0%} of the words"
    return Finding("duplicate", "warning", what, "Use that one, or edit it.", near.key, near.similarity)


def _contradiction(near: Near, other: SnippetVersion) -> Finding:
    what = f"contradicts {_named(other)}: {near.differs}"
    fix = "If only one of them may be in a prompt, put both in one group."
    return Finding("contradiction", "warning", what, fix, near.key, near.similarity)


def _rejected(before: Rejection, how: str, similarity: float) -> Finding:
    what = f"{how} {before.key} v{before.version}, by {before.by}: {before.reason}"
    return Finding("rejected", "warning", what, "", before.key, similarity)
