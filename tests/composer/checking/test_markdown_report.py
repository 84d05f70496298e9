"""The report: it says what was found and how sure that is, and no text of others comes alive in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from composer.checking.markdown_report import MOST_ROWS, command, headline, report, report_of_failure
from composer.checking.outcome import Outcome, outcome_of
from composer.checking.plan import CheckPlan, plan_check
from library.database import Database
from tests import hostile, small

GFM = MarkdownIt("gfm-like", {"html": True, "linkify": False})
"""As GitHub reads it; what it makes of addresses and names in a text is looked for apart."""
PARAGRAPH = ("paragraph_open", "inline", "paragraph_close")
ALIVE = {"link_open", "image", "html_inline", "em_open", "strong_open", "s_open", "heading_open", "list_item_open"}


@pytest.fixture
def plan(released: Database) -> CheckPlan:
    with released.session() as session:
        return plan_check(session, "small", "tiny", rows=16, seed=0)


def outcome(plan: CheckPlan, texts: Sequence[str], *, before: Sequence[str] | None = None) -> Outcome:
    was = [
        small.answer(text) for text in before or [f'{{"rating": {round(_gold(one))}}}' for one in plan.examples]
    ]
    return outcome_of(replace(plan, before=tuple(was)), 3, [small.answer(text) for text in texts], paid=len(texts))


def _gold(one: object) -> float:
    return float(one.gold)  # type: ignore[attr-defined]


def off(plan: CheckPlan, *, by: int, of: int = 16) -> list[str]:
    """Return answers of which the first ones are off by so much, towards the middle."""
    found = []
    for place, one in enumerate(plan.examples):
        gold = round(_gold(one))
        said = gold if place >= of else gold + (by if gold < 3 else -by)
        found.append(f'{{"rating": {said}}}')
    return found


def flat(tokens: Sequence[Token]) -> list[Token]:
    return [each for one in tokens for each in (one, *flat(one.children or ()))]


def test_the_verdict_comes_first_in_one_line(plan: CheckPlan) -> None:
    found = outcome(plan, off(plan, by=2))
    said = report(found)
    first = said.split("\n\n")[0]
    assert first.startswith("**Worse than at release**: NMSE 0 → 25.0, +25.0")
    assert first.replace("**", "") == headline(found)
    assert "| NMSE | 0 | 25.0 | +25.0 [" in said
    assert "| worse |" in said
    assert "| valid rate | 100.0% | 100.0% |" in said
    assert "release 1, check 3: all 16 sealed rows" in said
    assert "0 of 16 answers are the same byte for byte" in said


def test_answers_that_are_the_same_say_so(plan: CheckPlan) -> None:
    said = report(outcome(plan, off(plan, by=0)))
    assert said.startswith("**As at release**: NMSE 0 → 0")
    assert "16 of 16 answers are the same byte for byte" in said
    assert "<details>" not in said


def test_too_few_rows_say_what_they_show_and_how_many_would_tell(plan: CheckPlan) -> None:
    said = report(outcome(plan, off(plan, by=1, of=1)))
    assert said.startswith("**Too few rows to tell**: NMSE 0 → ")
    assert re.search(r"16 rows show a change of [\d.]+ four times in five", said)
    assert re.search(r"here, \d+ rows would tell; there are 16\.", said)


def test_a_margin_stands_in_the_rule_and_in_the_command(plan: CheckPlan) -> None:
    wide = replace(plan, margin=60.0)
    said = report(outcome(wide, off(plan, by=2)))
    assert said.startswith("**As at release, within the margin**")
    assert "It fails where the whole interval of NMSE is worse by more than 60.0" in said
    assert command(wide) == "composer check small --target tiny --rows 16 --seed 0 --margin 60"


def test_shares_are_written_in_points(plan: CheckPlan) -> None:
    rows = tuple(replace(one, gold="good") for one in plan.examples)
    labels = replace(plan, use=replace(plan.use, task=small.label_task()), examples=rows, margin=0.05)
    right, wrong = ['{"label": "good"}'] * 16, ['{"label": "bad"}'] * 12 + ['{"label": "good"}'] * 4
    said = report(outcome(labels, wrong, before=right))
    assert said.startswith("**Worse than at release**: accuracy 100.0% → 25.0%, −75.0 points [")
    assert "It fails where the whole interval of accuracy is worse by more than 5.0 points" in said
    assert "label good, loss 0 → 1.00" in said


def test_rows_that_must_not_regress_are_named(plan: CheckPlan) -> None:
    rows = [replace(one, must_not_regress=place < 3) for place, one in enumerate(plan.examples)]
    said = report(outcome(replace(plan, examples=tuple(rows)), off(plan, by=1, of=1)))
    assert "Of 3 rows that must not regress 1 got worse." in said
    assert f"@@ {rows[0].id}: label" in said
    assert ", must not regress @@" in said


def test_an_edited_target_is_pointed_out(plan: CheckPlan) -> None:
    edited = replace(plan, target=plan.target.model_copy(update={"max_tokens": 99}))
    assert "The target was edited since" in report(outcome(edited, off(plan, by=0)))


def test_rows_that_lost_most_are_shown_before_and_after(plan: CheckPlan) -> None:
    texts = off(plan, by=1)
    texts[5] = "none"
    tokens = GFM.parse(report(outcome(plan, texts)))
    (diff,) = [one for one in tokens if one.type == "fence" and one.info == "diff"]
    lines = diff.content.splitlines()
    assert lines[0].startswith(f"@@ {plan.examples[5].id}: label ")
    assert "malformed now" in lines[0]
    assert lines[2] == "+ none"
    assert sum(line.startswith("@@ ") for line in lines) == MOST_ROWS
    assert "10 rows of 16 read otherwise" in report(outcome(plan, texts))


def test_no_text_of_a_row_is_in_it(plan: CheckPlan) -> None:
    said = report(outcome(plan, off(plan, by=2)))
    assert not any(text in said for one in plan.examples for text in one.inputs.values())


@pytest.mark.parametrize("kind", sorted(hostile.FRAGMENTS))
def test_hostile_text_stays_text(plan: CheckPlan, kind: str) -> None:
    evil = [f"```\n{text}\n\n</details>@octocat #1 {text}" for text in hostile.FRAGMENTS[kind]]
    rows = [replace(one, id=f"{one.id} {evil[place % len(evil)]}") for place, one in enumerate(plan.examples)]
    texts = [evil[place % len(evil)] for place in range(16)]
    said = report(outcome(replace(plan, examples=tuple(rows)), texts))
    tame = report(outcome(plan, ["none"] * 16))
    assert shape(said) == shape(tame)
    blocks = [one for one in GFM.parse(said) if one.type == "fence"]
    assert [one.info for one in blocks] == ["diff", "sh"]
    outside = said.replace(blocks[0].content, "")
    assert "octocat" not in outside
    assert "octocat" in blocks[0].content
    assert all(one.isprintable() for one in said if one != "\n")
    assert len(said) < 65_536


def shape(said: str) -> list[tuple[str, str]]:
    """Return what a report is made of: kinds of tokens, and the content of those that are raw HTML."""
    found = flat(GFM.parse(said))
    assert [one.type for one in found if one.type in ALIVE - {"strong_open"}] == []
    return [
        (one.type, one.content if one.type == "html_block" and "row" not in one.content else "") for one in found
    ]


@pytest.mark.parametrize("kind", sorted(hostile.FRAGMENTS))
def test_a_reason_stays_text_too(kind: str) -> None:
    evil = "\n".join(f"```\n{text}\n</details>@octocat {text}" for text in hostile.FRAGMENTS[kind])
    said = report_of_failure("small", "tiny", "The release does not verify", evil, "composer check small")
    blocks = GFM.parse(said)
    assert [one.type for one in blocks] == [*PARAGRAPH, "fence", *PARAGRAPH, "fence"]
    assert said.count("octocat") == blocks[3].content.count("octocat") > 0


def test_the_longest_report_is_one_that_a_comment_takes(plan: CheckPlan) -> None:
    rows = [replace(one, id=f"{place:02}" + "\U000e0041" * 5000) for place, one in enumerate(plan.examples)]
    found = outcome(
        replace(plan, examples=tuple(rows)), ["\U000e0041\n" * 9000] * 16, before=["\U000e0042\n" * 9000] * 16
    )
    changed = [replace(one, before="\U000e0042\n" * 9000) for one in found.changed]
    assert len(report(replace(found, changed=tuple(changed)))) < 65_536
