"""A real PostgreSQL server for the tests, in a folder that goes when it ends, and databases copied from others.

It refuses to run as root, and then runs as somebody else. Its texts are sorted as a dictionary sorts them, which
many servers do and SQLite doesn't: what relies on the order of code points shows.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

PLACES = "/usr/lib/postgresql/*/bin"
"""Where Debian puts the server's programs, which are not in the path."""
_UNHURRIED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
_SMALL = ("shared_buffers=32MB", "max_connections=60", "wal_level=minimal", "max_wal_senders=0")
_LOCALE = ("--encoding", "UTF8", "--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en-US")
_COMES_UP_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A server that runs: `folder` holds its socket, and only processes of this machine reach it."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        """The URL of one of its databases, as COMPOSER_DATABASE_URL has it."""
        return f"postgresql://composer@/{name}?host={self.folder}"

    def execute(self, statement: str, name: str = "postgres") -> list[Any]:
        """Run one statement outside any transaction, and return its rows, if it has any."""
        with psycopg.connect(host=str(self.folder), user="composer", dbname=name, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def database(self, template: str = "template0") -> str:
        """Make a database as a copy of another one, which nobody may be using, and return its name."""
        name = f"made_{next(self._numbers)}"
        self.execute(f'create database "{name}" template "{template}" strategy file_copy')
        return name


def program(name: str) -> Path:
    """Return where one of the server's programs is; fails where no server is installed."""
    found = sorted(Path("/").glob(f"{PLACES[1:]}/{name}"), key=lambda path: float(path.parts[-3]))
    beside = shutil.which(name)
    if not found and beside is None:
        raise FileNotFoundError(f"no {name} here: `make test` installs PostgreSQL's server")
    return found[-1] if found else Path(str(beside))


@contextmanager
def server() -> Iterator[Server]:
    """Start a server of its own for this process, and end it whatever happens."""
    with TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as made:
        folder, user = Path(made), _user()
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data = folder / "data"
        made_as = ("--username", "composer", "--auth", "trust", "--no-sync", *_LOCALE)
        subprocess.run(
            [program("initdb"), "--pgdata", data, *made_as],
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        settings = [part for one in (*_UNHURRIED, *_SMALL) for part in ("-c", one)]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [program("postgres"), "-D", data, "-k", folder, "-c", "listen_addresses=", *settings],
                user=user,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            running = Server(folder)
            _wait(running, process)
            yield running
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: what it holds goes with it
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _user() -> str | None:
    """Return whom the server runs as: this user, or for root, whom it refuses, one who owns nothing."""
    return "nobody" if os.geteuid() == 0 else None


def _wait(running: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _COMES_UP_SECONDS
    while True:
        try:
            running.execute("select 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((running.folder / "log").read_text(errors="replace")) from None
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    program("initdb"), program("postgres")
