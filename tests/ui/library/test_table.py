import csv
import io
from dataclasses import replace
from typing import Any

from composer.curation.listing import Row
from composer.curation.worth import Worth
from composer.evaluation.outcomes import Difference
from library.rejections import Rejection
from tests import small
from ui.library import table

EFFECT = Difference("accuracy", "higher", None, None, 0.052, -0.01, 0.114)
WORTH = Worth(
    "exact", "labels", "tiny", EFFECT, 40, 7, 1, outdated=True, could=3, tried=2, answers=60, picked=(7,)
)


def row(key: str = "exact", text: str = "=SUM(A1)", rejection: Rejection | None = None, **changes: Any) -> Row:
    return Row(small.snippet(key, text, **changes), None, small.NOW, rejection)


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_shares_are_in_points_and_an_older_wording_says_so() -> None:
    (one,) = table.frame([row()], {"exact": WORTH}, {}).to_dict("records")
    assert (one["worth"], one["95%"]) == (5.2, "[−1.0, +11.4] unclear as of v1")
    assert (one["in prompts"], one["picked"]) == (0, 1)


def test_what_no_run_tried_has_no_figure() -> None:
    untried = Worth("exact", "labels", "tiny", could=3)
    (one,) = table.frame([row()], {"exact": untried}, {}).to_dict("records")
    assert one["worth"] is None
    assert one["95%"] == "not tried"


def test_the_file_holds_the_ends_of_the_interval_and_no_formula() -> None:
    (one,) = read(table.csv([row(rationale="Why not?", pin="last")], {"exact": WORTH}, {}))
    assert one["text"] == "'=SUM(A1)"
    assert (one["metric"], one["worth"], one["low"], one["high"]) == ("accuracy", "5.2", "-1.0", "11.4")
    assert (one["worth in"], one["worth from run"], one["answers"]) == ("labels → tiny", "7", "60")
    assert (one["rules"], one["rationale"], one["state"]) == ("pinned last", "Why not?", "vetted")


def test_rejected_texts_have_their_reasons_instead_of_worth() -> None:
    why = Rejection(1, "exact", 1, "A text.", "", "It names an example.", "Joan", small.NOW)
    rows = [row(text="A text.", rejection=why, state="rejected")]
    (one,) = table.frame(rows, {}, {}).to_dict("records")
    assert (one["rejected for"], one["rejected by"]) == ("It names an example.", "Joan")
    assert "worth" not in one
    assert read(table.csv(rows, {}, {}))[0]["rejected for"] == "It names an example."


def test_where_worth_was_found_is_said_where_it_differs() -> None:
    rows = [row("exact"), row("topic", number=2)]
    other = replace(WORTH, key="topic", target="huge")
    assert "worth on" not in table.frame(rows, {"exact": WORTH}, {})
    both = table.frame(rows, {"exact": WORTH, "topic": other}, {})
    assert list(both["worth on"]) == ["labels → tiny", "labels → huge"]
