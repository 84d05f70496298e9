"""The examples of a review pack as one table: what a page opens one at a time is open under every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.analysis.diagnoses import AblationAnswer
from composer.analysis.examples import ExampleView
from ui.candidate import people_range
from ui.candidate.dispositions import disposition
from ui.candidate.example_detail import ablation_table, pane, read
from ui.candidate.page_data import Line, Shown
from ui.components.comments import comments_under
from ui.components.metrics import gold
from ui.shell.html import count, safe

MOST = 1000
"""Examples that a pack holds one and all; of more, it holds those that a decision turns on."""
GROUPS = {"worse": "got worse, the worst first", "better": "got better, the best first", "same": "stayed the same"}
COLUMNS = ("example", "gold", "before", "after", "loss change", "outcome", "slice", "")
PEOPLE = "people’s range"
"""One more column, where two people or more rated the examples."""


def chosen(lines: Sequence[Line], most: int = MOST) -> tuple[Line, ...]:
    """Return the examples that a pack holds: all of them, or of more than `most` those that matter.

    Those are every regression, flipped judgement and malformed answer.
    """
    if len(lines) <= most:
        return tuple(lines)
    return tuple(line for line in lines if line.row.outcome == "worse" or line.flipped or line.malformed)


def left_out(lines: Sequence[Line], most: int = MOST) -> str:
    """Return how many examples a pack leaves out, and which; empty where it holds all."""
    number = len(lines) - len(chosen(lines, most))
    if not number:
        return ""
    return (
        f"{count(number, 'example')} of {len(lines):,} left out: of more than {most:,}, a pack holds every "
        "regression, flipped judgement and malformed answer. The page and its CSV have them all."
    )


def examples(
    found: Shown,
    lines: Sequence[Line],
    views: Mapping[str, ExampleView],
    ablations: Mapping[str, Sequence[AblationAnswer]],
) -> str:
    """Return these examples as an HTML table, grouped by what became of them.

    `views` holds the texts and `ablations` the answers without each snippet where anybody asked, by example.
    """
    people = people_range.is_known(found.lines)
    columns = (*COLUMNS[:-1], PEOPLE, COLUMNS[-1]) if people else COLUMNS
    head = "".join(f"<th>{name}</th>" for name in columns)
    bodies = []
    for outcome, description in GROUPS.items():
        some = [line for line in lines if line.row.outcome == outcome]
        if some:
            title = f"{len(some):,} {description}"
            bodies.append(f'<tbody><tr><th class="pk-group" colspan="{len(columns)}">{title}</th></tr></tbody>')
        some = some[::-1] if outcome == "better" else some
        bodies += [_example(found, line, views[line.row.example_id], ablations, people=people) for line in some]
    return f'<table class="ic ic-table pk-examples"><thead><tr>{head}</tr></thead>{"".join(bodies)}</table>'


def _example(
    found: Shown,
    line: Line,
    view: ExampleView,
    ablations: Mapping[str, Sequence[AblationAnswer]],
    *,
    people: bool,
) -> str:
    row, name = line.row, line.row.example_id
    comments = comments_under(found.comments, "example", name)
    opened = pane(view, found.review.task.output, comments)
    if name in ablations:
        opened += ablation_table(ablations[name])
    if row.outcome == "worse":
        given = found.review.status.dispositions.get(name)
        decided = disposition(given) if given else '<span class="ic-worse">none yet</span>'
        opened += f'<div class="ic-decided"><b>Disposition:</b> {decided}</div>'
    tone = row.outcome
    change = "0" if tone == "same" else f"{row.change:+.3f}".replace("-", "−")
    marks = {"flipped": line.flipped, "malformed": line.malformed, "must not regress": row.must_not_regress}
    tags = " ".join(f'<span class="ic-tag">{mark}</span>' for mark, there in marks.items() if there)
    return (
        f'<tbody class="pk-example"><tr><th scope="row">{safe(name)}</th><td>{safe(gold(view.example.gold))}</td>'
        f"<td>{safe(read(view.before))}</td><td>{safe(read(view.after))}</td>"
        f'<td class="ic-nowrap">{change}</td><td class="ic-{tone}">{tone}</td><td>{safe(row.slice)}</td>'
        f"{_people(line) if people else ''}<td>{tags}</td></tr>"
        f'<tr><td class="pk-opened" colspan="{len(COLUMNS) + people}">{opened}</td></tr></tbody>'
    )


def _people(line: Line) -> str:
    tone = "worse" if people_range.is_outside(line) else "better"
    return f'<td class="ic-nowrap ic-{tone}">{safe(people_range.cell(line.within))}</td>'
