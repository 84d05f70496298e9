"""Which verdicts count: each reviewer's last one, unless it was dismissed or its giver lost the role."""

from __future__ import annotations

from datetime import UTC, datetime

from composer.review.counting import Verdict, approvals, effective_verdicts, holds_role
from library.roles import LOCAL, Person

AT = datetime(2026, 1, 1, tzinfo=UTC)
GRACE = Person("Grace", "grace@example.org", frozenset({"reviewer"}))
JOAN = Person("Joan", "joan@example.org", frozenset({"viewer"}))


def verdict(
    number: int, kind: str, who: str = "Grace", *, about: int | None = None, local: bool = False
) -> Verdict:
    return Verdict(number, 1, kind, "Why.", who, "0" * 64, AT, about, local)


def test_a_reviewers_last_decision_counts() -> None:
    asked, then = verdict(1, "request changes"), verdict(2, "approve")
    other = verdict(3, "no-go", "Joan")
    assert effective_verdicts([asked, then, other]) == (then, other)


def test_what_was_dismissed_counts_no_more_and_brings_no_earlier_one_back() -> None:
    earlier, last = verdict(1, "approve"), verdict(2, "request changes")
    assert effective_verdicts([earlier, last, verdict(3, "dismiss", "Ada", about=2)]) == ()


def test_an_override_is_no_decision() -> None:
    approved = verdict(1, "approve")
    assert effective_verdicts([approved, verdict(2, "override")]) == (approved,)


def test_whoever_acted_locally_is_one_person() -> None:
    first, second = (
        verdict(1, "approve", f"ada{LOCAL}", local=True),
        verdict(2, "no-go", f"bob{LOCAL}", local=True),
    )
    assert effective_verdicts([first, second]) == (second,)


def test_an_approval_counts_while_its_giver_is_a_reviewer() -> None:
    by_grace, by_joan = verdict(1, "approve"), verdict(2, "approve", "Joan")
    assert approvals([by_grace, by_joan], frozenset(), [GRACE, JOAN]) == ((by_grace,), (by_joan,))
    assert approvals([by_grace, by_joan], frozenset({"Grace"}), [GRACE, JOAN]) == ((), (by_joan,))


def test_once_people_sign_in_what_the_local_person_gave_counts_no_more() -> None:
    given = verdict(1, "approve", f"ada{LOCAL}")
    assert holds_role(given, [], "reviewer")
    assert not holds_role(given, [GRACE], "reviewer")
