"""What a fuzz starts from: right files and answers of every kind, and bombs, which are more than they look."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from pyarrow import ipc, parquet

ROWS = [
    {
        "id": f"r{number}",
        "query": f"what is {number}?",
        "document": ["A text, with “quotes”", 'say "no";\nplease', "日本語", "plain | a\tb"][number % 4],
        "gold": str(1 + number % 5),
        "rater": f"p{number % 3}",
        "slice": "ab"[number % 2],
    }
    for number in range(12)
]
TOOLS: tuple[Any, ...] = (
    [
        {
            "id": number,
            "data": {"query": f"q{number}", "document": "d"},
            "annotations": [
                {
                    "id": number,
                    "completed_by": {"email": f"p{by}@example.org"},
                    "was_cancelled": False,
                    "created_at": "2026-01-01T00:00:00Z",
                    "result": [
                        {
                            "id": "x",
                            "from_name": "stars",
                            "to_name": "shown",
                            "type": "rating",
                            "value": {"rating": 1 + number % 5},
                        }
                    ],
                }
                for by in range(2)
            ],
        }
        for number in range(4)
    ],
    [
        {
            "id": n,
            "query": "q",
            "document": "d",
            "stars": n % 5 + 1,
            "annotator": 1,
            "annotation_id": n,
            "lead_time": 1.5,
        }
        for n in range(4)
    ],
    [
        {
            "id": f"a{n}",
            "fields": {"query": "q", "document": "d"},
            "metadata": {},
            "suggestions": {},
            "responses": {"gold": [{"user_id": "u", "value": n % 5 + 1, "status": "submitted"}]},
            "query": "q",
            "document": "d",
            "gold.responses": [n % 5 + 1],
            "gold.responses.users": ["u"],
            "gold.responses.status": ["submitted"],
        }
        for n in range(4)
    ],
    [
        {
            "query": "q",
            "document": f"d{n}",
            "text": "t",
            "answer": "accept",
            "accept": ["good"],
            "options": [{"id": "good", "text": "Good"}, {"id": "bad", "text": "Bad"}],
            "_input_hash": n,
            "_task_hash": n,
            "_session_id": "set-ann",
            "_view_id": "choice",
        }
        for n in range(4)
    ],
    [{"id": n, "text": "t", "label": ["good"], "Comments": [], "query": "q", "document": "d"} for n in range(4)],
)
ANSWERS = (
    *(
        '{"rating": 4}',
        '{"label": "good"}',
        "4",
        "good",
        '{"rating": "4"}',
        '{"rating": 4.0}',
        '```json\n{"rating": 4}\n```',
    ),
    *(
        '{"rating": 1, "rating": 5}',
        '{"rating": 4}{"rating": 5}',
        '{"r\\u0061ting": 5}',
        '{"rating": NaN}',
        "-0",
        "４",
    ),
    *(
        '{"rating": 4}\n{"rating": 5}',
        '[{"rating": 4}]',
        '{"rating": [4]}',
        '{"rating": true}',
        '{"a": {"rating": 4}}',
    ),
    *(
        '<think>4</think>{"rating": 4}',
        '\ufeff{"rating": 4}',
        '{"rating": 4,}',
        "{'rating': 4}",
        '{"rating": 4e0}',
        "good.",
    ),
)
BOMBS: Mapping[str, Callable[[], bytes]] = {
    "aliases.yaml": lambda: (
        b"a: &a [x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 110))
    ),
    "deep.yaml": lambda: b"[" * 100_000,
    "deep-flow.yaml": lambda: b"{a: " * 50_000,
    "keys.yaml": lambda: b"".join(b"k%d: 1\n" % n for n in range(5000)),
    "number.yaml": lambda: b"name: 0x" + b"f" * 60_000,
    "sexagesimal.yaml": lambda: b"name: 1" + b":59" * 20_000,
    "wide.csv": lambda: b"a," * 1_000_000 + b"\n",
    "long.csv": lambda: b"query,document,gold\n" + b"x" * 5_000_000 + b",d,3\n",
    "quote.csv": lambda: b'query,document,gold\n"' + b"a,b\n" * 500_000,
    "empty.csv": lambda: b"\n" * 1_500_000,
    "deep.json": lambda: b"[" * 1_000_000,
    "deep.jsonl": lambda: b'{"a":' * 100_000,
    "wide.json": lambda: b"[{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}]",
    "number.json": lambda: b'[{"query":"q","document":"d","gold":' + b"9" * 4300 + b"}]",
    "zeros.zip": lambda: zipped({"a.csv": b"\n" * 60_000_000}),
    "many.zip": lambda: zipped({f"{n}.csv": b"query,document,gold\na,b,3\n" for n in range(2000)}),
    "rows.parquet": lambda: _parquet(
        pa.table({"query": pa.array(["q"]).take(pa.array([0] * 5_000_000, pa.int32()))})
    ),
    "nested.parquet": lambda: _parquet(pa.table({"query": [[[[[["q"] * 50] * 50]]]]})),
}


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def _parquet(table: pa.Table) -> bytes:
    made = io.BytesIO()
    parquet.write_table(table, made, compression="zstd")
    return made.getvalue()


def _arrow(table: pa.Table) -> bytes:
    made = io.BytesIO()
    with ipc.new_stream(made, table.schema) as stream:
        stream.write_table(table)
    return made.getvalue()


def _delimited(mark: str) -> bytes:
    lines = [list(ROWS[0]), *([*row.values()] for row in ROWS)]
    quoted = (mark.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in lines)
    return "\r\n".join(quoted).encode()


def files() -> dict[str, list[bytes]]:
    """Return right files of labelled rows by the end of their name."""
    lines = "\n".join(map(json.dumps, ROWS)).encode()
    tools = [json.dumps(one).encode() for one in TOOLS]
    tool_lines = ["\n".join(map(json.dumps, one)).encode() for one in TOOLS]
    table = pa.Table.from_pylist([{**row, "gold": float(row["gold"])} for row in ROWS])
    return {
        ".csv": [_delimited(","), _delimited(";"), b"id,text,label,annotator\n1,a,good,x\n2,b,bad,y\n"],
        ".tsv": [_delimited("\t")],
        ".jsonl": [lines, *tool_lines],
        ".json": [json.dumps(ROWS).encode(), json.dumps({"data": ROWS}).encode(), *tools],
        ".parquet": [_parquet(table), _parquet(pa.table({"query": [["a"], None], "gold": [{"a": 1}, None]}))],
        ".arrow": [_arrow(table)],
        ".zip": [
            zipped({"a.csv": _delimited(","), "../b.csv": b"x", "/c.json": b"[]"}),
            zipped({"a.jsonl": lines}),
        ],
    }
