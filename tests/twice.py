"""The small task's home in which a first release was replaced by a second, both by the one local person."""

from __future__ import annotations

from composer.home.paths import Home
from composer.registry.tasks import add_task
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from library.database import Database
from tests import small

LOCAL = "Ada (local)"
EXACT, TOPIC = small.TEXTS["exact"], small.TEXTS["topic"]


def release_twice(database: Database, home: Home, *, both: bool = True) -> None:
    """Release candidate 1 and then candidate 2, which a search with more answers found; or approve that alone."""
    task = small.task(policy={"gates": {"advisory": ["improves"]}})
    with database.session() as session:
        add_task(session, task, by=LOCAL, at=small.NOW)
    for number, budget in enumerate((40, 120), 1):
        summary = small.run(database, home, small.enter(database, budget=budget, seed=2), small.engine(task))
        assert summary.candidate_id == number, summary
        with database.session() as session:
            give_verdict(session, number, "approve", reason="Better.", by=LOCAL, at=small.NOW)
            if both or number == 1:
                release_candidate(session, number, reason=f"Release {number}.", by=LOCAL, at=small.NOW)
