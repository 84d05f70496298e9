"""Texts that formats of prompts are known to change, as prompts, as messages and as what is filled in."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from composer.formats.prompt import AskedRow, ExportedPrompt, SealedRow
from composer.prompts.composition import Composition
from composer.task.task import Output
from composer.task.template import SLOT
from library.lint import problems
from tests import small

NASTY: dict[str, str] = {
    "plain": "Rate the document.",
    "several lines": "Rate the document.\n\nAnswer with JSON only.",
    "line break at the start": "\nRate the document.",
    "line breaks at the end": "Rate the document.\n\n",
    "blanks around": "  Rate the document. \t",
    "blank lines of spaces": "Rate.\n   \nAnswer.",
    "carriage return": "Rate.\rAnswer.",
    "line break of Windows": "Rate.\r\nAnswer.\r\n",
    "line separator": "Rate.\u2028Answer.\u2029End.",
    "vertical tab": "Rate.\x0bAnswer.",
    "form feed": "Rate.\x0cAnswer.",
    "next line": "Rate.\x85Answer.",
    "file separators": "Rate.\x1cAnswer.\x1dEnd.\x1e",
    "null": "Rate.\x00Answer.",
    "delete and escape": "Rate.\x7f\x1b[31mAnswer.",
    "byte order mark": "\ufeffRate.\ufeff",
    "zero width": "Ra\u200bte.\u202eAnswer.",
    "tabs": "Rate.\n\tAnswer:\tN",
    "common indentation": "Rate.\n    first\n    second",
    "all indented": "    Rate.\n    Answer.",
    "dashes": "Rate.\n---\nAnswer.\n---",
    "dashes first": "---\nname: x\n---\nRate.",
    "role names": "system:\nRate.\nuser:\nAnswer.\nassistant:\n",
    "role names bare": "Rate.\n\nsystem\n\nuser\nAnswer.",
    "role with attributes": "# user\nRate.\nuser[name=x]:\nAnswer.",
    "placeholders": "Rate {{query}} and {{document}}.",
    "doubled braces": "Rate {{ and }} and {{ x y }}.",
    "stray doubled brace": "Rate {{ the document.",
    "Jinja": "{% if x %}Rate.{% endif %} {# note #} {{ x }} {%- raw -%}",
    "Jinja blocks": "{% if x %}Rate.{% endif %} {# note #} {%- raw -%}",
    "single braces": "Answer as {rating} or {0} or {}.",
    "JSON": 'Answer as {"rating": N, "why": {"a": [1, {"b": {}}]}}.',
    "looks like JSON": '{"rating": 3}',
    "looks like a JSON list": '[{"role": "user", "content": "x"}]',
    "looks like YAML": "- role: system\n  content: |\n    x\n# no\nkey: !!python/object:os.system {}",
    "quotes": "Say \"yes\", 'no', \"\"\" or '''.",
    "quote at the end": 'Say "yes"',
    "backslashes": "A \\n B \\\\ C \\u0041 \\x41 \\1 \\",
    "dollars": "Pay ${price} or $x or $$ or $& or $1.",
    "backticks": "Write `x`, ``y``, ```z``` or ${`a`}.",
    "fences": "````\n```python\nx\n```\n~~~\n~~~",
    "comment ends": "*/ // /* <!-- --> # %> <script></script>",
    "percent": "100% %s %(x)s %%",
    "beyond the BMP": "Rate 𝕏, 🎉 and \U00020000.",
    "joined emoji": "Rate 𝕏 and 👩‍👩‍👧 and \U0010ffff.",
    "not composed": "e\u0301 and é and Å and \u212b",
    "right to left": "דירוג المستند",
    "long line": "word " * 400,
    "file address": "file:///etc/passwd",
    "environment": "env:HOME {{env.HOME}} ${env:HOME} ${file:x.txt}",
    "image in Markdown": "![image](x.png) and [link](file:///etc/passwd)",
}
"""Texts by what is odd about them."""

OUTPUT = Output.model_validate({"field": "rating", "kind": "ordinal", "low": 1, "high": 5})
INPUTS = ("query", "document")
MESSAGE = "Query: {{query}}\n\nDocument: {{document}}"


def prompt(**changes: Any) -> ExportedPrompt:
    """Return a released prompt with these fields changed."""
    values: dict[str, Any] = {
        "task": "small",
        "title": "Small task",
        "target": "tiny",
        "model": "vendor/tiny-1",
        "request": {"max_tokens": 16, "temperature": 0.0, "seed": 0},
        "system": "role",
        "prompt": 'Rate the document.\nAnswer with JSON only, as {"rating": N}.',
        "message": MESSAGE,
        "inputs": INPUTS,
        "output": OUTPUT,
        "fingerprint": "ab" * 32,
        "release": 7,
        "rows": (
            SealedRow("test-00", {"query": "what?", "document": "a {{text}}"}, 3.0),
            SealedRow("test-01", {"query": "why?", "document": "“é”"}, 4.5),
        ),
        "asked": (AskedRow("new-0", {"query": "who?", "document": "x\u2028y"}),),
    }
    values |= changes
    manifest = {
        "task": {"base": values["prompt"], "message": values["message"]},
        "snippets": [],
        "target": {"system": values["system"]},
    }
    return ExportedPrompt(**{"manifest": manifest, **values})


def prompts() -> dict[str, ExportedPrompt]:
    """Return a prompt with each nasty text: as its prompt, around the inputs, and both where roles are merged."""
    found: dict[str, ExportedPrompt] = {}
    for name, text in NASTY.items():
        around = f"{text}{MESSAGE}{text}"
        found[f"{name}, as prompt"] = prompt(prompt=text)
        found[f"{name}, in message"] = prompt(message=around)
        found[f"{name}, merged"] = prompt(prompt=text, message=around, system="merge")
    return found


def filled() -> list[dict[str, str]]:
    """Return inputs that hold each nasty text, and some that hold the placeholders of each other."""
    texts = list(NASTY.values())
    return [
        *({"query": one, "document": other} for one, other in zip(texts, texts[::-1], strict=True)),
        {"query": "{{document}}{{query}}", "document": "{{query}} {{snippets}}"},
        {"query": "", "document": ""},
    ]


def checked(base: str, message: str, snippet: str = "", **changes: Any) -> ExportedPrompt | None:
    """Return a prompt of these texts as a task and a library take them; None where their checks refuse one.

    The base is without its slot, which comes last.
    """
    if snippet and problems(snippet):
        return None
    try:
        task = small.task(base=f"{base}\n{SLOT}", message=message)
    except ValidationError:
        return None
    composition = Composition(task.base, (small.snippet("odd", snippet),) if snippet else ())
    return prompt(prompt=composition.text, message=task.message, **changes)


def checked_prompts() -> dict[str, ExportedPrompt]:
    """Return those of the nasty texts that a task takes as its base, in its message, or that a snippet may be."""
    plain = NASTY["several lines"]
    return {
        f"{name}, {place}": one
        for name, text in NASTY.items()
        for place, one in {
            "in base": checked(f"{plain}\n{text}\nEnd.", MESSAGE),
            "as base": checked(text, MESSAGE, system="merge"),
            "in message": checked(plain, f"{text}{MESSAGE}{text}"),
            "as snippet": checked(plain, MESSAGE, text),
        }.items()
        if one is not None
    }
