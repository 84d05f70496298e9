"""What was released in one place: its history, what a change of it replaces, and what keeps from going back."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from composer.registry.releases import get_release
from composer.registry.tasks import add_task
from composer.release.history import current_prompts, history, released_prompt, replacement, rollback_blockers
from composer.release.publish import roll_back
from composer.review.blockers import blocker_texts
from composer.review.inbox import pending_actions, tabs_of
from library.database import Database
from library.errors import Refused
from library.people import someone
from library.tables import SnippetVersionRow
from tests import small, twice
from tests.composer.review import acts


def back(database: Database, number: int) -> None:
    with database.session() as session:
        roll_back(session, number, reason="Harm.", by=twice.LOCAL, at=small.NOW)


def against(database: Database, number: int, name: str = twice.LOCAL) -> tuple[str, ...]:
    with database.session() as session:
        return tuple(
            blocker_texts(rollback_blockers(session, get_release(session, number), someone(session, name)))
        )


def test_a_history_is_told_newest_first_with_what_rolled_back_what(renewed: Database) -> None:
    back(renewed, 1)
    back(renewed, 2)
    with renewed.session() as session:
        found = [(one.release.id, one.again, one.undone_by) for one in history(session, "small", "tiny")]
        assert history(session, "small", "elsewhere") == ()
    assert found == [(4, 2, None), (3, 1, 4), (2, None, 3), (1, None, None)]


def test_a_release_is_read_as_it_was_made_and_the_base_as_it_is(renewed: Database) -> None:
    with renewed.session() as session:
        row = session.get_one(SnippetVersionRow, get_release(session, 1).versions[0])
        row.state = "retired"
        session.add(row)
    with renewed.session() as session:
        first, second, bare = (released_prompt(session, "small", number) for number in (1, 2, None))
        assert first.composition.versions != second.composition.versions
        assert first.release == get_release(session, 1)
        assert first.figure is not None
    assert (bare.release, bare.figure, bare.composition.keys) == (None, None, ())
    assert bare.composition.text == 'Rate the document for the query.\nAnswer with JSON only, as {"rating": N}.'


def test_a_first_release_replaces_the_bare_base_it_was_measured_against(waiting: Database) -> None:
    with waiting.session() as session:
        planned = replacement(session, 1)
    assert (planned.now, planned.replaced, planned.compared) == (None, "the bare base", True)
    metric = acts.status(waiting).candidate.figures[0]
    assert (planned.before, planned.after) == (metric.incumbent, metric.candidate)
    assert planned.changes
    assert {one.kind for one in planned.changes} == {"added"}


def test_going_back_undoes_what_the_newer_release_changed(renewed: Database) -> None:
    with renewed.session() as session:
        planned = replacement(session, 1)
        figures = [one.figure for one in history(session, "small", "tiny")]
    assert (planned.replaced, planned.compared) == ("release 2", False)
    assert (planned.before, planned.after) == (figures[0].candidate, figures[1].candidate)
    back(renewed, 1)
    with renewed.session() as session:
        forth = replacement(session, 2)
    assert forth.compared
    assert {one.kind for one in planned.changes} != {"kept"}
    undone = {"added": "removed", "removed": "added"}
    assert {(one.now.key, undone.get(one.kind, one.kind)) for one in planned.changes} == {
        (one.now.key, one.kind) for one in forth.changes
    }


def test_nobody_can_replace_with_what_is_not_there(waiting: Database) -> None:
    with waiting.session() as session, pytest.raises(Refused, match="no candidate 7"):
        replacement(session, 7)


def test_an_earlier_release_can_be_gone_back_to_the_current_one_not(renewed: Database) -> None:
    assert against(renewed, 1) == ()
    assert against(renewed, 2) == ("release 2 is what is released now",)


def test_all_that_keeps_from_going_back_is_said(renewed: Database) -> None:
    acts.sign_in(renewed)
    assert against(renewed, 1, "Grace") == ("Grace does not have the role releaser",)
    assert against(renewed, 1, "Rosa") == ()
    acts.verdict(renewed, "no-go", "Grace", candidate=1)
    assert against(renewed, 1, "Rosa") == ("Grace gave a no-go",)
    with renewed.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)
    assert against(renewed, 1, "Rosa") == ("stale: task small was edited", "Grace gave a no-go")


@pytest.mark.parametrize("change", ["state = 'retired'", "text = 'Something else.'"])
def test_what_keeps_from_going_back_is_what_a_rollback_is_refused_for(renewed: Database, change: str) -> None:
    with renewed.session() as session:
        number = get_release(session, 1).versions[0]
        session.execute(text(f"update snippet_version set {change} where id = {number}"))
    found = against(renewed, 1)
    assert found
    with renewed.session() as session, pytest.raises(Refused):
        roll_back(session, 1, reason="Harm.", by=twice.LOCAL, at=small.NOW)


def test_each_place_shows_what_is_released_there_now_and_what_changed_under_it(renewed: Database) -> None:
    with renewed.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)
    with renewed.session() as session:
        ((place, square),) = current_prompts(session).items()
    assert place == ("small", "tiny")
    assert (square.release.id, square.stale) == (2, ("task small was edited",))


def test_of_what_went_stale_only_what_is_in_use_is_looked_after(renewed: Database) -> None:
    with renewed.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)
        me = someone(session, twice.LOCAL)
    replaced, current = (acts.status(renewed, number) for number in (1, 2))
    assert (replaced.state, current.state) == ("replaced", "released")
    assert tabs_of(replaced, "Ada", me) == {"released", "all"}
    assert tabs_of(current, "Ada", me) == {"released", "stale", "all"}
    assert (pending_actions(replaced, me), pending_actions(current, me)) == ((), ("scoring again",))
