"""What mined texts become: drafts that say where they come from, and sentences left out with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from composer.curation.authoring import findings
from composer.curation.finding import Finding
from composer.curation.lint import Linter, linter_for
from composer.curation.mining import Mined
from composer.curation.rules import LeftOut, Rule, extract, key_of
from composer.evaluation.formatting import NAMES, figure
from composer.evaluation.metrics import figures
from composer.optimizer.feedback import reminder
from composer.optimizer.rewriting import ASKED_FOR
from library.drafts import Accepted, Draft, Origin, write_drafts
from library.snippets import newest_versions
from library.versions import SnippetVersion

TO_BE_JUDGED = "mined, to be judged by the person who vets it"
"""Why a draft is written of which lint warns: nobody wrote it who could say more."""
LEFT_OUT: Mapping[str, str] = {"duplicate": "the library says it already", "rejected": "it was turned down before"}
"""What leaves a rule out although it is only a warning: it is no news to whoever vets. Why, by its kind."""
REFUSED = "lint refuses it"


@dataclass(frozen=True)
class Proposals:
    """What is offered to the library: drafts with where each comes from, and what is left out of all sentences."""

    mined: Mined
    sentences: int
    drafts: tuple[tuple[Draft, Origin], ...]
    left_out: tuple[LeftOut, ...]

    @property
    def best(self) -> float | None:
        """The best figure of a text on the full set, None where none was measured on all of it."""
        metric = figures(self.mined.plan.now.task)[0]
        known = [one.figure for one in self.mined.texts if one.figure is not None]
        return (min(known) if metric.better_is == "lower" else max(known)) if known else None

    def as_json(self) -> dict[str, Any]:
        """Return it as the JSON value that the command prints."""
        mined = self.mined
        return {
            "task": mined.plan.now.task.name,
            "target": mined.plan.now.target.name,
            "strategy": mined.plan.strategy,
            "reflection": mined.plan.reflection.name,
            "seed": mined.plan.seed,
            "budget": mined.plan.budget,
            "answers": vars(mined.answers),
            "reflections": vars(mined.reflections),
            "figure": {
                "metric": mined.plan.now.task.metric,
                "before": mined.before,
                "best": self.best,
                "examples": mined.measured_on,
            },
            "texts": [vars(one) for one in mined.texts],
            "sentences": self.sentences,
            "drafts": [_plain(draft, origin) for draft, origin in self.drafts],
            "left_out": [vars(one) for one in self.left_out],
            "stopped": mined.stopped,
        }


def propose(session: Session, mined: Mined) -> Proposals:
    """Read the texts for rules, and lint each against the library and the data as they are now.

    Errors leave a rule out, and so does what the library says already or turned down. Other warnings stay with the
    draft: whoever vets it sees them.
    """
    now = mined.plan.now
    told = f"{ASKED_FOR} {reminder(now.task.output)}"
    found = extract(now.task, now.prompt.text, [one.text for one in mined.texts], told=told)
    linter, taken = linter_for(session), set(newest_versions(session))
    drafts: list[tuple[Draft, Origin]] = []
    left = list(found.left_out)
    for rule in found.rules:
        draft = Draft(key_of(rule.text, taken), rule.text, tags=_tags(mined), rationale=_why(mined))
        warned = _accepted(linter, draft)
        if isinstance(warned, LeftOut):
            left.append(warned)
            continue
        taken.add(draft.key)
        drafts.append((draft, _origin(mined, rule, warned)))
    return Proposals(mined, found.sentences, tuple(drafts), tuple(left))


def store(session: Session, found: Proposals, *, by: str, at: datetime) -> tuple[SnippetVersion, ...]:
    """Store what is proposed as drafts, all or none, and return them; raises `Refused` for the role.

    Nothing of it is vetted, so no prompt can hold it before a person vets it.
    """
    return write_drafts(session, found.drafts, by=by, at=at) if found.drafts else ()


def _accepted(linter: Linter, draft: Draft) -> tuple[Accepted, ...] | LeftOut:
    """Return the warnings that stay with a draft, or that it is left out."""
    found: tuple[Finding, ...] = findings(linter, draft)
    barred = [one for one in found if one.is_error or one.kind in LEFT_OUT]
    if barred:
        return LeftOut(
            draft.text, LEFT_OUT.get(barred[0].kind, REFUSED), "; ".join(f"it {one.what}" for one in barred)
        )
    return tuple(Accepted(one.what, TO_BE_JUDGED, one.kind) for one in found)


def _tags(mined: Mined) -> tuple[str, ...]:
    """Return the tag by which the task, once it is vetted, may use it: that of its own name where it has one."""
    own = mined.plan.now.task.snippets.tags
    return (mined.plan.now.task.name,) if mined.plan.now.task.name in own else own[:1]


def _why(mined: Mined) -> str:
    plan = mined.plan
    return (
        f"mined by {plan.strategy} with {plan.reflection.name} for {plan.now.task.name} on {plan.now.target.name}"
    )


def _origin(mined: Mined, rule: Rule, warned: tuple[Accepted, ...]) -> Origin:
    plan, metric = mined.plan, figures(mined.plan.now.task)[0]
    known = [mined.texts[one].figure for one in rule.found_in]
    measured = [one for one in known if one is not None]
    source = {
        "strategy": plan.strategy,
        "reflection": plan.reflection.name,
        "seed": str(plan.seed),
        "budget": f"{plan.budget:,} answers",
        "found in": f"{len(rule.found_in):,} of {len(mined.texts):,} texts",
    }
    if mined.before is not None:
        before = f"{NAMES[metric.name]} {figure(metric.name, mined.before)}"
        source["prompt in use"] = f"{before} on {mined.measured_on} authoring examples"
    if measured:
        best = min(measured) if metric.better_is == "lower" else max(measured)
        source["whole rewritten prompt"] = f"{NAMES[metric.name]} {figure(metric.name, best)}"
    return Origin("mined", plan.now.task.name, plan.now.target.name, source=source, warnings=warned)


def _plain(draft: Draft, origin: Origin) -> dict[str, Any]:
    return {
        "key": draft.key,
        "text": draft.text,
        "tags": list(draft.tags),
        "source": dict(origin.source),
        "warnings": [{"kind": one.kind, "what": one.what, "reason": one.reason} for one in origin.warnings],
    }
