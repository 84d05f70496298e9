"""Log entries as a person reads them: what each is about, with task and target, its page, and one line of text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from composer.activity.addresses import (
    adaptation_page,
    candidate_page,
    label_page,
    prompt_page,
    run_page,
    snippet_page,
)
from composer.tables import AdaptationRow, CandidateRow, ReleaseRow, RunRow
from library.log import LogEntry

LONGEST_REASON = 300
"""Characters of a reason that one line takes in; the entry has all of it."""
_DONE = ("added", "removed")
_TABLES: dict[str, type[AdaptationRow | CandidateRow | RunRow | ReleaseRow]] = {
    "adaptation": AdaptationRow,
    "candidate": CandidateRow,
    "run": RunRow,
    "release": ReleaseRow,
}
_SENTENCES = {
    "candidate submitted": "submitted {}",
    "comment": "commented on {}",
    "comment resolved": "resolved a comment on {}",
    "comment opened again": "opened a comment on {} again",
    "approve": "approved {}",
    "request changes": "requested changes to {}",
    "no-go": "rejected {} permanently",
    "approval lost": "took away the role behind an approval of {}",
    "approval counts again": "gave back the role behind an approval of {}",
    "override": "let failing gates of {} pass",
    "dismiss": "dismissed a verdict on {}",
    "regression: acceptable": "accepted regressions of {}",
    "regression: label is wrong": "doubts labels under {}",
    "regression: blocks": "blocked {} for its regressions",
    "correction proposed": "proposed another label for an example of {}",
    "correction confirmed": "confirmed another label for an example of {}",
    "correction rejected": "rejected another label for an example of {}",
    "released": "made {} current",
    "rolled back": "rolled back with {}",
    "exported": "exported {}",
    "annotated": "asked {} about a file",
    "check asked": "asked to check {}",
    "checked": "checked {}",
    "pushed": "put {} into a prompt registry",
    "run entered": "started {}",
    "adaptation entered": "started {}",
    "adaptation ended": "ended {}",
    "base proposed": "proposed {}",
    "answers begun": "began to ask for answers for {}",
    "answers kept": "kept answers for {}",
    "test split read": "read the sealed test split for {}",
    "rows adopted": "named the rows of {} that no entry named",
    "restored": "restored {} from a backup",
    "stop asked": "asked {} to stop",
    "run continued": "let {} go on",
    "job entered": "asked for more answers about {}",
    "anchors chosen": "set sealed examples of {} apart as anchors",
    "scoring asked": "asked to score {} again",
    "scoring stopped": "stopped scoring {} again",
    "scored again": "scored {} again",
    "run wanted": "had a run entered for {}, as its policy wants",
    "authoring asked": "asked about authoring examples of {}",
    "authoring stopped": "stopped asking about authoring examples of {}",
    "dev asked": "asked about development examples of {}",
    "dev stopped": "stopped asking about development examples of {}",
    "data imported": "imported data for {}",
    "examples queued": "put examples into {}",
    "queue closed": "emptied {}",
    "labels made data": "made labels of {} data",
    "rated": "rated an example of {}",
    "skipped an example": "skipped an example of {}",
    "rating taken back": "took back a rating of {}",
    "examples left out": "left examples out of the data for {}",
    "roles changed": "changed the roles of {}",
    "token made": "made {}",
    "token revoked": "revoked {}",
    **{action: f"{action} {{}}" for action in ("added", "changed", "vetted", "retired")},
    "vetted first": "said the first of two yeses to {}",
    "drafted": "wrote a draft of {}",
    "tagged": "changed the tags of {}",
    "rejected": "rejected a draft of {}",
    "undone": "undid an act on {}",
    "policy set": "set the policy of {}",
    **{f"{kind} {done}": f"{done} {{}}" for kind in ("task", "target", "person", "hook") for done in _DONE},
}

SINGLE_RATINGS = ("rated", "skipped an example", "rating taken back")
"""What people do hundreds of times in a row while they label."""
_NOT_LET_THROUGH = "measured {}, which was not let through"
"""What submitting is called where a gate of the policy failed."""


@dataclass(frozen=True)
class Subject:
    """What an entry is about; task and target are empty where it has none, or they are no longer stored."""

    kind: str
    name: str
    task: str = ""
    target: str = ""

    @property
    def words(self) -> str:
        """Its kind and name: `candidate 7`, `snippet same-story`; a prompt is named by its task and target."""
        return self.kind if self.kind == "prompt" else f"{self.kind} {self.name}".strip()

    @property
    def place(self) -> str:
        """Task → target, or nothing."""
        return f"{self.task} → {self.target}" if self.task and self.target else ""

    @property
    def page(self) -> str:
        """Address of its page within the app; empty where it has none."""
        if self.kind == "candidate" and self.name.isdecimal():
            return candidate_page(self.name)
        if self.kind == "adaptation" and self.name.isdecimal():
            return adaptation_page(self.name)
        if self.kind == "run" and self.name.isdecimal():
            return run_page(self.name)
        if self.kind == "snippet":
            return snippet_page(self.name)
        if self.kind == "queue":
            return label_page(self.name)
        if self.kind in ("release", "prompt") and self.place:
            return prompt_page(self.task, self.target)
        return ""


def about(session: Session, subjects: Iterable[str]) -> dict[str, Subject]:
    """Return each of these log subjects (`candidate:7`) with its task and target, where it has them."""
    split = {subject: subject.partition(":") for subject in set(subjects)}
    found: dict[str, Subject] = {}
    for subject, (kind, _, name) in split.items():
        task, _, target = name.partition(":") if kind == "prompt" else ("", "", "")
        found[subject] = Subject(kind, name, task, target)
    for kind, table in _TABLES.items():
        ids = [int(one.name) for one in found.values() if one.kind == kind and one.name.isdecimal()]
        query = select(table.id, table.task, table.target).where(col(table.id).in_(ids))
        for number, task, target in session.exec(query) if ids else ():
            found[f"{kind}:{number}"] = Subject(kind, str(number), task, target)
    return found


def line(entry: LogEntry, subject: Subject) -> str:
    """Return an entry as one line: `Grace approved candidate 7 (relatedness → qwen2.5-coder-1.5b): reason`."""
    what = subject.words + (f" ({subject.place})" if subject.place else "")
    # An action without a sentence above is named as the log names it.
    known = _NOT_LET_THROUGH if entry.detail.get("let_through") is False else _SENTENCES.get(entry.action)
    done = known.format(what) if known else f"did “{entry.action}” to {what}"
    why = " ".join(entry.why.split())
    if len(why) > LONGEST_REASON:
        why = f"{why[:LONGEST_REASON].rstrip()}…"
    return " ".join(f"{entry.who} {done}".split()) + (f": {why}" if why else "")
