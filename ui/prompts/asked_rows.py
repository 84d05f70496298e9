"""The rows that somebody uploads to have them asked: what the format of requests is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from composer.data.tables import LIMIT_BYTES
from composer.formats.asked import ID, read_asked
from composer.formats.format import Format
from composer.formats.prompt import ExportedPrompt
from composer.release.exported import Export, made
from ui.shell.html import count
from ui.shell.state import Key, made_once
from ui.shell.uploads import uploaded

KINDS = ("csv", "tsv", "json", "jsonl", "ndjson", "parquet", "arrow", "xlsx", "ods")
KEY = "asked-rows"
_MADE: Key[tuple[object, Export] | None] = Key("asked-made", None)


@dataclass(frozen=True)
class Asked:
    """The requests made of an uploaded file, and its name."""

    name: str
    export: Export

    @property
    def words(self) -> str:
        """How many requests there are."""
        return f"{count(len(self.export.prompt.asked), 'request')}, one for each row of {self.name}"


def ask(prompt: ExportedPrompt, format: Format) -> Asked | None:
    """Ask for a file of rows, and return its requests; None where there is none.

    Raises `Refused` with what is wrong with the file, such as a column that it lacks.
    """
    file = st.file_uploader(
        f"Rows to be asked: a file with {_columns(prompt.inputs)}, and “{ID}” if there is one",
        type=list(KINDS),
        key=KEY,
        max_upload_size=LIMIT_BYTES // 1_000_000,
    )
    if file is None:
        return None
    content = file.getvalue()

    def requests() -> Export:
        with uploaded(file.name, content) as path:
            return made(replace(prompt, asked=read_asked(path, prompt.inputs)), [format])

    return Asked(file.name, made_once(_MADE, (str(file.file_id), prompt.fingerprint, format.name), requests))


def _columns(names: Sequence[str]) -> str:
    said = [f"“{name}”" for name in names]
    several = f"the columns {', '.join(said[:-1])} and {said[-1]}"
    return several if said[1:] else f"the column {said[0]}"
