"""GEPA and MIPROv2 let loose: what they ask, where they end, and that the same answers give the same texts."""

from __future__ import annotations

import logging
from dataclasses import replace

import dspy
import pytest

from composer.answers.evaluator import evaluator_of
from composer.answers.store import MemoryCells
from composer.models.client import Outage
from composer.models.target import Target
from composer.optimizer.feedback import reminder
from composer.optimizer.free import Ledger
from composer.optimizer.reflection import ReflectionEngine, reflecting
from composer.optimizer.rewriting import as_measured, full_size, most_reflections, rewrite
from composer.prompts.composition import Composition
from library.errors import Refused
from tests import small
from tests.scripted import ScriptedEngine, scripted_lm
from tests.writers import SUMMARY, rewritings, writing

FORMAT = 'Answer with JSON only, as {"rating": N}.'
GOOD = f"Rate the document for the query.\n{small.TEXTS['exact']}\n{small.TEXTS['topic']}\n{FORMAT}"
BAD = f"Rate the document for the query.\n{small.TEXTS['harsh']}\n{FORMAT}"
EXAMPLES = tuple(
    replace(small.example(number, "authoring"), explanation=f"Note {number}." if number % 2 else "")
    for number in range(24)
)
TARGET = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b")


class Mine:
    """One rewriting of the small task's prompt, with all that it asked."""

    def __init__(
        self,
        strategy: str,
        *,
        budget: int = 60,
        seed: int = 0,
        model: ScriptedEngine | None = None,
        writer: ScriptedEngine | None = None,
        cells: MemoryCells | None = None,
    ) -> None:
        task = small.task()
        self.strategy, self.seed = strategy, seed
        self.model = model or small.engine(task, EXAMPLES)
        self.writer = writer or writing(BAD, GOOD)
        self.ledger = Ledger(
            task,
            evaluator_of(task, scripted_lm(self.model)),
            Composition(task.base),
            EXAMPLES,
            full=full_size(strategy, budget, len(EXAMPLES)),
            budget=budget,
        )
        self.most = most_reflections(strategy, budget, len(EXAMPLES))
        lm = scripted_lm(self.writer)
        self.engine = ReflectionEngine(lambda: lm, reflecting(TARGET), cells or MemoryCells(), most=self.most)
        self.texts: list[str] = []

    def __call__(self) -> str:
        return rewrite(self.strategy, self.ledger, self.engine, self.texts.append, self.seed)


BOTH = pytest.mark.parametrize("strategy", ["gepa", "mipro"])


@BOTH
def test_the_budgets_of_answers_and_of_reflections_are_kept(strategy: str) -> None:
    mine = Mine(strategy)
    mine()
    assert 0 < len(mine.model.asked) == mine.ledger.budget - mine.ledger.left <= 60
    assert 0 < len(mine.writer.asked) == mine.engine.counts.asked <= mine.most
    assert set(mine.texts) == {GOOD, BAD}


@BOTH
def test_the_prompt_in_use_is_measured_in_full_and_a_better_text_is_found_better(strategy: str) -> None:
    mine = Mine(strategy, budget=120)
    mine()
    before, after = mine.ledger.figure(mine.ledger.start.text), mine.ledger.figure(GOOD)
    assert before is not None
    assert after is not None
    assert after < before


@BOTH
def test_the_same_answers_and_seed_give_the_same_questions(strategy: str) -> None:
    one, two = Mine(strategy), Mine(strategy)
    assert one() == two()
    assert (one.texts, one.model.asked, one.writer.asked) == (two.texts, two.model.asked, two.writer.asked)


@BOTH
def test_another_seed_asks_otherwise(strategy: str) -> None:
    one, two = Mine(strategy), Mine(strategy, seed=3)
    one()
    two()
    assert rewritings(one.writer) != rewritings(two.writer)


@BOTH
def test_nothing_is_printed_and_what_was_silenced_speaks_again(
    strategy: str, capfd: pytest.CaptureFixture[str]
) -> None:
    import tqdm

    start, level = tqdm.tqdm.__init__, logging.getLogger("dspy").level
    for writer in (writing(GOOD), ScriptedEngine(lambda _system, _user: "")):
        Mine(strategy, writer=writer)()
    assert capfd.readouterr() == ("", "")
    assert (tqdm.tqdm.__init__, logging.getLogger("dspy").level) == (start, level)


