"""Prompts side by side from stored answers: any number, of any target, on the examples they have in common."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import delete

from composer.analysis.data_summary import summarised
from composer.analysis.side_by_side import SideBySide, as_json_value, ends_of, side_by_side
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.datasets import examples_in
from composer.registry.targets import add_target
from composer.runs.plan import plan_proposal
from composer.runs.records import enter_run
from composer.tables import CellRow
from library.database import Database, open_database
from library.errors import Refused
from tests import small

OTHER = Target(name="other", kind="embedded", model="qwen2.5-coder-1.5b")


@pytest.fixture(scope="session")
def _several_home(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three candidates of one task: two on one target, the second one's prompt on another too."""
    home = Home(tmp_path_factory.mktemp("several") / "home")
    shutil.copytree(small_home, home.path)
    database = open_database(home.path)
    with database.session() as session:
        add_target(session, OTHER, by="Ada", at=small.NOW)
    for target, names in (("tiny", ("topic",)), ("tiny", ("exact", "topic")), ("other", ("exact", "topic"))):
        with database.session() as session:
            run = enter_run(session, plan_proposal(session, "small", target, names), by="Ada", at=small.NOW)
        small.run(database, home, run, small.engine())
    database.close()
    return home.path


@pytest.fixture
def several(home: Home, _several_home: Path) -> Iterator[Database]:
    shutil.copytree(_several_home, home.path)
    database = open_database(home.path)
    yield database
    database.close()


def compared(database: Database, *names: str, against: str = "") -> SideBySide:
    with database.session() as session:
        return side_by_side(session, "small", names, against)


def test_three_prompts_stand_beside_the_bare_base(several: Database) -> None:
    found = compared(several, "candidate:1", "candidate:2", "base", "candidate:3")
    assert found.base == 2
    assert [one.standing.common for one in found.places] == [16, 16, 16, 16]
    with several.session() as session:
        alone = get_candidate(session, 2).figures
    (metric, *_) = found.places[1].standing.differences
    assert metric == alone[0]
    assert found.places[3].column.target == "other"
    assert found.keys == {"topic": ((1, 1), (2, 1), None, (2, 1)), "exact": (None, (1, 1), None, (1, 1))}


def test_one_prompt_on_two_targets_is_compared_on_the_same_examples(several: Database) -> None:
    found = compared(several, "candidate:2", "candidate:3")
    assert {one.column.composition.fingerprint for one in found.places} == {
        found.places[0].column.composition.fingerprint
    }
    assert found.places[1].standing.counts is not None
    # The pretended model is the same on both.
    assert found.places[1].standing.counts.same == 16
    assert not any(line.disagree for line in found.lines)


def test_any_of_them_can_be_what_the_others_are_compared_with(several: Database) -> None:
    towards, back = (
        compared(several, "candidate:1", "candidate:2", against=f"candidate:{number}") for number in (1, 2)
    )
    (there, *_), (here, *_) = towards.places[1].standing.differences, back.places[0].standing.differences
    assert there.difference == pytest.approx(-(here.difference or 0))


def test_a_base_that_only_some_examples_were_answered_with_says_how_many(several: Database) -> None:
    with several.session() as session:
        cells = get_candidate(session, 1).evidence.incumbent.cells[:6]
        session.execute(delete(CellRow).where(CellRow.key.in_(cells)))  # type: ignore[attr-defined]
    found = compared(several, "candidate:1", "base")
    assert (found.places[0].standing.total, found.places[0].standing.common) == (16, 10)
    assert sum(line.losses[1] is None for line in found.lines) == 6


def test_what_was_measured_on_other_data_is_shown_and_not_compared(several: Database, home: Home) -> None:
    more = [*small.examples(), small.example(40, "test")]
    with several.session() as session:
        small.add_examples(session, small.task(), small.Dataset(tuple(more)), by="Ada", at=small.NOW)
        run = enter_run(session, plan_proposal(session, "small", "tiny", ("careful",)), by="Ada", at=small.NOW)
    small.run(several, home, run, small.engine(data=more))
    found = compared(several, "candidate:4", "candidate:1", against="candidate:4")
    assert found.places[1].problem.startswith("measured on another version of the data")
    assert found.places[1].standing.differences == ()
    assert found.places[1].standing.figures["nmse"].value > 0
    assert {line.losses[1] for line in found.lines} == {None}


@pytest.mark.parametrize(
    ("names", "against", "why"),
    [
        (("candidate:1",), "", "one prompt alone"),
        (("candidate:1", "candidate:9"), "", "no candidate 9"),
        (("candidate:1", "release:9"), "", "no release 9"),
        (("base", "base@tiny"), "", "not measured by itself"),
        (("candidate:1", "base"), "candidate:2", "is not among the prompts"),
    ],
)
def test_what_can_not_stand_side_by_side_is_refused(
    several: Database, names: tuple[str, ...], against: str, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        compared(several, *names, against=against)


def test_a_prompt_of_another_task_is_refused(several: Database) -> None:
    with several.session() as session, pytest.raises(Refused, match="is of task small"):
        side_by_side(session, "labels", ("candidate:1", "base"))


def test_a_script_reads_the_same_figures(several: Database) -> None:
    found = compared(several, "candidate:1", "candidate:2", "base")
    with several.session() as session:
        examples = examples_in(session, found.places[0].column.dataset)
    value = as_json_value(found, ends_of(found, summarised(examples, found.task.output)))
    assert value["compared_with"] == "base"
    assert value["best_constant"]["answer"] == "3"
    assert [one["name"] for one in value["columns"]] == ["candidate:1", "candidate:2", "base"]
    first = value["columns"][0]
    assert first["differences"][0]["difference"] == found.places[0].standing.differences[0].difference
    assert first["figures"]["nmse"][0] == found.places[0].standing.figures["nmse"].value
    assert value["disagree"] == [line.id for line in found.lines if line.disagree]


def test_a_whole_prompt_stands_beside_others_on_its_own_base(several: Database, home: Home) -> None:
    small.run(several, home, small.propose(several, prompt=small.PROMPT), small.engine())
    found = compared(several, "candidate:1", "candidate:4", "base")
    assert found.places[1].column.composition.base == small.PROMPT_BASE
    assert found.places[1].standing.total == 16
    assert found.bases == ("the task's", "another (1)", "the task's")
    assert compared(several, "candidate:1", "base").bases == ()
