"""What people sign in with: `auth.toml` in the home, an `[auth]` section as Streamlit reads it."""

from __future__ import annotations

import ipaddress
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from composer.home.paths import Home
from library.errors import Refused
from library.secrets import know, open_to_others

LOOPBACK = "127.0.0.1"
LOCAL_NAMES = ("localhost", LOOPBACK, "::1")
CALLBACK = "/oauth2callback"
KEYS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SHORTEST_SECRET = 32
"""Characters of the secret that signs who somebody is; 32 hexadecimal ones hold 128 bits."""


@dataclass(frozen=True)
class SignIn:
    """How people sign in: the file that holds it, where their browsers find the app, and its name at the provider.

    `client_id` is the app's name at the provider, which a token that is meant for it has as its audience.
    """

    file: Path
    origin: str
    host: str
    client_id: str


def auth_file(home: Home) -> Path:
    """Return where a home keeps the settings of its OIDC provider; nobody signs in where there is no such file."""
    return home.path / "auth.toml"


def needed(home: Home) -> str:
    """Return, as a sentence, what must be written for people to sign in to a home."""
    keys = f"{', '.join(KEYS[:-1])} and {KEYS[-1]}"
    return f"Write {auth_file(home)} with a section [auth] that holds {keys} of an OIDC provider."


def read_sign_in(home: Home, port: int) -> SignIn | None:
    """Return how people sign in to a home whose app answers at this port; None where nobody does.

    Raises `Refused` for a file that lacks something, and for one by which others could read or forge
    who somebody is: a short secret, or plain http beyond this machine.
    """
    file = auth_file(home)
    if not file.exists():
        return None
    given = _section(file)
    missing = [key for key in KEYS if not isinstance(given.get(key), str) or not given[key].strip()]
    if missing:
        raise Refused(f"[auth] lacks {', '.join(missing)}", where=str(file), fix="Write them as text.")
    for key in ("client_secret", "cookie_secret"):
        know(given[key])
    if len(given["cookie_secret"]) < SHORTEST_SECRET:
        raise Refused(
            f"cookie_secret has fewer than {SHORTEST_SECRET} characters, so it could be guessed",
            where=str(file),
            fix="`python -c 'import secrets; print(secrets.token_hex())'` prints a new one.",
        )
    back = given["redirect_uri"].replace("{port}", str(port))
    for key, url in (("redirect_uri", back), ("server_metadata_url", given["server_metadata_url"])):
        _check_url(file, key, url)
    if urlsplit(back).path != CALLBACK or urlsplit(back).query:
        raise Refused(
            f"redirect_uri must be the app's address followed by {CALLBACK}",
            where=str(file),
            fix=f"On this machine alone: http://localhost:{{port}}{CALLBACK}",
        )
    parts = urlsplit(back)
    return SignIn(file, f"{parts.scheme}://{parts.netloc}", parts.hostname or "", given["client_id"])


def is_loopback(address: str) -> bool:
    """Whether an address or host name can be reached from this machine alone."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _section(file: Path) -> dict[str, Any]:
    try:
        if open_to_others(file):
            raise Refused(
                "others on this machine can read what people sign in with",
                where=str(file),
                fix=f"`chmod 600 {file}`, and give it new secrets where that may have happened.",
            )
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"the file can't be read: {error.strerror or error}", where=str(file)) from error
    except ValueError as error:
        raise Refused(f"the file is not TOML: {error}", where=str(file)) from error
    section = content.get("auth")
    if not isinstance(section, dict):
        raise Refused("the file has no section [auth]", where=str(file), fix=f"It holds {', '.join(KEYS)}.")
    return section


def _check_url(file: Path, key: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(f"{key} is not a web address: {url}", where=str(file))
    if parts.scheme == "http" and not is_loopback(host):
        raise Refused(
            f"{key} uses plain http beyond this machine, where others could read who signs in",
            where=str(file),
            fix="Use https; a proxy in front of the app can speak it.",
        )
