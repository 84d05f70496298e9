"""The `composer` command: one file a verb or a group of verbs, each imported only when it is run."""

from __future__ import annotations

import os
from collections.abc import Mapping

import typer

from composer.cli.lazy import Entry, LazyGroup
from composer.home.streams import guard_streams

# Looking for plugins of pydantic reads what every installed package offers, and no command has a use for one.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

COMMANDS: Mapping[str, Entry] = {
    "demo": Entry(
        "composer.cli.compose:demo",
        "Load the starter tasks and library, open the app, and start composing on an embedded model.",
    ),
    "compose": Entry(
        "composer.cli.compose:compose",
        "Search for a better composition and submit it for review; run it again to go on after a break.",
    ),
    "work": Entry(
        "composer.cli.work:work",
        "Do the runs that wait, one after the other; several at once, on any machine, take different ones.",
    ),
    "adapt": Entry(
        "composer.cli.adapt:adapt",
        "Carry a task's prompt from one target to others: each ends in a candidate, or a no-go with its reasons.",
    ),
    "propose": Entry(
        "composer.cli.propose:propose",
        "Measure snippets that you picked, or a prompt that you wrote, beside the prompt in use, as a candidate.",
    ),
    "app": Entry(
        "composer.cli.serve:app",
        "Open the app: on this machine as its one local person, or as people who sign in.",
    ),
    "inbox": Entry(
        "composer.cli.inbox:inbox",
        "List the candidates: task, target, gain with interval, gates, state, and what they wait for.",
    ),
    "review": Entry(
        "composer.cli.review:review",
        "Show a candidate: what changes, gains and breaks, what is in its way, and what comes next.",
    ),
    "compare": Entry(
        "composer.cli.compare:compare",
        "Compare candidates, releases and the bare base side by side, from stored answers: nothing is asked.",
    ),
    "matrix": Entry(
        "composer.cli.matrix:matrix",
        "Show every task on every target: figures, seconds and price of what counts now; one task in detail.",
    ),
    "approve": Entry("composer.cli.decide:approve", "Approve a candidate; releasing it is a step of its own."),
    "request-changes": Entry(
        "composer.cli.decide:request_changes",
        "Hold a candidate's release up until you approve it, or an admin dismisses this.",
    ),
    "no-go": Entry(
        "composer.cli.decide:no_go", "Turn a candidate down: no run proposes it again on the same evidence."
    ),
    "override": Entry(
        "composer.cli.decide:override",
        "Let a candidate pass although a gate fails, where the policy allows it.",
    ),
    "comment": Entry(
        "composer.cli.decide:comment",
        "Write a comment on a candidate, which decides nothing; --reason is its text.",
    ),
    "dispose": Entry(
        "composer.cli.dispose:dispose",
        "Give examples that got worse a disposition: acceptable, it blocks, or its label is wrong.",
    ),
    "reject-label": Entry(
        "composer.cli.dispose:reject_label",
        "Reject the correction of a label, or take your own back; in the app a second person can confirm it.",
    ),
    "dismiss": Entry(
        "composer.cli.decide:dismiss",
        "Dismiss a request for changes or a no-go, so that it is no longer in the way of a candidate.",
    ),
    "rescore": Entry(
        "composer.cli.rescore:rescore",
        "Score a stale candidate again on the answers stored; first prints how many have to be paid.",
    ),
    "release": Entry(
        "composer.cli.release:release",
        "Make an approved candidate the prompt of its task and target; first prints what it replaces.",
    ),
    "rollback": Entry(
        "composer.cli.release:rollback",
        "Make an earlier release current again, as a release of its own; first prints what it replaces.",
    ),
    "export": Entry(
        "composer.cli.export:export",
        "Write what is released for (task, target): the pack, or the formats of other tools.",
    ),
    "annotate": Entry(
        "composer.cli.annotate:annotate",
        "Ask the released prompt about every row of a file; run it again to go on after a break.",
    ),
    "check": Entry(
        "composer.cli.check:check",
        "Ask the released prompt anew about some sealed rows; exit 1 where it answers worse than at its release.",
    ),
    "push": Entry(
        "composer.cli.push:push",
        "Put what is released into MLflow's or Langfuse's prompt registry; a dry run without --yes.",
    ),
    "serve": Entry(
        "composer.cli.endpoint:serve",
        "Serve released prompts over HTTP, to be read: verified, under their ETags, as they are released.",
    ),
    "verify": Entry(
        "composer.cli.verify:verify",
        "Check an exported pack without database or network; names the byte or field that is off and exits 1.",
    ),
    "keys": Entry("composer.cli.keys:app", "Keys that evidence packs are signed and checked with."),
    "drift": Entry(
        "composer.cli.drift:app", "Prompts in use: how they do as time goes by, and scoring them again."
    ),
    "library": Entry("composer.cli.library:app", "The library: snippets, which are instructions that people vet."),
    "task": Entry("composer.cli.task:app", "Tasks: what prompts are for."),
    "data": Entry("composer.cli.data:app", "Labelled data of the tasks."),
    "label": Entry(
        "composer.cli.label:app", "What waits to be labelled by people: queue it, see how far it is, make it data."
    ),
    "target": Entry("composer.cli.target:app", "Targets: the models prompts are composed for."),
    "model": Entry("composer.cli.model:app", "Model files: fetch them, list them."),
    "people": Entry("composer.cli.people:app", "People: who signs in, and what they may do."),
    "tokens": Entry(
        "composer.cli.tokens:app", "Tokens by which CI and services act: make one, list them, revoke one."
    ),
    "hooks": Entry("composer.cli.hooks:app", "Addresses that are notified of what is logged, by signed webhooks."),
    "audit": Entry("composer.cli.audit:app", "The log of every change."),
    "backup": Entry(
        "composer.cli.backup:backup",
        "Write the database of this home into one file, as it is at this moment, also while runs go on.",
    ),
    "restore": Entry(
        "composer.cli.backup:restore",
        "Put a backup in place of this home's database, which is kept beside it; stop the app and runs before.",
    ),
    "doctor": Entry(
        "composer.cli.doctor:doctor",
        "Look at all of a home and change nothing: database, log, rows, files, models, room; exit 1 at a fault.",
    ),
    "db": Entry("composer.cli.db:app", "The database: its schema, and all of it copied into another."),
    "bench": Entry("composer.cli.bench:app", "Compare search strategies on recorded and made-up worlds, offline."),
}
"""The commands in the order of `composer --help`."""


class Commands(LazyGroup):
    """All of them."""

    entries = COMMANDS


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """Compose, measure, review and release prompts made only of vetted instructions."""


def main() -> None:
    """Run the command line."""
    guard_streams()
    app()
