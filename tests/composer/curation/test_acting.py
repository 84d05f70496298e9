from composer.curation.acting import acting
from library.database import Database
from library.snippets import show
from library.tagging import retag
from library.undoing import undo
from tests.library.curating import AT, drafted


def test_all_that_one_act_did_can_be_undone_and_nothing_before_it(database: Database) -> None:
    with database.session() as session:
        for key in ("one", "two"):
            drafted(session, key, f"Text of {key}.")
    with acting(database) as act:
        retag(act.session, ["one", "two"], add=["small"], by="Ada", at=AT)
    assert len(act.entries) == 2
    with database.session() as session:
        undo(session, act.entries, by="Ada", at=AT)
        assert [one.state for one in show(session, "one")] == ["rejected", "draft"]
