#!/usr/bin/env bash
# Packages: psycopg 3.3.9 (psycopg-binary 3.3.9) with the PostgreSQL 16.2 of pgserver 0.1.4.
# Expected: after Connection.close() has returned, the session has ended, and what it held is free: a lock of
#   pg_advisory_lock lasts until it is given back or the session ends.
# Seen: close() says goodbye and doesn't wait. The server ends the session when it comes to it, and removes the
#   session's temporary tables first: with 200 of these the lock is still held some tenth of a second after close()
#   has returned, for another connection of the same process too; without any, for some milliseconds. Given back
#   with pg_advisory_unlock before close(), it is free at once.
# For users: a worker that closes its connection and takes the same work again is refused by its own past. Give the
#   lock back first, and leave its end to the session only where the process dies.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    psycopg==3.3.9 psycopg-binary==3.3.9 pgserver==0.1.4
cat >"$work/seen.py" <<'PYTHON'
import sys
import time

import pgserver
import psycopg

LOCK = 1


def held_after_close(uri: str, other: psycopg.Connection, *, give_back: bool) -> tuple[bool, float]:
    """Whether a lock is held when close() has returned, and for how many seconds it stays so."""
    one = psycopg.connect(uri, autocommit=True)
    one.execute("select pg_advisory_lock(%s)", (LOCK,))
    for number in range(200):
        one.execute(f"create temp table t{number} (word text primary key)")
    if give_back:
        one.execute("select pg_advisory_unlock(%s)", (LOCK,))
    one.close()
    assert one.closed
    begun, held = time.monotonic(), False
    while not other.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()[0]:
        held = True
        assert time.monotonic() - begun < 60
        time.sleep(0.001)
    seconds = time.monotonic() - begun
    other.execute("select pg_advisory_unlock(%s)", (LOCK,))
    return held, seconds


server = pgserver.get_server(sys.argv[1], cleanup_mode="stop")
try:
    uri = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as other:
        version = other.execute("show server_version").fetchone()[0]
        left, given_back = (held_after_close(uri, other, give_back=give) for give in (False, True))
finally:
    server.cleanup()
print(f"psycopg {psycopg.__version__}, PostgreSQL {version}: after close() held for {left[1]:.3f} s more;", end=" ")
print("given back first:", "held" if given_back[0] else "free at once")
assert left[0]
assert not given_back[0]
PYTHON
mkdir "$work/data"
(cd "$work" && "$work/venv/bin/python" -W ignore "$work/seen.py" "$work/data")
echo "as described"
