"""`composer push`: a dry run says what would be done, `--yes` does it, and both read well."""

from __future__ import annotations

import json

import pytest

from library.database import Database
from tests.composer.cli.conftest import Run
from tests.composer.publishing.langfuse_stub import KEYS, Held, langfuse


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def test_a_dry_run_says_what_would_be_done_and_then_it_is_done(released: Database, run: Run) -> None:
    held = Held()
    with langfuse(held) as address:
        arguments = ("push", "small", "--target", "tiny", "--to", f"langfuse:{address}", "--alias", "production")
        dry = run(*arguments)
        assert held.prompts == {}
        done = run(*arguments, "--yes")
        again = run(*arguments, "--yes")
    head = f"Langfuse at {address}: small.tiny, release 1 of small on tiny\n"
    assert dry.stdout == head + (
        "  a new version would be made\n"
        "  label production would be moved to it, until now nowhere\n"
        "  ✓ tried with its own client: the measured messages\n"
        "Nothing was done. Do it with --yes.\n"
    )
    assert done.stdout == head + (
        "  version 1 made\n"
        "  label production moved to it, until now nowhere\n"
        "  ✓ loaded back with its own client: the measured messages\n"
    )
    assert again.stdout == head + (
        "  version 1 holds it already\n"
        "  label production is at it already\n"
        "  ✓ loaded back with its own client: the measured messages\n"
    )


def test_without_an_alias_none_is_moved_and_how_to_is_said(released: Database, run: Run) -> None:
    held = Held()
    with langfuse(held) as address:
        done = run("push", "small", "--target", "tiny", "--to", f"langfuse:{address}", "--name", "mine", "--yes")
    assert "no label is moved: name one with --alias" in done.stdout
    assert held.prompts["mine"][0]["labels"] == ["latest"]


def test_a_script_gets_one_json_document(released: Database, run: Run) -> None:
    with langfuse(Held()) as address:
        said = json.loads(run("push", "small", "--target", "tiny", "--to", f"langfuse:{address}", "--json").stdout)
    assert (said["name"], said["version"], said["alias"], said["done"]) == ("small.tiny", None, None, False)


def test_an_address_of_no_registry_is_refused(released: Database, run: Run) -> None:
    refused = run("push", "small", "--target", "tiny", "--to", "127.0.0.1:5000")
    assert refused.exit_code == 1
    assert "names no prompt registry" in refused.stderr
