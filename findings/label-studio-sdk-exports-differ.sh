#!/usr/bin/env bash
# Package: label-studio-sdk 2.1.2, its converter; and 2.0.19, the newest that can be installed beside numpy 2.4.6, since
#   2.1.2 asks for an OpenCV that asks for numpy below 2.3.
# Expected: whichever form a project is exported in, it holds the same answers under the same ids.
# Seen, of both: JSON_MIN and CSV have no row for a task that was only skipped, but one for a task that nobody saw. Where
#   the data hold an id, JSON_MIN has the task's number in its place, CSV has the data's. One choice is a text, two are
#   an object, a rating is a list with an object. Who answered is null where the annotator has no e-mail address.
# Seen, of 2.0.19 alone: in CSV, a field of the data that is named as a control stands in the place of the answers.
# For users: take the form called JSON, which has all of it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/seen.py" <<'PYTHON'
import csv, json, tempfile
from importlib.metadata import version
from pathlib import Path

from label_studio_sdk.converter import Converter

CONFIG = """<View><Text name="shown" value="$text"/>
<Choices name="mood" toName="shown" choice="multiple"><Choice value="good"/><Choice value="bad"/></Choices>
<Rating name="stars" toName="shown"/></View>"""


def result(**answers: object) -> list[dict[str, object]]:
    kinds = {"mood": "choices", "stars": "rating"}
    return [
        {"from_name": name, "to_name": "shown", "type": kinds[name], "value": {kinds[name]: value}}
        for name, value in answers.items()
    ]


def task(number: int, by: object, data: dict[str, str], answers: list[object], **more: object) -> dict[str, object]:
    about = {"id": number, "completed_by": by, "created_at": "", "updated_at": "", "lead_time": 1.0, **more}
    return {"id": number, "data": data, "annotations": [{**about, "result": answers}] if by else []}


tasks = [
    task(1, 1, {"text": "a", "id": "0012", "mood": "as given"}, result(mood=["good"], stars=4)),
    task(2, {"id": 7}, {"text": "b", "id": "0013", "mood": "as given"}, result(mood=["good", "bad"])),
    task(3, 1, {"text": "only skipped", "id": "0014"}, [], was_cancelled=True),
    task(4, None, {"text": "not seen", "id": "0015"}, []),
]
work = Path(tempfile.mkdtemp())
(work / "tasks.json").write_text(json.dumps(tasks))
for form in ("JSON_MIN", "CSV"):
    Converter(CONFIG, str(work)).convert(str(work / "tasks.json"), str(work / form), form, is_dir=False)
short = json.loads((work / "JSON_MIN/result.json").read_text())
rows = list(csv.DictReader((work / "CSV/result.csv").open(newline="")))
seen = {
    "texts": [[row["text"] for row in form] for form in (short, rows)],
    "ids in JSON_MIN": [row["id"] for row in short],
    "ids in CSV": [row["id"] for row in rows],
    "answers in JSON_MIN": [short[0]["mood"], short[1]["mood"], short[0]["stars"]],
    "who answered": [short[0]["annotator"], short[1]["annotator"]],
    "answers in CSV": [rows[0]["mood"], rows[1]["mood"]],
}
print(version("label-studio-sdk"), json.dumps(seen, indent=2))
hidden = version("label-studio-sdk") == "2.0.19"
assert seen == {
    "texts": [["a", "b", "not seen"], ["a", "b", "not seen"]],
    "ids in JSON_MIN": [1, 2, 4],
    "ids in CSV": ["0012", "0013", "0015"],
    "answers in JSON_MIN": ["good", {"choices": ["good", "bad"]}, [{"rating": 4}]],
    "who answered": [1, None],
    "answers in CSV": ["as given", "as given"] if hidden else ["good", '{"choices":["good","bad"]}'],
}, seen
PYTHON
for wanted in "label-studio-sdk==2.1.2" "label-studio-sdk==2.0.19 numpy==2.4.6"; do
    rm -rf "$work/venv"
    python3 -m venv "$work/venv"
    # shellcheck disable=SC2086  # several requirements
    "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: $wanted
    "$work/venv/bin/python" "$work/seen.py"
done
if "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --dry-run \
    label-studio-sdk==2.1.2 numpy==2.4.6 2>/dev/null; then
    echo "2.1.2 can be installed beside numpy 2.4.6"
    exit 1
fi
echo "as described"
