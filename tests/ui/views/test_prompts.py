"""Prompts: what is released where, its history, the way to their comparison, and the way back."""

from __future__ import annotations

import csv as csvfile
import io
from datetime import UTC, datetime

from composer.home.paths import Home
from composer.registry.releases import current_release
from composer.registry.tasks import add_task, get_task
from composer.release.history import history
from composer.release.publish import roll_back
from composer.release.verification import faults
from composer.review.decisions import give_verdict
from library.database import Database, open_database
from library.people import add_person
from library.tables import SnippetVersionRow
from tests import twice
from tests.ui.pages import Open, plain_text, seen
from ui.prompts.history_table import csv, table

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SQUARE = {"task": "small", "target": "tiny"}


def released(home: Home) -> int:
    with open_database(home.path).session() as session:
        found = current_release(session, "small", "tiny")
    assert found is not None
    return found.id


def retire(home: Home) -> None:
    """Retire a snippet of release 1, and of it alone."""
    with open_database(home.path).session() as session:
        second, first = history(session, "small", "tiny")
        (number, *_) = set(first.release.versions) - set(second.release.versions) or set(first.release.versions)
        row = session.get_one(SnippetVersionRow, number)
        row.state = "retired"
        session.add(row)


def test_nothing_released_leads_to_the_inbox(home: Home, visit: Open) -> None:
    app = visit(home, "prompts")
    assert "Nothing is released yet" in seen(app)
    assert [link.value for link in app.page_link] == ["To the Inbox"]


def test_the_matrix_holds_what_is_released_with_its_figure(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "prompts"))
    assert 'href="prompts?task=polarity&amp;target=qwen2.5-coder-0.5b"' in shown
    assert "accuracy" in shown
    assert "Clear gain, nothing lost." in shown
    assert "Mocking or ironic praise is negative." in shown
    assert "A release is for one task on one target" in shown


def test_a_square_without_a_release_says_so(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "prompts", task="polarity", target="smollm2-135m")
    assert "Nothing is released for polarity on smollm2" in seen(app).replace("\\", "")


def test_a_pack_is_written_into_the_home_and_holds(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "prompts", task="polarity", target="qwen2.5-coder-0.5b")
    app.button(key="write").click().run()
    folder = furnished.packs / "polarity--qwen2.5-coder-0.5b" / "release-1"
    assert faults(folder) == ()
    assert f"composer verify {folder}" in [one.value for one in app.code]


def test_a_release_whose_task_was_edited_is_marked_stale_and_leads_to_its_candidate(
    furnished: Home, visit: Open, rows: Database
) -> None:
    with rows.session() as session:
        edited = get_task(session, "polarity").model_copy(update={"title": "Another"})
        add_task(session, edited, by="Ada", at=NOW)
    app = visit(furnished, "prompts")
    assert 'title="task polarity was edited">stale</span>' in seen(app)
    assert "task polarity was edited" in app.warning[0].value.replace("\\", "")
    assert "Score candidate 2 again" in [link.value for link in app.page_link]


def test_the_history_says_who_released_what_and_why(renewed: Home, visit: Open) -> None:
    shown = seen(visit(renewed, "prompts", **SQUARE))
    assert 'release 2 <span class="ic-tag ic-blue">now</span>' in shown
    assert 'href="candidate?candidate=1"' in shown
    assert "Release 1." in shown
    assert "Ada (local)" in shown


def test_its_releases_lead_to_their_comparison_with_the_bare_base(renewed: Home, visit: Open) -> None:
    app = visit(renewed, "prompts", **SQUARE)
    (link,) = [one for one in app.get("page_link") if "Compare" in one.proto.label]
    assert link.proto.label == "Compare 2 releases with the bare base"
    assert "columns=release%3A2%2Crelease%3A1%2Cbase" in link.proto.query_string


