"""The figures of a run: printed as one JSON document, and as a table that says what each stands beside."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from composer.bench.throughput import Sizes, Throughput, measure_throughput, table
from library.errors import Refused

FOUND = Throughput(2000.0, 1000.0, 10.0, 10.4, 0.95, 1.9, 0.5, 0.125)


def test_a_script_gets_every_figure_by_its_name() -> None:
    assert FOUND.as_json() == {
        "stored_per_s": 2000.0,
        "dspy_evaluate_per_s": 1000.0,
        "raw_llama_s": 10.0,
        "embedded_s": 10.4,
        "endpoint_share": 0.95,
        "dask_speedup": 1.9,
        "load_ms": 0.5,
        "import_runtime_s": 0.125,
    }


def test_a_table_says_what_each_figure_stands_beside() -> None:
    console = Console(width=100, record=True)
    console.print(table(Throughput(**{**vars(FOUND), "against_embedded_s": 13.0})))
    shown = console.export_text()
    assert "2.00 of dspy.Evaluate" in shown
    assert "1.04 of raw llama.cpp" in shown
    assert "0.80 of the other installation" in shown


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        (Sizes(questions=9), "9 questions show nothing.*Give at least 10"),
        (Sizes(repetitions=0), "0 repetitions show nothing.*Give at least 1"),
        (Sizes(task="nothing"), "no task is called nothing"),
    ],
)
def test_what_gives_no_figure_is_refused_before_anything_is_measured(
    sizes: Sizes, said: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=said):
        measure_throughput(sizes, tmp_path)
