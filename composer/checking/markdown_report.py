"""The report of a check as Markdown for a pull request: the verdict first, then figures, rows, and the command."""

from __future__ import annotations

from composer.checking.judgement import Judged
from composer.checking.markdown import details, fenced, table, visible
from composer.checking.outcome import Changed, Outcome
from composer.checking.plan import CheckPlan
from composer.evaluation.caveats import minimum_detectable_difference
from composer.evaluation.formatting import NAMES, SHARES, change, figure, interval
from composer.evaluation.outcomes import Difference

MOST_ROWS = 10
"""Changed rows that are shown."""
LONGEST_ANSWER, MOST_LINES, LONGEST_ID, LONGEST_REASON = 300, 6, 100, 2000
"""Characters and lines of an answer, characters of an id and of a line of a reason that are shown."""
BESIDE = ("valid_nmse", "valid_accuracy", "spearman", "macro_f1")
"""Figures that are shown though they decide nothing."""
_STATES = {
    "worse": "worse",
    "better": "better",
    "same": "as it was",
    "within": "within the margin",
    "unclear": "can’t tell",
}
_HEADS = {
    "worse": "Worse than at release",
    "better": "Better than at release",
    "same": "As at release",
    "within": "As at release, within the margin",
    "unclear": "Too few rows to tell",
}


def headline(found: Outcome) -> str:
    """Return what a check came to in one line, without marks of Markdown."""
    one = found.valid if found.valid.failed and not found.metric.failed else found.metric
    return f"{_HEADS[found.state]}: {_moved(one.difference)}, on {_rows(found.n, 'sealed row')}."


def report(found: Outcome) -> str:
    """Return the whole report of a check that was done."""
    head, colon, rest = headline(found).partition(":")
    parts = [
        f"**{head}**{colon}{rest}",
        table(("", "at release", "now", "difference, 95% interval", ""), _figures(found)),
        *([_power(found)] if found.state == "unclear" else []),
        " ".join(_what(found)),
        " ".join(_rule(found)),
    ]
    if found.changed:
        parts.append(_changed(found))
    parts.append(_repeat(command(found.plan)))
    return "\n\n".join(parts) + "\n"


def report_of_failure(task: str, target: str, what: str, reason: str, command: str) -> str:
    """Return the report of a check that could compare nothing: `what` is in our words, the reason in anybody's."""
    lines = [visible(line, LONGEST_REASON) for line in reason.splitlines()]
    parts = [f"**{what}**: `{task}` on `{target}` was not compared.", fenced(lines, "text"), _repeat(command)]
    return "\n\n".join(parts) + "\n"


def command(plan: CheckPlan) -> str:
    """Return the command that checks the same rows by the same rule."""
    use = plan.use
    margin = f" --margin {plan.margin:g}" if plan.margin else ""
    place = f"composer check {use.task.name} --target {use.target.name}"
    return f"{place} --rows {len(plan.examples)} --seed {plan.seed}{margin}"


def _moved(one: Difference) -> str:
    unit = " points" if one.name in SHARES else ""
    sides = f"{NAMES[one.name]} {figure(one.name, one.incumbent)} → {figure(one.name, one.candidate)}"
    return f"{sides}, {change(one.name, one.difference)}{unit} {interval(one)}".rstrip()


def _figures(found: Outcome) -> list[tuple[str, ...]]:
    deciding = [_figure(one.difference, _STATES[one.state]) for one in (found.metric, found.valid)]
    return [*deciding, *(_figure(one, "") for one in found.others if one.name in BESIDE)]


def _figure(one: Difference, state: str) -> tuple[str, ...]:
    sides = (figure(one.name, one.incumbent), figure(one.name, one.candidate))
    return NAMES[one.name], *sides, f"{change(one.name, one.difference)} {interval(one)}".rstrip(), state


