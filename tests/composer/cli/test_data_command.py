"""`composer data`: what a task's data hold, and examples taken out of it."""

from __future__ import annotations

import json
from dataclasses import replace

from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.data.examples import Dataset
from composer.home.paths import Home
from composer.registry.datasets import add_examples
from composer.registry.tasks import get_task
from library.database import Database
from tests import small


def run(home: Home, *words: str) -> Result:
    return CliRunner().invoke(app, ["data", *words, "--home", str(home.path)])


def rate(database: Database) -> None:
    """Have three people rate every example; the third rates against the others."""
    rated = [
        replace(one, ratings={"ann": one.gold, "bo": min(float(one.gold) + 1, 5), "cy": 6 - float(one.gold)})
        for one in small.examples()
    ]
    with database.session() as session:
        task = get_task(session, "small")
        add_examples(session, task, Dataset(tuple(rated)), by="Ada", at=small.NOW)


def test_agreement_and_who_is_at_odds_are_shown(filled: Database, home: Home) -> None:
    rate(filled)
    shown = run(home, "show", "small").output
    assert "32 examples (authoring 0, dev 16, test 16)" in shown
    assert "96 ratings by 3 people" in shown
    assert "Krippendorff's alpha" in shown
    assert "one more person, compared with the others: NMSE" in shown
    assert shown.index("cy") < shown.index("ann")
    assert "always answering 3: NMSE" in shown
    found = json.loads(run(home, "show", "small", "--json").stdout)
    assert found["people"]["raters"][0]["name"] == "cy"
    assert len(found["people"]["alpha"]) == 3


def test_other_measures_of_agreement_are_shown_where_asked_for(filled: Database, home: Home) -> None:
    rate(filled)
    shown, all_shown = run(home, "show", "small").output, run(home, "show", "small", "--kappa").output
    for name in ("alpha, nominal", "Fleiss' kappa", "ICC(1)"):
        assert name not in shown
        assert name in all_shown
    found = json.loads(run(home, "show", "small", "--json").stdout)
    assert found["people"]["measures"]["Krippendorff's alpha, interval"] == found["people"]["alpha"]


def test_data_without_single_ratings_say_so(filled: Database, home: Home) -> None:
    assert filled
    assert "nothing is known of how well they agree" in run(home, "show", "small").output


def test_examples_are_left_out_by_id_or_by_length_and_need_a_reason(filled: Database, home: Home) -> None:
    assert filled
    assert "needs a reason" in run(home, "leave-out", "small", "dev-01").output
    assert "no examples are named" in run(home, "leave-out", "small").output
    shown = run(home, "leave-out", "small", "dev-01", "--reason", "too long")
    assert (shown.exit_code, "left out: dev-01" in shown.output) == (0, True)
    assert "dev 15" in shown.output
    longest = run(home, "leave-out", "small", "--longer-than", "10000", "--reason", "too long")
    assert "no example is that long" in longest.output
