#!/usr/bin/env bash
# Package: dspy 3.4.1 (the lm15 engine that it bundles).
# Expected: whatever JSON a server sends, asking gives a response or an LMError that says what is wrong with the reply.
# Seen: a field of another type than the API's ends in LMUnexpectedError, which stands for a fault of the program;
#   half of a surrogate pair (an emoji cut at max_tokens) comes through in the text and fails wherever that is written;
#   an unknown finish_reason, or none, is read as "stop".
# For users: read the reply's body yourself, in an engine of your own, before you store or score it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check dspy==3.4.1
"$work/venv/bin/python" - <<'PYTHON'
import json, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import dspy
from dspy.lm15 import request_from_openai_chat

body: bytes


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/v1"
lm = dspy.LM("hosted_vllm/m", engine="lm15", api_base=address, api_key="k", cache=False, num_retries=0)


def asked(message: object, finish: object = "stop", **more: object) -> object:
    global body
    body = json.dumps({"model": "m", "choices": [{"message": message, "finish_reason": finish}], **more}).encode()
    request = request_from_openai_chat({"model": lm.model, "messages": [{"role": "user", "content": "x"}]})
    try:
        response = lm(request=request)
        return response.text, response.finish_reason
    except dspy.LMError as error:
        return type(error).__name__


seen = {
    "tool_calls a number": asked({"content": "3", "tool_calls": 3}),
    "a negative count": asked({"content": "3"}, usage={"prompt_tokens": -1}),
    "half an emoji": asked({"content": "3 \ud83d"}, "length"),
    "an unknown end": asked({"content": ""}, "blocked"),
}
print(json.dumps(seen, indent=2))
assert seen == {
    "tool_calls a number": "LMUnexpectedError",
    "a negative count": "LMUnexpectedError",
    "half an emoji": ("3 \ud83d", "length"),
    "an unknown end": ("", "stop"),
}, seen
PYTHON
echo "as described"
