"""What a run depends on: any other part makes another run; what can't work is refused before it costs anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.bases import get_base
from composer.registry.datasets import add_examples
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.review.decisions import give_verdict
from composer.runs.plan import plan_again, plan_proposal, plan_run
from composer.runs.records import get_run, run_row
from library.database import Database
from library.errors import Refused
from library.importing import import_file
from tests import small

PLAN: dict[str, Any] = {"strategy": "greedy", "seed": 0, "budget": 50}


def planned(session: Session, task: str = "small", target: str = "tiny", **changes: Any) -> str:
    return plan_run(session, task, target, **{**PLAN, **changes}).identity


@pytest.mark.parametrize("change", [{"budget": 51}, {"seed": 1}, {"strategy": "random"}])
def test_another_setting_is_another_run(filled: Database, change: dict[str, Any]) -> None:
    with filled.session() as session:
        assert planned(session, **change) != planned(session)


def test_whatever_it_rests_on_makes_another_run(filled: Database, tmp_path: Path) -> None:
    seen = []
    with filled.session() as session:
        seen.append(planned(session))
        add_task(session, small.task(message="{{query}}: {{document}}"), by="Ada", at=small.NOW)
        seen.append(planned(session))
        add_examples(session, small.task(), Dataset(small.examples(15, 16)), by="Ada", at=small.NOW)
        seen.append(planned(session))
        other = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", max_tokens=32)
        add_target(session, other, by="Ada", at=small.NOW)
        seen.append(planned(session))
    library = small.write_library(tmp_path / "more.yaml", {"careful": "Take care."})
    with filled.session() as session:
        import_file(session, library, by="Ada", at=small.NOW)
        seen.append(planned(session))
    assert len(set(seen)) == 5


def test_a_draft_is_no_part_of_the_vocabulary(filled: Database, tmp_path: Path) -> None:
    library = small.write_library(tmp_path / "drafts.yaml", {"new": "A new one."}, new="draft")
    with filled.session() as session:
        before = planned(session)
        import_file(session, library, by="Ada", at=small.NOW)
        plan = plan_run(session, "small", "tiny", **PLAN)
    assert plan.identity == before
    assert set(plan.vocabulary.versions) == set(small.TEXTS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"task": "smal"}, "small"),
        ({"target": "tinny"}, "tiny"),
        ({"strategy": "guess"}, "effects, greedy"),
        ({"budget": 0}, "budget"),
        ({"budget": -5}, "budget"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(filled: Database, change: dict[str, Any], says: str) -> None:
    with filled.session() as session, pytest.raises(Refused, match=says):
        planned(session, **change)


def test_a_library_without_vetted_snippets_for_the_task_is_refused(filled: Database) -> None:
    tagged = small.task(snippets={"tags": ["nothing-has-this"]})
    with filled.session() as session:
        add_task(session, tagged, by="Ada", at=small.NOW)
        with pytest.raises(Refused, match="no vetted snippet"):
            planned(session)


def test_a_task_without_data_is_refused(filled: Database) -> None:
    with filled.session() as session:
        add_task(session, small.task(name="bare"), by="Ada", at=small.NOW)
        with pytest.raises(Refused, match="composer data import bare"):
            planned(session, task="bare")


def test_what_no_composition_could_keep_to_is_refused(filled: Database, tmp_path: Path) -> None:
    library = tmp_path / "asking.yaml"
    library.write_text("snippets:\n- {key: asking, text: Ask., state: vetted, tags: [apart], requires: [exact]}\n")
    with filled.session() as session:
        import_file(session, library, by="Ada", at=small.NOW)
        add_task(session, small.task(snippets={"tags": ["apart"]}), by="Ada", at=small.NOW)
        with pytest.raises(Refused, match="may not use exact"):
            planned(session)


def test_more_answers_side_by_side_make_another_run(filled: Database) -> None:
    with filled.session() as session:
        before = planned(session)
        wide = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", parallel=4)
        add_target(session, wide, by="Ada", at=small.NOW)
        assert planned(session) != before


class TestProposals:
    def test_the_same_snippets_in_the_same_order_are_the_same_run(self, filled: Database) -> None:
        assert small.propose(filled, "exact", "topic") == small.propose(filled, "exact", "topic")
        assert (
            len({small.propose(filled, *names) for names in (("exact",), ("exact", "topic"), ("topic", "exact"))})
            == 3
        )

    @pytest.mark.parametrize(
        ("names", "says"),
        [
            (("nonsense",), "no vetted snippet nonsense"),
            (("harsh", "mild"), "harsh and mild are both of group doubt"),
            (("exact", "topic", "careful", "recent"), "4 snippets are more than 3"),
            ((), "this is the prompt in use for small on tiny"),
        ],
    )
    def test_what_rules_forbid_or_is_in_use_is_refused(
        self, filled: Database, names: tuple[str, ...], says: str
    ) -> None:
        with filled.session() as session, pytest.raises(Refused, match=says):
            plan_proposal(session, "small", "tiny", names)

    def test_what_is_pinned_elsewhere_is_refused_with_the_order_that_may_be(
        self, filled: Database, tmp_path: Path
    ) -> None:
        library = tmp_path / "pin.yaml"
        library.write_text(
            "snippets:\n- {key: last, text: Mind the end., state: vetted, tags: [small], pin: last}\n"
        )
        with filled.session() as session:
            import_file(session, library, by="Ada", at=small.NOW)
            with pytest.raises(Refused, match="Write them as exact,last"):
                plan_proposal(session, "small", "tiny", ("last", "exact"))

    def test_what_was_turned_down_is_refused(self, submitted: Database) -> None:
        with submitted.session() as session:
            names = get_run(session, 1).result.keys
            give_verdict(session, 1, "no-go", reason="No.", by="Grace", at=small.NOW)
        with submitted.session() as session, pytest.raises(Refused, match="a reviewer gave it a no-go"):
            plan_proposal(session, "small", "tiny", names)


class TestAnotherBase:
    def test_it_is_checked_stored_before_the_run_and_the_same_prompt_is_the_same_run(
        self, filled: Database
    ) -> None:
        number = small.propose(filled, "careful", prompt=small.PROMPT)
        assert number == small.propose(filled, "careful", prompt=small.PROMPT)
        assert number != small.propose(filled, "careful", prompt=f"Now: {small.PROMPT}")
        with filled.session() as session:
            row = run_row(session, number)
            plan = plan_again(session, row)
            assert (row.base, get_base(session, "small", 1).note) == (1, "mine.txt")
            assert plan.identity == row.identity
            assert plan.proposed is not None
            assert (plan.proposed.base, plan.proposed.keys) == (small.PROMPT_BASE, ("careful",))

    def test_the_base_in_use_is_refused(self, filled: Database) -> None:
        with filled.session() as session, pytest.raises(Refused, match=r"task's own base.* \(mine.txt\)"):
            plan_proposal(session, "small", "tiny", ["exact"], prompt=small.TASK["base"], where="mine.txt")

    def test_it_needs_no_library_and_a_search_does(self, filled: Database) -> None:
        with filled.session() as session:
            add_task(session, small.task(snippets={"tags": ["nothing-has-this"]}), by="Ada", at=small.NOW)
            assert plan_proposal(session, "small", "tiny", (), prompt=small.PROMPT).proposed is not None

    def test_a_no_go_bars_a_composition_on_its_own_base_alone(self, filled: Database, home: Home) -> None:
        assert (
            small.run(filled, home, small.propose(filled, prompt=small.PROMPT), small.engine()).candidate_id == 1
        )
        with filled.session() as session:
            give_verdict(session, 1, "no-go", reason="No.", by="Grace", at=small.NOW)
        with filled.session() as session:
            with pytest.raises(Refused, match="no-go"):
                plan_proposal(session, "small", "tiny", (), prompt=small.PROMPT)
            assert plan_proposal(session, "small", "tiny", (), prompt=f"Now: {small.PROMPT}").proposed is not None
            assert plan_run(session, "small", "tiny", **PLAN).vocabulary.barred == frozenset()
