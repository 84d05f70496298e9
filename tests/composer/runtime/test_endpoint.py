"""The endpoint, asked over a real connection: what it serves is the pack, and nothing can be changed by it."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from composer import ReleasedPrompt, load
from composer.attestation.keys import public_key
from composer.release.verification import EVIDENCE, PACK
from composer.runtime.catalogue import Catalogue
from composer.runtime.endpoint import LARGEST_BODY, MEDIA, endpoint
from composer.runtime.folder_source import FolderSource
from composer.runtime.loading import signer
from composer.runtime.serving import listening, server_of
from tests.composer.release.test_contradictions import sealed_again

PLACE = "/prompts/small/tiny"
INPUTS = {"query": "ä\u2028 {{document}}", "document": "b\r\n\tc"}


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Served:
    """An endpoint that answers on this machine."""

    port: int

    def ask(self, path: str, method: str = "GET", *, body: bytes | None = None, **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            reply = connection.getresponse()
            return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def post(self, path: str, content: Any) -> Reply:
        return self.ask(path, "POST", body=json.dumps(content).encode())

    def raw(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while part := connection.recv(65536):
                received += part
        return received


@contextmanager
def serving(folder: Path, *, key: Path | None = None) -> Iterator[Served]:
    at = listening("127.0.0.1", 0)
    catalogue = Catalogue(FolderSource(folder), every=0, wait=60, key=signer(key))
    server = server_of(endpoint(catalogue, ["127.0.0.1", "prompts.example.org"]))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
    thread.start()
    try:
        yield Served(at.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        at.close()
        assert not thread.is_alive()


@pytest.fixture
def packs(pack: Path, tmp_path: Path) -> Path:
    shutil.copytree(pack, tmp_path / "packs" / "small" / "tiny")
    return tmp_path / "packs"


@pytest.fixture
def served(packs: Path) -> Iterator[Served]:
    with serving(packs) as found:
        yield found


@pytest.fixture
def prompt(pack: Path) -> ReleasedPrompt:
    return load("small", target="tiny", source=pack)


def test_prompts_are_listed(served: Served, prompt: ReleasedPrompt) -> None:
    reply = served.ask("/prompts")
    about = {"task": "small", "target": "tiny", "release": 1, "fingerprint": prompt.fingerprint}
    about["signed_by"] = None
    assert reply.json == {
        "prompts": [{**about, "url": PLACE, "problem": None, "problem_since": None}],
        "problem": None,
    }
    assert served.ask("/prompts", If_None_Match=reply.headers["etag"]).status == 304


def test_a_prompt_is_there_with_its_manifest_and_what_is_sent(served: Served, prompt: ReleasedPrompt) -> None:
    found = served.ask(PLACE).json
    assert found["manifest"] == prompt.manifest
    assert found["prompt"] == prompt.prompt
    assert found["messages"] == json.loads(prompt.files["messages.json"])
    assert (found["inputs"], found["system"]) == (["query", "document"], "role")
    assert found["output"] == {
        "field": "rating",
        "format": "json",
        "high": 5,
        "kind": "ordinal",
        "labels": [],
        "low": 1,
    }


@pytest.mark.parametrize("name", PACK)
def test_the_files_of_the_pack_are_served_byte_for_byte(
    served: Served, prompt: ReleasedPrompt, pack: Path, name: str
) -> None:
    reply = served.ask(f"{PLACE}/{name}")
    assert (reply.status, reply.body) == (200, (pack / name).read_bytes())
    assert reply.headers["content-type"] == MEDIA[name]
    assert reply.headers["etag"] == f'"{prompt.fingerprint}"'
    assert reply.headers["composer-release"] == "1"


@pytest.mark.parametrize("path", [PLACE, f"{PLACE}/prompt.txt"])
def test_who_has_it_already_gets_304(served: Served, prompt: ReleasedPrompt, path: str) -> None:
    tag = f'"{prompt.fingerprint}"'
    for given in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        reply = served.ask(path, If_None_Match=given)
        assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", tag)
    for given in ('"other"', prompt.fingerprint, ""):
        assert served.ask(path, If_None_Match=given).status == 200


def test_head_tells_what_get_would(served: Served) -> None:
    head, get = served.ask(PLACE, "HEAD"), served.ask(PLACE)
    assert (head.status, head.body) == (200, b"")
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_messages_are_filled_in_as_load_fills_them_in(served: Served, prompt: ReleasedPrompt) -> None:
    reply = served.post(f"{PLACE}/messages", {"inputs": INPUTS})
    assert reply.json["messages"] == prompt.messages(**INPUTS)
    assert (reply.json["release"], reply.json["fingerprint"]) == (1, prompt.fingerprint)
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("text", ['{"rating": 4}', '{"rating": 6}', "four", "", '{"rating": 4} '])
def test_answers_are_parsed_as_load_parses_them(served: Served, prompt: ReleasedPrompt, text: str) -> None:
    found = served.post(f"{PLACE}/parse", {"text": text}).json
    parsed = prompt.parse(text)
    assert (found["valid"], found["value"], found["error"]) == (parsed.valid, parsed.value, parsed.error)


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ({"inputs": {"query": "a"}}, 422, "the input document is missing"),
        ({"inputs": {"query": "a", "document": "b", "c": "d"}}, 422, "there is no input c"),
        ({"inputs": {"query": "a", "document": 5}}, 422, "no text but int"),
        ({"inputs": {"query": "a", "document": "\ud800"}}, 400, "not JSON in UTF-8"),
        ({"inputs": ["a", "b"]}, 400, "has to be an object"),
        ({"query": "a", "document": "b"}, 400, "has to be an object"),
        ([], 400, "has to be an object"),
        (None, 400, "has to be an object"),
    ],
)
def test_a_body_that_is_not_its_inputs_is_refused(served: Served, content: Any, status: int, said: str) -> None:
    reply = served.post(f"{PLACE}/messages", content)
    assert reply.status == status
    assert said in reply.json["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"inputs": NaN}', b"\x00"])
def test_a_body_that_is_no_json_is_refused(served: Served, body: bytes) -> None:
    reply = served.ask(f"{PLACE}/messages", "POST", body=body)
    assert reply.status == 400
    assert set(reply.json) == {"error"}


def test_a_body_that_is_too_large_is_refused_however_it_comes(served: Served) -> None:
    text = "a" * (LARGEST_BODY + 1)
    assert served.post(f"{PLACE}/parse", {"text": text}).status == 413
    lines = f"POST {PLACE}/parse HTTP/1.1", "Host: 127.0.0.1", "Transfer-Encoding: chunked"
    chunk = f"{len(text):x}\r\n{text}\r\n0\r\n\r\n"
    assert b" 413 " in served.raw("\r\n".join([*lines, "", chunk]).encode()).split(b"\r\n")[0]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/prompts", PLACE, f"{PLACE}/prompt.txt"])
def test_nothing_is_changed_by_any_method(served: Served, method: str, path: str) -> None:
    reply = served.ask(path, method)
    assert reply.status == 405
    assert set(reply.json) == {"error"}
    assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/prompts/",
        "/prompts/small",
        "/prompts/small/other",
        "/prompts/../../etc/passwd",
        "/prompts/small/tiny/",
        "/prompts/small/tiny/..%2f..%2f..%2fcomposer.db",
        "/prompts/..%2fsmall/tiny",
        "/prompts/small/tiny/notes.txt",
        "/prompts/small/tiny/messages/",
        "/prompts/%00/tiny",
    ],
)
def test_what_is_not_there_is_not_found(served: Served, packs: Path, path: str) -> None:
    reply = served.ask(path)
    assert reply.status == 404
    assert set(reply.json) == {"error"}


@pytest.mark.parametrize("host", ["prompts.example.org", "Prompts.Example.org:8600", "127.0.0.1:1", "127.0.0.1."])
def test_it_answers_to_the_names_it_was_given(served: Served, host: str) -> None:
    assert served.ask(PLACE, Host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1]", "evil.example:127.0.0.1"])
def test_it_answers_to_no_other_name(served: Served, host: str) -> None:
    reply = served.ask(PLACE, Host=host)
    assert reply.status == 421
    assert set(reply.json) == {"error"}


def test_a_request_without_a_host_is_not_answered(served: Served) -> None:
    first = served.raw(f"GET {PLACE} HTTP/1.0\r\n\r\n".encode()).split(b"\r\n")[0]
    assert b" 421 " in first


def test_another_release_is_served_under_another_tag_and_one_that_does_not_verify_never(
    served: Served, packs: Path, prompt: ReleasedPrompt
) -> None:
    folder = packs / "small" / "tiny"
    sealed_again(folder, lambda manifest: manifest["release"].update(id=2))
    reply = served.ask(PLACE, If_None_Match=f'"{prompt.fingerprint}"')
    assert (reply.status, reply.json["release"]) == (200, 2)
    (folder / "prompt.txt").write_text("Say 5.")
    again = served.ask(PLACE)
    assert (again.status, again.body) == (200, reply.body)
    assert "does not verify: prompt.txt byte 0 is off" in again.headers["composer-problem"]
    assert str(packs) not in again.headers["composer-problem"]
    assert "does not verify" in served.ask("/prompts").json["prompts"][0]["problem"]


def test_what_was_never_good_is_not_served(packs: Path) -> None:
    (packs / "small" / "tiny" / "prompt.txt").write_text("Say 5.")
    with serving(packs) as served:
        reply = served.ask(PLACE)
        assert reply.status == 503
        assert "does not verify: prompt.txt byte 0 is off" in reply.json["error"]
        assert str(packs) not in reply.json["error"]
        told = served.ask("/prompts").json["prompts"][0]
        assert told.keys() == {"task", "target", "url", "problem", "problem_since"}


def test_the_signature_is_served_with_a_pack_that_is_signed(signed: Path, keys: tuple[Path, Path]) -> None:
    evidence = (signed / EVIDENCE).read_bytes()
    with serving(signed, key=keys[1]) as served:
        whole, alone = served.ask(PLACE), served.ask(f"{PLACE}/{EVIDENCE}")
        assert whole.json["evidence"] == json.loads(evidence)
        assert whole.json["signed_by"] == public_key(keys[1]).keyid
        assert alone.body == evidence
        fingerprint = whole.json["fingerprint"]
        for reply in (whole, alone):
            assert reply.headers["etag"].startswith(f'"{fingerprint}.')
            assert served.ask(PLACE, If_None_Match=reply.headers["etag"]).status == 304
        assert served.ask(f"{PLACE}/prompt.txt").headers["etag"] == f'"{fingerprint}"'


def test_a_pack_without_a_signature_has_none(served: Served) -> None:
    assert served.ask(PLACE).json["evidence"] is None
    assert served.ask(f"{PLACE}/{EVIDENCE}").status == 404


def test_many_ask_at_once_while_releases_change(served: Served, packs: Path) -> None:
    found: list[Reply] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            found.append(served.ask(PLACE))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 8):
        sealed_again(packs / "small" / "tiny", lambda manifest: manifest["release"].update(id=number))  # noqa: B023
    done.set()
    for thread in threads:
        thread.join()
    assert {reply.status for reply in found} == {200}
    assert all(reply.json["release"] == reply.json["manifest"]["release"]["id"] for reply in found)
    assert served.ask(PLACE).json["release"] == 7
