"""Which prompt registry an address names."""

from __future__ import annotations

from composer.publishing.pushing import PromptRegistry
from library.errors import Refused

MLFLOW, LANGFUSE = "mlflow:", "langfuse:"
_EXAMPLES = f"{MLFLOW}http://127.0.0.1:5000 or {LANGFUSE}https://langfuse.example.org"


def registry_at(address: str) -> PromptRegistry:
    """Return the registry at an address such as `mlflow:http://127.0.0.1:5000`; its client is imported only now.

    Raises `Refused` for another sort of address, for a client that isn't installed, and where the environment
    lacks the keys it needs.
    """
    try:
        if address.startswith(MLFLOW):
            from composer.publishing.mlflow_registry import MlflowRegistry

            return MlflowRegistry(address.removeprefix(MLFLOW))
        if address.startswith(LANGFUSE):
            from composer.publishing.langfuse_registry import langfuse_registry

            return langfuse_registry(address.removeprefix(LANGFUSE))
    except ModuleNotFoundError as error:
        extra = address.partition(":")[0]
        if (error.name or "").partition(".")[0] != extra:
            raise
        raise Refused(
            f"the client of {extra} isn't installed", fix=f"Install instruction-composer[{extra}]."
        ) from error
    raise Refused(f"{address!r} names no prompt registry", fix=f"Write it like {_EXAMPLES}.")
