"""What every export format is made of: one released prompt, and the messages that were measured with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from composer.models.system_role import SystemRole, as_sent
from composer.models.vendors import Api
from composer.prompts.messages import Messages, render
from composer.task.task import Output


@dataclass(frozen=True)
class SealedRow:
    """An example of the sealed test split that the prompt was measured on; `gold` is a rating or a label."""

    id: str
    inputs: Mapping[str, str]
    gold: float | str


@dataclass(frozen=True)
class AskedRow:
    """A row that somebody wants an answer to; `id` is its own, or says which one it is."""

    id: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class ExportedPrompt:
    """One release, checked against its rows.

    `request` are the decoding settings by the names of `api`, which the target was asked over, `model` is the
    server's name for the model; `system` is where the target takes the prompt. `message` is the template of the
    user message, in which each of `inputs` stands as `{{name}}`. `fingerprint` is that of the pack, sha256 in hex;
    `manifest` the pack's own, which `manifest.json` holds in its canonical form. `rows` may be empty: few formats
    hold them. `asked` are rows to ask the model about, for the formats that are requests.
    """

    task: str
    title: str
    target: str
    model: str
    request: Mapping[str, Any]
    system: SystemRole
    prompt: str
    message: str
    inputs: tuple[str, ...]
    output: Output
    fingerprint: str
    release: int
    api: Api = "openai"
    manifest: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[SealedRow, ...] = ()
    asked: tuple[AskedRow, ...] = ()

    def messages(self, inputs: Mapping[str, str]) -> Messages:
        """Return the messages for these inputs, exactly as they were sent when the prompt was measured.

        Raises KeyError where an input is missing.
        """
        return as_sent(render(self.prompt, self.message, inputs), self.system)

    @property
    def template(self) -> Messages:
        """The messages as sent, with each input still as `{{name}}`."""
        return as_sent(
            [{"role": "system", "content": self.prompt}, {"role": "user", "content": self.message}], self.system
        )
