"""Questions asked by the workers of a Dask cluster: they call the model, and this process alone writes."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from composer.models.answer import Answer
from composer.models.client import KEPT, Outage, ask
from composer.models.connection import language_model
from composer.models.target import Target
from composer.prompts.messages import Messages
from library.errors import Refused

if TYPE_CHECKING:
    import dspy
    from distributed import Client

PATIENCE_SECONDS = 10
"""How long a scheduler may take to answer when it is first called."""
FORGOTTEN_SECONDS = 0.002
"""How often it is looked whether the scheduler has let go of a call."""
_PACKAGES = ("instruction-composer", "dspy", "xllamacpp")
"""What an answer depends on beside the model: every worker must have these as this process has them."""

Versions = tuple[tuple[str, str], ...]


class ClusterExecutor(Executor):
    """Has calls made by the workers of a cluster, each call once.

    A call that was submitted counts as running: it can't be cancelled, and equal calls are calls of their own.
    Where a worker is lost, Dask has another make the calls that it was at once more, and none of those that had a
    result here. Where the cluster gives up on a call, or is lost itself, the call's future raises an `Outage`.
    """

    def __init__(self, client: Client) -> None:
        self._client: Any = client

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a worker call `fn`, which it must be able to import."""
        given: Future[Any] = Future()
        # Dask says of a call that a worker is at that it has been cancelled, and the answer would be lost.
        given.set_running_or_notify_cancel()
        try:
            asked = self._client.submit(fn, *args, **kwargs, pure=False)
        except Exception as problem:
            raise _lost(problem) from problem
        self._client.loop.add_callback(self._hand_over, asked, given)
        return given

    async def _hand_over(self, asked: Any, given: Future[Any]) -> None:
        """Pass on what came of a call; what the cluster says of itself as an outage."""
        try:
            result = await asked._result(raiseit=False)
            status = asked.status
            if status == "finished":
                with suppress(OSError):  # a scheduler that is gone makes no call again
                    await self._let_go(asked)
                given.set_result(result)
            else:
                given.set_exception(_as_ours(result[1]) if status == "error" else _lost(result))
        except Exception as problem:  # noqa: BLE001 - whoever waits for it gets it
            given.set_exception(_lost(problem))

    async def _let_go(self, asked: Any) -> None:
        """Have the scheduler forget a call that was made.

        It would make it again where the worker that holds its result is lost, and an answer would be paid twice.
        """
        asked.release()
        while (await self._client.scheduler.get_task_status(keys=[asked.key]))[asked.key] == "memory":
            await asyncio.sleep(FORGOTTEN_SECONDS)


def _as_ours(problem: BaseException) -> BaseException:
    """Return what a call raised; as an outage what Dask raises itself, as for one whose workers keep dying."""
    return _lost(problem) if type(problem).__module__.startswith("distributed.") else problem


def _lost(problem: BaseException) -> Outage:
    said = " ".join(str(problem).split())[:300] or type(problem).__name__
    return Outage(f"the cluster gave up on a question: {said}", fix=f"Look at its workers.{KEPT}")


class Cluster:
    """A cluster that questions to one target are asked through.

    `slots` is how many are out at a time: as many as the target takes side by side, and of an embedded model,
    which every worker process has for itself, so many for each of them.
    """

    def __init__(self, client: Client, target: Target, workers: int) -> None:
        self.executor = ClusterExecutor(client)
        self.slots = target.parallel * (workers if target.kind == "embedded" else 1)
        self._client: Any = client
        self._name = uuid4().hex
        self.ask = partial(ask_here, target.model_dump(mode="json"), versions(), self._name)

    def hurry(self) -> None:
        """Have the workers end the pauses in which questions from here wait to be put again, for good."""
        with suppress(Exception):  # a cluster that is lost has nothing to end
            self._client.run(give_up, self._name)


@contextmanager
def cluster_at(address: str, target: Target, *, patience: float = PATIENCE_SECONDS) -> Iterator[Cluster]:
    """Give the cluster of the scheduler at an address, to ask a target.

    `patience` is how many seconds the scheduler may take to answer. Raises `Refused` where Dask isn't installed,
    nothing answers there, there is no worker, or one has other versions.
    """
    client = _connected(address, patience)
    try:
        about = _looked_at(client, address)
        for worker, found in sorted(about.items()):
            _require_same(versions(), found, f"worker {worker}")
        yield Cluster(client, target, len(about))
    finally:
        client.close()  # type: ignore[no-untyped-call]


def _connected(address: str, patience: float) -> Client:
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise Refused(
            "Dask is not installed", where=address, fix="Install it: pip install 'instruction-composer[cluster]'."
        ) from error
    try:
        found: Client = Client(address, timeout=patience, set_as_default=False)  # type: ignore[no-untyped-call]
        return found
    except (OSError, ValueError) as error:  # a timeout is an OSError
        raise Refused(
            f"no Dask scheduler answers: {' '.join(str(error).split())[:200]}",
            where=address,
            fix="Start one with `dask scheduler`, and write its address like tcp://127.0.0.1:8786.",
        ) from error


def _looked_at(client: Client, address: str) -> dict[str, Versions]:
    """Return the versions that each worker has, by its address."""
    try:
        found: dict[str, Versions] = client.run(versions)
    except Exception as problem:
        raise Refused(
            f"a worker can't do what it is asked: {' '.join(str(problem).split())[:200]}",
            where=address,
            fix="Install this version of the product for every worker.",
        ) from problem
    if not found:
        raise Refused("the cluster has no worker", where=address, fix=f"Start one: dask worker {address}")
    return found


def _require_same(here: Versions, there: Versions, where: str) -> None:
    for (name, wanted), (_, found) in zip(here, there, strict=True):
        if wanted != found:
            raise Refused(
                f"{name} is {found or 'not installed'} there and {wanted} here, and answers could differ",
                where=where,
                fix="Install the same versions for every worker.",
            )


@cache
def versions() -> Versions:
    """Return what this process makes answers with: packages and their versions, empty where one isn't there."""
    return tuple((name, _version(name)) for name in _PACKAGES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


_LOCK = threading.Lock()
_MODELS: dict[str, dspy.LM] = {}
"""The models that this process is a worker for, by what their targets hold: each is loaded once."""


_GIVEN_UP: set[str] = set()
"""Those whose questions are not put again, by the names that they have of themselves."""


def give_up(name: str) -> None:
    """Put no question of this name again, in this process, which is a worker."""
    _GIVEN_UP.add(name)


def ask_here(target: dict[str, Any], wanted: Versions, name: str, messages: Messages) -> Answer:
    """Ask a target from this process, which is a worker; its key comes from the worker's own environment.

    `name` is whose question it is.

    Raises what asking raises, such as `Refused` for a model file that isn't there, and names the worker.
    """
    try:
        _require_same(wanted, versions(), "")  # one that came later was not looked at
        return ask(_model(Target.model_validate(target)), messages, check=partial(_check, name))
    except Refused as problem:
        problem.where = ", ".join(filter(None, (problem.where, f"worker {_own_address()}")))
        # What an engine refuses is its own cause's cause (`ask`), and Dask follows causes without end.
        problem.__cause__ = problem.__context__ = None
        raise


def _check(name: str) -> None:
    if name in _GIVEN_UP:
        raise Outage("the question was given up", fix=KEPT.strip())


def _model(target: Target) -> dspy.LM:
    with _LOCK:
        name = target.model_dump_json()
        if name not in _MODELS:
            _MODELS[name] = language_model(target)
        return _MODELS[name]


def _own_address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:  # in no worker
        return f"process {os.getpid()}"
