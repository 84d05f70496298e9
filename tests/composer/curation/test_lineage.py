from pathlib import Path

from composer.curation.lineage import lineages
from library.database import Database
from library.drafts import Accepted, Origin
from library.snippets import show
from tests import small
from tests.library.curating import drafted


def test_a_version_shows_the_examples_it_was_written_from_and_none_of_another_split(
    database: Database, tmp_path: Path
) -> None:
    data = [*small.examples(), small.example(7, "authoring"), small.example(8, "authoring")]
    small.fill(database, tmp_path, data=data)
    origin = Origin(
        "disagreement",
        "small",
        "tiny",
        ("authoring-08", "dev-01", "test-01", "gone"),
        misunderstood="It took age for relevance.",
        warnings=(Accepted("near recent", "Another matter."),),
    )
    with database.session() as session:
        made = drafted(session, origin=origin)
        (found,) = lineages(session, show(session, "brief"))
        assert not lineages(session, show(session, "exact"))
    assert (found.version, found.origin) == (made, origin)
    assert [one.id for one in found.examples] == ["authoring-08"]
    assert found.withheld == 3


def test_an_origin_of_a_task_without_data_has_no_examples_to_show(database: Database) -> None:
    with database.session() as session:
        drafted(session, origin=Origin("disagreement", "gone", "tiny", ("1", "2")))
        (found,) = lineages(session, show(session, "brief"))
    assert (found.examples, found.withheld) == ((), 2)
