"""Which registry an address names."""

from __future__ import annotations

import pytest

from composer.publishing.places import registry_at
from library.errors import Refused


def test_mlflow_is_named_by_its_tracking_address() -> None:
    assert registry_at("mlflow:http://127.0.0.1:1").title == "MLflow at http://127.0.0.1:1"


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:5000", "mlfow:http://127.0.0.1:5000"])
def test_any_other_address_is_refused_with_examples(address: str) -> None:
    with pytest.raises(Refused, match="names no prompt registry") as refusal:
        registry_at(address)
    assert "mlflow:http://" in str(refusal.value)
