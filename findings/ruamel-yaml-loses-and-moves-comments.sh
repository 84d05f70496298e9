#!/usr/bin/env bash
# Package: ruamel.yaml 0.19.1 (round-trip mode, which is for keeping comments).
# Expected: a file that is loaded, changed in one place and dumped is otherwise as it was written.
# Seen: where a list is replaced, the comment beside one of its items and the blank line below it are gone; a comment
#   below the last item of a list ends up above an item that is appended; lines that nobody touched are written anew,
#   with other indentation and spaces; 10,000 entries take some 20 s to load and dump.
# For users: change the text itself, at the marks of PyYAML's nodes, and keep all the rest.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check ruamel.yaml==0.19.1
"$work/venv/bin/python" - <<'PYTHON'
import io

from ruamel.yaml import YAML

WRITTEN = """- key: a
  tags:
  - x   # why x
  - y

  text: A.
- {key: b, tags: [ x,y ]}
-   key: c
# the end
"""
yaml = YAML()
yaml.preserve_quotes, yaml.width = True, 10**9


def dumped(change) -> str:
    data = yaml.load(WRITTEN)
    change(data)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


untouched = dumped(lambda data: None)
replaced = dumped(lambda data: data[0].update(tags=["x", "z"]))
appended = dumped(lambda data: data.append({"key": "d"}))
print(untouched, replaced, appended, sep="---\n")
assert "- {key: b, tags: [x, y]}\n- key: c\n" in untouched
assert "# why x" not in replaced and "- z\n  text" in replaced
assert "# the end\n- key: d" in appended
PYTHON
echo "as described"