@BOTH
@pytest.mark.parametrize("last", [1, 2, 3])
def test_an_outage_of_the_writer_ends_it_and_the_texts_before_it_stay(strategy: str, last: int) -> None:
    mine = Mine(strategy, writer=small.Dying(writing(BAD), last, Outage("the server can't be reached")))
    with pytest.raises(Outage):
        mine()
    assert len(mine.texts) == len(rewritings(mine.writer))


@BOTH
def test_an_outage_of_the_target_is_not_taken_for_a_wrong_answer(strategy: str) -> None:
    mine = Mine(strategy, model=small.Dying(small.engine(small.task(), EXAMPLES), 9, Outage("it is down")))
    with pytest.raises(Outage):
        mine()


@BOTH
def test_an_interrupt_ends_it_and_the_texts_before_it_stay(strategy: str) -> None:
    mine = Mine(strategy, model=small.Dying(small.engine(small.task(), EXAMPLES), 20, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        mine()
    assert mine.texts


def test_gepa_shows_what_went_wrong_and_the_reminder() -> None:
    mine = Mine("gepa")
    mine()
    system, user = rewritings(mine.writer)[0]
    assert "points too" in user
    assert "What people noted: Note " in user
    assert reminder(small.task().output) in user
    assert "imperative" in user
    assert not any(one.split != "authoring" for one in mine.ledger.examples)
    assert mine.ledger.start.text.splitlines()[0] in user
    assert "rating" in system + user


def test_miprov2_shows_a_summary_of_the_data_and_no_demos() -> None:
    mine = Mine("mipro")
    mine()
    assert len(mine.writer.asked) == mine.most == 3 + 1 + 6
    for _, user in rewritings(mine.writer):
        assert SUMMARY in user
        assert "what is authoring" not in user
    assert "what is authoring 3?" in mine.writer.asked[0][1]


def test_miprov2_is_as_it_was_read_to_be() -> None:
    from dspy.teleprompt.mipro_optimizer_v2 import AUTO_RUN_SETTINGS

    from composer.optimizer.rewriting import CANDIDATES

    assert [number for number, _ in CANDIDATES] == [
        AUTO_RUN_SETTINGS[one]["n"] for one in ("heavy", "medium", "light")
    ]


def test_what_miprov2_measures_is_what_it_cut() -> None:
    mine = Mine("mipro", writer=writing("Rate the document: be strict.\nAlways."))
    mine()
    assert mine.ledger.figure(mine.texts[0]) is None
    assert mine.ledger.figure(as_measured("mipro", mine.texts[0])) is not None
    assert as_measured("gepa", mine.texts[0]) == mine.texts[0]


@BOTH
@pytest.mark.parametrize("said", ["", "[[ ## new_instruction ## ]]\n\n[[ ## completed ## ]]"])
def test_a_writer_that_never_writes_a_prompt_leads_to_none(strategy: str, said: str) -> None:
    mine = Mine(strategy, writer=ScriptedEngine(lambda _system, _user: said))
    mine()
    assert mine.texts == []
    assert mine.engine.counts.asked == mine.most


def test_a_target_that_is_always_right_ends_too() -> None:
    golds = {one.inputs["query"]: round(one.gold) for one in EXAMPLES if not isinstance(one.gold, str)}
    right = ScriptedEngine(
        lambda _system, user: f'{{"rating": {golds[user.splitlines()[0].removeprefix("Query: ")]}}}'
    )
    mine = Mine("gepa", model=right)
    assert mine() == "its schedule ended"
    assert mine.texts == []


@pytest.mark.parametrize("strategy", ["gepa", "mipro"])
@pytest.mark.parametrize(("budget", "examples"), [(12, 1), (12, 500), (120, 32), (2000, 20)])
def test_the_full_set_fits_the_budget(strategy: str, budget: int, examples: int) -> None:
    assert 1 <= full_size(strategy, budget, examples) <= min(budget, examples)
    assert most_reflections(strategy, budget, examples) >= 1


def test_a_way_that_there_is_not_is_refused() -> None:
    with pytest.raises(Refused, match="gepa, mipro"):
        rewrite("copro", Mine("gepa").ledger, Mine("gepa").engine, [].append, 0)
    assert isinstance(dspy.settings.adapter, type(None) | dspy.Adapter)
