"""A pack as a zip."""

from __future__ import annotations

import io
import zipfile

from composer.release.pack import pack_of
from library.database import Database
from ui.prompts.zip import zipped


def test_a_zip_holds_the_same_bytes_every_time(rows: Database) -> None:
    with rows.session() as session:
        pack = pack_of(session, "polarity", "qwen2.5-coder-0.5b")
    assert zipped(pack) == zipped(pack)
    with zipfile.ZipFile(io.BytesIO(zipped(pack))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == dict(pack.files)
