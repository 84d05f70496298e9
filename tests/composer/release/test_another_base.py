"""A whole prompt that somebody wrote, from its candidate to a pack and beyond, never on the task's own base."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from composer.analysis.search_steps import search_steps
from composer.audit import audit
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.optimizer.predictor import LibraryPredict, signature_of
from composer.prompts.composition import UnvettedText
from composer.prompts.parts import Parts
from composer.registry.releases import incumbent_of, on_another_base
from composer.registry.tasks import add_task
from composer.release.history import history, released_prompt, replacement, rollback_blockers
from composer.release.pack import export_release, pack_of
from composer.release.verification import faults
from composer.review.status import get_review
from composer.runs.plan import plan_proposal, plan_run
from composer.runs.spending import spending
from library.canonical import text_digest
from library.database import Database, open_database
from library.errors import Refused
from library.people import someone
from tests import small
from tests.composer.review import acts
from tests.databases import Places

OWN = small.TASK["base"]


@pytest.fixture(scope="module")
def _proposed_home(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("proposed") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    ended = small.run(database, home, small.propose(database, prompt=small.PROMPT), small.engine())
    assert ended.candidate_id == 1
    database.close()
    return home.path


@pytest.fixture(scope="module")
def _rebased_home(_proposed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("rebased") / "home")
    shutil.copytree(_proposed_home, home.path)
    database = open_database(home.path)
    acts.approve(database, "Grace")
    acts.released(database, "Grace")
    database.close()
    return home.path


@pytest.fixture
def proposed(home: Home, _proposed_home: Path, places: Places) -> Database:
    """A home in which candidate 1 is a whole prompt."""
    return places.put(_proposed_home, home)


@pytest.fixture
def rebased(home: Home, _rebased_home: Path, places: Places) -> Database:
    """The same, where it is released."""
    return places.put(_rebased_home, home)


def test_its_candidate_and_evidence_name_the_base_of_either_side(proposed: Database) -> None:
    with proposed.session() as session:
        review = get_review(session, 1)
        evidence = review.candidate.evidence
        assert (review.candidate.parts, review.candidate.incumbent_parts) == (Parts(1), Parts())
    assert (review.incumbent.text, review.composition.base) == (
        small.TASK["base"].replace("\n{{snippets}}", ""),
        small.PROMPT_BASE,
    )
    assert evidence.candidate.base_sha256 == text_digest(small.PROMPT_BASE)
    assert evidence.incumbent.base_sha256 == text_digest(OWN)
    assert review.status.state == "needs review", review.status.stale


def test_evidence_of_the_tasks_own_base_names_none_and_keeps_its_bytes(submitted: Database) -> None:
    with submitted.session() as session:
        assert "base_sha256" not in json.dumps(get_candidate(session, 1).evidence.as_json())


def test_released_it_is_in_use_and_exported_and_the_pack_verifies(rebased: Database, tmp_path: Path) -> None:
    with rebased.session() as session:
        assert incumbent_of(session, small.task(), "tiny").base == small.PROMPT_BASE
        export_release(session, "small", "tiny", tmp_path / "pack", by="Ada", at=small.NOW)
    assert faults(tmp_path / "pack") == ()
    assert (tmp_path / "pack" / "prompt.txt").read_text() == small.PROMPT.rstrip("\n")
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_bytes())
    assert manifest["task"]["base"] == small.PROMPT_BASE
    said = manifest["base"]
    assert (said["id"], said["sha256"], said["by"]) == (1, text_digest(small.PROMPT_BASE), "Ada")


def test_a_later_search_composes_on_it_behind_the_guard(rebased: Database, home: Home) -> None:
    with rebased.session() as session:
        plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=60)
    assert plan.incumbent.base == plan.vocabulary.base == small.PROMPT_BASE
    program = LibraryPredict(plan.vocabulary, plan.vocabulary.compose(["careful"]))
    with pytest.raises(UnvettedText):
        program.signature = signature_of(plan.task, small.TASK["base"].replace("{{snippets}}", "Be careful."))
    asked = small.engine()
    small.run(rebased, home, small.enter(rebased, budget=60), asked)
    systems = {system for system, _ in asked.asked}
    assert systems
    assert all("You compare a query" in one for one in systems)
    assert not any("Rate the document for the query." in one for one in systems)


def test_what_is_proposed_on_it_is_compared_with_it_and_goes_all_the_way(
    rebased: Database, home: Home, tmp_path: Path
) -> None:
    small.run(rebased, home, small.propose(rebased, "careful"), small.engine())
    with rebased.session() as session:
        candidate = get_candidate(session, 2)
        review = get_review(session, 2)
    assert (candidate.parts, candidate.incumbent_parts) == (Parts(1, (1,)), Parts(1))
    assert review.status.stale == ()
    assert review.incumbent.base == review.composition.base == small.PROMPT_BASE


def test_the_tasks_own_base_may_be_proposed_again_once_another_is_in_use(rebased: Database, home: Home) -> None:
    small.run(rebased, home, small.propose(rebased, "exact", prompt=OWN), small.engine())
    with rebased.session() as session:
        candidate = get_candidate(session, 2)
        assert (candidate.parts, candidate.incumbent_parts) == (Parts(None, (3,)), Parts(1))
        assert get_review(session, 2).status.stale == ()
        with pytest.raises(Refused, match="the base in use"):
            plan_proposal(session, "small", "tiny", (), prompt=small.PROMPT)


def test_a_release_keeps_its_base_when_the_tasks_file_gets_another(rebased: Database) -> None:
    edited = small.task(base="Rate it.\n{{snippets}}")
    with rebased.session() as session:
        add_task(session, edited, by="Ada", at=small.NOW)
        assert incumbent_of(session, edited, "tiny").base == small.PROMPT_BASE
        assert [one.id for one in on_another_base(session, "small")] == [1]
        assert pack_of(session, "small", "tiny").files["prompt.txt"].decode().startswith("You compare")


def test_a_task_whose_file_gets_the_released_base_has_it_as_its_own(rebased: Database, home: Home) -> None:
    same = small.task(base=small.PROMPT_BASE)
    with rebased.session() as session:
        add_task(session, same, by="Ada", at=small.NOW)
    small.run(rebased, home, small.propose(rebased, "careful"), small.engine())
    with rebased.session() as session:
        assert get_candidate(session, 2).incumbent_parts == Parts()
        assert get_review(session, 2).status.stale == ()


def test_what_it_replaces_and_history_and_rollback_have_its_base(filled: Database, home: Home) -> None:
    lax = small.task(policy={"gates": {"advisory": ["improves"]}})
    with filled.session() as session:
        add_task(session, lax, by="Ada", at=small.NOW)
    small.run(filled, home, small.propose(filled, prompt=small.PROMPT), small.engine())
    acts.approve(filled, "Grace")
    acts.released(filled, "Grace")
    with filled.session() as session:
        assert released_prompt(session, "small", 1).composition.base == small.PROMPT_BASE
        assert released_prompt(session, "small", None).composition.base == OWN
    small.run(filled, home, small.propose(filled, "exact", "topic", prompt=OWN), small.engine())
    with filled.session() as session:
        planned = replacement(session, 2)
        assert (planned.compared, planned.replaced) == (True, "release 1")
        assert planned.named("reworded") == ("the base prompt",)
    acts.approve(filled, "Grace", candidate=2)
    acts.released(filled, "Grace", candidate=2)
    with filled.session() as session:
        assert incumbent_of(session, small.task(), "tiny").base == OWN
        back = history(session, "small", "tiny")[1].release
        assert rollback_blockers(session, back, someone(session, "Grace")) == ()
    acts.rolled_back(filled, 1, "Grace")
    with filled.session() as session:
        assert incumbent_of(session, small.task(), "tiny").base == small.PROMPT_BASE
        assert audit(session).differences == ()


def test_scored_again_it_is_measured_on_its_own_base(filled: Database, home: Home) -> None:
    acts.sign_in(filled)
    small.run(filled, home, small.propose(filled, prompt=small.PROMPT), acts.spoilt())
    acts.decide(filled, acts.propose(filled))
    number = acts.scored_again(filled, home)
    with filled.session() as session:
        again = get_candidate(session, number)
    assert (again.parts, again.incumbent_parts) == (Parts(1), Parts())


def test_its_author_does_not_count_where_authors_are_excluded(filled: Database, home: Home) -> None:
    with filled.session() as session:
        add_task(session, small.task(policy={"exclude": ["authors"]}), by="Ada", at=small.NOW)
    acts.sign_in(filled)
    small.run(filled, home, small.propose(filled, by="Kit", prompt=small.PROMPT), small.engine())
    with pytest.raises(Refused, match="Kit is not among those who may"):
        acts.approve(filled, "Kit")
    assert acts.approve(filled, "Grace").approvals == ("Grace",)


def test_the_search_estimates_no_steps_where_the_base_is_another(proposed: Database) -> None:
    with proposed.session() as session:
        assert search_steps(session, get_review(session, 1), np.random.default_rng(0)) is None


def test_room_is_known_only_for_the_prompt_with_the_base_that_was_measured(rebased: Database) -> None:
    with rebased.session() as session:
        on_it = spending(session, plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=20))
        candidate = get_candidate(session, 1)
    assert on_it.room == candidate.figures[0].candidate != candidate.figures[0].incumbent


@pytest.mark.parametrize(
    "sql",
    [
        "update base set text = 'Say 5.' || char(10) || '{{snippets}}'",
        "update base set added_by = 'Eve'",
        "delete from base",
        "update release set base = null",
        "update candidate set base = null where id = 1",
        "insert into base select 9, 'other', text, sha256, 'Eve', added_at, note from base",
    ],
)
def test_a_base_changed_behind_the_log_is_found_and_not_exported(rebased: Database, sql: str) -> None:
    with rebased.session() as session:
        assert audit(session).differences == ()
        assert session.connection().execute(text(sql)).rowcount == 1
        assert audit(session).differences
        if not sql.startswith("insert"):
            with pytest.raises(Refused):
                pack_of(session, "small", "tiny")
        session.rollback()
