"""One example on the Label page: inputs exactly as they are."""

from __future__ import annotations

from composer.labelling.rating import Turn
from ui.label.turn import inputs


def test_several_inputs_are_named_and_an_only_one_is_not() -> None:
    assert "<dt>" not in inputs(Turn(1, {"text": "One."}))
    both = inputs(Turn(1, {"query": "<i>a</i>", "document": "b\n c"}))
    assert "<dt>query</dt><dd>&lt;i&gt;a&lt;/i&gt;</dd>" in both
    assert "<dt>document</dt><dd>b\n c</dd>" in both
