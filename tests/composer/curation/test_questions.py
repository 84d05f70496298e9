"""What a job asks: all authoring examples, or a sample of the furthest off and others at random."""

from __future__ import annotations

import pytest

from composer.curation.disagreements import find_disagreements
from composer.curation.questions import plan_answers, plan_dev, plan_try, price
from library.database import Database
from library.errors import Refused
from tests.composer.curation import authoring


def test_asking_the_prompt_in_use_costs_what_is_missing(aside: Database) -> None:
    with aside.session() as session:
        planned = plan_answers(session, "small", "tiny")
        cost = price(session, planned)
    assert cost.answers == len(planned.examples) == 12
    assert "12 answers to pay, about 24 s, a guess" in cost.words
    assert cost.money is None


def test_what_is_stored_costs_nothing(read: Database) -> None:
    with read.session() as session:
        assert price(session, plan_answers(session, "small", "tiny")).words.startswith("nothing to pay")


def test_money_is_by_the_price_of_the_target(aside: Database) -> None:
    authoring.set_aside(aside, price_per_million_tokens=2.0)
    with aside.session() as session:
        cost = price(session, plan_answers(session, "small", "tiny"))
    assert cost.money is not None
    assert cost.money > 0
    assert "by the target’s price, tokens guessed" in cost.words
    assert set(cost.as_json()) == {"answers", "seconds", "money", "guessed"}


def test_a_try_takes_the_furthest_off_and_others_at_random(read: Database) -> None:
    with read.session() as session:
        planned = plan_try(find_disagreements(session, "small", "tiny"), authoring.DRAFT, size=10)
        again = plan_try(find_disagreements(session, "small", "tiny"), "Another draft.", size=10)
    assert planned.examples[0].id == "authoring-02"
    assert len(planned.examples) == 10
    assert [one.id for one in again.examples] == [one.id for one in planned.examples]
    assert {one.split for one in planned.examples} == {"authoring"}
    right = {f"authoring-{number:02}" for number in (5, 8, 11)}
    assert right & {one.id for one in planned.examples}


def test_what_the_draft_was_written_from_is_asked_and_is_no_part_of_the_sample(read: Database) -> None:
    apart = ("authoring-00", "authoring-03")
    with read.session() as session:
        planned = plan_try(find_disagreements(session, "small", "tiny"), authoring.DRAFT, apart=apart, size=6)
        cost = price(session, planned)
    ids = [one.id for one in planned.examples]
    assert ids[6:] == list(apart)
    assert not set(apart) & set(ids[:6])
    assert cost.answers == 8


@pytest.mark.parametrize("stranger", ["dev-01", "test-01", "nobody"])
def test_a_draft_is_written_from_authoring_examples_alone(read: Database, stranger: str) -> None:
    with read.session() as session, pytest.raises(Refused, match=f"{stranger} is no authoring example"):
        plan_try(find_disagreements(session, "small", "tiny"), authoring.DRAFT, apart=(stranger,))


def test_a_text_that_can_be_no_snippet_is_refused_before_anything_is_asked(read: Database) -> None:
    with read.session() as session, pytest.raises(Refused, match="has more than one line"):
        plan_try(find_disagreements(session, "small", "tiny"), "two\nlines")


def test_any_prompt_is_asked_about_dev_examples_and_no_others(filled: Database) -> None:
    with filled.session() as session:
        planned = plan_dev(session, "small", "tiny", "base", ["dev-01", "dev-01", "dev-00"])
        assert [one.id for one in planned.examples] == ["dev-01", "dev-00"]
        assert (planned.prompt, len(planned.asked)) == ("base", 1)
        assert price(session, planned).answers == 2
        for barred in ("test-00", "nothing"):
            with pytest.raises(Refused, match=f"{barred} is no development example"):
                plan_dev(session, "small", "tiny", "base", ["dev-00", barred])
