"""What entries of the log are about, in words a person reads: task and target, a page, one line on each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlmodel import Session, col, select

from composer.tables import CandidateRow, ReleaseRow, RunRow
from library.log import LogEntry

LONGEST_REASON = 300
"""Characters of a reason that one line takes in; the entry has all of it."""
_DONE = ("added", "removed")
_TABLES: dict[str, type[CandidateRow | RunRow | ReleaseRow]] = {
    "candidate": CandidateRow,
    "run": RunRow,
    "release": ReleaseRow,
}
_SAID = {
    "candidate submitted": "put up {}",
    "comment": "commented on {}",
    "comment resolved": "resolved a comment on {}",
    "comment opened again": "opened a comment on {} again",
    "approve": "approved {}",
    "request changes": "requested changes to {}",
    "no-go": "rejected {} for good",
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
    "run entered": "started {}",
    "stop asked": "asked {} to stop",
    "job entered": "asked for more answers about {}",
    "data imported": "imported data for {}",
    "roles changed": "changed the roles of {}",
    **{action: f"{action} {{}}" for action in ("added", "changed", "vetted", "retired")},
    **{f"{kind} {done}": f"{done} {{}}" for kind in ("task", "target", "person", "hook") for done in _DONE},
}


@dataclass(frozen=True)
class Subject:
    """What an entry is about; task and target are empty where it has none, or they are not known any more."""

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
        if self.kind in ("candidate", "run") and self.name.isdecimal():
            return f"{'runs' if self.kind == 'run' else 'candidate'}?{urlencode({self.kind: self.name})}"
        if self.kind == "snippet":
            return f"library?{urlencode({'snippet': self.name})}"
        if self.kind in ("release", "prompt") and self.place:
            return f"prompts?{urlencode({'task': self.task, 'target': self.target})}"
        return ""


def about(session: Session, subjects: Iterable[str]) -> dict[str, Subject]:
    """Return what each of these log subjects (`candidate:7`) is, with its task and target where it has them."""
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
    # An action that has no words here is named as the log names it.
    done = _SAID[entry.action].format(what) if entry.action in _SAID else f"did “{entry.action}” to {what}"
    why = " ".join(entry.why.split())
    if len(why) > LONGEST_REASON:
        why = f"{why[:LONGEST_REASON].rstrip()}…"
    return " ".join(f"{entry.who} {done}".split()) + (f": {why}" if why else "")
