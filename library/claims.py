"""Work that one process at a time has, of all machines that share a PostgreSQL database.

A claim is a lock that the server gives to one connection. It is free again once that ends: with the process, or
some seconds after its machine is gone. So no clock is compared, and no row tells of a worker that isn't there.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from library.errors import Refused
from library.troubles import in_plain_words

BEAT_SECONDS = 5.0
"""How often a claim looks whether it still holds; a connection in use isn't closed for being idle either."""
_NAMED = "composer {work} on {host}, process {process}"
_LONGEST_NAME = 63
# What the server asks of a machine that says nothing: after 25 seconds its connection is closed.
_GONE = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}
_TAKE = text("select pg_try_advisory_lock(:key)")
_GIVE_BACK = text("select pg_advisory_unlock(:key)")
_WHOSE = text(
    "select a.application_name from pg_locks l join pg_stat_activity a on a.pid = l.pid"
    " where l.locktype = 'advisory' and l.granted and a.datname = current_database()"
    " and l.classid::bigint = :high and l.objid::bigint = :low and l.objsubid = 1"
)


class Taken(Refused):
    """Another process has a piece of work."""


class TakenOver(Taken):
    """Another process took a piece of work over, while this one had lost its connection to the database."""


class Claim:
    """A piece of work that this process has, for as long as `check` doesn't raise."""

    def __init__(self, work: str) -> None:
        self.work = work
        self.lost = Event()

    def check(self) -> None:
        """Raise `TakenOver` where another process may have the work by now."""
        if self.lost.is_set():
            raise TakenOver(
                f"the connection to the database broke, and another worker may be on {_words(self.work)}",
                fix="What was answered is kept; the run goes on with whoever takes it next.",
            )


def taken(work: str, whose: str = "") -> Taken:
    """Return the refusal of a piece of work, such as `run-3`, that another process has."""
    what = f"another worker is on {_words(work)}"
    return Taken(f"{what} ({whose})" if whose else what, fix="Wait for it, or stop it.")


@contextmanager
def claimed(url: URL, work: str) -> Iterator[Claim]:
    """Have a piece of work to oneself, of all that use this PostgreSQL database; `Taken` where another does.

    The claim is looked after by a thread of its own, and given back at the end of the block.
    """
    engine, claim, ended = _engine(url, work), Claim(work), Event()
    with in_plain_words(url):
        connection = engine.connect()
    try:
        with in_plain_words(url):
            if not connection.execute(_TAKE, {"key": _key(work)}).scalar_one():
                raise taken(work, _whose(connection, work))
        keeper = Thread(target=_keep, args=(connection, claim, ended), name=f"claim {work}", daemon=True)
        keeper.start()
        try:
            yield claim
        finally:
            ended.set()
            keeper.join()
            if not claim.lost.is_set():
                _give_back(connection, claim)
    finally:
        connection.close()
        engine.dispose()


def is_claimed(url: URL, work: str) -> bool:
    """Whether any process has this piece of work now, on whatever machine."""
    engine = _engine(url, f"looks at {work}")
    try:
        with in_plain_words(url), engine.connect() as connection:
            return bool(_whose(connection, work))
    finally:
        engine.dispose()


def _keep(connection: Connection, claim: Claim, ended: Event) -> None:
    """Look at a claim until it has ended: with a connection that broke, the server has given it back."""
    while not ended.wait(BEAT_SECONDS):
        try:
            connection.execute(text("select 1"))
        except DBAPIError:
            claim.lost.set()
            return


def _give_back(connection: Connection, claim: Claim) -> None:
    """Give a claim back before the connection is closed: the server notices that only some time later."""
    try:
        connection.execute(_GIVE_BACK, {"key": _key(claim.work)})
    except DBAPIError:
        claim.lost.set()


def _engine(url: URL, work: str) -> Engine:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    name = _NAMED.format(work=work, host=socket.gethostname(), process=os.getpid())[:_LONGEST_NAME]

    @event.listens_for(engine, "connect")
    def set_up(connection: object, _record: object) -> None:
        with connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute("select set_config('application_name', %s, false)", (name,))
            for setting, value in _GONE.items():
                cursor.execute(f"set {setting} = {value}")
        connection.commit()  # type: ignore[attr-defined]

    return engine


def _whose(connection: Connection, work: str) -> str:
    """Return the name of who has a piece of work; empty where nobody does."""
    high, low = divmod(_key(work) % 2**64, 2**32)
    found = connection.execute(_WHOSE, {"high": high, "low": low}).scalars().first()
    return "" if found is None else found.partition(" on ")[2] or "of this database"


def _key(work: str) -> int:
    """Return the number of a piece of work among all locks of the database, as signed 64 bits."""
    return int.from_bytes(hashlib.sha256(f"composer {work}".encode()).digest()[:8], signed=True)


def _words(work: str) -> str:
    return work.replace("-", " ")
