"""A user's own task, labels, snippets and target, brought in by the commands that the README names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.models import connection
from tests.scripted import ScriptedEngine, connecting
from tests.test_readme import block

SNIPPETS = """snippets:
  - {key: high-when-down, text: "An outage is always a 5.", state: vetted, tags: [urgency]}
  - {key: thanks-is-low, text: "A message of thanks is a 1.", state: vetted, tags: [urgency]}
"""
SERVER = "{name: my-model, kind: server, model: some/model, api_base: 'http://127.0.0.1:9/v1'}\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "support.yaml").write_text(block("yaml", "support.yaml"))
    rows = [f"Message {number} of the day,{number % 5 + 1}" for number in range(60)]
    (tmp_path / "labels.csv").write_text("message,gold\n" + "\n".join(rows) + "\n")
    (tmp_path / "snippets.yaml").write_text(SNIPPETS)
    (tmp_path / "server.yaml").write_text(SERVER)
    return tmp_path


def run(files: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(files / "home")])


def brought_in(files: Path) -> None:
    for words in (
        ("task", "add", str(files / "support.yaml")),
        ("data", "import", "urgency", str(files / "labels.csv")),
        ("library", "import", str(files / "snippets.yaml"), "--yes"),
        ("target", "add", str(files / "server.yaml")),
    ):
        result = run(files, *words)
        assert result.exit_code == 0, (words, result.output)


def test_what_a_user_brings_is_listed_and_can_be_composed(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought_in(files)
    assert [one["name"] for one in json.loads(run(files, "task", "list", "--json").stdout)] == ["urgency"]
    assert [one["name"] for one in json.loads(run(files, "target", "list", "--json").stdout)] == ["my-model"]

    engine = ScriptedEngine(lambda system, user: '{"urgency": 3}')
    monkeypatch.setattr(connection, "connect", connecting(engine))
    result = run(files, "compose", "urgency", "--target", "my-model", "--budget", "40", "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["candidate_id"] is None
    assert "compositions beat the incumbent" in summary["message"]


def test_a_server_that_is_down_says_so_and_the_run_can_be_taken_up_again(files: Path) -> None:
    brought_in(files)
    result = run(files, "compose", "urgency", "--target", "my-model", "--budget", "40")
    assert result.exit_code == 1
    assert "Error:" in result.stderr
    assert "my-model" in result.stderr
    assert "run the same command again" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("message,gold\nHello,9\n", "line 2"),
        ("message,gold\nHello,\n", "gold"),
        ("message,mood,tone,x\nHello,3,bad,1\n", "mood"),
        ("message,gold\n,3\n", "message"),
    ],
)
def test_wrong_labels_are_refused_whole_with_line_or_field(files: Path, rows: str, said: str) -> None:
    assert run(files, "task", "add", str(files / "support.yaml")).exit_code == 0
    (files / "labels.csv").write_text(rows)
    result = run(files, "data", "import", "urgency", str(files / "labels.csv"))
    assert result.exit_code == 1
    assert "labels.csv" in result.stderr
    assert said in result.stderr


def test_columns_are_named_shown_and_tried_without_storing_anything(files: Path) -> None:
    assert run(files, "task", "add", str(files / "support.yaml")).exit_code == 0
    rows = [f"Message {number};{number % 5 + 1};{number % 3 + 1};desk {number % 2}" for number in range(60)]
    (files / "rows.csv").write_text("words;rater1;rater2;desk\n" + "\n".join(rows) + "\n")
    words = ("data", "import", "urgency", str(files / "rows.csv"), "--input", "message=words", "--slice", "desk")
    tried = run(files, *words, "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "message: words\ngold: from the single ratings\nraters: rater1, rater2 (guessed)\n" in tried.stdout
    assert "Message 2" in tried.stdout
    assert "60 examples can be imported; nothing was stored." in tried.stdout
    assert "no labelled data" in run(files, "data", "show", "urgency").stderr
    assert run(files, *words).exit_code == 0
    found = json.loads(run(files, "data", "show", "urgency", "--json").stdout)
    assert {one["name"] for one in found["people"]["raters"]} == {"rater1", "rater2"}


def test_what_a_labelling_tool_exported_is_recognised_or_named_for_both_commands(files: Path) -> None:
    brought_in(files)
    (files / "prompt.txt").write_text("Rate how urgent the message is, 1 to 5.\n{{message}}\n")
    rated = {"type": "rating", "from_name": "urgency", "to_name": "t"}
    tasks = [
        {
            "id": number,
            "data": {"message": f"Message {number} of the day", "id": f"00{number}"},
            "annotations": [
                {"completed_by": by, "result": [{**rated, "value": {"rating": (number + by) % 5 + 1}}]}
                for by in (1, 2)
            ],
        }
        for number in range(60)
    ]
    export = files / "project.json"
    export.write_text(json.dumps(tasks))
    shown = run(files, "data", "import", "urgency", str(export))
    assert shown.exit_code == 0, shown.output
    for line in ("format: Label Studio JSON (answers 120, people 2, items 60)", "gold: urgency", "rater: rater"):
        assert line in shown.output
    assert json.loads(run(files, "data", "show", "urgency", "--json").stdout)["ratings"] == 120
    drafted = run(files, "task", "new", "other", "--data", str(export), "--prompt", str(files / "prompt.txt"))
    assert drafted.exit_code == 0, drafted.output
    assert "format: Label Studio JSON" in drafted.output
    assert json.loads(run(files, "data", "show", "other", "--json").stdout)["ratings"] == 120
    wrong = run(files, "data", "import", "urgency", str(export), "--format", "prodigy")
    assert wrong.exit_code == 1
    assert "db-out" in wrong.stderr
