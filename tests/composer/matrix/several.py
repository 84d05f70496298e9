"""The small task on three targets: released on one, submitted on another, and only asked about on a server."""

from __future__ import annotations

from composer.curation.jobs import do_job, enter_job
from composer.home.paths import Home
from composer.matrix.asking import plan_asking
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.runs.plan import plan_proposal
from composer.runs.records import enter_run
from library.database import Database
from tests import small
from tests.scripted import ScriptedEngine, connecting, pretender

LARGER = Target(name="larger", kind="embedded", model="qwen2.5-coder-1.5b", price_per_million_tokens=2.0)
CLOUD = Target(
    name="cloud",
    kind="server",
    model="big-70b",
    api_base="http://127.0.0.1:9/v1",
    price_per_million_tokens=5.0,
)
LOCAL = "Ada (local)"


def engine(skill: float = 0.3) -> ScriptedEngine:
    """The small task's model, right on this share of examples without a snippet."""
    return ScriptedEngine(pretender(small.task(), small.examples(), small.WORTH, skill=skill))


def fill(database: Database, home: Home) -> None:
    """Measure three prompts, release the first; every dev example is asked about with the base on two targets."""
    with database.session() as session:
        for target in (LARGER, CLOUD):
            add_target(session, target, by=LOCAL, at=small.NOW)
    proposals = (
        ("tiny", ("exact", "topic"), 0.15),
        ("larger", ("exact", "topic"), 0.25),
        ("tiny", ("topic",), 0.3),
    )
    for target, names, skill in proposals:
        with database.session() as session:
            run = enter_run(session, plan_proposal(session, "small", target, names), by=LOCAL, at=small.NOW)
        small.run(database, home, run, engine(skill))
    with database.session() as session:
        give_verdict(session, 1, "approve", reason="Clear gain.", by=LOCAL, at=small.NOW)
        release_candidate(session, 1, reason="Clear gain.", by=LOCAL, at=small.NOW)
    ask(database, home, "base", "cloud", 16, engine(0.9))
    ask(database, home, "base", "tiny", 16)


def ask(
    database: Database, home: Home, prompt: str, target: str, size: int, model: ScriptedEngine | None = None
) -> int:
    """Ask a prompt on a target about so many more dev examples; returns how many answers were paid."""
    with database.session() as session:
        number = enter_job(session, plan_asking(session, "small", prompt, target, size), by=LOCAL, at=small.NOW)
    return do_job(database, home, number, connect=connecting(model or engine())).paid
