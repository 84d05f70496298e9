"""Making and revoking service tokens: who may, under which names, and what the log holds of it."""

from __future__ import annotations

import json

import pytest
from sqlmodel import Session, select

from library import log
from library.errors import Refused
from library.people import NotAllowed, add_person, require, require_scope, require_somewhere, someone
from library.roles import ROLES
from library.tables import TokenRow
from library.token_acts import make_token, revoke_token
from library.tokens import Token, accepted
from tests.library.conftest import AT

ROOT = "root (local)"


def made(session: Session, name: str = "ci", *scopes: str, tasks: tuple[str, ...] = ("a",)) -> tuple[Token, str]:
    return make_token(session, name, scopes or ("check",), tasks, days=30, by=ROOT, at=AT)


def test_making_and_revoking_are_logged_and_the_secret_is_stored_nowhere(session: Session) -> None:
    _, secret = made(session, "ci", "export", "check")
    revoke_token(session, "ci", by=ROOT, at=AT)
    said = [(one.action, one.detail.get("scopes")) for one in log.entries(session, "token:ci")]
    assert said == [("token made", ["check", "export"]), ("token revoked", None)]
    rows = [one.model_dump(mode="json") for one in session.exec(select(TokenRow))]
    everything = json.dumps([rows, [one.detail for one in log.entries(session)]])
    assert secret.rpartition("_")[2] not in everything
    assert log.first_broken(session) is None
    with pytest.raises(Refused, match="revoked already"):
        revoke_token(session, "ci", by=ROOT, at=AT)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "can't be a token's name"),
        ("CI", "can't be a token's name"),
        ("cі", "can't be a token's name"),
        ("ci\u200b", "can't be a token's name"),
        ("../ci", "can't be a token's name"),
        ("ci_nightly", "can't be a token's name"),
        ("c" * 65, "can't be a token's name"),
        ("ci", "a token was called ci already"),
        ("night1y", "looks like 'nightly'"),
    ],
)
def test_a_name_that_is_hidden_confusable_or_taken_is_refused(session: Session, name: str, reason: str) -> None:
    made(session)
    made(session, "nightly")
    with pytest.raises(Refused, match=reason):
        made(session, name)


@pytest.mark.parametrize(
    ("scopes", "days"),
    [(("approve",), 30), (("release", "check"), 30), ((), 30), (("check",), 0), (("check",), 9_999)],
)
def test_no_token_is_made_for_deciding_or_for_ever(session: Session, scopes: tuple[str, ...], days: int) -> None:
    with pytest.raises(Refused):
        make_token(session, "ci", scopes, (), days=days, by=ROOT, at=AT)


def test_only_an_admin_makes_and_revokes_tokens(session: Session) -> None:
    made(session)
    for role in ROLES:
        add_person(session, role, f"{role}@example.org", (role,), by=ROOT, at=AT)
    for name in (*(one for one in ROLES if one != "admin"), "a stranger", "ci (token)"):
        with pytest.raises(NotAllowed):
            make_token(session, "other", ("check",), (), days=1, by=name, at=AT)
        with pytest.raises(NotAllowed):
            revoke_token(session, "ci", by=name, at=AT)
    revoke_token(session, "ci", by="admin", at=AT)


def test_a_token_may_its_scopes_in_its_tasks_and_nothing_that_takes_a_role(session: Session) -> None:
    _, secret = made(session, "ci", "check", "export", tasks=("a", "b"))
    actor = accepted(session, secret, at=AT).actor
    assert require(session, actor, "curator", task="a", scope="check").name == "ci (token)"
    require_scope(session, actor, "export", "b")
    require_scope(session, "Ada", "import", "c")
    for scope, task in (("import", "a"), ("check", "c"), ("check", None), (None, "a")):
        with pytest.raises(NotAllowed):
            require(session, actor, *ROLES, task=task, scope=scope)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        require_somewhere(session, actor, *ROLES)
    assert not someone(session, actor).may_somewhere(*ROLES), "also where nobody signs in"


def test_a_token_revoked_while_it_acts_may_nothing_more(session: Session) -> None:
    token, _ = made(session)
    revoke_token(session, "ci", by=ROOT, at=AT)
    with pytest.raises(NotAllowed, match="can't act here any more"):
        require(session, token.actor, task="a", scope="check")


def test_nobody_can_be_called_as_a_token_is(session: Session) -> None:
    with pytest.raises(Refused, match="can't be a person's name"):
        add_person(session, "ci (token)", "ci@example.org", ("admin",), by=ROOT, at=AT)
