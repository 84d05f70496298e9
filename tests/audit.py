"""`make audit`: whether pip-audit knows a vulnerability of anything in requirements.lock.

Where its data can't be reached it says so in one line and passes, since nobody's work should wait for a network: a
machine that reaches them tells. The same goes for packages that the data don't know, which pip-audit itself counts
as without a vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
ACCEPTED: Mapping[str, str] = {}
"""Vulnerabilities that don't concern us, by their identifiers, each with the reason."""
SECONDS = 300
_NO_NETWORK = ("ConnectionError", "ProxyError", "Timeout", "SSLError", "ServiceError", "NameResolutionError")


@dataclass(frozen=True)
class Audit:
    """What came of it: whether it fails, and what to say, a line each."""

    fails: bool
    lines: tuple[str, ...]


def judged(report: str, errors: str, accepted: Mapping[str, str] = ACCEPTED) -> Audit:
    """Return what a run of pip-audit says, by the JSON that it wrote and its errors."""
    if not report.strip():
        last = errors.strip().splitlines()[-1:] or ["it said nothing"]
        if any(one in errors for one in _NO_NETWORK):
            kind = last[0].partition(":")[0].rpartition(".")[2]
            return Audit(False, (f"Not audited: the data of known vulnerabilities can't be reached ({kind}).",))
        return Audit(True, (f"pip-audit failed: {last[0]}",))
    found: list[dict[str, Any]] = json.loads(report)["dependencies"]
    audited = [one for one in found if "skip_reason" not in one]
    lines, fails = [], False
    for one in audited:
        for known in one["vulns"]:
            names = (known["id"], *known.get("aliases", ()))
            reason = next((accepted[name] for name in names if name in accepted), "")
            fixed = f", mended in {', '.join(known['fix_versions'])}" if known.get("fix_versions") else ""
            said = f"{one['name']} {one['version']}: {known['id']}{fixed}"
            lines.append(f"{said}; accepted: {reason}" if reason else said)
            fails |= not reason
    if not audited:
        lines.append(f"Not audited: no data of known vulnerabilities here has any of the {len(found)} packages.")
    else:
        missing = f"; {len(found) - len(audited)} are not in the data" if len(audited) < len(found) else ""
        lines.append(f"Audited {len(audited)} of {len(found)} packages{missing}.")
    return Audit(fails, tuple(lines))


def main() -> int:
    """Run pip-audit on the lock and print what it says; returns 1 where a vulnerability is known."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        print(f"Not audited: the data of known vulnerabilities were not all read within {SECONDS} s.")
        return 0
    audit = judged(done.stdout, done.stderr)
    print("\n".join(audit.lines))
    return int(audit.fails)


if __name__ == "__main__":
    sys.exit(main())
