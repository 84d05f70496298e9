"""The data sets of the starter tasks: in the installed gensim wheel, which is never imported, or in an archive."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from composer.data.examples import Record
from composer.data.hutto import read_hutto
from composer.task.task import Task
from library.errors import Refused

# The bytes as gensim 4.4.0 ships them; anything else would make other examples under the same ids.
_SHA256 = {
    "lee.cor": "a878f9a58f6743c32985c56c2f2f75988386216b38a4023a01fd3bcf7884d93e",
    "similarities0-1.txt": "23762bc6b728897144dda3d324a2c032dc1e059e1009806226d64b6dd123ed79",
    "pang_lee_polarity.cor": "662c1b7c3bd0612eaaaf3f0c694cbd3897e30c0d87d2940b46c9fd0d15ed70c1",
    "simlex999.txt": "d5e0501971478a511430ee880bd0121e94ac701ba86d90544d83e6d2ba3db05d",
}
_DOCUMENTS = 50
_SENTENCES = 200
_WORD_PAIRS = 999


def installed_folder() -> Path:
    """Find the installed gensim's data without running its code; raises `Refused` when it is missing."""
    # Looking up the top-level name alone only finds its folder; a submodule's name would execute the package.
    spec = importlib.util.find_spec("gensim")
    if spec is None or not spec.submodule_search_locations:
        raise Refused("gensim is not installed, and its wheel holds these data", fix="Run `make setup`.")
    return Path(spec.submodule_search_locations[0]) / "test" / "test_data"


def read_bundled(task: Task, *, folder: Path | None = None) -> tuple[Record, ...]:
    """Read the raw records of a task whose source is `lee`, `pang_lee`, `simlex` or `hutto`.

    Texts come whole, without cutting. The last is in an archive, which is downloaded where it is missing. Raises
    `Refused` when the files aren't those that are expected, and ValueError for a task with another source.
    """
    if task.data.source == "hutto":
        return read_hutto(task.inputs[0], folder=folder)
    folder = installed_folder() if folder is None else folder
    if task.data.source == "lee":
        return _lee(folder, task.inputs)
    if task.data.source == "pang_lee":
        return _pang_lee(folder, task.inputs[0])
    if task.data.source == "simlex":
        return _simlex(folder, task.inputs)
    raise ValueError(f"no data come along for source {task.data.source}")


def _lee(folder: Path, inputs: tuple[str, ...]) -> tuple[Record, ...]:
    """All 1,225 pairs of 50 documents; gold is the mean rating, 1 to 5."""
    documents = [line.strip() for line in _lines(folder / "lee.cor", "latin-1")]
    ratings = [line.split() for line in _lines(folder / "similarities0-1.txt", "ascii")]
    if len(documents) != _DOCUMENTS or [len(row) for row in ratings] != [_DOCUMENTS] * _DOCUMENTS:
        raise _other_version(folder)
    return tuple(
        Record(
            id=f"lee-{a + 1:02}-{b + 1:02}",
            inputs=dict(zip(inputs, (documents[a], documents[b]), strict=True)),
            gold=float(ratings[a][b]) * 5,  # the file holds the upper triangle of ratings divided by 5
            clusters=(f"doc-{a + 1:02}", f"doc-{b + 1:02}"),
        )
        for a in range(_DOCUMENTS)
        for b in range(a + 1, _DOCUMENTS)
    )


def _pang_lee(folder: Path, name: str) -> tuple[Record, ...]:
    """200 sentences, half of them positive."""
    gold = {"__label__pos": "positive", "__label__neg": "negative"}
    rows = [line.partition(" ") for line in _lines(folder / "pang_lee_polarity.cor", "cp1252")]
    if len(rows) != _SENTENCES or any(label not in gold for label, _, _ in rows):
        raise _other_version(folder)
    return tuple(
        Record(id=key, inputs={name: sentence.strip()}, gold=gold[label], clusters=(key,))
        for key, (label, _, sentence) in ((f"pl-{number:03}", row) for number, row in enumerate(rows, 1))
    )


def _simlex(folder: Path, inputs: tuple[str, ...]) -> tuple[Record, ...]:
    """999 pairs of words; gold is the mean rating of how similar they are, 0 to 10."""
    lines = _lines(folder / "simlex999.txt", "utf-8")
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    if len(rows) != _WORD_PAIRS or any(len(row) != 3 for row in rows):
        raise _other_version(folder)
    return tuple(
        Record(
            id=f"simlex-{number:03}",
            inputs=dict(zip(inputs, (a, b), strict=True)),
            gold=float(mean),
            clusters=(f"word-{a}", f"word-{b}"),
        )
        for number, (a, b, mean) in enumerate(rows, 1)
    )


def _lines(path: Path, encoding: str) -> list[str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _other_version(path) from error
    if hashlib.sha256(content).hexdigest() != _SHA256[path.name]:
        raise _other_version(path)
    return [line for line in content.decode(encoding).split("\n") if line.strip()]


def _other_version(path: Path) -> Refused:
    return Refused(
        "the installed gensim is not 4.4.0: its data are missing or differ",
        where=str(path),
        fix="Run `make setup`, which installs gensim 4.4.0.",
    )
