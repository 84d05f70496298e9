"""A model that runs inside this process: llama.cpp behind DSPy's engine interface."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from dspy.lm15 import (
    ContextLengthError,
    InvalidRequestError,
    Request,
    Response,
    ServerError,
)

from composer.models.asking import Asking
from composer.models.chat_format import LlamaFormat, require_template
from composer.models.dialects import response_of
from composer.models.reply import answer_in
from composer.models.steps import Steps
from composer.models.system_role import SystemRole, as_sent
from composer.models.turns import Turns
from library.errors import Refused

WATCHED_SECONDS = 0.5
"""How long it is watched how busy the machine is, before a model takes its cores."""
WAY = 2
"""How a prompt is evaluated and an answer computed: to be counted up with whatever can change the last digits.

Near a tie an answer can change with them. It is stored with each, and evidence names it.
"""


def available_cores() -> int:
    """Return how many cores this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1


def idle_cores(cores: int, busy: float) -> int:
    """Return how many of a machine's cores are idle where `busy` of them (0 to 1) is in use, at least one.

    All threads of a model meet at every step of an answer, so one whose core is taken holds up all others: on a
    busy machine fewer threads answer several times faster than as many as there are cores.
    """
    return min(max(round(cores * (1 - busy)), 1), cores)


class EmbeddedEngine:
    """Answers DSPy's requests from a GGUF file; any thread may call it.

    The model is loaded on the first call and stays until `close`. `locate` gives the file's path (and may
    raise Refused); `context` is the number of tokens one answer may use, prompt included; up to `parallel`
    answers are computed side by side, on `threads` cores, or on those idle when it is loaded; `turns` keeps
    other processes' models from computing beside them; `system` is where the system text goes, and
    `template_sha256` the chat template that the file must have. With `parallel` 1 and temperature 0 an answer
    depends on its messages alone, not on what was asked before; with more, answers computed together can differ
    near a tie.
    """

    def __init__(
        self,
        locate: Callable[[], Path],
        *,
        context: int = 4096,
        parallel: int = 1,
        threads: int | None = None,
        turns: Turns | None = None,
        system: SystemRole = "role",
        template_sha256: str | None = None,
    ) -> None:
        self._locate = locate
        self._context = context
        self._parallel = parallel
        self._threads = threads
        self._server: Any = None
        self._turns = turns
        self._system = system
        self._template_sha256 = template_sha256
        # llama.cpp also listens on a loopback port of its own, where it shows how it makes a prompt. It is closed
        # to others with a key nobody knows, and without its pages.
        self._key = secrets.token_hex(32)
        self._steps: Steps | None = None
        self._served = ("", "")
        self._loading = threading.Lock()
        self._slots = threading.BoundedSemaphore(parallel)

    def complete(self, request: Request) -> Response:
        """Answer one request, its system text and messages passed on unchanged, or merged where `system` says so.

        Raises Refused when the model can't be loaded, and DSPy's engine errors when it can't answer.
        """
        body = _body(request)
        body["messages"] = as_sent(body["messages"], self._system)
        with self._slots, self._turns.turn() if self._turns else nullcontext():
            server, steps = self._loaded()
            reply = steps.ask(body) if steps else server.handle_chat_completions(body)
            error = reply.get("error")
            if error is not None:
                _raise(error)
        model, fingerprint = self._served
        return response_of(request, replace(answer_in(reply), served_model=model, system_fingerprint=fingerprint))

    def asking(self) -> Asking:
        """Return where the model's own server is asked how it makes a prompt; raises as `complete` does."""
        return Asking(self._loaded()[0].listening_address, self._key, own=True)

    def close(self) -> None:
        """Free the model's memory; a later call loads it again."""
        with self._loading:
            self._server = self._steps = None

    def __deepcopy__(self, memo: dict[int, Any]) -> EmbeddedEngine:
        """Return itself: a copied program asks the same loaded model."""
        return self

    def _loaded(self) -> tuple[Any, Steps | None]:
        with self._loading:
            if self._server is None:
                path = self._locate()
                loaded = self._load(path)
                asking = Asking(loaded.listening_address, self._key, own=True)
                if self._template_sha256 is not None:
                    require_template(asking, path.name, self._template_sha256, where=str(path))
                self._served = path.name, self._fingerprint()
                self._server = loaded
                self._steps = Steps(loaded, LlamaFormat(asking)) if self._parallel == 1 else None
            return self._server, self._steps

    def _fingerprint(self) -> str:
        """Return what tells apart answers of a version of llama.cpp, and of a way to ask it."""
        return f"xllamacpp-{version('xllamacpp')}-{'steps' if self._parallel == 1 else 'slots'}-{WAY}"

    def _load(self, path: Path) -> Any:
        import psutil
        import xllamacpp

        wanted = xllamacpp.CommonParams()
        wanted.model.path = str(path)
        wanted.n_ctx = self._context * self._parallel  # llama.cpp shares it out among the slots
        wanted.n_parallel = self._parallel
        threads = self._threads or idle_cores(available_cores(), psutil.cpu_percent(WATCHED_SECONDS) / 100)
        wanted.cpuparams.n_threads = threads
        wanted.cpuparams_batch.n_threads = threads
        wanted.verbosity = -1
        # Prompts that left a slot would be kept in memory up to 8 GiB. Cells come in an order in which
        # the slot's own prefix is what gets reused, so there is nothing to keep.
        wanted.cache_ram_mib = 0
        if self._parallel == 1:
            _draft_from_the_prompt(wanted.speculative)
        wanted.api_keys = [self._key]
        wanted.ui = False
        wanted.endpoint_slots = False
        try:
            return xllamacpp.Server(wanted)
        except RuntimeError as error:
            raise Refused(
                "llama.cpp can't load the model: the file is damaged, or memory is short",
                where=str(path),
                fix="Free some memory, or remove the file and pull the model again.",
            ) from error


def _draft_from_the_prompt(speculative: Any) -> None:
    """Have the token that followed the last one earlier in a prompt computed together with it, as a guess.

    Prompts spell the form that an answer has to have, so the guess is often right, and two tokens cost little more
    than one. A guess follows from the question's own text, never from other questions (llama.cpp's other kinds of
    guesses do), and one that is longer, or after several equal tokens, was slower: the value differs.
    """
    import xllamacpp

    speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    speculative.ngram_simple.size_n = speculative.ngram_simple.size_m = 1
    speculative.draft.n_max = 1


def _body(request: Request) -> dict[str, Any]:
    """Return the chat completion llama.cpp is asked for: the request's texts and decoding settings."""
    messages = [{"role": message.role, "content": message.text or ""} for message in request.messages]
    system = request.system
    if system is not None:
        text = system if isinstance(system, str) else "".join(part.text for part in system)
        messages.insert(0, {"role": "system", "content": text})
    body: dict[str, Any] = {"messages": messages}
    for name in ("max_tokens", "temperature", "top_p", "top_k", "seed"):
        value = getattr(request.config, name)
        if value is not None:
            body[name] = value
    if request.config.stop:
        body["stop"] = list(request.config.stop)
    return body


def _raise(error: dict[str, Any]) -> NoReturn:
    """Raise llama.cpp's error as the one of DSPy's engine errors that says the same."""
    message = str(error.get("message", error))
    if error.get("type") == "exceed_context_size_error":
        raise ContextLengthError(message)
    if 400 <= int(error.get("code", 500)) < 500:
        raise InvalidRequestError(message)
    raise ServerError(message)
