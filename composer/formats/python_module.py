"""A Python module that needs nothing but the standard library: the messages, and the strict reading of answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from composer.formats import code
from composer.formats.format import Files, whole
from composer.formats.prompt import ExportedPrompt
from composer.models.system_role import GAP
from composer.prompts.messages import Messages
from composer.task.task import Output

_MODULE = '''"""{about}

`messages` gives the messages as they were sent when the prompt was measured, `parse` what an answer to them says.
"""

from __future__ import annotations

import json
import re
from typing import Any

PACK = "{pack}"
MODEL = {model}
REQUEST: dict[str, Any] = {request}
"""The settings it was measured with, by the names of the OpenAI chat API."""

PROMPT = {prompt}

MESSAGE = {message}


def messages({parameters}) -> list[dict[str, str]]:
    """Return the messages for one set of inputs, which are put in as they are."""
    return _messages({{{given}}})


def _messages(inputs: dict[str, str]) -> list[dict[str, str]]:
    user = re.sub(r"\\{{\\{{({names})\\}}\\}}", lambda found: inputs[found[1]], MESSAGE)
    return [{sent}]


def parse(text: str) -> {type}:
    """Return the {field} that an answer gives; raises ValueError where it isn't exactly as asked for."""
    {value}
{checked}
    return value


{helpers}SIGNATURE = "{signature}"
"""What a DSPy program has to be made with: `dspy.Predict(SIGNATURE)`."""


def dspy_adapter() -> Any:
    """Return an adapter with which a DSPy program sends these messages and reads answers as `parse` does."""
    import dspy

    class Exact(dspy.Adapter):
        def format(self, signature: Any, demos: Any, inputs: dict[str, str]) -> list[dict[str, str]]:
            if signature.instructions != PROMPT or demos:
                raise ValueError("the program holds other text than the released prompt")
            return _messages(inputs)

        def parse(self, signature: Any, completion: str) -> dict[str, Any]:
            try:
                return {{"{field}": parse(completion)}}
            except ValueError as error:
                raise dspy.AdapterParseError("Exact", signature, completion, message=str(error)) from error

    return Exact()
'''
_HELPERS = """def _field(text: str) -> object:
    try:
        answer = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(answer, dict) or set(answer) != {"FIELD"}:
        raise ValueError("not an object with FIELD and nothing else")
    return answer["FIELD"]


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a field appears twice")
    return dict(pairs)


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


"""
_READING = """
import importlib.util, json, sys
found = []
for path, every in json.load(sys.stdin):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found.append([module.messages(**inputs) for inputs in every])
json.dump(found, sys.stdout)
"""


def files(prompt: ExportedPrompt) -> Files:
    """Return the module; nothing in a prompt makes it be refused but half of a character."""
    whole(prompt)
    content = _MODULE.format(
        about=code.about(prompt),
        pack=prompt.fingerprint,
        model=code.literal(prompt.model, _escaped),
        request=repr(dict(prompt.request)),
        prompt=_text(prompt.prompt),
        message=_text(prompt.message),
        parameters="".join(["*", *(f", {name}: str" for name in prompt.inputs)]) if prompt.inputs else "",
        given=", ".join(f'"{name}": {name}' for name in prompt.inputs),
        names=code.names(prompt),
        sent=_sent(prompt),
        field=prompt.output.field,
        signature=signature_of(prompt),
        helpers=_HELPERS.replace("FIELD", prompt.output.field) if prompt.output.format == "json" else "",
        **_reading(prompt.output),
    )
    return {f"{code.module_name(prompt)}.py": content.encode()}


def signature_of(prompt: ExportedPrompt) -> str:
    """Return the signature of a DSPy program, such as `query, document -> rating: int`."""
    kind = "int" if prompt.output.kind == "ordinal" else "str"
    return f"{', '.join(prompt.inputs)} -> {prompt.output.field}: {kind}"


def _escaped(character: str) -> str:
    return repr(character)[1:-1]


def _text(text: str) -> str:
    parts = code.lines(text, _escaped)
    return parts[0] if len(parts) == 1 else "(\n" + "".join(f"    {one}\n" for one in parts) + ")"


def _sent(prompt: ExportedPrompt) -> str:
    if prompt.system == "role":
        return '{"role": "system", "content": PROMPT}, {"role": "user", "content": user}'
    merged = f"PROMPT + {code.literal(GAP, _escaped)} + user" if prompt.prompt else "user"
    return f'{{"role": "user", "content": {merged}}}'


def _reading(output: Output) -> dict[str, str]:
    """Return the parts of `parse`: its type, how the value is had, and how that is checked."""
    as_json = output.format == "json"
    value = "value = _field(text)" if as_json else "value = text.strip()"
    if output.kind == "label":
        labels = ", ".join(code.literal(one, _escaped) for one in output.labels)
        wrong = f"not isinstance(value, str) or value not in ({labels},)"
        return {"type": "str", "value": value, "checked": _raising(wrong, "not one of the labels")}
    low, high = output.scale
    if not as_json:
        value = 'digits = re.fullmatch("0|[1-9][0-9]{0,3}", text.strip())'
        value += "\n    value = int(digits[0]) if digits else None"
    wrong = f"type(value) is not int or not {low} <= value <= {high}"
    return {"type": "int", "value": value, "checked": _raising(wrong, f"not a whole number from {low} to {high}")}


def _raising(wrong: str, why: str) -> str:
    return f'    if {wrong}:\n        raise ValueError("{why}")'


def loaded(files: Mapping[str, bytes], inputs: Mapping[str, str]) -> Messages:
    """Return what `messages` of the module gives, imported where no package is installed."""
    return loaded_all(files, [inputs])[0]


def loaded_all(files: Mapping[str, bytes], every: Sequence[Mapping[str, str]]) -> list[Messages]:
    """Return the messages for each of several inputs."""
    ((_, content),) = [one for one in files.items() if one[0].endswith(".py")]
    return read([(content, every)])[0]


def read(modules: Sequence[tuple[bytes, Sequence[Mapping[str, str]]]]) -> list[list[Messages]]:
    """Import modules by themselves, and return the messages that each gives for each of its inputs."""
    with TemporaryDirectory() as made:
        asked: list[Any] = []
        for number, (content, every) in enumerate(modules):
            path = Path(made) / f"exported_{number}.py"
            path.write_bytes(content)
            asked.append((str(path), [dict(inputs) for inputs in every]))
        command = [sys.executable, "-I", "-S", "-B", "-c", _READING]
        done = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, check=True, cwd=made)
    found: list[list[Messages]] = json.loads(done.stdout)
    return found
