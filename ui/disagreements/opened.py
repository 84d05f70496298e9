"""One disagreement opened: the inputs as they are, what people said, and what the model answered."""

from __future__ import annotations

from composer.curation.disagreements import Judged
from composer.evaluation.distribution import bar_of, counted, range_in_words
from composer.task.task import Output
from ui.components import example_parts
from ui.components.histogram import histogram
from ui.components.metrics import gold, read_value
from ui.shell.html import count, safe

MODEL = "▲"
"""The mark of the model's answer under what people rated."""


def pane(row: Judged, output: Output) -> str:
    """Return one disagreement in full, as HTML."""
    example = row.example
    answer = example_parts.raw_answer("answer", row.answer, row.parsed, row.loss)
    return (
        f'<div class="ic ic-open"><div class="ic-head"><b class="ic-mono">{safe(example.id)}</b> '
        f'<span class="ic-mute">{safe(in_words(row))}</span></div>'
        f"<dl>{example_parts.inputs(example)}{example_parts.gold_label(example, output)}"
        f"{_people(row, output)}{example_parts.extras(example.extras)}</dl>{answer}</div>"
    )


def in_words(row: Judged) -> str:
    """Return how the model and people differ, and the slice."""
    example = row.example
    if row.direction in ("too high", "too low") and isinstance(row.parsed.value, int):
        off = abs(row.parsed.value - float(example.gold))
        said = f"{gold(round(off, 2))} {row.direction}"
    elif row.direction == "another label":
        said = f"{read_value(row.parsed.value)} instead of {gold(example.gold)}"
    else:
        said = row.direction
    return " · ".join(filter(None, (said, example.slice)))


def _people(row: Judged, output: Output) -> str:
    """Return the distribution of people's ratings with the answer marked, as HTML; empty without ratings."""
    ratings = row.example.ratings
    if not ratings:
        return ""
    people = count(len(ratings), "person", "people")
    marks = {} if row.parsed.value is None else {bar_of(row.parsed.value, output): MODEL}
    picture = histogram(counted(ratings.values(), output), marks, f"what {people} rated")
    said = [f"{MODEL} model {safe(read_value(row.parsed.value))}"]
    if row.inside is not None:
        said.append(
            "inside people’s range" if row.inside else '<span class="ic-worse">nobody rated like this</span>'
        )
    if row.spread is not None:
        far = f"people are {row.spread:.2g} apart (standard deviation)" if output.kind == "ordinal" else ""
        far = far or f"{row.spread:.0%} gave another label than most"
        said.append(f"<b>{far}: the label is uncertain</b>" if row.disputed else far)
    head = f"<dt>{people}: {safe(range_in_words(ratings))}</dt>"
    return f'{head}<dd class="ic-people">{picture}<span>{"<br>".join(said)}</span></dd>'
