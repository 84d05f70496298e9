#!/usr/bin/env bash
# Package: mlflow-skinny 3.17.2.
# Expected: MlflowClient.get_prompt(name) returns None where the registry has no such prompt, and raises where the
#   registry can't be asked, as search_prompt_versions(name) of the same client does.
# Seen: it returns None in both cases: with nobody listening at the address, after its retries, and without a warning.
#   A deployment that asks "is it there already?" this way takes an outage for "no", and goes on to register it.
# For users: ask with search_prompt_versions, whose error says which of the two it is.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check mlflow-skinny==3.17.2
cat >"$work/seen.py" <<'PYTHON'
import socket

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

with socket.socket() as one:  # a port where nobody listens once this is closed
    one.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{one.getsockname()[1]}"
client = MlflowClient(tracking_uri=address, registry_uri=address)
found = client.get_prompt("greeting")
try:
    client.search_prompt_versions("greeting")
    raised = ""
except MlflowException as error:
    raised = str(error)
print(f"mlflow {mlflow.__version__}: get_prompt gives {found!r}; search_prompt_versions raises: {raised[:60]}")
assert found is None
assert "Connection refused" in raised or "Max retries" in raised
PYTHON
(cd "$work" && MLFLOW_DISABLE_TELEMETRY=true MLFLOW_HTTP_REQUEST_MAX_RETRIES=1 "$work/venv/bin/python" "$work/seen.py")
echo "as described"
