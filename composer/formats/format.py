"""What an export format is: how its files are made, and how the tool it is for reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from composer.formats.prompt import ExportedPrompt
from composer.models.vendors import VENDORS
from composer.prompts.messages import PLACEHOLDER, Messages
from library.errors import Refused

Files = dict[str, bytes]
"""The files of one format, by name."""


@dataclass(frozen=True)
class Format:
    """One format of export.

    `files` makes its files; it raises `Refused`, with the reason, where the format can't hold the bytes of the
    prompt. `loaded` reads such files as whoever uses them does, and gives the messages for some inputs. It does so
    with the package `tool`, by the name that it is installed under (`tool_title` is what people call it); empty
    where Python alone reads them. `loaded_all` does so for many inputs, where one by one would take long. Where
    `prompt_only` holds, there is no place for the user message: what is loaded is the prompt, as a system message.
    `finds_version` finds the version of a tool that is no Python package. `note` says what the
    user of this prompt's files has to know.
    A format that holds no template but rows filled in says with `pairs` what to compare: each row's messages as
    loaded, and as they have to be.
    """

    name: str
    title: str
    files: Callable[[ExportedPrompt], Files]
    loaded: Callable[[Mapping[str, bytes], Mapping[str, str]], Messages]
    tool: str = ""
    tool_title: str = ""
    loaded_all: Callable[[Mapping[str, bytes], Sequence[Mapping[str, str]]], list[Messages]] | None = None
    prompt_only: bool = False
    pairs: Callable[[ExportedPrompt, Files], Iterator[tuple[Messages, Messages]]] | None = None
    finds_version: Callable[[], str | None] | None = None
    note: Callable[[ExportedPrompt], str] | None = None

    @property
    def tool_version(self) -> str | None:
        """The version of the tool that is installed here; None where it isn't, empty where none is needed."""
        if not self.tool:
            return ""
        if self.finds_version is not None:
            return self.finds_version()
        try:
            return version(self.tool)
        except PackageNotFoundError:
            return None

    def each_loaded(self, files: Mapping[str, bytes], every: Sequence[Mapping[str, str]]) -> list[Messages]:
        """Return what is loaded for each of several inputs."""
        if self.loaded_all is not None:
            return self.loaded_all(files, every)
        return [self.loaded(files, inputs) for inputs in every]

    def expected(self, prompt: ExportedPrompt, inputs: Mapping[str, str]) -> Messages:
        """Return what has to be loaded for these inputs."""
        if self.prompt_only:
            return [{"role": "system", "content": prompt.prompt}]
        return prompt.messages(inputs)


def encoded(text: str, what: str) -> bytes:
    """Return a text as UTF-8; raises `Refused` for half of a character's code, which UTF-8 has no bytes for."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Refused(f"{what} holds half of a character, which UTF-8 can't hold") from error


def whole(prompt: ExportedPrompt) -> None:
    """Raise `Refused` where the prompt or its message holds half of a character."""
    encoded(prompt.prompt, "the prompt")
    encoded(prompt.message, "the message")


def over_openai(prompt: ExportedPrompt) -> None:
    """Raise `Refused` where the prompt was measured over another API than the one a format asks: OpenAI's."""
    if prompt.api != "openai":
        raise Refused(f"it asks over OpenAI's chat API, and the target is asked over {VENDORS[prompt.api].title}")


def apart(prompt: ExportedPrompt) -> None:
    """Raise `Refused` where prompt and message are one text, and the prompt has a place that would be filled."""
    if prompt.system == "merge" and (found := PLACEHOLDER.search(prompt.prompt)):
        raise Refused(f"the prompt itself holds {found[0]}, which would be filled in where it is merged")


def filled(template: Messages, inputs: Mapping[str, str]) -> Messages:
    """Return a template, its user message filled in in one pass: an input that holds `{{…}}` stays as it is."""
    return [
        {**one, "content": PLACEHOLDER.sub(lambda match: inputs[match[1]], one["content"])}
        if one["role"] == "user"
        else one
        for one in template
    ]
