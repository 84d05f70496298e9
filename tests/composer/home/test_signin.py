"""auth.toml: what it must hold, and that the app answers other machines only where people sign in."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from composer.home.signin import SignIn, auth_file, is_loopback, read_sign_in
from library.errors import Refused

GOOD = {
    "redirect_uri": "https://prompts.example.org/oauth2callback",
    "cookie_secret": "0123456789abcdef0123456789abcdef",
    "client_id": "composer",
    "client_secret": "known to the provider",
    "server_metadata_url": "https://id.example.org/.well-known/openid-configuration",
}
Started = Callable[..., Result]


def write(home: Home, **changes: str) -> None:
    home.path.mkdir(exist_ok=True)
    lines = [f'{key} = "{value}"' for key, value in {**GOOD, **changes}.items() if value]
    auth_file(home).touch(0o600)
    auth_file(home).write_text("\n".join(["[auth]", *lines]))


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the command would have become."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: commands.append(command))
    monkeypatch.setattr(os, "chdir", lambda _folder: None)
    return commands


@pytest.fixture
def start(home: Home, monkeypatch: pytest.MonkeyPatch) -> Started:
    monkeypatch.setenv("COLUMNS", "200")
    # Port 0 is never taken, whatever runs on this machine.
    return lambda *words: CliRunner().invoke(app, ["app", "--port", "0", *words, "--home", str(home.path)])


def option(command: list[str], name: str) -> str:
    return command[command.index(f"--{name}") + 1]


def test_without_the_file_nobody_signs_in(home: Home) -> None:
    assert read_sign_in(home, 8501) is None


def test_a_port_that_is_left_open_is_filled_in(home: Home) -> None:
    write(home, redirect_uri="http://localhost:{port}/oauth2callback")
    assert read_sign_in(home, 8765) == SignIn(auth_file(home), "http://localhost:8765", "localhost", "composer")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_id": "", "cookie_secret": " "}, "lacks cookie_secret, client_id"),
        ({"cookie_secret": "short"}, "fewer than 32 characters"),
        ({"redirect_uri": "https://prompts.example.org/"}, "followed by /oauth2callback"),
        ({"redirect_uri": "https://prompts.example.org/deep/oauth2callback"}, "followed by /oauth2callback"),
        ({"redirect_uri": "http://prompts.example.org/oauth2callback"}, "redirect_uri uses plain http"),
        ({"server_metadata_url": "http://id.example.org/config"}, "server_metadata_url uses plain http"),
        ({"server_metadata_url": "id.example.org"}, "is not a web address"),
        ({"redirect_uri": "http://[::1/oauth2callback"}, "is not a web address"),
    ],
)
def test_a_file_that_would_not_do_is_refused(home: Home, changes: dict[str, str], reason: str) -> None:
    write(home, **changes)
    with pytest.raises(Refused) as caught:
        read_sign_in(home, 8501)
    assert reason in str(caught.value)
    assert str(auth_file(home)) in str(caught.value)


@pytest.mark.parametrize("content", ["[auth", "auth = 3", "", "\xff"])
def test_what_is_no_section_of_settings_is_refused(home: Home, content: str) -> None:
    home.path.mkdir()
    auth_file(home).touch(0o600)
    auth_file(home).write_bytes(content.encode("latin-1"))
    with pytest.raises(Refused, match=r"TOML|no section"):
        read_sign_in(home, 8501)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_these_are_this_machine_s_alone(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "::", "", "192.168.0.7", "localhost.example.org", "127.0.0.1.nip.io"]
)
def test_these_are_not(address: str) -> None:
    assert not is_loopback(address)


def test_the_app_answers_on_loopback_and_reads_no_other_secrets(
    home: Home, served: list[list[str]], start: Started
) -> None:
    result = start("--port", "8765")
    assert result.exit_code == 0, result.output
    assert option(served[0], "server.address") == "127.0.0.1"
    assert option(served[0], "server.port") == "8765"
    assert option(served[0], "secrets.files") == str(auth_file(home))
    assert "http://127.0.0.1:8765" in result.stderr
    assert allowed(served[0]) == {"localhost", "127.0.0.1", "::1"}


def allowed(words: list[str]) -> set[str]:
    """Return the names of hosts that the app is told to answer to."""
    return {words[place + 1] for place, word in enumerate(words) if word == "--server.allowedHosts"}


def test_the_app_answers_to_the_names_it_was_given_and_to_the_one_people_sign_in_at(
    home: Home, served: list[list[str]], start: Started
) -> None:
    assert start("--host", "Prompts.lan", "--host", "composer.local").exit_code == 0
    assert allowed(served[0]) == {"localhost", "127.0.0.1", "::1", "prompts.lan", "composer.local"}
    write(home)
    assert start("--address", "10.1.2.3", "--host", "prompts.lan").exit_code == 0
    assert allowed(served[1]) == {"10.1.2.3", "prompts.example.org", "prompts.lan"}
    assert start().exit_code == 0
    assert allowed(served[2]) == {"localhost", "127.0.0.1", "::1", "prompts.example.org"}
    assert "no name of a host" in start("--host", "http://prompts.lan").stderr
    assert len(served) == 3


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.1.2.3"])
def test_without_a_provider_no_other_address_is_answered(
    served: list[list[str]], start: Started, address: str
) -> None:
    result = start("--address", address)
    assert result.exit_code == 1
    assert "only where people sign in" in result.stderr
    assert "auth.toml with a section [auth]" in result.stderr
    assert served == []


def test_with_a_provider_any_address_is_answered_and_the_one_people_use_is_told(
    home: Home, served: list[list[str]], start: Started
) -> None:
    write(home)
    result = start("--address", "0.0.0.0")
    assert result.exit_code == 0, result.output
    assert option(served[0], "server.address") == "0.0.0.0"
    assert option(served[0], "browser.serverAddress") == "prompts.example.org"
    assert "The app is at https://prompts.example.org." in result.stderr
    assert "Nobody is let in yet" in result.stderr


def test_a_bad_file_keeps_the_app_from_starting(home: Home, served: list[list[str]], start: Started) -> None:
    write(home, client_secret="")
    assert "lacks client_secret" in start().stderr
    assert served == []


def test_people_without_a_provider_are_told_what_is_missing(
    home: Home, served: list[list[str]], start: Started
) -> None:
    words = ["people", "add", "Grace", "grace@example.org", "--home", str(home.path)]
    CliRunner().invoke(app, words)
    assert "nothing can be decided" in start().stderr
    assert len(served) == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_with_secrets_that_others_can_read_keeps_the_app_from_starting(
    home: Home, served: list[list[str]], start: Started, mode: int
) -> None:
    write(home)
    auth_file(home).chmod(mode)
    said = start().stderr
    assert "others on this machine can read what people sign in with" in said
    assert f"chmod 600 {auth_file(home)}" in said
    assert served == []
    auth_file(home).chmod(0o400)
    assert start().exit_code == 0
