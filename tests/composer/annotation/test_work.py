"""A released prompt over a whole file: what is asked and paid, what is written where, going on after a break."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlmodel import Session

from composer.annotation.plan import Plan, plan_annotation
from composer.annotation.work import Annotated, annotate
from composer.audit import audit
from composer.data.columns import ColumnMap
from composer.home.paths import Home
from composer.models.client import Outage, TooLong
from library import log
from library.database import Database, open_database
from library.errors import Refused
from library.people import NotAllowed
from tests import small
from tests.composer.review import acts
from tests.scripted import ScriptedEngine, connecting

ROOT = Path(__file__).resolve().parents[3]
ROWS = [{"query": f"q {place}", "document": f"d {place % 9}, “é”", "note": f"n, {place}"} for place in range(30)]


def model() -> ScriptedEngine:
    """Rates by the number at the end of the query; every tenth answer is no JSON."""

    def answer(_system: str, user: str) -> str:
        number = int(user.split("\n")[0].split()[-1])
        return "well" if number % 10 == 9 else f'{{"rating": {1 + number % 5}}}'

    return ScriptedEngine(answer)


def write_csv(path: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_json_lines(path: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    path.write_text("\n".join(json.dumps(one) for one in rows))
    return path


def write_parquet(path: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".parquet":
        return list(parquet.read_table(path).to_pylist())
    return [json.loads(line) for line in path.read_text().splitlines()]


def planned(session: Session, source: Path, *, gold: str = "", name: str = "") -> Plan:
    output = source.with_name(f"out{source.suffix}")
    return plan_annotation(session, "small", "tiny", source, output, ColumnMap(gold=gold), name=name)


def done(database: Database, source: Path, engine: ScriptedEngine, *, by: str = "Ada") -> Annotated:
    with database.session() as session:
        plan = planned(session, source)
    return annotate(database, plan, by=by, at=small.NOW, connect=connecting(engine))


@pytest.mark.parametrize("write", [write_csv, write_json_lines, write_parquet])
def test_every_row_comes_out_in_order_with_its_answer(
    released: Database, tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    ending = {write_csv: "csv", write_json_lines: "jsonl", write_parquet: "parquet"}[write]
    engine = model()
    found = done(released, write(tmp_path / f"in.{ending}"), engine)
    assert (found.rows, found.valid, found.unasked, found.paid) == (30, 27, 0, 30)
    rows = read(found.output)
    assert [{name: one[name] for name in ROWS[0]} for one in rows] == ROWS
    malformed, empty = ("false", "") if ending == "csv" else (False, None)
    assert (rows[9]["rating"], rows[9]["rating_valid"]) == (empty, malformed)
    assert [str(one["rating"]) for one in rows[:4]] == ["1", "2", "3", "4"]
    assert {one["rating_finish_reason"] for one in rows} == {"stop"}
    assert found.malformed_file is not None
    apart = read(found.malformed_file)
    assert [one[{"parquet": "row"}.get(ending, "line")] for one in apart] == (
        [10, 20, 30] if ending != "csv" else [11, 21, 31]
    )
    assert {one["answer"] for one in apart} == {"well"}
    assert apart[0]["content"] == ROWS[9]


def test_the_messages_are_those_that_were_measured(released: Database, tmp_path: Path) -> None:
    engine = model()
    done(released, write_csv(tmp_path / "in.csv"), engine)
    with released.session() as session:
        prompt = planned(session, tmp_path / "in.csv").use.composition.text
    assert engine.asked[0] == (prompt, "Query: q 0\n\nDocument: d 0, “é”")


def test_rows_that_are_alike_are_asked_once_and_what_is_stored_not_again(
    released: Database, tmp_path: Path
) -> None:
    source, engine = write_csv(tmp_path / "in.csv", [*ROWS, *ROWS]), model()
    with released.session() as session:
        plan = planned(session, source)
    assert (plan.rows, plan.different, plan.cost.answers) == (60, 30, 30)
    assert done(released, source, engine).paid == 30
    before = (tmp_path / "out.csv").read_bytes()
    assert done(released, source, engine).paid == 0
    assert (tmp_path / "out.csv").read_bytes() == before
    assert len(engine.asked) == 30


def test_an_outage_keeps_what_came_writes_nothing_and_the_same_call_goes_on(
    released: Database, tmp_path: Path
) -> None:
    source, engine = write_csv(tmp_path / "in.csv"), model()
    (tmp_path / "out.csv").write_text("of yesterday")
    dying = small.Dying(engine, 12, Outage("the server can't be reached"))
    with pytest.raises(Outage):
        done(released, source, dying)
    assert (tmp_path / "out.csv").read_text() == "of yesterday"
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix == ".part") == []
    with released.session() as session:
        assert planned(session, source).cost.answers == 19
    assert done(released, source, engine).paid == 19


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
from composer.annotation.work import annotate
from library.database import open_database
from tests import small
from tests.composer.annotation.test_work import model, planned
from tests.scripted import ScriptedEngine, connecting

class Killed(ScriptedEngine):
    def complete(self, request):
        if len(self.asked) == 12:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().complete(request)

database = open_database(Path(sys.argv[1]))
with database.session() as session:
    plan = planned(session, Path(sys.argv[2]))
annotate(database, plan, by="Ada", at=small.NOW, connect=connecting(Killed(model().answer)))
"""