def _what(found: Outcome) -> list[str]:
    plan, counts = found.plan, found.comparison.counts
    use = plan.use
    drawn = "all" if found.n == plan.available else f"{found.n:,} of"
    said = [
        f"`{use.task.name}` on `{use.target.name}`, release {use.release}, check {found.number}: {drawn} "
        f"{_rows(plan.available, 'sealed row')}, asked anew and compared pair by pair with the answers that the "
        f"release rests on; {counts.better:,} better, {counts.worse:,} worse, {counts.same:,} as good. "
        f"{found.identical:,} of {found.n:,} answers are the same byte for byte."
    ]
    bound = [one for one in found.comparison.rows if one.must_not_regress]
    if lost := [one for one in bound if one.outcome == "worse"]:
        said.append(f"Of {_rows(len(bound), 'row')} that must not regress {len(lost):,} got worse.")
    if plan.edited:
        said.append("The target was edited since the release was measured, and asked as it is now.")
    return said


def _rule(found: Outcome) -> list[str]:
    name = NAMES[found.metric.difference.name]
    worse = f"worse by more than {_amount(found.metric)}" if found.plan.margin else "worse"
    return [
        f"It fails where the whole interval of {name} is {worse}, or that of the valid rate is lower.",
        "Where nothing has changed, at most one check in 20 fails by chance.",
    ]


def _amount(one: Judged) -> str:
    name = one.difference.name
    return change(name, one.margin).lstrip("+") + (" points" if name in SHARES else "")


def _power(found: Outcome) -> str:
    one, plan = found.metric, found.plan
    smallest = minimum_detectable_difference(one.difference)
    if smallest is None:
        return f"{_rows(found.n, 'row')} can’t give an interval."
    name = one.difference.name
    unit = " points" if name in SHARES else ""
    shown = f"{change(name, smallest).lstrip('+')}{unit}"
    beyond = " beyond the margin" if plan.margin else ""
    said = f"{found.n:,} rows show a change of {shown}{beyond} four times in five, a smaller one less often."
    if one.needed is None:
        return said
    there = "" if one.needed <= plan.available else f"; there are {plan.available:,}"
    return f"{said} If the difference stays what it is here, {_rounded(one.needed):,} rows would tell{there}."


def _rounded(number: int) -> int:
    """Return a number to two digits: it is an estimate."""
    size = int(10 ** max(0, len(str(number)) - 2))
    return -(-number // size) * size


def _changed(found: Outcome) -> str:
    shown = found.changed[:MOST_ROWS]
    lines = [line for one in shown for line in _row(one)]
    more = f" of {len(found.changed):,}" if len(found.changed) > len(shown) else ""
    summary = f"{_rows(len(shown), 'row')}{more} read otherwise, those that lost most first"
    note = "Label and loss, the answer at release (−) and now (+). The rows’ own texts stay sealed."
    return details(summary, f"{note}\n\n{fenced(lines, 'diff')}")


def _row(one: Changed) -> list[str]:
    row = one.row
    label = row.gold if isinstance(row.gold, str) else f"{row.gold:g}"
    malformed = "" if row.candidate_valid else ", malformed now"
    bound = ", must not regress" if row.must_not_regress else ""
    losses = f"loss {figure('', row.incumbent_loss)} → {figure('', row.candidate_loss)}"
    head = f"{visible(row.example_id, LONGEST_ID)}: label {visible(label, LONGEST_ID)}, {losses}{malformed}{bound}"
    return [f"@@ {head} @@", *_answer("-", one.before), *_answer("+", one.now)]


def _answer(sign: str, text: str) -> list[str]:
    lines = text[:LONGEST_ANSWER].split("\n")
    cut = len(text) > LONGEST_ANSWER or len(lines) > MOST_LINES
    shown = [f"{sign} {visible(line, LONGEST_ANSWER)}".rstrip() for line in lines[:MOST_LINES]]
    return [*shown, *([f"{sign} …"] if cut else [])]


def _repeat(command: str) -> str:
    return f"To check again, with answers asked anew:\n\n{fenced([command], 'sh')}"


def _rows(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
