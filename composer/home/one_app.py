"""One app at a time on a home and this machine: its lock is its server's for as long as that lives."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path

from composer.home.paths import Home
from library.errors import Refused

_held: dict[Path, int] = {}
"""The open files whose locks this process has, by their places."""


def lock_file(home: Home) -> Path:
    """Return the file whose lock the app of a home has; it holds the address at which that answers."""
    return home.locks / "app.lock"


def claim(home: Home, found: str) -> None:
    """Take a home's app for this process and what it becomes; `found` is where the app answers.

    The lock is free again once the process has ended, however it ends. Raises `Refused`, with its address, where
    another app of this home runs on this machine.
    """
    file = lock_file(home)
    give_back(home)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.truncate(number, 0)
        os.write(number, found.encode())
    except BlockingIOError as error:
        there = os.read(number, 1000).decode(errors="replace") or "another address"
        os.close(number)
        raise Refused(
            f"the app of this home runs already, at {there}",
            where=str(home.path),
            fix="Open it there, or end it first (Ctrl-C in its terminal); another home is --home DIR.",
        ) from error
    except OSError:
        os.close(number)
        raise
    os.set_inheritable(number, True)  # the server takes this process's place, and the lock with it
    _held[file] = number


def give_back(home: Home) -> None:
    """Give back what this process has claimed of a home, if anything."""
    number = _held.pop(lock_file(home), None)
    if number is not None:
        os.close(number)


def running_at(home: Home) -> str:
    """Return the address at which the app of a home answers on this machine; empty where none runs."""
    try:
        number = os.open(lock_file(home), os.O_RDONLY)
    except OSError:
        return ""
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(number, 1000).decode(errors="replace")
    finally:
        os.close(number)
    return ""


def check_port(address: str, port: int) -> None:
    """Raise `Refused` where something else answers at this port of an address, or nothing may."""
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address.strip("[]"), port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                return  # the server itself says what it thinks of the address
            what = "is in use by another program" if error.errno == errno.EADDRINUSE else "is kept for the system"
            raise Refused(f"port {port} {what}", where=address, fix="Name another with --port.") from error
