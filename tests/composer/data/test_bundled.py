from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from composer.data.bundled import installed_folder, read_bundled
from composer.task.task import Task
from library.errors import Refused

FILES = ("lee.cor", "similarities0-1.txt", "pang_lee_polarity.cor", "simlex999.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).write_bytes((installed_folder() / name).read_bytes())
    return tmp_path


def test_all_pairs_of_50_documents_come_with_ratings_from_1_to_5(relatedness: Task) -> None:
    records = read_bundled(relatedness)
    assert len(records) == 1225
    assert len({cluster for record in records for cluster in record.clusters}) == 50
    assert {record.id: record.clusters for record in records}["lee-03-17"] == ("doc-03", "doc-17")
    assert all(isinstance(record.gold, float) and 1 <= record.gold <= 5 for record in records)
    assert records[0].gold == pytest.approx(1.5)  # 0.3 in the file
    assert records[0].inputs["document_a"].startswith("The national executive of the strife-torn Democrats")


def test_200_sentences_come_half_positive(polarity: Task) -> None:
    records = read_bundled(polarity)
    assert [record.id for record in records] == [f"pl-{number:03}" for number in range(1, 201)]
    assert sum(record.gold == "positive" for record in records) == 100
    assert records[0].inputs == {"sentence": "simplistic , silly and tedious ."}
    assert records[0].gold == "negative"
    assert any("—" in record.inputs["sentence"] for record in records)  # cp1252, not latin-1


def test_999_pairs_of_words_come_with_ratings_from_0_to_10(similarity: Task) -> None:
    records = read_bundled(similarity)
    assert len(records) == 999
    assert all(isinstance(record.gold, float) and 0 <= record.gold <= 10 for record in records)
    assert records[0].inputs == {"word_a": "old", "word_b": "new"}
    assert (records[0].gold, records[0].clusters) == (1.58, ("word-old", "word-new"))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["one byte other", "missing"])
def test_other_files_are_refused_as_another_gensim(
    relatedness: Task, polarity: Task, similarity: Task, folder: Path, name: str, how: str
) -> None:
    path = folder / name
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    task = {"pang_lee_polarity.cor": polarity, "simlex999.txt": similarity}.get(name, relatedness)
    with pytest.raises(Refused, match=r"not 4\.4\.0"):
        read_bundled(task, folder=folder)


def test_gensim_is_not_imported() -> None:
    code = "import composer.data.bundled as w, sys; w.installed_folder(); assert 'gensim' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
