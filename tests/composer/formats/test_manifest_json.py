"""`manifest.json` puts the measured messages together from its parts."""

from __future__ import annotations

from composer.formats.catalogue import FORMATS
from composer.formats.proof import written
from composer.release.exported import exported_prompt
from composer.release.pack import pack_of
from library.database import Database
from tests.composer.formats.loading import refused_of_corpus


def test_every_prompt_comes_back() -> None:
    assert refused_of_corpus("manifest.json") == {}


def test_it_is_the_manifest_of_the_pack_and_gives_the_messages(released: Database) -> None:
    with released.session() as session:
        prompt = exported_prompt(session, "small", "tiny", rows=True)
        pack = pack_of(session, "small", "tiny")
    assert written(FORMATS["manifest.json"], prompt).files == {"manifest.json": pack.files["manifest.json"]}
