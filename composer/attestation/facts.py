"""What a signed statement holds of a release's review, typed and strict: no field more, none less."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from library.canonical import digest

STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "urn:instruction-composer:review:1"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class GivenVerdict(_Part):
    """A verdict on the candidate that is released; `evidence` is the hash of what its giver saw."""

    id: int
    kind: str
    reason: str
    reviewer: str
    evidence: str
    at: str
    about: int | None
    local: bool


class GivenDisposition(_Part):
    """What a reviewer decided on one example that got worse."""

    example: str
    kind: str
    reason: str
    reviewer: str
    at: str


class LoggedEntry(_Part):
    """An entry of the log; `previous` is the hash of the one before it, which need not be here."""

    at: str
    who: str
    action: str
    subject: str
    why: str
    detail: dict[str, Any]
    previous: str
    hash: str

    @property
    def computed_hash(self) -> str:
        """The hash that an entry of this content has."""
        return digest(self.model_dump(exclude={"hash"}))


class ReviewFacts(_Part):
    """All that shows how a release came to be approved.

    `task` and `evidence` are JSON values whose hashes the manifest names. `authors` wrote its snippets, and its
    base where that isn't the task's own. `log` has the entries about the candidate, the people and all that it
    rests on, oldest first.
    """

    candidate: int = Field(ge=1)
    task: dict[str, Any]
    evidence: dict[str, Any]
    proposer: str
    authors: tuple[str, ...]
    verdicts: tuple[GivenVerdict, ...]
    dispositions: tuple[GivenDisposition, ...]
    log: tuple[LoggedEntry, ...]


class Digest(_Part):
    """The hash of a file."""

    sha256: str


class Subject(_Part):
    """A file that a statement is about."""

    name: str
    digest: Digest


class Statement(_Part):
    """An in-toto statement (v1) about the files of a pack."""

    type: str = Field(alias="_type")
    subject: tuple[Subject, ...]
    predicateType: str
    predicate: ReviewFacts
