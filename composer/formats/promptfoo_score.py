"""The score of an answer in promptfoo, by the rules that it was measured by, as a module of JavaScript."""

from __future__ import annotations

import json

from composer.task.task import Output

_MODULE = r"""// The score of an answer by the rules of the measurement: 1 - loss, and 0 for one that is malformed.
// A rating loses ((rating - gold) / (high - low))^2, a label nothing or all: NMSE is 100 x (1 - the mean score).
const OUTPUT = @OUTPUT@;

const BLANKS = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const AROUND = new RegExp(`^${BLANKS}|${BLANKS}$`, "g");
const GAP = "[ \\t\\n\\r]*";
const TEXT = '"(?:[^"\\\\\\u0000-\\u001f]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*"';
const WHOLE = "-?(?:0|[1-9][0-9]*)";
const ANSWER = new RegExp(`^${GAP}\\{${GAP}(${TEXT})${GAP}:${GAP}(${TEXT}|${WHOLE})${GAP}\\}${GAP}$`);

/** The rating or label of an answer; undefined for one that is malformed. Nothing is repaired. */
function parsed(text) {
  let value = text.replace(AROUND, "");
  if (OUTPUT.format === "json") {
    const found = ANSWER.exec(text);
    if (!found || JSON.parse(found[1]) !== OUTPUT.field) return undefined;
    value = JSON.parse(found[2]);
  } else if (OUTPUT.kind === "ordinal") {
    value = /^(?:0|[1-9][0-9]{0,3})$/.test(value) ? Number(value) : undefined;
  }
  if (OUTPUT.kind === "label") return OUTPUT.labels.includes(value) ? value : undefined;
  return typeof value === "number" && OUTPUT.low <= value && value <= OUTPUT.high ? value : undefined;
}

module.exports = (output, context) => {
  const gold = context.vars.sealed.gold;
  const value = parsed(typeof output === "string" ? output : JSON.stringify(output));
  if (value === undefined) return { pass: false, score: 0, reason: "malformed" };
  const off = OUTPUT.kind === "label" ? Number(value !== gold) : (value - gold) / (OUTPUT.high - OUTPUT.low);
  const pass = OUTPUT.kind === "ordinal" || value === gold;
  return { pass, score: 1 - off * off, reason: `answered ${value}, people say ${gold}` };
};
module.exports.parsed = parsed;
"""


def module(output: Output) -> str:
    """Return a CommonJS module that scores answers to this output against a test's `sealed.gold`."""
    return _MODULE.replace("@OUTPUT@", json.dumps(output.model_dump(mode="json", exclude_none=True)))
