"""How large a target's model is, as far as that is known."""

from __future__ import annotations

import pytest

from composer.matrix.sizes import model_size, parameters_in_words
from composer.models.target import Target
from tests.composer.matrix.several import CLOUD


@pytest.mark.parametrize(
    ("model", "parameters"),
    [("qwen2.5-coder-0.5b", 0.5e9), ("qwen2.5-coder-1.5b", 1.5e9), ("smollm2-135m", 135e6)],
)
def test_a_model_of_the_catalogue_has_its_parameters_and_the_bytes_of_its_file(
    model: str, parameters: float
) -> None:
    size = model_size(Target(name="it", kind="embedded", model=model))
    assert size is not None
    assert (size.parameters, size.bytes > 90_000_000) == (parameters, True)


def test_a_server_has_none_whatever_its_model_is_called() -> None:
    assert model_size(CLOUD) is None


def test_sizes_read_as_people_write_them() -> None:
    assert parameters_in_words(135e6) == "135 million"
    size = model_size(Target(name="it", kind="embedded", model="qwen2.5-coder-1.5b"))
    assert size is not None
    assert size.words == "1.5 billion parameters, 1,117 MB"
