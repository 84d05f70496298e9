"""50,000 inputs, nearly right or far more than they look: refused with a reason or accepted."""

from __future__ import annotations

from pathlib import Path

from tests.fuzzing import fuzz
from tests.soak.conftest import Figure

INPUTS = 50_000


def test_a_fuzz_of_50_000_inputs_raises_nothing_but_refusals_and_none_takes_over_2_s_or_500_mb(
    tmp_path: Path, figure: Figure
) -> None:
    found = fuzz(tmp_path, INPUTS)
    figure("hostile inputs", str(found))
    assert found.faults == []
    assert found.inputs >= INPUTS
    assert min(found.refused, found.accepted) > INPUTS / 20
