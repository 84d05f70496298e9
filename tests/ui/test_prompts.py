import io
import zipfile
from datetime import UTC, datetime

from composer.export import faults, pack_of
from composer.home import Home
from composer.registry import add_task, get_task
from library.database import Database
from tests.ui.pages import Open, seen
from ui.parts.packs import zipped


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


def test_a_pack_is_written_into_the_home_and_holds(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "prompts", task="polarity", target="qwen2.5-coder-0.5b")
    app.button(key="write").click().run()
    folder = furnished.packs / "polarity--qwen2.5-coder-0.5b" / "release-1"
    assert faults(folder) == ()
    assert f"composer verify {folder}" in [one.value for one in app.code]


def test_a_zip_holds_the_same_bytes_every_time(rows: Database) -> None:
    with rows.session() as session:
        pack = pack_of(session, "polarity", "qwen2.5-coder-0.5b")
    assert zipped(pack) == zipped(pack)
    with zipfile.ZipFile(io.BytesIO(zipped(pack))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(pack.files)


def test_a_release_whose_task_was_edited_is_marked_stale(furnished: Home, visit: Open, rows: Database) -> None:
    with rows.session() as session:
        edited = get_task(session, "polarity").model_copy(update={"title": "Another"})
        add_task(session, edited, by="Ada", at=datetime.now(UTC))
    app = visit(furnished, "prompts")
    assert "stale</span>" in seen(app)
    assert "task polarity was edited" in app.warning[0].value.replace("\\", "")
