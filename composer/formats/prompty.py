"""`TASK.prompty` for Prompty: what that would change is refused, and when the file is used by the file too."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from composer.formats.format import Files, encoded, over_openai
from composer.formats.jinja import template
from composer.formats.prompt import ExportedPrompt
from composer.formats.proof import trials
from composer.prompts.messages import Messages
from library.errors import Refused

SUFFIX = ".prompty"
TOOL = "prompty"
_BREAKS = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# What comes after a role in brackets is taken more widely than prompty does: the guard can't look closer.
_ROLE_LINE = re.compile(r"\s*#?\s*(system|user|assistant|developer)\s*(\[.*)?:\s*", re.IGNORECASE)
_RESERVED = frozenset({"true", "false", "none", "self", "super", "loop", "caller", "varargs", "kwargs"})

# Prompty renders one text, splits it into messages at lines that are a role's name, and makes each break between
# lines a line feed. A role's line in a value fails by its own nonce, unless nothing follows it. All else that
# would be dropped or changed is looked for in the whole message; the call of a name that isn't there raises.
_GUARD = """\
{%- set NAME_end = NAME.split("\\n")[-1].replace("ı", "i").replace("İ", "i").casefold().strip() -%}
{%- set NAME_end = NAME_end.removeprefix("#").strip() -%}
{%- if NAME.splitlines()|join("\\n") != NAME or NAME[:1] == "\\n" or (NAME_end[-1:] == ":"
  and NAME_end[:-1].split("[")[0].strip() in ["system", "user", "assistant", "developer"]) -%}
  {{ prompty_would_change_this_message() }}
{%- endif -%}
"""
# Wherever they stand, these end the front matter.
_ENDS_FRONT = re.compile(r"---|\+\+\+")


class _Dumper(yaml.SafeDumper):
    pass


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _ENDS_FRONT.search(text) else None)


_Dumper.add_representer(str, _text)


def fault(message: str) -> str:
    """Return what prompty would change in a message, as a phrase; empty where nothing."""
    if found := _BREAKS.search(message):
        line = message.count("\n", 0, found.start()) + 1
        return f"holds U+{ord(found[0]):04X} on line {line}, which prompty turns into a line feed"
    if message.startswith("\n") or message.endswith("\n"):
        return f"{'starts' if message.startswith(chr(10)) else 'ends'} with a line break, which prompty drops"
    for place, text in enumerate(message.split("\n"), 1):
        if _ROLE_LINE.fullmatch(text):
            return f"has a role's name, {text.strip()!r}, on line {place}, where prompty begins another message"
    return ""


def note(prompt: ExportedPrompt) -> str:
    """Return what becomes of inputs that prompty would change, and how many of the sealed rows hold such."""
    off = sum(bool(fault(prompt.messages(row.inputs)[-1]["content"])) for row in prompt.rows)
    such = f" {off} of the {len(prompt.rows)} sealed rows would." if off else ""
    return (
        "Inputs that prompty would change raise an error there, and are never sent changed: with line breaks "
        "other than line feeds, with a line feed at an end of the message, or with a role such as `user:` alone "
        f"on a line.{such}"
    )


def files(prompt: ExportedPrompt) -> Files:
    """Return the prompt as a `.prompty` file whose template gives the measured messages or raises.

    Raises `Refused` where prompty would change the fixed text of a message, or where an input's name has a meaning
    of its own in Jinja.
    """
    over_openai(prompt)
    for one in prompt.template:
        if found := fault(one["content"]):
            raise Refused(f"the {one['role']} message {found}")
    if taken := sorted(_RESERVED.intersection(prompt.inputs)):
        raise Refused(f"an input is named {taken[0]!r}, which Jinja keeps for itself")
    name = "message"
    while any(one.startswith(name) for one in prompt.inputs):
        name += "_"
    *before, user = template(prompt, str)
    body = [f"{{% set {name} %}}{user['content']}{{% endset -%}}\n", _GUARD.replace("NAME", name)]
    body += [f"{one['role']}:\n{one['content']}\n" for one in before]
    body += [f"{user['role']}:\n{{{{ {name} }}}}\n"]
    return {f"{prompt.task}{SUFFIX}": encoded(f"---\n{_front(prompt)}---\n{''.join(body)}", "the prompt")}


def _front(prompt: ExportedPrompt) -> str:
    fields: dict[str, Any] = {
        "name": prompt.task,
        "displayName": prompt.title,
        "metadata": {"target": prompt.target, "release": prompt.release, "fingerprint": prompt.fingerprint},
        "model": {
            "id": prompt.model,
            "provider": "openai",
            "apiType": "chat",
            # Sent by these names, as measured: options of prompty's own are given other names on their way.
            "options": {"additionalProperties": dict(prompt.request)},
        },
        "inputs": [{"name": name, "kind": "string", "required": True} for name in prompt.inputs],
        "template": {"format": {"kind": "jinja2", "strict": True}, "parser": {"kind": "prompty"}},
    }
    written = yaml.dump(fields, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    front: str = _ENDS_FRONT.sub(lambda found: rf"\x{ord(found[0][0]):02x}{found[0][1:]}", written)
    if yaml.safe_load(front) != fields or "${" in front:
        raise Refused("the task's title or the request holds text that prompty would take for its own")
    return front


def loaded(files: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
    """Return the messages as prompty itself makes them; raises ValueError for values that it would change."""
    return opened(files)(inputs)


def opened(files: Mapping[str, bytes]) -> Callable[[Mapping[str, str]], Messages]:
    """Load the file with prompty, and return what makes the messages for inputs, as `loaded` does."""
    from jinja2 import UndefinedError
    from prompty import load, prepare  # for tests and those who have it; takes a while

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"prompt{SUFFIX}")
        path.write_bytes(next(content for name, content in files.items() if name.endswith(SUFFIX)))
        agent = load(path)

    def filled(inputs: Mapping[str, str]) -> Messages:
        try:
            found = prepare(agent, dict(inputs))
        except UndefinedError as error:  # of the guard; at a role's line prompty raises ValueError itself
            raise ValueError(str(error)) from error
        return [{"role": one.role, "content": one.text} for one in found]

    return filled


def pairs(prompt: ExportedPrompt, files: Files) -> Iterator[tuple[Messages, Messages]]:
    """Yield messages as loaded and as measured, for hostile values too, less those that the file rightly refuses.

    Raises `Refused` where the file does not take what prompty would leave as it is.
    """
    filled = opened(files)
    for inputs in trials(prompt):
        expected = prompt.messages(inputs)
        try:
            yield filled(inputs), expected
        except ValueError as error:
            if not fault(expected[-1]["content"]):
                raise Refused(f"prompty does not take a value that it would leave as it is: {error}") from error
