"""The Adapt page: before a start, on the way, stopped and let go on, ended, and the list of all."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from composer.adaptation import Adaptation, get_adaptation, list_adaptations
from composer.adaptation import worker as adaptations
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.registry.targets import add_target, get_target
from composer.runs.records import go_on, run_row
from composer.search.problem import Step
from library.database import Database, open_database
from library.people import NotAllowed, add_person
from tests import small
from tests.composer.adaptation import carrying
from tests.scripted import connecting
from tests.ui.pages import Open, plain_text, seen

TO = f"to-small-{carrying.OLD}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Homes to be copied: with an adaptation that waits, with one that has ended, and with one of each kind.

    All have a prompt in use on one target, and two more targets.
    """
    folder = tmp_path_factory.mktemp("adapt")
    home, homes = Home(folder / "home"), {name: folder / name for name in ("waiting", "carried", "both")}
    database = open_database(home.path)
    carrying.furnished(database, folder, home)
    with database.session() as session:
        add_target(session, carrying.THIRD, by="A", at=small.NOW)
    carrying.entered(database)
    database.close()
    shutil.copytree(home.path, homes["waiting"])
    database = open_database(home.path)
    adaptations.work(database, home, 1, connect=connecting(carrying.model()))
    database.close()
    shutil.copytree(home.path, homes["carried"])
    database = open_database(home.path)
    adaptations.work(database, home, carrying.another(database), connect=connecting(carrying.speechless()))
    carrying.another(database, budget=60)
    database.close()
    shutil.copytree(home.path, homes["both"])
    return homes


@pytest.fixture
def waiting(made: dict[str, Path], home: Home) -> Home:
    """A home with one adaptation that nobody works on."""
    shutil.copytree(made["waiting"], home.path)
    return home


@pytest.fixture
def carried(made: dict[str, Path], home: Home) -> Home:
    """That home, where the adaptation has ended in a candidate."""
    shutil.copytree(made["carried"], home.path)
    return home


