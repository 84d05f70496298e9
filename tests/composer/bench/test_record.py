"""A world is recorded whole: every allowed composition on the same examples, and no answer is paid for twice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.answers.evaluator import Evaluator
from composer.answers.store import CellStore, MemoryCells
from composer.bench.record import Recording, plan_recording, record
from composer.bench.world_files import Cell, read_description, read_world, write_world
from composer.cli import bench
from composer.data.examples import Example
from composer.home.paths import Home
from composer.models.client import Outage, ask
from composer.prompts.messages import render
from composer.prompts.vocabulary import Vocabulary
from library.database import Database
from library.errors import Refused
from tests import small
from tests.scripted import ScriptedEngine, connecting, scripted_lm

DATA = small.examples(20, 20)
DEV, TEST = DATA[:20], DATA[20:]


def vocabulary(rules: dict[str, dict[str, Any]] | None = None, **task: Any) -> Vocabulary:
    versions = [
        small.snippet(key, text, number=number, tags=(f"about-{key}",), **(rules or {}).get(key, {}))
        for number, (key, text) in enumerate(small.TEXTS.items(), 1)
    ]
    return Vocabulary(small.task(**task), versions)


def plan(of: Vocabulary | None = None, **changes: Any) -> Recording:
    options = {"name": "recorded", "about": "made up", "max_length": 2, "sizes": (5, 3), **changes}
    return plan_recording(of or vocabulary(), DEV, TEST, **options)


def engine() -> ScriptedEngine:
    return small.engine(data=DATA)


def recorded(plan: Recording, model: ScriptedEngine, store: CellStore | None = None) -> list[Cell]:
    own = vocabulary()
    with ThreadPoolExecutor(1) as executor:
        evaluator = Evaluator(own.task, "tiny", store or MemoryCells(), partial(ask, scripted_lm(model)), executor)
        return record(plan, own, evaluator)


class TestPlan:
    def test_it_holds_every_composition_that_the_rules_allow_once_in_library_order(self) -> None:
        found = plan().compositions
        keys = list(small.TEXTS)
        expected = {one for size in range(3) for one in itertools.combinations(keys, size)} - {("harsh", "mild")}
        assert len(found) == len(set(found))
        assert set(found) == expected

    @pytest.mark.parametrize(
        ("rules", "gone"),
        [
            ({"careful": {"requires": ("recent",)}}, {("careful",), ("careful", "exact")}),
            ({"careful": {"conflicts": ("recent",)}}, {("careful", "recent")}),
            ({"careful": {"pin": "last"}}, {("careful", "recent")}),
        ],
    )
    def test_the_curators_rules_hold_and_are_the_worlds_too(
        self, rules: dict[str, dict[str, Any]], gone: set[tuple[str, ...]], tmp_path: Path
    ) -> None:
        planned = plan(vocabulary(rules), snippets=["careful", "recent", "exact"])
        assert not gone & set(planned.compositions)
        cells = [Cell(keys, example, 0.5) for keys in planned.compositions for example in ids(planned)]
        write_world(tmp_path, planned.description, cells)
        world = read_world(tmp_path)
        assert all(world.rules.allows(keys) for keys in planned.compositions)
        assert not any(world.rules.allows(keys) for keys in gone)

    def test_a_rule_about_a_snippet_that_is_left_out_is_no_rule_of_the_world(self) -> None:
        planned = plan(vocabulary({"careful": {"conflicts": ("topic",)}}), snippets=["careful", "mild"])
        assert planned.description.rules.conflicts == ()
        assert len(planned.compositions) == 4

    def test_only_the_named_snippets_and_what_is_kept_are_in_it(self) -> None:
        planned = plan(snippets=["topic", "careful"], keep=["exact"], max_length=2)
        assert [line.key for line in planned.description.snippets] == ["careful", "exact", "topic"]
        assert planned.description.incumbent == ("exact",)
        assert set(planned.compositions) == {("exact",), ("careful", "exact"), ("exact", "topic")}
        assert planned.description.rules_of_search().broken(("careful",)) == "exact must stay"

    def test_a_snippet_of_the_incumbent_may_be_left_out_where_it_is_not_kept(self) -> None:
        planned = plan(snippets=["topic"], keep=["exact"], incumbent=["careful"], max_length=2)
        assert planned.description.incumbent == ("careful", "exact")
        assert set(planned.compositions) == {("exact",), ("careful", "exact"), ("exact", "topic")}

    def test_the_description_says_what_was_there_to_choose_from(self) -> None:
        described = plan().description
        assert (described.name, described.about, described.ordered) == ("recorded", "made up", False)
        assert {line.key: line.text for line in described.snippets} == small.TEXTS
        assert described.snippets[0].tags == ("about-careful",)
        assert [line.split for line in described.examples] == ["dev"] * 5 + ["test"] * 3

    def test_examples_are_taken_fairly_from_their_strata_and_the_same_every_time(self) -> None:
        strict = vocabulary(data={"source": "import", "strata": [2.5]})
        first, again = (plan(strict, sizes=(10, 5)) for _ in range(2))
        assert first.dev == again.dev
        assert {example.split for example in first.dev} == {"dev"}
        assert {example.split for example in first.test} == {"test"}
        # Two in five of the examples have a gold under 2.5.
        assert sum(example.gold < 2.5 for example in first.dev) == 4
        assert [line.stratum for line in first.description.examples].count("0") == 6

    def test_more_examples_begin_with_those_of_fewer(self) -> None:
        assert plan(sizes=(12, 8)).dev[:5] == plan().dev

    def test_it_says_how_many_answers_that_is(self) -> None:
        planned = plan()
        assert planned.cells == len(planned.compositions) * 8

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"snippets": ["careful", "rude"]}, "no vetted snippet rude"),
            ({"keep": ["rude"]}, "no vetted snippet rude"),
            ({"sizes": (21, 3)}, "21 dev examples are wanted, and the task has 20"),
            ({"sizes": (5, 0)}, "0 test examples"),
        ],
    )
    def test_what_can_not_be_recorded_is_refused(self, changes: dict[str, Any], says: str) -> None:
        with pytest.raises(Refused, match=says):
            plan(**changes)

    def test_more_compositions_than_anyone_records_are_refused_before_they_are_listed(self) -> None:
        many = Vocabulary(
            small.task(), [small.snippet(f"s{n}", f"Say {n}.", number=n, group=None) for n in range(1, 200)]
        )
        with pytest.raises(Refused, match="more than anyone records") as refusal:
            plan(many, max_length=20)
        assert "--snippets" in refusal.value.fix


def ids(planned: Recording) -> list[str]:
    return [example.id for example in (*planned.dev, *planned.test)]


def sent(planned: Recording, keys: Sequence[str], examples: Sequence[Example]) -> list[tuple[str, str]]:
    own = vocabulary()
    messages = [render(own.compose(keys).text, own.task.message, example.inputs) for example in examples]
    return [(system["content"], user["content"]) for system, user in messages]


class TestRecord:
    def test_it_asks_for_every_cell_once_and_the_world_holds_what_was_answered(self, tmp_path: Path) -> None:
        planned, model = plan(), engine()
        cells = recorded(planned, model)
        assert {(cell.keys, cell.example) for cell in cells} == {
            (keys, example) for keys in planned.compositions for example in ids(planned)
        }
        assert len(cells) == planned.cells == len(model.asked) == len(set(model.asked))
        write_world(tmp_path, planned.description, cells)
        world = read_world(tmp_path)
        assert world.losses(("exact", "topic"))[0].mean() < world.losses(())[0].mean()
        assert world.losses(("harsh",))[0].mean() >= world.losses(())[0].mean()

    def test_a_malformed_answer_is_the_full_loss_and_counted_invalid(self) -> None:
        planned = plan()
        broken = ScriptedEngine(lambda system, user: "who knows" if "Be careful." in system else '{"rating": 3}')
        cells = recorded(planned, broken)
        assert {(cell.loss, cell.valid) for cell in cells if "careful" in cell.keys} == {(1.0, False)}
        golds = {example.id: float(example.gold) for example in DATA}
        for cell in cells:
            if "careful" not in cell.keys:
                assert cell.valid
                assert cell.loss == pytest.approx(((3 - golds[cell.example]) / 4) ** 2)

    def test_broken_off_it_goes_on_and_ends_the_same(self) -> None:
        planned, store = plan(), MemoryCells()
        expected = recorded(planned, engine())
        dying = small.Dying(engine(), 60, Outage("down"))
        with pytest.raises(Outage):
            recorded(planned, dying, store)
        model = engine()
        assert recorded(planned, model, store) == expected
        assert len(model.asked) == planned.cells - 59
        assert not set(model.asked) & set(dying.asked)

    def test_every_composition_is_asked_on_the_first_examples_before_any_is_asked_on_more(self) -> None:
        planned, model = plan(sizes=(10, 9)), engine()
        recorded(planned, model)
        users = {user: place for place, (_, user) in enumerate(sent(planned, (), (*planned.dev, *planned.test)))}
        asked = [users[user] for _, user in model.asked]
        last_of_first = max(place for place, number in enumerate(asked) if number in (0, 10))
        first_of_last = min(place for place, number in enumerate(asked) if number in (9, 18))
        assert last_of_first < first_of_last

    def test_neighbours_share_the_prompt(self) -> None:
        planned, model = plan(), engine()
        recorded(planned, model)
        runs = [system for system, _ in itertools.groupby(system for system, _ in model.asked)]
        assert len(runs) == len(planned.compositions)


class TestCommand:
    @pytest.fixture(autouse=True)
    def _without_starter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bench, "load_starter", lambda *_args, **_options: None)

    def run(
        self, home: Home, out: Path, *words: object, model: ScriptedEngine | None = None, task: str = "small"
    ) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bench, "connect", connecting(model or small.engine()))
            options = ["--target", "tiny", "--out", out, "--max-length", 2, "--dev", 4, "--test", 3]
            words = ("record", task, *options, *words, "--home", home.path)
            return CliRunner().invoke(bench.app, [str(word) for word in words])

    def test_it_writes_a_world_that_strategies_can_be_compared_on(
        self, filled: Database, home: Home, tmp_path: Path
    ) -> None:
        folder = tmp_path / "tiny-world"
        result = self.run(home, folder, "--snippets", "exact, topic", "--keep", "harsh")
        assert result.exit_code == 0, result.output
        described = read_description(folder / "world.json")
        assert (described.name, described.incumbent, described.max_length) == ("tiny-world", ("harsh",), 2)
        assert "small" in str(described.about)
        assert "tiny" in str(described.about)
        world = read_world(folder)
        assert (world.snippets, len(world.dev), len(world.test)) == (("exact", "harsh", "topic"), 4, 3)
        records = CliRunner().invoke(
            bench.app,
            [
                "search",
                "--world",
                str(folder),
                "--strategies",
                "greedy",
                "--budgets",
                "9",
                "--seeds",
                "1",
                "--json",
            ],
        )
        assert records.exit_code == 0, records.output

    def test_again_it_pays_nothing_and_writes_the_same_bytes(
        self, filled: Database, home: Home, tmp_path: Path
    ) -> None:
        first = self.run(home, tmp_path / "world", "--snippets", "exact,topic")
        assert "28 answers (28 of them new)" in first.stderr.replace("\n", " ")
        before = {file.name: file.read_bytes() for file in (tmp_path / "world").iterdir()}
        silent = ScriptedEngine(lambda system, user: pytest.fail("asked again"))
        again = self.run(home, tmp_path / "world", "--snippets", "exact,topic", model=silent)
        assert "28 answers (0 of them new)" in again.stderr.replace("\n", " ")
        assert before == {file.name: file.read_bytes() for file in (tmp_path / "world").iterdir()}

    def test_stopped_it_keeps_the_answers_and_says_how_to_go_on(
        self, filled: Database, home: Home, tmp_path: Path
    ) -> None:
        dying = small.Dying(small.engine(), 10, KeyboardInterrupt())
        result = self.run(home, tmp_path / "world", "--snippets", "exact,topic", model=dying)
        assert result.exit_code == 130
        assert "run the same command again" in " ".join(result.stderr.split())
        assert not (tmp_path / "world").exists()
        assert small.stored_cells(filled) == 9
        again = self.run(home, tmp_path / "world", "--snippets", "exact,topic")
        assert "28 answers (19 of them new)" in again.stderr.replace("\n", " ")

    @pytest.mark.parametrize(
        ("words", "task", "says"),
        [
            (("--snippets", "rude"), "small", "no vetted snippet rude"),
            (("--dev", 99), "small", "99 dev examples are wanted"),
            ((), "huge", "huge"),
        ],
    )
    def test_a_mistake_is_told_in_a_line_and_nothing_is_asked(
        self, filled: Database, home: Home, tmp_path: Path, words: tuple[object, ...], task: str, says: str
    ) -> None:
        result = self.run(home, tmp_path / "world", *words, task=task)
        assert result.exit_code == 1
        assert says in " ".join(result.stderr.split())
        assert "Traceback" not in result.output
        assert small.stored_cells(filled) == 0
        assert not (tmp_path / "world").exists()

    def test_an_outage_is_told_in_a_line(self, filled: Database, home: Home, tmp_path: Path) -> None:
        down = small.Dying(small.engine(), 5, Outage("the server can't be reached"))
        result = self.run(home, tmp_path / "world", "--snippets", "exact", model=down)
        assert result.exit_code == 1
        assert "the server can't be reached" in " ".join(result.stderr.split())
        assert not (tmp_path / "world").exists()
