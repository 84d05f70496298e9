"""`composer library retire`: take a snippet out of use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from composer.cli.common import HomeOption, ReasonOption, opened, person, refusals, say
from composer.registry.releases import used_in
from library.retiring import retire


@refusals
def retire_command(
    key: Annotated[str, typer.Argument(help="The snippet's key.")],
    reason: ReasonOption = "",
    home: HomeOption = None,
) -> None:
    """Retire a snippet: no prompt may hold it, and candidates that do can't be released."""
    with opened(home).session() as session:
        done = retire(session, key, reason=reason, by=person(), at=datetime.now(UTC))
        releases = used_in(session).get(key, ())
    versions = ", ".join(f"v{number}" for number in done.versions)
    say(f"Retired: {key} ({versions}). Candidates that hold it are stale.")
    for one in releases:
        say(
            f"! Release {one.id} holds it: {one.task} on {one.target} can't be exported any more. Find a prompt "
            f"without it: composer compose {one.task} --target {one.target}"
        )
    if done.required_by:
        others = ", ".join(done.required_by)
        say(f"! Required by {others}: no run can use them before that rule is changed, or they are retired too.")
