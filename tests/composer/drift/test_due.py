"""What new labels mean for prompts in use: what can be scored at which price, and what a policy has entered."""

from __future__ import annotations

from composer.drift.due import FEW, labels_arrived, sentences
from composer.drift.records import list_scores
from composer.home.paths import Home
from library.database import Database
from tests import small
from tests.composer.drift import labels
from tests.composer.review import acts


def arrived(database: Database, by: str = "Ada") -> str:
    with database.session() as session:
        return sentences(labels_arrived(session, "small", by=by, at=small.NOW))


def entered(database: Database) -> int:
    with database.session() as session:
        return len(list_scores(session))


def test_without_a_policy_nothing_is_entered_and_the_price_is_said(released: Database) -> None:
    assert arrived(released) == ""
    labels.arrive(released)
    assert arrived(released).startswith(
        " Release 1 (small → tiny) can be scored again on 24 new examples: 24 answers to pay"
    )
    assert entered(released) == 0


def test_a_policy_has_a_scoring_entered_once_there_are_enough_new_examples(released: Database) -> None:
    labels.policy(released)
    labels.arrive(released, FEW - 1)
    assert "can be scored again on 19 new examples" in arrived(released)
    assert entered(released) == 0
    labels.arrive(released, FEW)
    assert "is being scored again on 20 new examples, as the task's policy has it" in arrived(released)
    assert entered(released) == 1
    assert arrived(released) == ""


def test_nothing_is_spent_in_the_name_of_somebody_who_may_not(released: Database) -> None:
    labels.policy(released)
    labels.arrive(released)
    acts.sign_in(released)
    assert "can be scored again" in arrived(released, by="Vera")
    assert entered(released) == 0


def test_what_was_scored_is_not_new_any_more(released: Database, home: Home) -> None:
    labels.arrive(released)
    labels.scored(released, home, labels.engine())
    assert arrived(released) == ""
