"""The schema's revisions: what opening a database takes for the newest is what Alembic takes for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from library.database import newest_revision, open_database
from library.schema import alembic_config, known_revisions


def test_the_newest_file_is_the_head_of_the_migrations() -> None:
    assert [newest_revision()] == ScriptDirectory.from_config(alembic_config()).get_heads()
    assert newest_revision() in known_revisions()


def test_a_database_that_is_current_is_opened_without_alembic(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    code = (
        "import sys; from pathlib import Path; from library.database import open_database\n"
        "open_database(Path(sys.argv[1])).close(); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=Path(__file__).parents[2])
