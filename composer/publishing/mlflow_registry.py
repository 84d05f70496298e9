"""MLflow's prompt registry, by MLflow's own client: a chat prompt a version, with its manifest among the tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlflow.entities.model_registry import PromptVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

from composer.formats.prompt import ExportedPrompt
from composer.prompts.messages import Messages
from composer.runtime.mlflow_source import MANIFEST_TAG, PACK_TAG, PAGE, mlflow_refusals, registry_client
from library.canonical import canonical_bytes
from library.errors import Refused


class MlflowRegistry:
    """The prompt registry of an MLflow server, or of a database that MLflow keeps, by its tracking address.

    Its credentials are those that MLflow reads from the environment. Raises `Refused` where it can't be reached,
    and with what it says where it refuses something.
    """

    alias_word = "alias"

    def __init__(self, address: str) -> None:
        self.title = f"MLflow at {address}"
        with mlflow_refusals(self.title):
            self._client = registry_client(address)

    def filled(self, prompt: ExportedPrompt, inputs: Mapping[str, str]) -> Messages:
        """Return the messages as MLflow makes them of what would be stored; asks no server."""
        template = prompt.template
        if any("{%" in one["content"] and "%}" in one["content"] for one in template):
            raise Refused(
                "MLflow takes a text that holds {% and %} for a Jinja template, and would change it",
                fix="Export the prompt as a file, or load it with composer.load.",
            )
        return _filled(PromptVersion("prompt", 1, template), inputs)

    def caveats(self, prompt: ExportedPrompt) -> Sequence[str]:
        """Return what MLflow's own `format` does to values: it fills in one input after the other."""
        if len(prompt.inputs) < 2:
            return ()
        return (
            "MLflow's format() fills in one input after the other: a value that holds the placeholder of another "
            "input is filled in again. composer.load fills in each once.",
        )

    def find(self, name: str, pack: str) -> int | None:
        """Return the newest version that was made of a pack."""
        found: list[int] = []
        token: str | None = None
        with mlflow_refusals(self.title):
            while True:
                try:
                    page = self._client.search_prompt_versions(name, max_results=PAGE, page_token=token)
                except MlflowException as error:
                    # Not get_prompt(): to that one a server that does not answer is one without the prompt.
                    if error.error_code != ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
                        raise
                    return None
                found += [int(one.version) for one in page if one.tags.get(PACK_TAG) == pack]
                token = page.token
                if not token:
                    return max(found, default=None)

    def version_at(self, name: str, alias: str) -> int | None:
        """Return the version that an alias points to."""
        with mlflow_refusals(self.title):
            found = self._client.load_prompt(f"prompts:/{name}@{alias}", allow_missing=True, cache_ttl_seconds=0)
        return None if found is None else int(found.version)

    def add(self, name: str, prompt: ExportedPrompt, pack: str) -> int:
        """Store a new version, with the pack's manifest and fingerprint as tags."""
        tags = {PACK_TAG: pack, MANIFEST_TAG: canonical_bytes(prompt.manifest).decode()}
        note = f"Release {prompt.release} of {prompt.task} on {prompt.target}"
        with mlflow_refusals(self.title):
            made = self._client.register_prompt(name, prompt.template, commit_message=note, tags=tags)
        return int(made.version)

    def stored(self, name: str, version: int, inputs: Mapping[str, str]) -> Messages:
        """Return the messages that MLflow makes of a stored version."""
        with mlflow_refusals(self.title):
            found = self._client.load_prompt(name, version=version, cache_ttl_seconds=0)
        return _filled(found, inputs)

    def point(self, name: str, alias: str, version: int) -> None:
        """Move an alias to a version."""
        with mlflow_refusals(self.title):
            self._client.set_prompt_alias(name, alias, version)


def _filled(version: PromptVersion, inputs: Mapping[str, str]) -> Messages:
    made = version.format(**inputs)
    return [{"role": one["role"], "content": one["content"]} for one in made]