def test_a_rollback_names_what_it_replaces_and_asks_why(renewed: Home, visit: Open) -> None:
    app = visit(renewed, "prompts", **SQUARE)
    app.button(key="roll-back").click().run()
    shown = seen(app)
    assert "gets the prompt of <b>release 1</b> again" in shown
    assert "in place of <b>release 2</b> (candidate" in shown
    assert "each from its own review" in shown
    app.button(key="roll-back-now").click().run()
    assert "A rollback needs a reason" in seen(app).replace("\\", "")
    assert released(renewed) == 2
    app.button(key="roll-back").click().run()
    app.text_area(key="rollback-reason").set_value("It did harm.")
    app.button(key="roll-back-now").click().run()
    assert released(renewed) == 3
    shown = seen(app).replace("\\", "")
    assert "Rolled back: release 3 has the prompt of release 1. Rolling back to release 2 undoes it." in shown
    assert "rolled back by release 3" in shown
    assert "It did harm." in shown


def test_what_was_released_meanwhile_is_not_rolled_over(renewed: Home, visit: Open) -> None:
    app = visit(renewed, "prompts", **SQUARE)
    app.button(key="roll-back").click().run()
    with open_database(renewed.path).session() as session:
        roll_back(session, 1, reason="Harm.", by="Rosa (local)", at=NOW)
        roll_back(session, 2, reason="No harm.", by="Rosa (local)", at=NOW)
    app.text_area(key="rollback-reason").set_value("It did harm.")
    app.button(key="roll-back-now").click().run()
    assert released(renewed) == 4
    assert "Another prompt was released meanwhile" in seen(app).replace("\\", "")


def test_a_first_release_has_nothing_to_go_back_to(furnished: Home, visit: Open) -> None:
    assert "There is nothing to roll back to" in seen(visit(furnished, "prompts"))


def waits(visited: Home, visit: Open) -> str:
    app = visit(visited, "prompts", **SQUARE)
    assert app.button(key="roll-back").disabled
    return seen(app).replace("\\", "")


def test_without_the_role_the_button_says_so(renewed: Home, visit: Open) -> None:
    with open_database(renewed.path).session() as session:
        add_person(session, "Max", "max@example.org", ("admin",), by=twice.LOCAL, at=NOW)
    assert "Rolling back waits: Ada (local) does not have the role releaser." in waits(renewed, visit)


def test_what_somebody_said_no_to_since_can_not_come_back(renewed: Home, visit: Open) -> None:
    with open_database(renewed.path).session() as session:
        give_verdict(session, 1, "no-go", reason="It did harm.", by="Grace (local)", at=NOW)
    assert "Rolling back waits: Grace (local) gave a no-go." in waits(renewed, visit)


def test_a_retired_snippet_can_not_come_back_but_is_still_shown(renewed: Home, visit: Open) -> None:
    retire(renewed)
    said = waits(renewed, visit)
    assert "is retired" in said
    assert "release 1" in said


def test_a_history_can_be_downloaded_and_its_texts_stay_text(renewed: Home) -> None:
    with open_database(renewed.path).session() as session:
        roll_back(session, 1, reason="=<i>1</i>", by=twice.LOCAL, at=NOW)
        past = history(session, "small", "tiny")
    newest, second, first = csvfile.DictReader(io.StringIO(csv(past).decode()))
    assert (newest["release"], newest["rollback to"], newest["reason"]) == ("3", "1", "'=<i>1</i>")
    assert (second["rolled back by"], first["rolled back by"], first["candidate"]) == ("3", "", "1")
    assert "=&lt;i&gt;1&lt;/i&gt;" in table(past, NOW)


def test_an_earlier_release_is_read_and_exported_and_said_not_to_be_in_use(renewed: Home, visit: Open) -> None:
    app = visit(renewed, "prompts", **SQUARE)
    choice = app.selectbox(key="release")
    assert choice.options == ["release 2 · in use", "release 1"]
    assert "is not in use" not in plain_text(app)
    choice.set_value("1").run()
    assert app.query_params["release"] == "1"
    assert "Release 1 is not in use: it was replaced by release 2" in plain_text(app)
    assert any(f"--target {SQUARE['target']} --release 1 --format" in one.value for one in app.code)
    app.button(key="write").click().run()
    assert not app.exception
    folder = renewed.packs / f"{SQUARE['task']}--{SQUARE['target']}" / "release-1"
    assert faults(folder) == ()
    assert f"composer verify {folder}" in [one.value for one in app.code]


def test_one_release_leaves_nothing_to_choose(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "prompts", task="polarity", target="qwen2.5-coder-0.5b")
    assert "release" not in [one.key for one in app.selectbox]
