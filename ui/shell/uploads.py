"""An uploaded file as a file on disk, for readers that take a path."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library.errors import Refused


@contextmanager
def uploaded(name: str, content: bytes) -> Iterator[Path]:
    """Give the path of an uploaded file until the block ends; a refusal names the file without its folder."""
    with tempfile.TemporaryDirectory(prefix="composer-") as folder:
        path = Path(folder) / (Path(name).name or "upload")
        path.write_bytes(content)
        try:
            yield path
        except Refused as refused:
            raise _without(refused, f"{folder}/") from None


def _without(refused: Refused, folder: str) -> Refused:
    what, where, fix, *problems = (
        text.replace(folder, "") for text in (refused.what, refused.where, refused.fix, *refused.problems)
    )
    return Refused(what, where=where, fix=fix, problems=problems)
