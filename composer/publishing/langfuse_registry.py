"""Langfuse's prompt management, by Langfuse's own client of its documented API: a chat prompt a version."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
from langfuse.api import LangfuseAPI, Prompt_Chat
from langfuse.api.commons.errors import NotFoundError
from langfuse.api.core.api_error import ApiError
from langfuse.api.prompts.types import ChatMessage, CreateChatPromptRequest, CreateChatPromptType
from langfuse.model import ChatPromptClient

from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages
from library.errors import Refused
from library.secrets import know

PUBLIC_KEY, SECRET_KEY = "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"
"""The variables of the environment that hold the keys, by the names that Langfuse gives them."""
OURS = "composer"
"""Where in the config of a version its pack and its manifest are."""
SECONDS = 20.0


def langfuse_registry(address: str, environment: Mapping[str, str] = os.environ) -> LangfuseRegistry:
    """Return the registry at an address, with the environment's keys; raises `Refused` where one is missing."""
    if missing := [name for name in (PUBLIC_KEY, SECRET_KEY) if not environment.get(name)]:
        raise Refused(
            f"the environment variable {missing[0]} is not set",
            where=f"Langfuse at {address}",
            fix="Set it to the key of the Langfuse project, and run the command again.",
        )
    return LangfuseRegistry(address, environment[PUBLIC_KEY], know(environment[SECRET_KEY]))


class LangfuseRegistry:
    """The prompts of a Langfuse project; raises `Refused` where it can't be reached or refuses something."""

    alias_word = "label"

    def __init__(self, address: str, public: str, secret: str) -> None:
        self.title = f"Langfuse at {address}"
        # Not the client that Langfuse hands to applications: that one starts threads which trace.
        self._api = LangfuseAPI(
            base_url=address,
            username=public,
            password=secret,
            x_langfuse_public_key=public,
            timeout=SECONDS,
            follow_redirects=False,
        )

    def caveats(self, prompt: ExportedPrompt) -> Sequence[str]:
        """Return whether Langfuse's form for LangChain makes other messages of this prompt."""
        inputs = dict.fromkeys(prompt.inputs, "text")
        client = ChatPromptClient(_as_stored(prompt))
        try:
            made = [content.format(**inputs) for _role, content in client.get_langchain_prompt()]
        except (KeyError, ValueError, IndexError):
            made = []
        if made == [one["content"] for one in prompt.messages(inputs)]:
            return ()
        return ("Langfuse's get_langchain_prompt() makes other messages of this prompt: use its compile().",)

    def filled(self, prompt: ExportedPrompt, inputs: Mapping[str, str]) -> Messages:
        """Return the messages as Langfuse's client makes them of what would be stored; asks no server."""
        return _compiled(_as_stored(prompt), inputs)

    def find(self, name: str, pack: str) -> int | None:
        """Return the newest version that was made of a pack."""
        with self._refusals():
            listed = [one for one in self._api.prompts.list(name=name).data if one.name == name]
            for version in sorted((number for one in listed for number in one.versions), reverse=True):
                config = self._api.prompts.get(_in_path(name), version=version, resolve=False).config
                if isinstance(config, dict) and (config.get(OURS) or {}).get("pack") == pack:
                    return int(version)
        return None

    def version_at(self, name: str, alias: str) -> int | None:
        """Return the version that a label points to."""
        with self._refusals():
            try:
                return int(self._api.prompts.get(_in_path(name), label=alias, resolve=False).version)
            except NotFoundError:
                return None

    def add(self, name: str, prompt: ExportedPrompt, pack: str) -> int:
        """Store a new version without a label; its config has the model, its settings and the manifest."""
        request = CreateChatPromptRequest(
            name=name,
            type=CreateChatPromptType.CHAT,
            prompt=[ChatMessage(**one) for one in prompt.template],
            labels=[],
            config={"model": prompt.model, **prompt.request, OURS: {"pack": pack, "manifest": prompt.manifest}},
            commit_message=f"Release {prompt.release} of {prompt.task} on {prompt.target}",
        )
        with self._refusals():
            return int(self._api.prompts.create(request=request).version)

    def stored(self, name: str, version: int, inputs: Mapping[str, str]) -> Messages:
        """Return the messages that Langfuse's client makes of a stored version, its references resolved."""
        with self._refusals():
            found = self._api.prompts.get(_in_path(name), version=version)
        if not isinstance(found, Prompt_Chat):
            raise Refused(f"version {version} of {name} is not a chat prompt", where=self.title)
        return _compiled(found, inputs)

    def point(self, name: str, alias: str, version: int) -> None:
        """Move a label to a version."""
        with self._refusals():
            kept = self._api.prompts.get(_in_path(name), version=version, resolve=False).labels
            labels = [one for one in kept if one not in (alias, "latest")]
            self._api.prompt_version.update(_in_path(name), version, new_labels=[*labels, alias])

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except ApiError as error:
            raise self._refused(f"status {error.status_code}, {_words(error.body)}") from error
        except httpx.HTTPError as error:
            raise self._refused(str(error) or type(error).__name__) from error

    def _refused(self, said: str) -> Refused:
        return Refused(
            f"the registry refuses or can't be reached: {said}",
            where=self.title,
            fix=f"Check the address, and the keys in {PUBLIC_KEY} and {SECRET_KEY}.",
        )


def _words(body: Any) -> str:
    said = body.get("message") or body.get("error") if isinstance(body, dict) else body
    return str(said or "without a reason").splitlines()[0][:300]


def _in_path(name: str) -> str:
    return quote(name, safe="")


def _as_stored(prompt: ExportedPrompt) -> Prompt_Chat:
    """Return what Langfuse would hand out, without asking it."""
    messages = [ChatMessage(**one) for one in prompt.template]
    return Prompt_Chat(prompt=messages, name="prompt", version=1, config={}, labels=[], tags=[])


def _compiled(stored: Prompt_Chat, inputs: Mapping[str, str]) -> Messages:
    made = ChatPromptClient(stored).compile(**inputs)
    return [{"role": str(one.get("role")), "content": str(one.get("content"))} for one in made]
