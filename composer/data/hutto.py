"""Sentiment of 23,703 texts, each rated by 15 to 99 people (Hutto & Gilbert 2014)."""

from __future__ import annotations

import html
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from composer.data.archive import Archive, fetched
from composer.data.examples import Record

ARCHIVE = Archive(
    project="vaderSentiment",
    version="0.5",
    file="vaderSentiment-0.5.zip",
    sha256="5d97c37f3ef6e24eef331122e055dbedafeb6a56abfce0608b326701116ea49a",
)
_INNER = "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz"
_FILES = {
    "tweet": "tweets",
    "film": "movieReviewSnippets",
    "product": "amazonReviewSnippets",
    "editorial": "nytEditorialSnippets",
}
_BY_DOCUMENT = ("product", "editorial")


def read_hutto(name: str, *, folder: Path | None = None) -> tuple[Record, ...]:
    """Return all texts under the input `name`, with the mean of their single ratings (-4 to 4) as gold.

    The slice is the kind of text. The ids of product reviews and editorials are document and sentence, so these
    share the document as their cluster. Means are taken of the single ratings: for 199 tweets the table of texts
    has another one. Raises `Refused` where the archive can't be had.
    """
    with zipfile.ZipFile(fetched(ARCHIVE, folder)) as outer:
        inner = outer.read(_INNER)
    with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
        return tuple(
            record for kind, stem in _FILES.items() for record in _records(kind, _read(archive, stem), name)
        )


def _read(archive: tarfile.TarFile, stem: str) -> tuple[str, str]:
    """Return the texts and the ratings of one kind as they are in the archive."""
    files = (f"hutto_ICWSM_2014/{stem}_{table}.txt" for table in ("GroundTruth", "anonDataRatings"))
    texts, ratings = (archive.extractfile(file) for file in files)
    assert texts is not None
    assert ratings is not None
    return texts.read().decode("utf-8-sig"), ratings.read().decode("utf-8-sig")


def _records(kind: str, tables: tuple[str, str], name: str) -> Iterator[Record]:
    texts, ratings = tables
    given = {row[0]: json.loads(row[3]) for row in _rows(ratings, 4)}
    for key, _mean, text in _rows(texts, 3):
        document = key.partition("_")[0] if kind in _BY_DOCUMENT else key
        ratings_of = given[key]
        yield Record(
            id=f"{kind}-{key.replace('_', '-')}",
            # Editorials are escaped twice.
            inputs={name: html.unescape(html.unescape(text.strip()))},
            gold=sum(ratings_of) / len(ratings_of),
            clusters=(f"{kind}-{document}",),
            slice=kind,
            ratings=_by_rater(ratings_of),
        )


def _by_rater(ratings: list[int]) -> Mapping[str, float]:
    """Return ratings by the places at which they are listed: the people themselves are not named."""
    return {f"r{place:02}": float(rating) for place, rating in enumerate(ratings, 1)}


def _rows(table: str, columns: int) -> Iterator[list[str]]:
    for line in table.split("\n"):
        if line.strip():
            yield line.rstrip("\r").split("\t", columns - 1)
