"""What a server shows of how it makes a model's prompt of messages: the chat template, the text, the tokens.

None of it belongs to the OpenAI chat API. llama.cpp's server, the one inside this process too, answers at
`/apply-template`, `/tokenize` and `/props`; vLLM at `/tokenize`, `/detokenize` and, where it was started so, at
`/tokenizer_info`; Ollama shows the template at `/api/show`. Whatever else a server replies counts as nothing
shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from composer.models.asking import Asking
from composer.models.reply import kept
from library.canonical import text_digest
from library.control_tokens import control_tokens
from library.errors import Refused

Messages = Sequence[Mapping[str, str]]
LONGEST_TOKEN = 64
"""Characters of a text that are looked at for its first token: hardly any is longer, and it matters little."""


class TemplateRefusal(Exception):
    """A chat template doesn't take these messages; in its own words."""


@dataclass(frozen=True)
class Token:
    """One token: its number in the vocabulary, the bytes it stands for, and whether it is a control token.

    A control token is one that no plain text becomes unless it spells the token. The bytes need not be whole
    characters.
    """

    id: int
    piece: bytes
    control: bool = False

    @property
    def text(self) -> str:
        """The piece as text, with a replacement for half a character."""
        return kept(self.piece.decode("utf-8", "replace"))


class ChatFormat(Protocol):
    """What a server shows of how it makes a prompt."""

    def prompt(self, messages: Messages) -> str:
        """Return the text that the model gets for these messages; raises `TemplateRefusal`."""

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return the tokens of a prompt's text, control tokens that it spells among them; empty if not shown."""


class LlamaFormat:
    """llama.cpp's server. `extra` are the further fields that a target's requests have."""

    def __init__(self, asking: Asking, extra: Mapping[str, Any] | None = None) -> None:
        self._asking = asking
        self._extra = dict(extra or {})

    def prompt(self, messages: Messages) -> str:
        """Return the text that the model gets for these messages; raises `TemplateRefusal`."""
        status, body = self._asking.post("/apply-template", {"messages": list(messages), **self._extra})
        if isinstance(text := body.get("prompt"), str):
            return text
        raise TemplateRefusal(complaint_of(status, body))

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return the tokens of a prompt's text, control tokens that it spells among them."""
        found = self._tokens(text, special=True)
        # What is cut otherwise where control tokens are not read may be one; alone, such a spelling is cut too.
        plain = {one.id for one in self._tokens(text, special=False)}
        odd = {one.id: one.text for one in found if one.id not in plain and len(one.piece) > 1}
        alone = {number: [one.id for one in self._tokens(text, special=False)] for number, text in odd.items()}
        control = {number for number, numbers in alone.items() if numbers != [number]}
        return tuple(Token(one.id, one.piece, one.id in control) for one in found)

    def first_token(self, text: str) -> int | None:
        """Return the number of the token that a text, which may spell control tokens, begins with."""
        asked = {"content": text[:LONGEST_TOKEN], "add_special": False, "parse_special": True}
        found = _numbers(self._asking.post("/tokenize", asked)[1].get("tokens"))
        return found[0] if found else None

    def _tokens(self, text: str, *, special: bool) -> tuple[Token, ...]:
        asked = {"content": text, "add_special": special, "parse_special": special, "with_pieces": True}
        _, body = self._asking.post("/tokenize", asked)
        return tuple(_tokens_in(body.get("tokens")))


class VllmFormat:
    """vLLM's server. `extra` are the further fields that a target's requests have."""

    def __init__(self, asking: Asking, model: str, extra: Mapping[str, Any] | None = None) -> None:
        self._asking = asking
        self._model = model
        self._extra = dict(extra or {})

    def prompt(self, messages: Messages) -> str:
        """Return the text that the model gets for these messages; raises `TemplateRefusal`."""
        asked = {"model": self._model, "messages": list(messages), "add_generation_prompt": True, **self._extra}
        status, body = self._asking.post("/tokenize", asked)
        if not (tokens := _numbers(body.get("tokens"))):
            raise TemplateRefusal(complaint_of(status, body))
        status, body = self._asking.post("/detokenize", {"model": self._model, "tokens": tokens})
        if isinstance(text := body.get("prompt"), str):
            return text
        raise TemplateRefusal(complaint_of(status, body))

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return the tokens of a prompt's text; its control tokens are told by their spelling."""
        asked = {"model": self._model, "prompt": text, "add_special_tokens": False, "return_token_strs": True}
        _, body = self._asking.post("/tokenize", asked)
        numbers, spelled = _numbers(body.get("tokens")), body.get("token_strs")
        if not isinstance(spelled, list) or len(spelled) != len(numbers):
            spelled = [""] * len(numbers)
        return tuple(
            Token(number, as_bytes(str(one)), str(one) in control_tokens(str(one)))
            for number, one in zip(numbers, spelled, strict=True)
        )


