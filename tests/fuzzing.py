"""A fuzz of all that reads what others wrote: files of labelled rows, tasks, targets, libraries, packs, answers.

`python -m tests.fuzzing FOLDER 50000` draws that many inputs, the same for the same seed (a third argument), and
prints what became of them. Each is accepted or refused with a reason, within `MOST_SECONDS` and `MOST_MB`.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from library.errors import Refused

MOST_SECONDS = 2.0
"""Of processor time for one input."""
MOST_MB = 500
"""Of memory for one input, beyond what the process had before the first."""
HANGS_SECONDS = 60
_SPACE = 4_000_000_000
"""Bytes of address space beyond what the process has: what asks for more fails, and takes no machine with it."""
ROOT = Path(__file__).resolve().parents[1]
SAVED = ROOT / "build" / "fuzz"
"""Where an input is kept that is a fault."""
SHARES = {
    "answers": 0.34,
    "lint": 0.16,
    "tasks": 0.12,
    "targets": 0.10,
    "packs": 0.10,
    "tables": 0.07,
    "annotate": 0.04,
    "libraries": 0.04,
    "archives": 0.03,
}
"""Which part of all inputs is of each kind; bombs and spreadsheets come once each, beside these."""


ALL = 1000
"""More than there are bombs."""


@dataclass
class Outcome:
    """What became of the inputs of a kind, or of all."""

    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    slowest: float = 0.0
    peak_mb: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Add the inputs of another kind."""
        self.inputs += other.inputs
        self.accepted += other.accepted
        self.refused += other.refused
        self.slowest = max(self.slowest, other.slowest)
        self.peak_mb = max(self.peak_mb, other.peak_mb)
        self.faults += other.faults

    def __str__(self) -> str:
        return (
            f"{self.inputs:,} inputs, {self.refused:,} refused, {self.accepted:,} accepted, "
            f"the slowest {self.slowest:.2f} s, at most {self.peak_mb:.0f} MB"
        )


def fuzz(folder: Path, count: int, seed: int = 0, kinds: Sequence[str] = ()) -> Outcome:
    """Draw so many inputs, a kind in a process of its own each, and return what became of them."""
    whole = Outcome()
    for kind in kinds or (*SHARES, "bombs"):
        some = max(round(count * SHARES[kind]), 1) if kind in SHARES else ALL
        place = folder / kind
        place.mkdir(parents=True)
        command = [sys.executable, "-m", "tests.fuzzing", str(place), str(some), str(seed), kind]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            at = (place / "at").read_text() if (place / "at").exists() else "the start"
            whole.faults.append(f"{kind}, seed {seed}: died at input {at}: {done.stderr[-2000:]}")
            continue
        whole.add(Outcome(**json.loads(done.stdout.splitlines()[-1])))
    return whole


def run(kind: str, folder: Path, count: int, seed: int) -> Outcome:
    """Draw inputs of one kind in this process."""
    from tests.fuzzed import opened

    found = Outcome()
    with opened(kind, folder) as (draw, take):
        before = _peak_mb()
        _bound()
        with (folder / "at").open("wb", buffering=0) as at:
            for number in range(count):
                name, content = draw(random.Random(f"{seed} {number}"), number)
                if name is None:
                    break
                os.pwrite(at.fileno(), f"{number:9}".encode(), 0)
                faulthandler.dump_traceback_later(HANGS_SECONDS, exit=True)
                begun, fault = time.process_time(), ""
                try:
                    found.accepted += take(name, content) is None
                except Refused as refused:
                    found.refused += 1
                    str(refused).encode()
                except BaseException:  # noqa: BLE001 - whatever it is, it is a fault
                    fault = traceback.format_exc(limit=-6)
                faulthandler.cancel_dump_traceback_later()
                took = time.process_time() - begun
                found.inputs += 1
                found.slowest = max(found.slowest, took)
                found.peak_mb = max(found.peak_mb, _peak_mb() - before)
                if took > MOST_SECONDS:
                    fault += f"took {took:.1f} s"
                if found.peak_mb > MOST_MB and not any("MB" in one for one in found.faults):
                    fault += f"took {found.peak_mb:.0f} MB"
                if fault:
                    found.faults.append(
                        f"{kind}, seed {seed}, input {number}, {_saved(kind, number, name, content)}: {fault}"
                    )
    return found


def _saved(kind: str, number: int, name: str, content: bytes) -> Path:
    SAVED.mkdir(parents=True, exist_ok=True)
    place = SAVED / f"{kind}-{number}{name}"
    place.write_bytes(content)
    return place


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _bound() -> None:
    """Let this process have no more memory than an input may ever take, and some."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (now + _SPACE, resource.RLIM_INFINITY))


if __name__ == "__main__":
    place, some, *more = sys.argv[1:]
    if more[1:]:
        print(json.dumps(asdict(run(more[1], Path(place), int(some), int(more[0])))))
    else:
        found = fuzz(Path(place), int(some), *map(int, more))
        print(found, *found.faults, sep="\n")