@pytest.fixture
def both(made: dict[str, Path], home: Home) -> Home:
    """That home, where another has ended in a no-go, and a third was entered."""
    shutil.copytree(made["both"], home.path)
    return home


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    """The database of the home that the test has copied."""
    database = open_database(home.path)
    yield database
    database.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Adaptations that a worker was started for; none is."""
    asked: list[int] = []
    monkeypatch.setattr(adaptations, "start", lambda _home, number: asked.append(number))
    return asked


def kept(database: Database, number: int) -> Adaptation:
    with database.session() as session:
        return get_adaptation(session, number)


def at_work(database: Database, home: Home, number: int) -> ExitStack:
    """Make an adaptation look as one does on which a worker is, until what is returned is closed."""
    with database.session() as session:
        row = run_row(session, get_adaptation(session, number).run_id)
        row.state, row.message = "running", "searching"
        row.started_at = datetime.now(UTC) - timedelta(seconds=60)
        row.asked, row.stored, row.paid, row.expected = 60, 20, 40, 240
        row.trace = [vars(Step(("exact",), 0.1, 4, 8)) | {"keys": ["exact"]}]
        session.add(row)
        run = row.id
    held = ExitStack()
    held.enter_context(exclusive_lock(home, f"adaptation-{number}"))
    held.enter_context(exclusive_lock(home, f"run-{run}"))
    return held


def test_a_home_with_nothing_to_carry_says_what_it_needs(home: Home, visit: Open) -> None:
    shown = seen(visit(home, "adapt"))
    assert "Nothing to carry over yet" in shown
    assert "None yet." in shown


def test_one_that_ended_shows_its_sides_its_candidate_and_what_it_took(carried: Home, visit: Open) -> None:
    shown = plain_text(app := visit(carried, "adapt", adaptation="1"))
    for words in ("Adaptation 1", "candidate", "plain transfer", "what the new target has now", "of a full run"):
        assert words in shown
    assert [link.value for link in app.page_link] == ["Open candidate 2"]


def test_where_a_target_has_no_price_it_is_told_how_to_give_it_one_and_then_what_it_came_to(
    carried: Home, database: Database, visit: Open
) -> None:
    shown = plain_text(app := visit(carried, "adapt", adaptation="1"))
    assert "the model runs on this machine, and the target states none" in shown
    assert "State price_per_million_tokens in its file and add it again" in shown
    app.multiselect(key=TO).select("third").run()
    assert "Price, third: the model runs on this machine, and the target states none." in plain_text(app)
    with database.session() as session:
        dear = get_target(session, carrying.NEW).model_copy(update={"price_per_million_tokens": 2.0})
        add_target(session, dear, by="A", at=small.NOW)
    assert "by the price that the target has now" in plain_text(visit(carried, "adapt", adaptation="1"))


class TestStarting:
    def test_what_is_frozen_and_what_it_takes_is_shown_and_starting_enters_it(
        self, carried: Home, database: Database, visit: Open, started: list[int]
    ) -> None:
        app = visit(carried, "adapt")
        app.multiselect(key=TO).select("third").run()
        shown = plain_text(app)
        for words in ("What is frozen", "answers", "Head start: "):
            assert words in shown
        app.button(key="adapt-start").click().run()
        assert not app.exception
        with database.session() as session:
            newest = list_adaptations(session)[0]
        assert (newest.target, started) == ("third", [newest.id])
        assert app.multiselect(key=TO).value == []  # pressed once more it would start nothing

    def test_several_targets_are_entered_in_their_order_and_done_one_after_the_other(
        self, carried: Home, database: Database, visit: Open, started: list[int]
    ) -> None:
        app = visit(carried, "adapt")
        app.number_input(key="budget").set_value(40).run()
        for target in ("third", carrying.NEW):
            app.multiselect(key=TO).select(target).run()
        assert "One after the other, in this order" in plain_text(app)
        app.button(key="adapt-start").click().run()
        assert not app.exception
        with database.session() as session:
            second, first, _ = list_adaptations(session)
        assert [first.target, second.target] == ["third", carrying.NEW]
        assert started == [first.id, second.id]
        assert "Adaptations 2 and 3 are done one after the other." in plain_text(app)
        assert app.query_params["adaptation"] == "2"

    def test_what_can_not_be_carried_to_one_target_is_started_on_none(
        self, carried: Home, database: Database, visit: Open, started: list[int]
    ) -> None:
        app = visit(carried, "adapt")
        app.multiselect(key=TO).select("third").run()
        with database.session() as session:
            same = get_target(session, carrying.OLD).model_copy(update={"name": "third"})
            add_target(session, same, by="A", at=small.NOW)
        app.button(key="adapt-start").click().run()
        assert "are the same model with the same settings" in plain_text(app)
        assert started == []

    def test_what_was_done_or_is_on_its_way_is_not_started_again(
        self, both: Home, database: Database, visit: Open, started: list[int]
    ) -> None:
        app = visit(both, "adapt")
        app.number_input(key="budget").set_value(60).run()
        app.multiselect(key=TO).select("third").run()
        with at_work(database, both, 3):
            app.button(key="adapt-start").click().run()
        assert "This very adaptation to third is on its way: it is number 3." in plain_text(app)
        assert started == []

    def test_somebody_without_the_right_to_start_reads_all_and_can_press_nothing(
        self, both: Home, database: Database, visit: Open, started: list[int]
    ) -> None:
        with database.session() as session:
            add_person(session, "Uma", "uma@example.org", ("viewer",), by="Ada (local)", at=small.NOW)
        app = visit(both, "adapt")
        app.user = {"is_logged_in": True, "email": "uma@example.org", "email_verified": True, "exp": 2**40}
        app.multiselect(key=TO).select("third").run()
        assert not app.exception
        shown = plain_text(app)
        assert "What is frozen" in shown
        assert shown.count("You may only look: this takes the role curator, reviewer, releaser or admin.") == 2
        assert app.button(key="adapt-start").disabled
        assert app.button(key="go-on-3").disabled
        with at_work(database, both, 3):
            assert app.run().button(key="stop-3").disabled
        with database.session() as session, pytest.raises(NotAllowed):
            go_on(session, 3, by="Uma", at=small.NOW)


class TestOnTheWay:
    def test_it_shows_how_far_it_is_what_looks_best_and_stops_when_asked(
        self, waiting: Home, database: Database, visit: Open
    ) -> None:
        with at_work(database, waiting, 1):
            app = visit(waiting, "adapt")
            assert app.progress[0].value == 25
            text = app.progress[0].text.replace("\\", "")
            assert "searching · 60 of up to 240 answers · at work for 1 min" in text
            assert "left at most" in text
            shown = plain_text(app)
            assert "20 stored already, 40 paid · 1 composition tried" in shown
            assert "against the prompt that is carried over" in shown
            app.button(key="stop-1").click().run()
            assert app.button(key="stop-1").disabled
            assert "stopping after the answer in flight" in plain_text(app)
            # whoever else looks sees it too
            assert visit(waiting, "adapt").button(key="stop-1").disabled
        with database.session() as session:
            assert run_row(session, kept(database, 1).run_id).stop_asked

    def test_those_in_line_say_what_comes_before_them_and_stand_below_what_is_at_work(
        self, waiting: Home, database: Database, visit: Open
    ) -> None:
        numbers = [carrying.another(database), carrying.another(database, budget=60)]
        with at_work(database, waiting, 1), ExitStack() as workers:
            for number in numbers:
                workers.enter_context(exclusive_lock(waiting, f"adaptation-{number}"))
            app = visit(waiting, "adapt", adaptation="3")
        texts = [one.text.replace("\\", "") for one in app.progress]
        assert texts[0].startswith("searching")
        assert texts[1:] == [
            "waiting its turn: adaptation 1 comes before it",
            "waiting its turn: adaptations 1 and 2 come before it",
        ]
        assert [one.key for one in app.button if one.label == "Stop"] == ["stop-1", "stop-2", "stop-3"]

    def test_one_whose_worker_puts_the_sides_together_is_at_work(
        self, both: Home, database: Database, visit: Open
    ) -> None:
        with database.session() as session:
            row = run_row(session, get_adaptation(session, 3).run_id)
            row.state, row.ended_at = "finished", datetime.now(UTC) - timedelta(hours=1)
            session.add(row)
        assert "the sides were not compared yet" in plain_text(visit(both, "adapt"))
        with exclusive_lock(both, "adaptation-3"):
            assert visit(both, "adapt").progress[0].text == "comparing all sides"


class TestStopped:
    def end(self, database: Database, number: int, state: str, message: str) -> None:
        with database.session() as session:
            row = run_row(session, get_adaptation(session, number).run_id)
            row.state, row.message, row.asked, row.expected = state, message, 30, 240
            row.stop_asked, row.ended_at = True, datetime.now(UTC)
            session.add(row)

    @pytest.mark.parametrize(
        ("state", "message", "said"),
        [
            ("stopped", "stopped; it can be continued", "This adaptation was stopped."),
            ("failed", "the server <b>is</b> gone", "This adaptation broke off: the server <b>is</b> gone"),
            ("running", "searching", "The worker of this adaptation is gone"),
            ("waiting", "", "no worker has it"),
        ],
    )
    def test_it_says_why_and_goes_on_where_it_was(
        self,
        waiting: Home,
        database: Database,
        visit: Open,
        started: list[int],
        state: str,
        message: str,
        said: str,
    ) -> None:
        self.end(database, 1, state, message)
        app = visit(waiting, "adapt")
        assert said in app.warning[0].value.replace("\\", "")
        assert "30 answers of up to 240 came until then." in plain_text(app)
        app.button(key="go-on-1").click().run()
        assert started == [1]
        assert app.progress[0].text == "a worker is starting"
        with database.session() as session:
            row = run_row(session, kept(database, 1).run_id)
            assert (row.state, row.stop_asked) == ("waiting", False)

    def test_why_one_broke_off_stands_in_the_list_too(self, both: Home, database: Database, visit: Open) -> None:
        self.end(database, 3, "failed", "the server <b>is</b> gone")
        assert "the server &lt;b&gt;is&lt;/b&gt; gone</div></td>" in seen(visit(both, "adapt", adaptation="1"))


class TestTheList:
    def rows(self, app: AppTest) -> list[str]:
        """Return the numbers of the adaptations that the list has, from top to bottom."""
        table = next(one.value for one in app.html if "against plain transfer</th>" in one.value)
        return [cell.partition(">")[2].partition("<")[0] for cell in table.split('class="ic-num"><a ')[1:]]

    @pytest.mark.parametrize(
        ("link", "found"),
        [
            ({}, ["3", "2", "1"]),
            ({"ended": "candidate"}, ["1"]),
            ({"ended": "no-go"}, ["2"]),
            ({"ended": "not ended"}, ["3"]),
            ({"words": "THIRD always"}, ["2"]),
            ({"words": "exact"}, ["3", "2", "1"]),
            ({"words": "third", "ended": "not ended"}, ["3"]),
        ],
    )
    def test_a_link_narrows_it_by_how_it_ended_and_by_words(
        self, both: Home, visit: Open, link: dict[str, str], found: list[str]
    ) -> None:
        assert self.rows(visit(both, "adapt", **link)) == found

    def test_where_nothing_fits_it_says_so_and_offers_no_file(self, both: Home, visit: Open) -> None:
        app = visit(both, "adapt", words="nothing of the kind")
        assert "None fits." in plain_text(app)

    def test_its_file_has_the_rows_shown_with_all_figures(
        self, both: Home, visit: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files: list[Callable[[], bytes]] = []

        def keep(_label: str, data: Callable[[], bytes], name: str, *_rest: object, **_more: object) -> None:
            if name == "adaptations.csv":
                files.append(data)

        monkeypatch.setattr("streamlit.download_button", keep)
        for link in ({"ended": "not ended"}, {}):
            visit(both, "adapt", **link)
        few, table = (pd.read_csv(io.BytesIO(files[place]())) for place in (0, -1))
        assert list(few["adaptation"]) == [3]
        table = table.set_index("adaptation")
        assert list(table["state"]) == ["not started", "no-go", "candidate"]
        assert list(table["to"]) == ["third", "third", carrying.NEW]
        assert table["adapted"].notna().tolist() == [False, False, True]
        assert table.loc[1, "paid"] == table.loc[1, "answers"]
        assert "no composition does better" in table.loc[2, "reasons"]
