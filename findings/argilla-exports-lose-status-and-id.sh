#!/usr/bin/env bash
# Package: argilla 2.8.0.
# Expected: once installed it can be imported; exported records hold the status of each response, and their own id.
# Seen: importing it fails for want of requests, which it doesn't ask for. to_json and to_list(flatten=False) leave out
#   the status of responses, so that a discarded answer looks like one that was submitted; records read from such a file
#   have no status any more. Flattened, the status is there, but a property of the metadata that is called id stands in
#   the place of the record's own id.
# For users: install requests beside it, export flattened (to_list(flatten=True), to_datasets()), count what is
#   submitted, and call no property id.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check argilla==2.8.0
if "$work/venv/bin/python" -c "import argilla" 2>"$work/said"; then
    echo "it can be imported"
    exit 1
fi
grep "No module named 'requests'" "$work/said"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check requests==2.34.2
"$work/venv/bin/python" - "$work/records.json" <<'PYTHON'
import json, sys, uuid
from pathlib import Path

import argilla as rg
from argilla.records._io import GenericIO, JsonIO

ann, bo = uuid.UUID(int=1), uuid.UUID(int=2)
record = rg.Record(
    id="record-1",
    fields={"text": "t"},
    metadata={"id": "0012"},
    responses=[
        rg.Response("mood", "good", user_id=ann, status="submitted"),
        rg.Response("mood", "bad", user_id=bo, status="discarded"),
    ],
)
(plain,) = json.loads(Path(JsonIO.to_json([record], sys.argv[1])).read_text())
again = rg.Record.from_dict(plain)
(flat,) = GenericIO.to_list([record], flatten=True)
seen = {
    "plain": [sorted(one) for one in plain["responses"]["mood"]],
    "read again": [one.status for one in again.responses],
    "flattened": flat["mood.responses.status"],
    "plain id": plain["id"],
    "flattened id": flat["id"],
}
print(json.dumps(seen, indent=2))
assert seen == {
    "plain": [["user_id", "value"], ["user_id", "value"]],
    "read again": [None, None],
    "flattened": ["submitted", "discarded"],
    "plain id": "record-1",
    "flattened id": "0012",
}, seen
PYTHON
echo "as described"
