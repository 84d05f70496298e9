"""A home whose small task has a released prompt on one target, to be carried to another."""

from __future__ import annotations

from pathlib import Path

from composer.adaptation import enter_adaptation, plan_adaptation
from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.tables import ReleaseRow
from library.database import Database
from tests import small
from tests.scripted import ScriptedEngine

OLD, NEW = "tiny", "other"
THIRD = Target(name="third", kind="embedded", model="qwen2.5-coder-1.5b")


def furnished(database: Database, folder: Path, home: Home) -> None:
    """Fill a home, search on the old target, and make what was found its prompt."""
    small.fill(database, folder, data=small.examples(24, 32))
    result = small.run(database, home, small.enter(database), model())
    assert result.candidate_id == 1
    with database.session() as session:
        add_target(session, Target(name=NEW, kind="embedded", model="smollm2-135m"), by="Ada", at=small.NOW)
        (candidate,) = small.candidate_rows(session)
        session.add(
            ReleaseRow(
                candidate_id=1,
                task="small",
                target=OLD,
                versions=candidate.versions,
                released_by="Ada",
                reason="Better.",
                released_at=small.NOW,
            )
        )


def entered(database: Database, *, budget: int = 120) -> int:
    with database.session() as session:
        plan = plan_adaptation(session, "small", OLD, NEW, strategy="effects", seed=0, budget=budget)
        return enter_adaptation(session, plan, by="Ada", at=small.NOW)


def another(database: Database, *, budget: int = 120) -> int:
    """Enter an adaptation to a third target."""
    with database.session() as session:
        add_target(session, THIRD, by="Ada", at=small.NOW)
        plan = plan_adaptation(session, "small", OLD, THIRD.name, strategy="effects", seed=0, budget=budget)
        return enter_adaptation(session, plan, by="Ada", at=small.NOW)


def model() -> ScriptedEngine:
    return small.engine(data=small.examples(24, 32))


def speechless() -> ScriptedEngine:
    """A model that never answers in the format."""
    return ScriptedEngine(lambda _system, _user: "The document is fine.")
