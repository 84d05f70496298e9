"""The `composer` command."""

from __future__ import annotations

import typer

from composer.cli import bench, data, library, model, people, target, task
from composer.cli.app import app as app_command
from composer.cli.audit import app as audit_app
from composer.cli.compose import compose, demo
from composer.cli.export import export, verify
from composer.cli.hooks import app as hooks_app
from composer.cli.inbox import inbox
from composer.cli.release import release, rollback
from composer.cli.review import review

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Compose, measure, review and release prompts made only of vetted instructions.",
)
app.command()(demo)
app.command()(compose)
app.command("app")(app_command)
app.command()(inbox)
app.command()(review)
app.command()(release)
app.command()(rollback)
app.command()(export)
app.command()(verify)
app.add_typer(library.app, name="library")
app.add_typer(task.app, name="task")
app.add_typer(data.app, name="data")
app.add_typer(target.app, name="target")
app.add_typer(model.app, name="model")
app.add_typer(people.app, name="people")
app.add_typer(hooks_app, name="hooks")
app.add_typer(audit_app, name="audit")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run the command line."""
    app()