def format_of(asking: Asking, model: str, extra: Mapping[str, Any]) -> ChatFormat | None:
    """Return what the server behind this address shows of its prompts; None where it shows none."""
    greeting = [{"role": "user", "content": "Hello."}]
    for found in (LlamaFormat(asking, extra), VllmFormat(asking, model, extra)):
        try:
            found.prompt(greeting)
        except TemplateRefusal:
            continue
        return found
    return None


def template_of(asking: Asking, model: str) -> str | None:
    """Return the chat template that a server shows for a model; None where it shows none."""
    shown = (
        asking.get("/props").get("chat_template"),
        asking.get("/tokenizer_info").get("chat_template"),
        asking.post("/api/show", {"model": model})[1].get("template"),
    )
    return next((one for one in shown if isinstance(one, str) and one), None)


def template_hash(template: str) -> str:
    """Return the sha256 of a chat template's text, in hex, without a line break at its end.

    That makes no difference to what Jinja writes, and llama.cpp shows a template without it.
    """
    return text_digest(template.removesuffix("\n"))


def require_template(asking: Asking, model: str, expected: str, *, where: str) -> None:
    """Raise `Refused` where a server shows another chat template than that of this hash; it need not show any."""
    template = template_of(asking, model)
    if template is None or (found := template_hash(template)) == expected:
        return
    raise Refused(
        f"the chat template has changed: its sha256 is {found}, and the target expects {expected}",
        where=where,
        fix="What it makes of a prompt is part of what was measured. Have the model served with the template of "
        f"before; or write `template_sha256: {found}` in the target file and add it again: then answers are asked "
        "for anew.",
    )


def complaint_of(status: int, body: Mapping[str, Any]) -> str:
    """Return a server's own words about what it refuses, their first line, as they can be shown."""
    error = body.get("error", body.get("message"))
    said = error.get("message") if isinstance(error, Mapping) else error
    words = kept(said).strip() if isinstance(said, str) else ""
    return words.splitlines()[0][:300] if words else f"HTTP {status}"


def _tokens_in(found: Any) -> list[Token]:
    tokens = []
    for one in found if isinstance(found, list) else []:
        number, piece = (one.get("id"), one.get("piece")) if isinstance(one, dict) else (None, None)
        if not isinstance(number, int):
            return []
        if isinstance(piece, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in piece):
            tokens.append(Token(number, bytes(piece)))
        else:
            tokens.append(Token(number, str(piece).encode("utf-8", "replace")))
    return tokens


def _numbers(found: Any) -> list[int]:
    whole = isinstance(found, list) and all(isinstance(one, int) for one in found)
    return list(found) if whole else []


_PRINTED = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_STAND_INS = {
    **{chr(byte): byte for byte in _PRINTED},
    **{chr(256 + place): byte for place, byte in enumerate(sorted(set(range(256)) - set(_PRINTED)))},
}
"""The characters by which vocabularies of GPT-2's kind spell bytes, a blank as `Ġ` and a line break as `Ċ`."""
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


def as_bytes(spelled: str) -> bytes:
    """Return the bytes of a token as a vocabulary spells it, of GPT-2's kind or of SentencePiece's."""
    if byte := _BYTE.fullmatch(spelled):
        return bytes([int(byte[1], 16)])
    if spelled and all(character in _STAND_INS for character in spelled):
        return bytes(_STAND_INS[character] for character in spelled)
    return spelled.replace("▁", " ").encode("utf-8", "replace")
