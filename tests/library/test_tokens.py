"""Service tokens as they are stored: whose a secret is, until when, and that a use is noted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from library import log
from library.rows import content_hashes
from library.secrets import MASK, masked
from library.tables import TokenRow
from library.token_acts import make_token, revoke_token
from library.token_secrets import NotAccepted, new_secret
from library.tokens import NOTED_EVERY, accepted, note_use, token_named, tokens
from tests.library.conftest import AT

ROOT = "root (local)"
DAY = timedelta(days=1)


@pytest.fixture
def secret(session: Session) -> str:
    return make_token(session, "ci", ("check",), ("a",), days=30, by=ROOT, at=AT)[1]


def refused(session: Session, secret: str, days: int = 0) -> str:
    with pytest.raises(NotAccepted) as caught:
        accepted(session, secret, at=AT + days * DAY)
    assert secret[-20:] not in str(caught.value)
    return str(caught.value)


def test_a_secret_is_shown_to_who_makes_it_and_masked_from_its_first_use_on_whether_accepted_or_not(
    session: Session, secret: str
) -> None:
    foreign = new_secret("ci")
    assert masked(f"keep {secret} {foreign}") == f"keep {secret} {foreign}"
    accepted(session, secret, at=AT)
    refused(session, foreign)
    assert masked(f"sent {secret} {foreign}!") == f"sent {MASK} {MASK}!"


def test_a_secret_is_accepted_until_its_token_expires(session: Session, secret: str) -> None:
    assert accepted(session, secret, at=AT + 29 * DAY).name == "ci"
    assert "token ci is expired" in refused(session, secret, 30)


def test_a_revoked_token_is_not_accepted(session: Session, secret: str) -> None:
    revoke_token(session, "ci", by=ROOT, at=AT)
    assert "token ci is revoked" in refused(session, secret)
    assert tokens(session)[0].revoked_by == ROOT


def test_another_home_s_token_of_the_same_name_is_not_accepted(session: Session, secret: str) -> None:
    assert "is not one of this home" in refused(session, new_secret("ci"))
    assert "is not one of this home" in refused(session, new_secret("other"))


def test_a_truncated_token_is_not_accepted(session: Session, secret: str) -> None:
    assert "not a whole token" in refused(session, secret[:-1])


def test_a_use_is_noted_once_a_minute_and_is_no_change_to_the_row_that_the_log_names(
    session: Session, secret: str
) -> None:
    session.flush()
    before, entries = dict(content_hashes(session, TokenRow)), log.newest(session)
    for seconds in (0, 30, 61):
        note_use(session, accepted(session, secret, at=AT), at=AT + timedelta(seconds=seconds))
        session.flush()
    found = token_named(session, "ci")
    assert found is not None
    assert found.last_used_at == AT + timedelta(seconds=61) > AT + NOTED_EVERY
    assert (dict(content_hashes(session, TokenRow)), log.newest(session)) == (before, entries)