def test_after_a_kill_the_same_call_comes_to_the_same_files_and_leaves_nothing_beside_them(
    released: Database, home: Home, tmp_path: Path
) -> None:
    source, undisturbed = write_csv(tmp_path / "in.csv"), tmp_path / "undisturbed"
    shutil.copytree(home.path, tmp_path / "other")
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(home.path), str(source)]
    assert subprocess.run(command, cwd=ROOT).returncode == -signal.SIGKILL
    assert {".out.csv.part", ".out.malformed.jsonl.part"} <= {one.name for one in tmp_path.iterdir()}
    engine = model()
    found = done(released, source, engine)
    # The question that was asked when it was killed is asked again, and that alone.
    assert (found.rows, found.paid, len(engine.asked)) == (30, 18, 18)
    assert [one.name for one in tmp_path.iterdir() if ".part" in one.name] == []
    undisturbed.mkdir()
    other = open_database(tmp_path / "other")
    assert done(other, write_csv(undisturbed / "in.csv"), model()).paid == 30
    other.close()
    for name in ("out.csv", "out.malformed.jsonl"):
        assert (tmp_path / name).read_bytes() == (undisturbed / name).read_bytes()


def test_two_at_once_do_not_write_the_same_file(released: Database, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv")

    class During(ScriptedEngine):
        def complete(self, request: Any) -> Any:
            if not self.asked:
                with pytest.raises(Refused, match="another process is writing this file"):
                    done(released, source, model())
            return super().complete(request)

    assert done(released, source, During(model().answer)).rows == 30
    assert len(read(tmp_path / "out.csv")) == 30


def test_rows_that_cannot_be_asked_go_apart_with_the_reason(released: Database, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b'query,document\nq 1,fine\nq 2\n,empty\nq 3,\xff\n\nq 5,"a"b\nq 6,"two\nlines"\n')
    found = done(released, source, model())
    assert (found.rows, found.unasked) == (2, 4)
    assert [one["document"] for one in read(found.output)] == ["fine", "two\nlines"]
    assert found.malformed_file is not None
    apart = {one["line"]: one for one in read(found.malformed_file)}
    assert list(apart) == [3, 4, 5, 7]
    assert apart[3]["content"] == "q 2\n"
    assert "the text is empty" in apart[4]["problem"]
    assert apart[4]["column"] == "query"
    assert "not valid CSV" in apart[7]["problem"]


def test_a_row_too_long_for_the_model_goes_apart_and_the_others_are_answered(
    released: Database, tmp_path: Path
) -> None:
    inner = model()

    class Short(ScriptedEngine):
        def complete(self, request: Any) -> Any:
            if "q 7\n" in request.messages[0].text:
                raise TooLong("the messages are too long for the model's context")
            return inner.complete(request)

    found = done(released, write_csv(tmp_path / "in.csv"), Short(inner.answer))
    assert (found.rows, found.unasked) == (29, 1)
    assert found.malformed_file is not None
    assert "too long" in read(found.malformed_file)[0]["problem"]


def test_without_a_row_that_is_malformed_no_file_of_them_is_left(released: Database, tmp_path: Path) -> None:
    (tmp_path / "out.malformed.jsonl").write_text("of yesterday")
    found = done(released, write_csv(tmp_path / "in.csv", ROWS[:9]), model())
    assert found.malformed_file is None
    assert not (tmp_path / "out.malformed.jsonl").exists()


def test_what_was_done_is_logged(released: Database, tmp_path: Path) -> None:
    done(released, write_csv(tmp_path / "in.csv"), model())
    with released.session() as session:
        entry = log.entries(session)[-1]
    assert (entry.who, entry.action, entry.subject) == ("Ada", "annotated", "prompt:small:tiny")
    assert {name: entry.detail[name] for name in ("release", "asked", "valid", "paid")} == {
        "release": 1,
        "asked": 30,
        "valid": 27,
        "paid": 30,
    }


def test_its_answers_are_in_the_log_also_after_a_break(released: Database, tmp_path: Path) -> None:
    source, engine = write_csv(tmp_path / "in.csv"), model()
    with pytest.raises(Outage):
        done(released, source, small.Dying(engine, 12, Outage("the server can't be reached")))
    with released.session() as session:
        assert audit(session).differences == ()
    done(released, source, engine)
    with released.session() as session:
        assert audit(session).differences == ()


def test_who_may_not_start_a_run_may_not_pay_for_a_file(released: Database, tmp_path: Path) -> None:
    acts.sign_in(released)
    engine = model()
    with pytest.raises(NotAllowed):
        done(released, write_csv(tmp_path / "in.csv"), engine, by="Nobody")
    assert engine.asked == []


def test_nothing_is_asked_where_nothing_is_released(submitted: Database, tmp_path: Path) -> None:
    with submitted.session() as session, pytest.raises(Refused, match="nothing is released for small on tiny"):
        planned(session, write_csv(tmp_path / "in.csv"))
