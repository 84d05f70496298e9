#!/usr/bin/env bash
# Package: dspy 3.4.1 (the lm15 engine that it bundles).
# Expected: with api_base="https://api.openai.com/v1" a model of the "hosted_vllm/" prefix is asked at that address.
# Seen: it is asked at http://localhost:8000/v1. The adapter takes an address equal to its own default for none given,
#   and a preset's name then brings the preset's address. Any other address goes through, also with a slash after it.
# For users: a target at the vendor's own address can't be reached this way. Build OpenAIChatLM with
#   compat=OpenAIChatCompat.preset(...), an object, and without access=.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check dspy==3.4.1
"$work/venv/bin/python" - <<'PYTHON'
from dspy.lm15 import LMRouter, OpenAIChatCompat, OpenAIChatLM, RouterConfig

VENDOR, OTHER, PORT = "https://api.openai.com/v1", "https://api.mistral.ai/v1", "http://localhost:8000/v1"


def routed(address: str) -> str:
    config = RouterConfig(api_keys={"vllm": "k"}, base_urls={"vllm": address})
    return LMRouter(config).lm("vllm:m").base_url


seen = (routed(VENDOR), routed(f"{VENDOR}/"), routed(OTHER))
print(seen)
assert seen == (PORT, f"{VENDOR}/", OTHER), seen
compat = OpenAIChatCompat.preset("vllm")
assert OpenAIChatLM(api_key="k", base_url=VENDOR, compat=compat).base_url == VENDOR
PYTHON
echo "as described"
