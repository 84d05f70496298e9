"""Released prompts in MLflow's prompt registry, as `composer push` put them there."""

from __future__ import annotations

import json
import os
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

# Read when it is imported: what is asked is told to the registry and to nobody else, and an address where nobody
# answers is given up after seconds instead of minutes.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")

from mlflow import MlflowClient
from mlflow.entities.model_registry import PromptVersion
from mlflow.exceptions import MlflowException

from composer.release.verification import MANIFEST, MESSAGES, PROMPT, pack_texts
from composer.runtime.source import registry_name, require_names
from library.canonical import canonical_bytes
from library.errors import Refused
from library.secrets import know, know_address

PACK_TAG, MANIFEST_TAG = "composer.pack", "composer.manifest"
"""The tags of a version that hold the fingerprint of its pack, and its manifest."""
ALIAS = "production"
"""The alias that is followed where the address names none."""
PAGE = 200
CREDENTIALS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
"""The variables that hold what MLflow's client signs in with."""


def registry_client(address: str) -> MlflowClient:
    """Return MLflow's client of the registry at a tracking address; nothing is asked yet."""
    know_address(address)
    for name in CREDENTIALS:
        know(os.environ.get(name, ""))
    return MlflowClient(tracking_uri=address, registry_uri=address)


@contextmanager
def mlflow_refusals(where: str) -> Iterator[None]:
    """Raise what MLflow's client raises as `Refused`, in the first line of its words."""
    try:
        yield
    except MlflowException as error:
        said = str(error.message).splitlines()[0][:300]
        raise Refused(
            f"the registry refuses or can't be reached: {said}",
            where=where,
            fix="Check the address, MLflow's own settings in the environment, and the name.",
        ) from error


class MlflowSource:
    """What one alias points to in the registry at an address such as `http://127.0.0.1:5000?alias=staging`."""

    def __init__(self, place: str) -> None:
        """Prepare, but don't connect; raises `Refused` for anything behind the address but an alias."""
        address, _, query = place.partition("?")
        said = parse_qs(query)
        if set(said) - {"alias"}:
            raise Refused("only an alias is named behind the address", where=place, fix="Write …?alias=staging.")
        self.alias = said.get("alias", [ALIAS])[0]
        self.address = address
        with mlflow_refusals(self.where):
            self._client = registry_client(address)

    @property
    def where(self) -> str:
        """The registry, and the alias."""
        return f"MLflow at {self.address}, alias {self.alias}"

    def listed(self) -> tuple[tuple[str, str], ...]:
        """Return task and target of every prompt that was pushed there and has the alias, sorted."""
        found = set()
        with mlflow_refusals(self.where):
            token: str | None = None
            while True:
                page = self._client.search_prompts(max_results=PAGE, page_token=token)
                for one in page:
                    version = self._version(one.name)
                    manifest = None if version is None else _manifest(version)
                    if manifest is not None:
                        found.add((manifest["task"]["name"], manifest["target"]["name"]))
                token = page.token
                if not token:
                    return tuple(sorted(found))

    def stamp(self, task: str, target: str) -> Hashable:
        """Return the version that the alias points to."""
        return int(self._released(task, target).version)

    def files(self, task: str, target: str) -> Mapping[str, bytes]:
        """Return the files of the pack: its manifest, and as its messages the text that the registry holds."""
        version = self._released(task, target)
        manifest = _manifest(version)
        if manifest is None:
            raise Refused(
                f"version {version.version} of {version.name} was not pushed by `composer push`", where=self.where
            )
        try:
            prompt = pack_texts(manifest)[PROMPT]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Refused(f"the manifest of {version.name} is not that of a pack", where=self.where) from error
        return {
            PROMPT: prompt,
            MESSAGES: canonical_bytes(version.template),
            MANIFEST: version.tags[MANIFEST_TAG].encode(),
        }

    def _released(self, task: str, target: str) -> PromptVersion:
        require_names(task, target)
        with mlflow_refusals(self.where):
            found = self._version(registry_name(task, target))
        if found is None:
            raise Refused(
                f"there is no prompt {registry_name(task, target)} with the alias {self.alias}",
                where=self.where,
                fix=f"Push it with `composer push {task} --target {target} --alias {self.alias} --yes`.",
            )
        return found

    def _version(self, name: str) -> PromptVersion | None:
        # MLflow keeps what an alias pointed to for a minute, and a rollback has to be seen at once.
        return self._client.load_prompt(f"prompts:/{name}@{self.alias}", allow_missing=True, cache_ttl_seconds=0)


def _manifest(version: PromptVersion) -> dict[str, Any] | None:
    """Return what a version's manifest says; None where it has none that can be read."""
    try:
        found = json.loads(version.tags.get(MANIFEST_TAG, ""))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
