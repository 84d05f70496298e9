"""`composer export --format`: a released prompt in the formats of other tools, each proved, or refused and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from composer.cli.export import show
from composer.formats.catalogue import FORMATS
from composer.formats.format import Format
from composer.formats.proof import Written
from composer.release.exported import Export
from composer.release.verification import faults
from library import log
from library.database import Database
from library.errors import Refused
from tests.composer.cli.conftest import Run
from tests.composer.formats import corpus


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def export(run: Run, out: Path, *arguments: str) -> Result:
    return run("export", "small", "--target", "tiny", "--out", str(out), *arguments)


def test_a_line_a_file_says_how_it_was_proved_and_the_export_is_logged(
    released: Database, run: Run, out: Path
) -> None:
    result = export(run, out, "--format", "prompt.txt,messages.json")
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()[:2]
    assert first == "✓ prompt.txt     same bytes, loaded back"
    assert second == "✓ messages.json  same bytes, loaded back"
    assert sorted(path.name for path in out.iterdir()) == ["messages.json", "prompt.txt"]
    with released.session() as session:
        entry = log.entries(session, "prompt:small:tiny")[-1]
    assert entry.detail["formats"] == ["prompt.txt", "messages.json"]
    assert entry.detail["pack"] in result.stdout


def test_of_all_formats_those_that_cannot_hold_it_are_listed_with_the_reason(
    released: Database, run: Run, out: Path
) -> None:
    result = export(run, out, "--format", "all")
    assert result.exit_code == 0, result.output
    (refused,) = [line for line in result.stdout.splitlines() if line.startswith("✗")]
    said = "✗ batch.jsonl refused: it holds the rows to be asked, and none are given. Name their file with --rows."
    assert refused.split() == said.split()
    names = {path.name for path in out.iterdir()}
    assert {"prompt.txt", "messages.json", "manifest.json"} <= names
    assert "batch.jsonl" not in names


def test_a_format_asked_for_by_name_that_is_refused_leaves_nothing_written(
    released: Database, run: Run, out: Path
) -> None:
    result = export(run, out, "--format", "prompt.txt,batch.jsonl")
    assert result.exit_code == 1
    assert "batch.jsonl is refused: it holds the rows to be asked" in result.stderr
    assert not out.exists()


def test_rows_of_a_file_become_requests_with_their_ids(
    released: Database, run: Run, out: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "a", "query": "q\\u2028", "document": "{{query}}", "more": 1}\n')
    result = export(run, out, "--format", "batch.jsonl", "--rows", str(rows))
    assert result.exit_code == 0, result.output
    (line,) = (out / "batch.jsonl").read_bytes().splitlines()
    request = json.loads(line)
    assert request["custom_id"] == "a"
    assert request["body"]["messages"][1]["content"] == "Query: q\u2028\n\nDocument: {{query}}"


@pytest.mark.parametrize("formats", [(), ("--format", "prompt.txt")])
def test_rows_that_no_format_asks_are_refused(
    released: Database, run: Run, out: Path, formats: tuple[str, ...]
) -> None:
    result = export(run, out, *formats, "--rows", "rows.csv")
    assert result.exit_code == 1
    assert "rows are asked by batch.jsonl alone" in result.stderr
    assert not out.exists()


def test_a_script_reads_what_was_written_and_what_was_refused(released: Database, run: Run, out: Path) -> None:
    said = json.loads(export(run, out, "--format", "all", "--json").stdout)
    assert said["release"] == 1
    files = [name for one in said["written"] for name in one["files"]]
    assert set(files) == {path.name for path in out.iterdir()}
    assert {one["format"]: one["proof"] for one in said["written"]}["prompt.txt"] == "same bytes, loaded back"
    assert [one["format"] for one in said["refused"]] == ["batch.jsonl"]
    plain = json.loads(export(run, out.parent / "pack", "--json").stdout)
    assert plain == {
        "pack": said["pack"],
        "key": None,
        "files": ["manifest.json", "messages.json", "prompt.txt"],
        "release": 1,
        "superseded": None,
    }


def test_an_earlier_release_is_written_with_a_warning_and_verifies(
    renewed: Database, run: Run, tmp_path: Path
) -> None:
    for name, formats in (("pack", ()), ("text", ("--format", "prompt.txt"))):
        result = export(run, tmp_path / name, *formats, "--release", "1")
        assert result.exit_code == 0, result.output
        said = " ".join(result.output.split())
        assert "! Release 1 is not in use: it was replaced by release 2 (“Release 2.”)" in said
        told = json.loads(export(run, tmp_path / name, *formats, "--release", "1", "--json").stdout)
        assert (told["release"], told["superseded"]) == (1, {"by": 2, "now": 2, "rolled_back": False})
    assert faults(tmp_path / "pack") == ()
    unknown = export(run, tmp_path / "none", "--release", "7")
    assert unknown.exit_code == 1
    assert "there is no release 7" in unknown.stderr


def test_the_formats_are_listed_without_a_task(run: Run) -> None:
    result = run("export", "--formats")
    assert result.exit_code == 0, result.output
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(FORMATS)


def test_what_could_not_be_loaded_back_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    format = Format("x", "", lambda _: {}, lambda _, __: [], tool="tool-x")
    done = Written(format, {"x.txt": b""}, "")
    refused = {"longer.name": Refused("it changes", fix="Mend it.")}
    show(Export(corpus.prompt(system="merge"), (done,), refused), Path("out"))
    said = capsys.readouterr().out
    assert said.startswith("! x.txt        not loaded back: tool-x isn't installed here\n")
    assert "✗ longer.name  refused: it changes. Mend it.\n" in said
    assert "start of the user message" in said
    assert "Wrote 1 file to out." in said
