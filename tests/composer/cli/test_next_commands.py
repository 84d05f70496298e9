"""What comes next on the terminal: a sentence for every step, and commands that the command line knows."""

from __future__ import annotations

import shlex
from typing import get_args

import pytest

from composer.cli import COMMANDS
from composer.cli.next_commands import WORDS, commands, sentence
from composer.review.blockers import Blocker
from composer.review.next_step import NextStep, StepKind, Verb
from library.database import Database
from tests.composer.cli.conftest import Run
from tests.composer.review import acts

OBJECTION = Blocker("changes requested", who="Joan", number=4)
CORRECTION = Blocker("correction open", what="a b")


def test_every_step_has_a_sentence() -> None:
    assert set(WORDS) == set(get_args(StepKind))


@pytest.mark.parametrize("kind", get_args(StepKind))
def test_a_sentence_has_no_gap(kind: StepKind) -> None:
    blockers = (
        OBJECTION,
        Blocker("gate fails", what="tokens", detail="+3"),
        Blocker("approvals missing", count=1),
        Blocker("stale", what="snippet a v1 is retired"),
    )
    text = sentence(NextStep(kind, blockers=blockers, about=OBJECTION, number=2))
    assert "{" not in text
    assert not text.endswith((":", ": ", "."))


def test_every_verb_is_a_command_that_takes_what_it_is_given(worse: Database) -> None:
    status = acts.status(worse)
    for verb in get_args(Verb):
        about = CORRECTION if verb == "reject-label" else OBJECTION
        for named, command in commands(NextStep("settle", (verb,), about=about, number=3), status):
            assert (named, command.split()[1]) == (verb, verb)
            assert verb in COMMANDS


def test_an_example_is_quoted_and_a_verdict_named(submitted: Database) -> None:
    status = acts.status(submitted)
    ((_, rejected),) = commands(NextStep("settle", ("reject-label",), about=CORRECTION), status)
    ((_, dismissed),) = commands(NextStep("settle", ("dismiss",), about=OBJECTION), status)
    assert shlex.split(rejected)[:4] == ["composer", "reject-label", "1", "a b"]
    assert dismissed == 'composer dismiss 1 --verdict 4 --reason "…"'


def test_what_is_printed_leads_from_the_first_look_to_the_export(worse: Database, run: Run) -> None:
    for command in ("dispose 1 all --as acceptable", "approve 1", "release 1"):
        assert f'\n  composer {command} --reason "…"' in run("review", "1").stdout
        assert run(*command.split(), "--reason", "So.").exit_code == 0
    assert "\n  composer export small --target tiny --out DIR" in run("review", "1").stdout
