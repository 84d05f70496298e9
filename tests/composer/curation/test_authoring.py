import pytest

from composer.curation.authoring import save_draft
from composer.curation.lint import linter_for
from composer.data.examples import Dataset
from composer.registry.datasets import add_examples
from composer.registry.tasks import get_task
from library.database import Database
from library.drafts import Accepted, Draft, Origin, origins
from library.errors import Refused
from library.people import NotAllowed, add_person
from library.snippets import show
from library.vetting import reject
from tests import small

CLEAN = Draft("price", "A fair price rates 4.", tags=("small",), rationale="Prices were overlooked.")
WARNED = Draft("doubt-two", "When in doubt, rate 2.", tags=("small",))  # another number than two snippets give
WRONG = Draft("ten", "Rate from 0 to 10.", tags=("small",))


def warnings_of(database: Database, draft: Draft) -> list[str]:
    with database.session() as session:
        return [one.what for one in linter_for(session).check(draft.text, tags=draft.tags)]


def test_a_draft_that_lint_has_nothing_against_is_stored_with_its_origin(filled: Database) -> None:
    origin = Origin("disagreement", "small", "tiny", ("authoring-01",), "Took it for praise.", "The price.")
    with filled.session() as session:
        aside = Dataset((*small.examples(), small.example(1, "authoring")))
        add_examples(session, get_task(session, "small"), aside, by="Ada", at=small.NOW)
        made = save_draft(session, CLEAN, by="Ada", at=small.NOW, origin=origin)
        assert (made.key, made.version, made.state, made.text) == ("price", 1, "draft", CLEAN.text)
        assert origins(session, [made.id])[made.id] == origin


@pytest.mark.parametrize("name", ["dev-01", "test-01", "nowhere"])
def test_it_is_written_from_authoring_examples_alone(filled: Database, name: str) -> None:
    origin = Origin("disagreement", "small", "tiny", (name,), "Took it for praise.", "The price.")
    with (
        filled.session() as session,
        pytest.raises(Refused, match=f"{name} is no authoring example of task small"),
    ):
        save_draft(session, CLEAN, by="Ada", at=small.NOW, origin=origin)
    with filled.session() as session, pytest.raises(Refused, match="there is no snippet 'price'"):
        show(session, "price")


def test_an_error_refuses_it_and_nothing_is_stored(filled: Database) -> None:
    with (
        filled.session() as session,
        pytest.raises(Refused, match="ten can't be stored: its text gives the scale"),
    ):
        save_draft(
            session, WRONG, by="Ada", at=small.NOW, reasons=dict.fromkeys(warnings_of(filled, WRONG), "Why?")
        )
    with filled.session() as session, pytest.raises(Refused, match="there is no snippet 'ten'"):
        show(session, "ten")


def test_every_warning_needs_a_reason_that_stays_with_the_version(filled: Database) -> None:
    first, second = warnings_of(filled, WARNED)
    for reasons in ({}, {first: "We want to measure it."}, {first: "So.", second: "  "}):
        with filled.session() as session, pytest.raises(Refused, match="needs a reason for what lint warns of"):
            save_draft(session, WARNED, by="Ada", at=small.NOW, reasons=reasons)
    with filled.session() as session:
        reasons = {first: " We want to measure it. ", second: "The same."}
        made = save_draft(session, WARNED, by="Ada", at=small.NOW, reasons=reasons)
        assert origins(session, [made.id])[made.id].warnings == (
            Accepted(first, "We want to measure it.", "contradiction"),
            Accepted(second, "The same.", "contradiction"),
        )


def test_a_rule_that_keeps_two_apart_answers_the_warning(filled: Database) -> None:
    apart = Draft("doubt-two", WARNED.text, tags=("small",), group="doubt")
    with filled.session() as session:
        assert save_draft(session, apart, by="Ada", at=small.NOW).group == "doubt"


def test_the_next_version_of_a_snippet_is_not_held_against_itself(filled: Database) -> None:
    with filled.session() as session:
        made = save_draft(session, Draft("careful", "Be careful!", tags=("small",)), by="Ada", at=small.NOW)
        assert (made.version, made.state) == (2, "draft")


def test_a_text_that_was_rejected_comes_back_only_with_a_reason(filled: Database) -> None:
    with filled.session() as session:
        made = save_draft(session, CLEAN, by="Ada", at=small.NOW)
        reject(session, made.id, reason="Too short.", by="Ada", at=small.NOW)
    with filled.session() as session, pytest.raises(Refused, match="by Ada: Too short"):
        save_draft(session, CLEAN, by="Ada", at=small.NOW)
    (what,) = warnings_of(filled, CLEAN)
    with filled.session() as session:
        again = save_draft(session, CLEAN, by="Ada", at=small.NOW, reasons={what: "It is short on purpose."})
        assert (again.version, again.state) == (2, "draft")


def test_only_a_curator_may_write(filled: Database) -> None:
    with filled.session() as session:
        add_person(session, "Ada", "ada@example.org", ("admin",), by="Ada", at=small.NOW)
        add_person(session, "Vera", "vera@example.org", ("viewer",), by="Ada", at=small.NOW)
        with pytest.raises(NotAllowed, match="curator or admin"):
            save_draft(session, CLEAN, by="Vera", at=small.NOW)
