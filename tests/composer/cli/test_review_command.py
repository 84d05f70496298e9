"""`composer review` and its older options, `inbox`, `export`, `verify`, `audit`: what they do and print."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner

from composer.analysis import jobs
from composer.cli import app
from composer.home.paths import Home
from composer.models import connection
from composer.models.target import Target
from composer.registry.releases import current_release
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.review.comments import comments_on
from composer.review.regressions import dispositions
from composer.review.status import get_review
from composer.tables import CandidateRow
from library.database import Database
from tests import small
from tests.composer.cli.conftest import Run
from tests.composer.review import acts
from tests.composer.review.acts import PutUp
from tests.scripted import connecting


def refused(result: Result) -> str:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


def told(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def spoil(session: Session) -> None:
    row = session.get_one(CandidateRow, 1)
    row.summary = {}
    row.versions = [999]
    session.add(row)


def state(database: Database) -> str:
    with database.session() as session:
        return get_review(session, 1).status.state


def edit_target(database: Database) -> None:
    acts_target = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b", temperature=0.5)
    with database.session() as session:
        add_target(session, acts_target, by="Ada", at=small.NOW)


def edit_title(database: Database) -> None:
    with database.session() as session:
        add_task(session, small.task(title="Edited"), by="Ada", at=small.NOW)


def test_an_empty_inbox_says_what_to_do(filled: Database, run: Run) -> None:
    assert "composer demo --headless" in told(run("inbox"))
    assert json.loads(run("inbox", "--json").stdout) == []


def test_the_inbox_lists_what_waits_and_for_whom(submitted: Database, run: Run) -> None:
    said = told(run("inbox"))
    for expected in ("small →", "tiny", "NMSE", "needs review", "you", "1 waits for you"):
        assert expected in said
    (row,) = json.loads(run("inbox", "--json").stdout)
    assert (row["candidate"], row["state"], row["obstacles"]) == (1, "needs review", [])
    assert (row["approvals"], row["approvals_needed"], row["waits_for"]) == ([], 1, ["you"])
    assert row["keys"]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [("needs me", 1), ("needs review", 1), ("all", 1), ("mine", 0), ("approved", 0), ("released", 0)],
)
def test_the_inbox_can_be_asked_for_one_tab_or_state(
    submitted: Database, run: Run, wanted: str, count: int
) -> None:
    assert len(json.loads(told(run("inbox", "--json", "--state", wanted)))) == count


def test_an_inbox_of_no_such_state_names_those_there_are(submitted: Database, run: Run) -> None:
    said = refused(run("inbox", "--state", "pending"))
    assert "no candidate can be pending" in said
    assert "changes requested" in said


def test_one_candidate_that_can_not_be_read_hides_no_other(submitted: Database, run: Run) -> None:
    with submitted.session() as session:
        spoil(session)
    assert "no snippet version with the number 999" in told(run("inbox"))
    (row,) = json.loads(run("inbox", "--json").stdout)
    assert (row["candidate"], row["state"]) == (1, "unreadable")
    assert "999" in row["problem"]


def test_a_candidate_is_shown_with_what_changes_its_gates_and_the_next_command(
    submitted: Database, run: Run
) -> None:
    said = told(run("review", "1"))
    with submitted.session() as session:
        review = get_review(session, 1)
    for version in review.composition.versions:
        assert f"+ {version.key} v1  {version.text}" in said
    for gate in review.candidate.gates:
        assert gate.name in said
    assert "Approvals: 0 of 1" in said
    assert "In the way of a release:\n  ✗ 1 more approval" in said
    assert 'Next: decide.\n  composer approve 1 --reason "…"' in said


def test_a_candidate_can_be_read_by_a_script(worse: Database, run: Run) -> None:
    found = json.loads(told(run("review", "1", "--json")))
    assert [one["name"] for one in found["spending"]] == ["tokens", "seconds"]
    assert found["spending"][1]["low"] is not None
    assert (found["state"], found["release"], found["successor"]) == ("needs review", None, None)
    assert found["regressions"] == dict.fromkeys(acts.WORSE)
    assert found["obstacles"] == ["2 unresolved regressions"]


def test_the_last_approval_says_how_to_release_and_releases_nothing(submitted: Database, run: Run) -> None:
    said = told(run("review", "1", "--approve", "--reason", "Clear gain."))
    assert 'Next: release it.\n  composer release 1 --reason "…"' in said
    assert state(submitted) == "approved"
    with submitted.session() as session:
        assert current_release(session, "small", "tiny") is None
        (verdict,) = get_review(session, 1).status.verdicts
    assert (verdict.reviewer, verdict.reason) == ("Grace (local)", "Clear gain.")


@pytest.mark.parametrize(
    ("flag", "then", "shown"),
    [
        ("--request-changes", "changes requested", "composer approve 1"),
        ("--no-go", "no-go", "composer dismiss 1 --verdict 1"),
        ("--approve", "approved", "composer release 1"),
    ],
)
def test_verdicts_are_noted_and_shown(submitted: Database, run: Run, flag: str, then: str, shown: str) -> None:
    told(run("review", "1", flag, "--reason", "Why [row 3]?"))
    assert state(submitted) == then
    said = told(run("review", "1"))
    assert f"candidate 1 · {then}" in said
    assert "Why [row 3]?" in said
    assert shown in said.splitlines()[-1]


def test_a_comment_decides_nothing(submitted: Database, run: Run) -> None:
    told(run("review", "1", "--comment", "--reason", "Fine [with] me."))
    assert state(submitted) == "needs review"
    with submitted.session() as session:
        (comment,) = comments_on(session, get_review(session, 1).candidate)
    assert (comment.text, comment.author) == ("Fine [with] me.", "Grace (local)")
    said = told(run("review", "1"))
    assert "Comments: 1 open of 1" in said
    assert "Grace (local): Fine [with] me." in said
    assert "Fine [with] me." in run("audit", "list").stdout


def test_what_people_wrote_does_not_steer_the_terminal(submitted: Database, run: Run) -> None:
    told(run("review", "1", "--comment", "--reason", "\x1b[2JGone\x07\nand – here"))
    said = told(run("review", "1"))
    assert "�[2JGone�\nand – here" in said
    assert "\x1b" not in said


def test_a_verdict_in_the_way_can_be_dismissed(submitted: Database, run: Run) -> None:
    run("review", "1", "--no-go", "--reason", "Too blunt.")
    told(run("review", "1", "--dismiss", "1", "--reason", "It isn't."))
    assert state(submitted) == "needs review"
    assert "(no longer counts)" in told(run("review", "1"))
    assert "is not in the way" in refused(run("review", "1", "--dismiss", "1", "--reason", "x"))


def test_a_gate_is_overridden_by_whom_the_policy_names(put_up: PutUp, run: Run) -> None:
    database = put_up(people=False, policy={"override": ["admin"], "gates": {"max_extra_tokens": 0}})
    assert acts.status(database).failing_gates
    told(run("review", "1", "--override", "--reason", "Tokens are cheap."))
    assert acts.status(database).failing_gates == ()


def test_nobody_overrides_a_gate_where_the_policy_names_nobody(submitted: Database, run: Run) -> None:
    assert "lets nobody override" in refused(run("review", "1", "--override", "--reason", "x"))


def test_the_older_options_are_hidden(submitted: Database, run: Run) -> None:
    shown = told(run("review", "--help"))
    assert not [
        name for name in ("--approve", "--acceptable", "--dismiss", "--score-again", "--reason") if name in shown
    ]
    assert "--json" in shown


def test_a_review_has_the_search_estimate_beside_the_gain_on_test(submitted: Database, run: Run) -> None:
    said = " ".join(told(run("review", "1")).split())
    assert re.search(r"Dev and test: NMSE \S+ on dev, \S+ \[\S+, \S+\] on the sealed split\. [A-Z1-9]", said)
    found = json.loads(told(run("review", "1", "--json")))
    (metric,) = [one for one in found["figures"] if one["name"] == "nmse"]
    assert found["dev_and_test"]["test"] == metric["difference"]
    assert found["dev_and_test"]["lost"] == pytest.approx(metric["difference"] - found["dev_and_test"]["dev"])
    assert found["dev_and_test"]["verdict"] in ("whole", "less", "overfitted")


def test_an_older_option_prints_the_review_as_json_alone(submitted: Database, run: Run) -> None:
    assert json.loads(told(run("review", "1", "--approve", "--reason", "x", "--json")))["state"] == "approved"


def test_regressions_get_their_dispositions_one_by_one_or_all_at_once(worse: Database, run: Run) -> None:
    first, second = acts.WORSE
    said = told(run("review", "1"))
    assert "Regressions: 0 of 2 resolved, the worst first" in said
    assert re.search(r"loss \+\d\.\d\d  unresolved  “.+”", said)  # what the example begins with
    assert said.index(first) < said.index(second)
    assert "Next: resolve 2 regressions, then decide." in said
    told(run("review", "1", "--blocks", first, "--reason", "Must not be."))
    told(run("review", "1", "--acceptable", "all", "--reason", "Rare."))
    with worse.session() as session:
        given = {name: (one.kind, one.reason) for name, one in dispositions(session, 1).items()}
    assert given == {first: ("blocks", "Must not be."), second: ("acceptable", "Rare.")}
    said = told(run("review", "1"))
    assert f"{first}  loss +1.00  blocks (Grace (local)): Must not be." in said
    assert f"Grace (local) marked {first} as blocking" in said
    told(run("review", "1", "--acceptable", f"{first}, {second}", "--reason", "Looked again."))
    assert "2 of 2 resolved" in told(run("review", "1"))
    told(run("review", "1", "--approve", "--reason", "Fine."))
    assert state(worse) == "approved"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--acceptable", "test-99", "--reason", "x"), "test-99 is not among what got worse"),
        (("--acceptable", ",", "--reason", "x"), "no example is not among what got worse"),
        (("--blocks", "all", "--reason", "x"), "for all regressions at once"),
        (("--acceptable", "all"), "needs a reason"),
        (("--approve", "--reason", "x"), "2 unresolved regressions"),
    ],
)
def test_dispositions_that_fit_nothing_are_refused(
    worse: Database, run: Run, arguments: tuple[str, ...], says: str
) -> None:
    assert says in refused(run("review", "1", *arguments))
    with worse.session() as session:
        assert dispositions(session, 1) == {}


def test_all_regressions_of_none_are_refused(submitted: Database, run: Run) -> None:
    assert "no example got worse" in refused(run("review", "1", "--acceptable", "all", "--reason", "x"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("1", "--approve"), "needs a reason"),
        (("1", "--approve", "--reason", "  "), "needs a reason"),
        (("1", "--comment"), "needs a text"),
        (("1", "--approve", "--comment", "--reason", "x"), "--approve and --comment at once"),
        (("1", "--score-again", "--no-go", "--reason", "x"), "--no-go and --score-again at once"),
        (("1", "--reason", "x"), "a reason for nothing"),
        (("2", "--approve", "--reason", "x"), "no candidate 2"),
        (("2",), "no candidate 2"),
        (("1", "--score-again"), "it is not stale"),
    ],
)
def test_what_can_not_be_done_is_refused(
    submitted: Database, run: Run, arguments: tuple[str, ...], says: str
) -> None:
    assert says in refused(run("review", *arguments))
    assert state(submitted) == "needs review"


def test_where_people_sign_in_nothing_is_decided_here(submitted: Database, run: Run) -> None:
    acts.sign_in(submitted)
    assert "Sign in to the app" in refused(run("review", "1", "--approve", "--reason", "x"))
    assert "only they decide. Open the app" in told(run("review", "1"))


def test_a_stale_candidate_is_scored_again_for_no_answer(
    submitted: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_title(submitted)
    said = told(run("review", "1"))
    assert "Stale: task small was edited" in said
    assert said.splitlines()[-1] == "  composer rescore 1"
    monkeypatch.setattr(connection, "connect", acts.no_model)
    said = told(run("review", "1", "--score-again"))
    assert "pays for no answer" in said
    assert "Review it with: composer review 2" in said
    assert "it was scored again as candidate 2" in told(run("review", "1"))
    assert "composer review 2" in refused(run("review", "1", "--score-again"))


def test_answers_that_are_missing_are_paid_and_counted_first(
    submitted: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_target(submitted)
    monkeypatch.setattr(connection, "connect", connecting(small.engine()))
    said = told(run("review", "1", "--score-again"))
    assert "pays for 32 answers, about 64 seconds" in said
    with submitted.session() as session:
        (job,) = jobs.jobs_of(session, 1)
    assert (job.state, job.paid, job.made) == ("finished", 32, 2)


def test_an_interrupted_scoring_goes_on_from_its_answers(
    submitted: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_target(submitted)
    monkeypatch.setattr(connection, "connect", connecting(small.Dying(small.engine(), 11, KeyboardInterrupt())))
    stopped = run("review", "1", "--score-again")
    assert stopped.exit_code == 130
    assert "run the same command again" in stopped.stdout
    monkeypatch.setattr(connection, "connect", connecting(small.engine()))
    assert "pays for 22 answers" in told(run("review", "1", "--score-again"))


def test_export_and_verify_agree(released: Database, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    result = run("export", "small", "--target", "tiny", "--out", str(folder))
    assert result.exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "messages.json", "prompt.txt"]
    checked = CliRunner().invoke(app, ["verify", str(folder)])
    assert (checked.exit_code, "intact" in checked.stdout) == (0, True)


def test_verify_says_which_byte_is_off_and_exits_1(pack: Path) -> None:
    content = bytearray((pack / "prompt.txt").read_bytes())
    content[5] ^= 1
    (pack / "prompt.txt").write_bytes(content)
    result = CliRunner().invoke(app, ["verify", str(pack)])
    assert result.exit_code == 1
    assert "prompt.txt byte 5" in result.stderr
    assert result.stdout == ""


def test_verify_of_no_pack_exits_1(tmp_path: Path) -> None:
    for folder in (tmp_path / "nothing", tmp_path):
        result = CliRunner().invoke(app, ["verify", str(folder)])
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert result.stderr


def test_export_of_nothing_released_is_refused(submitted: Database, run: Run, tmp_path: Path) -> None:
    says = refused(run("export", "small", "--target", "tiny", "--out", str(tmp_path / "pack")))
    assert "nothing is released for small on tiny" in says
    assert not (tmp_path / "pack").exists()


def test_export_into_a_folder_with_other_files_is_refused(released: Database, run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    says = refused(run("export", "small", "--target", "tiny", "--out", str(tmp_path)))
    assert "notes.txt" in says


def test_the_audit_lists_who_did_what_and_why(released: Database, run: Run) -> None:
    result = run("audit", "list", "--subject", "candidate:1")
    assert result.exit_code == 0
    assert "Clear gain." in result.stdout
    assert run("audit", "verify").exit_code == 0


def test_the_audit_finds_a_changed_entry(released: Database, run: Run) -> None:
    with released.session() as session:
        session.execute(text("update log set why = 'Because.' where id = 3"))
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "entry 3" in result.stderr


def test_a_home_that_can_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(app, ["inbox", "--home", str(tmp_path / "file" / "home")])
    assert "home" in refused(result)


def test_answers_outside_peoples_range_are_listed(
    database: Database, home: Home, tmp_path: Path, run: Run
) -> None:
    opposite = {"test-05": {"ann": 5.0, "bo": 4.0}}
    data = [
        replace(one, ratings=opposite.get(one.id, {"ann": one.gold, "bo": one.gold})) for one in small.examples()
    ]
    small.fill(database, tmp_path, data=data)
    small.run(database, home, small.enter(database, budget=100), small.engine())
    said = told(run("review", "1"))
    outside = json.loads(told(run("review", "1", "--json")))["people"]["outside"]
    assert "test-05" in outside
    assert f"Outside people's range: {len(outside)} of 16 answers" in said
    assert "✗ test-05  answer 1, people 4 to 5" in said
