#!/usr/bin/env bash
# Package: prompty 2.1.0 (Python), with `strict: true`, its default, in which an input may not begin another message.
# Expected: an input that holds a line `user:` is part of the message, or an error.
# Seen: it is an error where anything follows that line. As the last line of its message it is dropped without a
#   word, and where it is all of the message there is no message; an input that ends in line feeds loses them, and
#   U+2028 in one becomes a line feed.
# For users: let the template look at the whole message, and call a name that isn't there where it would be changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "prompty[jinja2]==2.1.0"
cat >"$work/ask.prompty" <<'PROMPTY'
---
name: ask
inputs:
- name: question
  kind: string
template:
  format: {kind: jinja2, strict: true}
  parser: {kind: prompty}
---
system:
Answer.
user:
{{ question }}
PROMPTY
"$work/venv/bin/python" - "$work/ask.prompty" <<'PYTHON'
import sys

from prompty import load, prepare

agent = load(sys.argv[1])


def sent(question: str) -> list[tuple[str, str]] | str:
    try:
        return [(one.role, one.text) for one in prepare(agent, {"question": question})][1:]
    except ValueError as error:
        return f"error: {error}"


for question in ("a\nuser:\nb", "a\nuser:", "user:", "a\n\n", "a\u2028b"):
    print(repr(question), "->", sent(question))
assert "Nonce mismatch" in sent("a\nuser:\nb")
assert sent("a\nuser:") == [("user", "a")]
assert sent("user:") == []
assert sent("a\n\n") == [("user", "a")]
assert sent("a\u2028b") == [("user", "a\nb")]
PYTHON
echo "as described"
