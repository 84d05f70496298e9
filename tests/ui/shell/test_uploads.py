"""An uploaded file: on disk for as long as it is read, and named without the folder it lay in."""

from __future__ import annotations

import pytest

from library.errors import Refused
from ui.shell.uploads import uploaded


def test_an_uploaded_file_is_gone_afterwards() -> None:
    with uploaded("../more.yaml", b"snippets: []") as path:
        assert (path.name, path.read_bytes()) == ("more.yaml", b"snippets: []")
    assert not path.parent.exists()


def test_a_refusal_names_the_file_without_its_folder() -> None:
    with pytest.raises(Refused) as refused, uploaded("bad.yaml", b"") as path:
        raise Refused("2 problems", where=str(path), fix=f"Correct {path}.", problems=[f"{path}, line 2: empty"])
    assert str(refused.value) == "2 problems (bad.yaml). Correct bad.yaml.\n  - bad.yaml, line 2: empty"
    assert not path.parent.exists()
