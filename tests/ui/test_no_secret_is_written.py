"""Secrets stand in no log, error, database, page or export: a marker in every place that holds one, then a search.

Commands run that fail and that succeed, some against a server which repeats the key that it was sent. All that
they print and write is searched for each marker, as it is and as URLs, JSON and base64 write it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from composer.home.paths import Home
from composer.home.signin import auth_file
from tests.servers import ChatServer, Reply
from tests.ui.pages import Open, seen

MARKERS = {
    "VENDOR_KEY": "marker-vendor/+k1",
    "HOOK_SECRET": "marker-hook/+h2",
    "LANGFUSE_PUBLIC_KEY": "public",
    "LANGFUSE_SECRET_KEY": "marker-langfuse/+l3",
    "client_secret": "marker-client-c4",
    "cookie_secret": f"marker-cookie-{'7e' * 16}",
    "password": "marker-password-p5",
    "MLFLOW_TRACKING_TOKEN": "marker-mlflow/+m6",
    "token": f"composer_marker-t7_{'7e' * 32}",
}
PAIR = f"{MARKERS['LANGFUSE_PUBLIC_KEY']}:{MARKERS['LANGFUSE_SECRET_KEY']}"
SECRET = {name: marker for name, marker in MARKERS.items() if "marker" in marker}
AUTH = f"""[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{MARKERS["cookie_secret"]}"
client_id = "composer"
client_secret = "{MARKERS["client_secret"]}"
server_metadata_url = "http://id.example.org/{MARKERS["client_secret"]}"
"""
TARGET = """name: repeats
kind: server
model: m
api_base: {}
api_key_env: VENDOR_KEY
"""
# All in one process, as many commands as it is asked for: each takes a while to come up.
EACH = """
import json, os, sys
from composer.cli import main
for environment, words in json.load(sys.stdin):
    for name in ("COMPOSER_DATABASE_URL", "COMPOSER_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(environment)
    sys.argv = ["composer", *words]
    try:
        main()
    except SystemExit as ended:
        print("ENDED", words[0], words[1], ended.code, flush=True)
"""


def forms(marker: str) -> set[bytes]:
    """Return a marker as it may have been written."""
    shown = {marker, quote(marker), quote(marker, safe=""), json.dumps(marker)[1:-1]}
    packed = {b64encode(b"x" * before + marker.encode())[4:-4] for before in range(3)}
    return {one.encode() for one in shown} | packed


def found_in(content: bytes) -> list[str]:
    return [name for name, marker in SECRET.items() if any(one in content for one in forms(marker))]


@pytest.fixture
def repeating() -> Iterator[ChatServer]:
    """A server that refuses every key, and says which one."""

    def refuse(_request: dict[str, Any]) -> Reply:
        return Reply(401, {"error": {"message": f"no such key: {server.keys[-1]}"}})

    class Everywhere(dict[str, Any]):
        """Shows the same under every path."""

        def get(self, _path: str, _otherwise: object = None) -> Reply:
            """Return what says which key was sent with the path that was asked for last."""
            return Reply(401, {"error_code": "DENIED", "message": f"no such key: {server.beside_keys[-1]}"})

    server = ChatServer(refuse)
    server.shows = Everywhere()
    with server:
        yield server


@pytest.mark.sqlite
def test_no_secret_stands_in_what_is_printed_stored_shown_or_exported(
    furnished: Home, tmp_path: Path, repeating: ChatServer, visit: Open
) -> None:
    target, out = tmp_path / "repeats.yaml", tmp_path / "out"
    out.mkdir()
    target.write_text(TARGET.format(repeating.api_base))
    auth_file(furnished).touch(0o600)
    auth_file(furnished).write_text(AUTH)
    address = repeating.api_base.removesuffix("/v1")
    nobody = {"COMPOSER_DATABASE_URL": f"postgresql://u:{MARKERS['password']}@127.0.0.1:1/x"}
    foreign = {"COMPOSER_TOKEN": MARKERS["token"]}
    released = ("polarity", "--target", "qwen2.5-coder-0.5b")
    commands: list[tuple[dict[str, str], tuple[str, ...], int]] = [
        ({}, ("target", "add", str(target)), 0),
        ({}, ("target", "check", "repeats", "--task", "polarity"), 1),
        ({}, ("propose", "polarity", "--target", "repeats", "--snippets", "irony"), 1),
        ({}, ("hooks", "add", "https://hooks.invalid/x", "--secret-env", "HOOK_SECRET"), 0),
        ({}, ("hooks", "add", "http://127.0.0.1:1/x", "--secret-env", "HOOK_SECRET"), 1),
        ({}, ("push", *released, "--to", f"langfuse:{address}", "--yes"), 1),
        ({}, ("push", *released, "--to", f"mlflow:{address}", "--yes"), 1),
        ({}, ("people", "add", "Grace", "grace@example.org"), 0),
        ({}, ("hooks", "deliver"), 1),
        ({}, ("app", "--port", "0"), 1),
        (nobody, ("library", "list"), 1),
        (foreign, ("export", *released, "--out", str(out / "refused")), 1),
        ({}, ("export", *released, "--out", str(out / "pack")), 0),
        ({}, ("library", "export", str(out / "snippets.yaml")), 0),
        ({}, ("audit", "list", "--json"), 0),
        ({}, ("backup", str(out / "backup.db")), 0),
        ({}, ("doctor", "--json"), 1),
    ]
    asked = [(environment, [*words, "--home", str(furnished.path)]) for environment, words, _ in commands]
    done = subprocess.run(
        [sys.executable, "-c", EACH],
        input=json.dumps(asked).encode(),
        capture_output=True,
        env={**os.environ, **MARKERS, "COMPOSER_PERSON": "Ada (local)"},
        check=False,
        timeout=120,
    )
    said = (done.stdout + done.stderr).decode()
    ends = [line.split()[1:] for line in said.splitlines() if line.startswith("ENDED")]
    assert ends == [[*words[:2], str(code)] for _, words, code in commands], said
    assert f"Bearer {MARKERS['VENDOR_KEY']}" in repeating.keys  # it was sent, and repeated
    assert f"Bearer {MARKERS['MLFLOW_TRACKING_TOKEN']}" in repeating.beside_keys
    assert f"Basic {b64encode(PAIR.encode()).decode()}" in repeating.beside_keys
    assert said.count("no such key: Bearer [secret]") >= 2
    assert "this token is not one of this home" in said
    pages = "\n".join(seen(visit(furnished, page)) for page in ("runs", "activity"))
    assert found_in(said.encode()) == []
    assert found_in(pages.encode()) == []
    written = [file for place in (furnished.path, out) for file in sorted(place.rglob("*")) if file.is_file()]
    assert {file.name for file in written} >= {"composer.db", "backup.db", "snippets.yaml", "manifest.json"}
    held = {file.name: found_in(file.read_bytes()) for file in written}
    assert held.pop("auth.toml") == ["client_secret", "cookie_secret"]  # where they belong: the search finds them
    assert {name: found for name, found in held.items() if found} == {}
