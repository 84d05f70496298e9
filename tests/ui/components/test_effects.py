"""Effects of snippets: a line each with figure and interval, and a file of all of them."""

from __future__ import annotations

import csv as csvfile
import io
from typing import Any

from composer.evaluation.outcomes import Difference
from composer.runs.findings import Effect, SearchFindings
from composer.search.attribution import Attribution
from ui.components import effects

CLEAR = Effect(("json-label",), Difference("accuracy", "higher", None, None, 0.683, 0.594, 0.774), 40, True)
UNCLEAR = Effect(("=irony",), Difference("accuracy", "higher", None, None, -0.027, -0.162, 0.111), 12, False)


def found(*snippets: Effect) -> SearchFindings:
    return SearchFindings(
        "accuracy", snippets, ("never",), (), snippets[:1], (), Attribution((), (), (), (), 0.1), 80, ""
    )


def drawn(**options: bool) -> dict[str, Any]:
    spec: dict[str, Any] = effects.chart([CLEAR, UNCLEAR], **options).to_dict()
    return spec


def test_each_effect_is_drawn_in_points_with_its_interval() -> None:
    data = next(rows for rows in drawn()["datasets"].values() if "change" in rows[0])
    assert [(row["name"], round(row["change"], 1), row["kind"]) for row in data] == [
        ("✓ json-label", 68.3, "better"),
        ("=irony", -2.7, "unclear"),
    ]
    assert data[0]["effect"] == "+68.3 [+59.4, +77.4] better"


def test_the_axis_says_which_way_is_better() -> None:
    assert "change of accuracy in points: further right is better" in str(drawn())
    assert "✓" not in str(drawn(ticked=False)["datasets"])


def test_the_file_holds_every_snippet_and_those_never_tried() -> None:
    first, second, never = csvfile.DictReader(io.StringIO(effects.csv(found(CLEAR, UNCLEAR)).decode()))
    assert (first["snippet"], first["direction"], first["answers"]) == ("json-label", "better", "40")
    assert second["snippet"] == "'=irony"
    assert (never["snippet"], never["answers"], never["direction"]) == ("never", "0", "")
