"""Storing a draft that somebody wrote: what lint finds refuses it, or needs a reason that stays with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from sqlmodel import Session

from composer.curation.finding import Finding
from composer.curation.lint import Linter, linter_for
from composer.registry.datasets import dataset_of, examples_named
from library.database import lock_for_writing
from library.drafts import WRITTEN, Accepted, Draft, Origin, write_draft
from library.errors import Refused
from library.people import require
from library.reasons import reason_of
from library.roles import KEEPERS
from library.similar import content_words
from library.versions import SnippetVersion

_WORDS_IN_A_KEY = 3
_LONGEST_KEY = 40


def save_draft(
    session: Session,
    draft: Draft,
    *,
    by: str,
    at: datetime,
    origin: Origin = WRITTEN,
    reasons: Mapping[str, str] | None = None,
    tasks: Sequence[str] | None = None,
) -> SnippetVersion:
    """Lint a draft against the library as it is now, store it, and return its version.

    `reasons` has for each warning, by its `what`, why the draft is stored all the same; it stays with the version.
    `tasks` names the tasks it is linted against (None: all), of which those count that use its tags. Raises
    `Refused` for the role, an example that isn't set aside for writing, an error of lint, a warning without a
    reason, and what `write_draft` refuses.
    """
    lock_for_writing(session)
    require(session, by, *KEEPERS)
    _check_examples(session, origin)
    found = findings(linter_for(session, tasks), draft)
    given = reasons or {}
    if errors := [one for one in found if one.is_error]:
        raise _refused(draft.key, errors, "can't be stored")
    if silent := [one for one in found if not given.get(one.what, "").strip()]:
        raise _refused(draft.key, silent, "needs a reason for what lint warns of")
    accepted = tuple(
        Accepted(one.what, reason_of(given[one.what], "a draft that lint warns of"), one.kind) for one in found
    )
    return write_draft(session, draft, by=by, at=at, origin=replace(origin, warnings=accepted))


def findings(linter: Linter, draft: Draft) -> tuple[Finding, ...]:
    """Return what a linter finds about a draft with its tags and rules."""
    return linter.check(draft.text, key=draft.key, tags=draft.tags, group=draft.group, conflicts=draft.conflicts)


def suggested_key(text: str, taken: Container[str]) -> str:
    """Return a key that is not taken, of the first words of a text that mean something; empty for no text."""
    if not text.strip():
        return ""
    plain = (
        unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode() for word in content_words(text)
    )
    words = [word for each in plain if (word := re.sub(r"[^a-z0-9]+", "", each.lower()))]
    key = "-".join(words[:_WORDS_IN_A_KEY])[:_LONGEST_KEY].strip("-") or "snippet"
    numbered = (f"{key}-{number}" for number in count(2))
    return key if key not in taken else next(one for one in numbered if one not in taken)


def _check_examples(session: Session, origin: Origin) -> None:
    """Refuse a draft that is written from examples on which prompts are searched for or measured."""
    if not origin.examples:
        return
    known = {one.id: one for one in examples_named(session, dataset_of(session, origin.task), origin.examples)}
    for name in origin.examples:
        if name not in known or known[name].split != "authoring":
            raise Refused(
                f"{name} is no authoring example of task {origin.task}",
                fix="A draft is written from authoring examples alone: dev and test have to stay unread.",
            )


def _refused(key: str, found: Sequence[Finding], what: str) -> Refused:
    if len(found) == 1:
        (one,) = found
        return Refused(f"{key or 'the draft'} {what}: its text {one.what}", fix=one.fix)
    return Refused(f"{key or 'the draft'} {what}", problems=[f"its text {one.what}. {one.fix}" for one in found])
