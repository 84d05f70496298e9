"""How long the pages take, and how much they send: `python -m ui.timing HOME CANDIDATE SMALL WORD`.

`python -m ui.timing HOME --task NAME` is of the page of a task alone, after the list of all tasks,
`python -m ui.timing HOME --library WORD TAG` of filters on the Library page,
`python -m ui.timing HOME --models TASK OTHER` of the Models page of two tasks, and
`python -m ui.timing HOME --adaptations NUMBER TARGET` of the Adapt page that shows one, and carries to another.

A real server is started on loopback for the home, and asked over its websocket as a browser asks it, with
Streamlit's own messages. A time is from the question to the message that the script has finished, all of
what the page shows having arrived: what the script takes, and the little that sending takes. Bytes are those
of the messages that arrived until then.

The process is fresh, but first shows another, small candidate in a session of its own: that loads the modules
that pages import when they are first opened, which is once in the life of a server. Nothing of the candidate
that is measured, nor of the Inbox, has been read before by then. Its filters are set in the session that showed
it, one after the other, each as one click or one word would.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

from library import log
from library.database import open_database
from library.errors import Refused

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60.0
BETWEEN_SECONDS = 0.5
"""Nobody clicks in the moment a page has come; till then the server tidies up behind it."""
BIGGEST_MESSAGE = 2**28
WELL = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass(frozen=True)
class Answered:
    """What came of one question: milliseconds until the script had finished, bytes, and the page's widgets.

    `widgets` maps the keys that the pages give to Streamlit's own ids; `texts` is all that came as HTML.
    """

    milliseconds: float
    bytes: int
    widgets: dict[str, str]
    texts: str


class Browser:
    """One session of the app, as a browser has it: it asks for a page, sets widgets, and gets messages."""

    def __init__(self, socket: ClientConnection, page: str, query: str = "") -> None:
        self._socket = socket
        self._page = page
        self._query = query
        self._hash = ""
        self._states: dict[str, WidgetState] = {}
        self._fragments: dict[str, str] = {}

    def look(self, *states: WidgetState) -> Answered:
        """Ask for the page, with these widgets set; raises `Refused` where the script ends otherwise than well."""
        self._states |= {state.id: state for state in states}
        ask = BackMsg()
        ask.rerun_script.query_string = self._query
        ask.rerun_script.page_name = "" if self._hash else self._page
        ask.rerun_script.page_script_hash = self._hash
        ask.rerun_script.widget_states.widgets.extend(self._states.values())
        ask.rerun_script.fragment_id = next((self._fragments.get(state.id, "") for state in states), "")
        time.sleep(BETWEEN_SECONDS)
        size, widgets, texts = 0, {}, []
        begun = time.perf_counter()
        self._socket.send(ask.SerializeToString())
        while True:
            received = self._socket.recv(timeout=PATIENCE_SECONDS)
            assert isinstance(received, bytes)
            size += len(received)
            message = ForwardMsg.FromString(received)
            kind = message.WhichOneof("type")
            # A page that starts its script again isn't there yet.
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
            if kind == "navigation":
                self._hash = message.navigation.page_script_hash
            if kind == "page_info_changed":
                self._query = message.page_info_changed.query_string
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                if element.WhichOneof("type") == "exception":
                    raise Refused(f"the page {self._page} failed", fix="Its server's log has the cause.")
                if element.WhichOneof("type") == "html":
                    texts.append(element.html.body)
                found = getattr(element, element.WhichOneof("type"))
                if name := getattr(found, "id", ""):
                    widgets[name.rpartition("-")[2]] = name
                    self._fragments[name] = message.delta.fragment_id
        took = 1000 * (time.perf_counter() - begun)
        if message.script_finished not in WELL:
            raise Refused(f"the page {self._page} did not finish", fix="Its server's log has the cause.")
        return Answered(took, size, widgets, "\n".join(texts))


def measure(home: Path, candidate: int, small: int, word: str) -> dict[str, float]:
    """Return the milliseconds and bytes of the pages of a home, on a server started for it.

    `word` is one to search for. Raises `Refused` where a page can't be shown.
    """
    with serving(home) as address:
        with _session(address) as socket:
            page = Browser(socket, "candidate", f"candidate={small}")
            _check(page.look(), small)
        with _session(address) as socket:
            page = Browser(socket, "candidate", f"candidate={candidate}")
            first = page.look()
            _check(first, candidate)
            better = page.look(_chosen(first.widgets["show"], "better"))
            found = page.look(_written(first.widgets["find"], word))
        with _session(address) as socket:
            inbox = Browser(socket, "inbox", "state=all").look()
    return {
        "candidate_first_ms": first.milliseconds,
        "candidate_filter_ms": max(better.milliseconds, found.milliseconds),
        "inbox_ms": inbox.milliseconds,
        "bytes": first.bytes,
    }


def measure_task(home: Path, name: str) -> dict[str, float]:
    """Return the milliseconds of the page of a task, on a server started for its home.

    Raises `Refused` where the page can't be shown, or its figures were not kept and are still computed.
    """
    with serving(home) as address:
        with _session(address) as socket:
            Browser(socket, "task").look()
        with _session(address) as socket:
            shown = Browser(socket, "task", f"name={name}").look()
    if f"task {name} ·" not in shown.texts or "How well people agree" not in shown.texts:
        raise Refused(f"the page of task {name} shows something else")
    return {"task_page_ms": shown.milliseconds}


def measure_library(home: Path, word: str, tag: str) -> dict[str, float]:
    """Return the milliseconds of the slowest of three filters on the Library page, on a server for its home.

    `word` and `tag` are of some snippets. Raises `Refused` where the page can't be shown.
    """
    with serving(home) as address, _session(address) as socket:
        page = Browser(socket, "library")
        first = page.look()
        found = page.look(_written(first.widgets["library"], word))
        both = page.look(_written(first.widgets["tag"], tag))
        tagged = page.look(_written(first.widgets["library"], ""))
    return {"library_filter_ms": max(one.milliseconds for one in (found, both, tagged))}


def measure_models(home: Path, task: str, other: str) -> dict[str, float]:
    """Return the milliseconds of the Models page of a home, on a server started for it.

    First of a task when something was logged since the page was shown last, so that all is read anew; then of
    another one, of which only the detail is; then of its targets side by side. Floor and ceiling, which are
    computed once for each version of the data, are there by then. Raises `Refused` where a page can't be shown.
    """
    with serving(home) as address:

        def look(name: str, part: str) -> Answered:
            with _session(address) as socket:
                return Browser(socket, "matrix", f"task={name}&part={part}&prompt=base").look()

        for name in (task, other):
            _shows(look(name, "side by side"), "The same examples on every target")
            _shows(look(name, "what quality costs"), "best constant answer")
        _note_in_log(home)
        first, second = (look(name, "what quality costs") for name in (task, other))
        beside = look(other, "side by side")
    return {
        "models_first_ms": first.milliseconds,
        "models_other_ms": second.milliseconds,
        "models_beside_ms": beside.milliseconds,
    }


def _note_in_log(home: Path) -> None:
    """Add an entry to the log of a home: pages then read anew what they show."""
    database = open_database(home)
    with database.session() as session:
        log.append(session, who="Ada", action="measured", subject="", why="", detail={}, at=datetime.now(UTC))
    database.close()


def _shows(shown: Answered, words: str) -> None:
    if words not in shown.texts:
        raise Refused(f"the page does not show “{words}”")


def measure_adaptations(home: Path, number: int, target: str) -> dict[str, float]:
    """Return the milliseconds of the Adapt page of a home, on a server started for it.

    First of an adaptation when something was logged since the page was shown last, then with a target chosen that
    a prompt is to be carried to, then of a filter on the list. Raises `Refused` where a page can't be shown.
    """
    with serving(home) as address:
        with _session(address) as socket:
            Browser(socket, "adapt").look()
        _note_in_log(home)
        with _session(address) as socket:
            page = Browser(socket, "adapt", f"adaptation={number}")
            first = page.look()
            _shows(first, f"<b>Adaptation {number}</b>")
            to = next(name for name in first.widgets.values() if "-to-" in name)
            chosen = page.look(_chosen(to, target))
            _shows(chosen, "What is frozen")
            found = page.look(_written(first.widgets["words"], target))
    return {
        "adapt_first_ms": first.milliseconds,
        "adapt_chosen_ms": chosen.milliseconds,
        "adapt_filter_ms": found.milliseconds,
    }


def _check(shown: Answered, candidate: int) -> None:
    if f"candidate {candidate} ·" not in shown.texts:
        raise Refused(f"the page of candidate {candidate} shows something else")


def _chosen(name: str, option: str) -> WidgetState:
    state = WidgetState(id=name)
    state.string_array_value.data.append(option)
    return state


def _written(name: str, text: str) -> WidgetState:
    return WidgetState(id=name, string_value=text)


@contextmanager
def _session(address: str) -> Iterator[ClientConnection]:
    with connect(f"ws://{address}/_stcore/stream", max_size=BIGGEST_MESSAGE, proxy=None) as socket:
        yield socket


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve a home's pages on loopback until the block ends; yields host and port.

    Raises `Refused` where no server comes up.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "ui" / "serving.py")]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    command += ["--", "--home", str(home)]
    # Whatever database the environment names, it is not the one to measure on.
    known = {name: value for name, value in os.environ.items() if name != "COMPOSER_DATABASE_URL"}
    with subprocess.Popen(command, cwd=ROOT, env=known, stdout=subprocess.DEVNULL, stderr=sys.stderr) as server:
        try:
            _await(port, server)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise Refused("the app did not come up", fix="`composer app` shows why.")


def main(arguments: Sequence[str]) -> int:
    """Print the figures of the pages as one JSON object; 1 where a page can't be shown."""
    home, *rest = arguments
    try:
        if rest[0] == "--task":
            figures = measure_task(Path(home), rest[1])
        elif rest[0] == "--models":
            figures = measure_models(Path(home), rest[1], rest[2])
        elif rest[0] == "--library":
            figures = measure_library(Path(home), rest[1], rest[2])
        elif rest[0] == "--adaptations":
            figures = measure_adaptations(Path(home), int(rest[1]), rest[2])
        else:
            candidate, small, word = rest
            figures = measure(Path(home), int(candidate), int(small), word)
        print(json.dumps(figures))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
