"""Dependencies are pinned by hash, and what an audit of them says."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.audit import judged

ROOT = Path(__file__).resolve().parents[1]
NAME = r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)"
OF = json.dumps(
    {
        "dependencies": [
            {"name": "good", "version": "1.0", "vulns": []},
            {
                "name": "bad",
                "version": "2.0",
                "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"], "description": "…"}],
            },
            {"name": "unknown", "skip_reason": "not found"},
        ]
    }
)


def locked() -> dict[str, tuple[str, str]]:
    """Return version and text of every entry of the lock, by its name."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = {}
    for line in lines:
        match = re.match(NAME, line)
        assert match is not None, f"pinned to no version: {line[:60]}"
        found[normal(match["name"])] = (match["version"], line)
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned_by_version_and_hash() -> None:
    entries = locked()
    assert len(entries) > 100
    for name, (_, line) in entries.items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", line), name
        assert "://" not in line, name


def test_the_pins_of_pyproject_are_those_of_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    declared = [one for group in (project["dependencies"], *extras) for one in group]
    entries = locked()
    for one in declared:
        if normal(re.split(r"[\[=]", one)[0]) == normal(project["name"]):
            continue
        match = re.fullmatch(NAME, one)
        assert match is not None, f"pinned to no version: {one}"
        assert entries[normal(match["name"])][0] == match["version"], one


def test_nothing_is_installed_without_its_hash() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--no-deps --require-hashes -r requirements.lock" in makefile
    assert "--only-binary :all:" in makefile


def test_a_known_vulnerability_fails_the_audit_and_is_named_with_what_mends_it() -> None:
    found = judged(OF, "")
    assert found.fails
    assert found.lines == ("bad 2.0: PYSEC-1, mended in 2.1", "Audited 2 of 3 packages; 1 are not in the data.")


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_an_accepted_vulnerability_passes_and_is_shown_with_its_reason(name: str) -> None:
    found = judged(OF, "", {name: "We never parse such files."})
    assert not found.fails
    assert found.lines[0] == "bad 2.0: PYSEC-1, mended in 2.1; accepted: We never parse such files."


def test_where_the_data_can_not_be_reached_the_audit_says_so_and_passes() -> None:
    errors = "Traceback …\nrequests.exceptions.ProxyError: HTTPSConnectionPool(…)"
    assert judged("", errors) == judged("", errors + "\n")
    assert judged("", errors).lines == (
        "Not audited: the data of known vulnerabilities can't be reached (ProxyError).",
    )
    assert not judged("", errors).fails


def test_an_audit_of_nothing_is_not_taken_for_a_clean_one() -> None:
    none = json.dumps({"dependencies": [{"name": "good", "skip_reason": "not found"}]})
    assert judged(none, "No known vulnerabilities found").lines == (
        "Not audited: no data of known vulnerabilities here has any of the 1 packages.",
    )


def test_another_failure_of_the_audit_fails() -> None:
    assert judged("", "error: unrecognized arguments: --nonsense").fails
