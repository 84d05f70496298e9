"""What a prompt is for: a task, read from a YAML file and known by the hash of its content."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from composer.task.fieldnames import COLUMNS, checked_name
from composer.task.policy import Policy, Risk, Terms
from composer.task.template import LONGEST, checked_base, checked_message, hidden_character
from composer.task.template import SLOT as SLOT
from library.canonical import digest
from library.validation import invalid

Kind = Literal["ordinal", "label"]
Format = Literal["json", "plain"]
Source = Literal["lee", "pang_lee", "simlex", "hutto", "import"]
Metric = Literal["nmse", "accuracy"]
SplitName = Literal["authoring", "dev", "test"]
SPLITS: tuple[SplitName, ...] = ("authoring", "dev", "test")

FIGURES: dict[Kind, tuple[str, ...]] = {
    "ordinal": ("nmse", "valid_nmse", "valid_rate", "spearman", "mae", "spread"),
    "label": ("accuracy", "valid_accuracy", "valid_rate", "macro_f1"),
}
"""The figures each kind of output is measured by, the composite metric first."""

Line = Annotated[str, Field(min_length=1, max_length=300)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Output(_Part):
    """What an answer holds: one field, a whole number on a scale (ordinal) or one of some labels (label)."""

    field: str
    kind: Kind
    format: Format = "json"
    low: int | None = Field(default=None, ge=-1000, le=1000, validate_default=True)
    high: int | None = Field(default=None, ge=-1000, le=1000, validate_default=True)
    labels: tuple[Line, ...] = Field(default=(), max_length=1000, validate_default=True)

    @field_validator("field")
    @classmethod
    def _field_name(cls, name: str) -> str:
        return checked_name(name)

    @field_validator("low", "high")
    @classmethod
    def _end_of_scale(cls, end: int | None, info: ValidationInfo) -> int | None:
        kind, low = info.data.get("kind"), info.data.get("low")
        if kind == "ordinal" and end is None:
            raise invalid("an ordinal output needs both ends of its scale", fix="Write low and high.")
        if kind == "label" and end is not None:
            raise invalid("a label output has no scale", fix="Remove it, or make the kind ordinal.")
        if end is not None and end < 0 and info.data.get("format") == "plain":
            raise invalid("a plain answer can't be negative", fix="Use format json, or a scale from 0 up.")
        if info.field_name == "high" and end is not None and low is not None and end <= low:
            raise invalid(f"the scale ends at {end} but starts at {low}", fix="Make high larger than low.")
        return end

    @field_validator("labels")
    @classmethod
    def _labels(cls, labels: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        kind = info.data.get("kind")
        if kind == "ordinal" and labels:
            raise invalid("an ordinal output has no labels", fix="Remove them, or make the kind label.")
        if kind == "label" and len(labels) < 2:
            raise invalid("a label output needs two labels or more", fix="List them.")
        for label in labels:
            if label != label.strip() or hidden_character(label):
                raise invalid(
                    f"the label {label!r} has spaces around it, or characters that can't be seen",
                    fix="Write it as one plain line.",
                )
        if len({label.casefold() for label in labels}) < len(labels):
            raise invalid("a label appears twice", fix="Labels must differ in more than capitals.")
        return labels

    @property
    def scale(self) -> tuple[int, int]:
        """Both ends of an ordinal scale, inclusive; raises TypeError for a label output."""
        if self.low is None or self.high is None:
            raise TypeError("a label output has no scale")
        return self.low, self.high


class SnippetUse(_Part):
    """Which snippets the composer may use: those with any of the tags (all when none), at most `max`.

    `max_tokens` limits the length of a prompt's snippets together. It is an estimate, a token being four
    bytes of UTF-8, so that it means the same for every target; None sets no limit.
    """

    tags: tuple[Line, ...] = ()
    max: int = Field(default=6, ge=1, le=50)
    max_tokens: int | None = Field(default=None, ge=1, le=100_000)


class Splits(_Part):
    """Wanted share of the data in each split; each in [0, 1], together 1."""

    authoring: float = Field(default=0.1, ge=0, lt=1)
    dev: float = Field(default=0.4, gt=0, lt=1)
    test: float = Field(default=0.5, gt=0, lt=1)

    @model_validator(mode="after")
    def _together_one(self) -> Self:
        total = sum(self.shares)
        if abs(total - 1) > 1e-9:
            raise invalid(f"authoring, dev and test make {total:.6g} together", fix="They must make 1.")
        return self

    @property
    def shares(self) -> tuple[float, float, float]:
        """Shares in the order of `SPLITS`."""
        return self.authoring, self.dev, self.test


class Sample(_Part):
    """How many examples to draw from a split, evenly over strata; None keeps all."""

    dev: int | None = Field(default=None, ge=1, le=1_000_000)
    test: int | None = Field(default=None, ge=1, le=1_000_000)


class DataSpec(_Part):
    """Where the examples come from, and how they are cut (to `words` words), split and sampled.

    `control_tokens` is what becomes of a row that spells a model's control token: it would be sent as that token.
    `slices` keeps the rows of these slices alone; empty keeps all. `ties` is what becomes of a row whose raters
    gave two labels equally often: refused, or given the one of them that stands first among the output's labels.
    """

    source: Source
    words: int | None = Field(default=None, ge=1, le=100_000)
    splits: Splits = Splits()
    strata: tuple[float, ...] = Field(default=(), max_length=100)
    sample: Sample = Sample()
    seed: int = Field(default=0, ge=0, lt=2**32)
    control_tokens: Literal["warn", "refuse"] = "warn"
    slices: tuple[str, ...] = Field(default=(), max_length=100)
    ties: Literal["refuse", "first"] = "refuse"

    @field_validator("strata")
    @classmethod
    def _rising(cls, cuts: tuple[float, ...]) -> tuple[float, ...]:
        if not all(low < high for low, high in pairwise(cuts)):
            raise invalid("the cut points don't rise from one to the next", fix="Sort them; each once.")
        return cuts


class Task(_Part):
    """A task: typed inputs and one output, base prompt, user-message template, data and policy.

    `base` and `message` are sent as they are, but for the slot and the placeholders `{{input}}`; single
    braces are ordinary text.
    """

    slot: ClassVar[str] = SLOT

    name: str = Field(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: Line
    description: str = Field(default="", max_length=10_000)
    risk: Risk = "low"
    inputs: tuple[str, ...] = Field(min_length=1, max_length=50)
    output: Output
    base: str = Field(max_length=LONGEST)
    message: str = Field(max_length=LONGEST)
    snippets: SnippetUse = SnippetUse()
    data: DataSpec
    policy: Policy = Policy()

    @field_validator("inputs")
    @classmethod
    def _input_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if checked_name(name) in COLUMNS:
                raise invalid(f"{name!r} is a column of every data file", fix="Give the input another name.")
        if len(set(names)) < len(names):
            raise invalid("an input is named twice", fix="Keep one of them.")
        return names

    @field_validator("output")
    @classmethod
    def _output_is_no_input(cls, output: Output, info: ValidationInfo) -> Output:
        if output.field in info.data.get("inputs", ()):
            raise invalid(f"the field {output.field!r} is an input already", fix="Give it another name.")
        return output

    @field_validator("base")
    @classmethod
    def _base(cls, text: str) -> str:
        return checked_base(text)

    @field_validator("message")
    @classmethod
    def _message(cls, text: str, info: ValidationInfo) -> str:
        # Without valid inputs there is nothing to check it against, and they are reported already.
        return checked_message(text, info.data["inputs"]) if "inputs" in info.data else text

    @field_validator("data")
    @classmethod
    def _data_fits(cls, data: DataSpec, info: ValidationInfo) -> DataSpec:
        if "inputs" in info.data and "output" in info.data:
            _check_data(data, info.data["inputs"], info.data["output"])
        return data

    @cached_property
    def hash(self) -> str:
        """Identity of the task: sha256 in hex of its canonical content."""
        content = self.model_dump(mode="json")
        # Left out where they ask nothing: approvals bind to hashes taken before there were such fields.
        if self.snippets.max_tokens is None:
            del content["snippets"]["max_tokens"]
        if self.data.control_tokens == "warn":
            del content["data"]["control_tokens"]
        if not self.data.slices:
            del content["data"]["slices"]
        if self.data.ties == "refuse":
            del content["data"]["ties"]
        policy = content["policy"]
        policy["approvals"] = self.terms.approvals
        silent: dict[str, object] = {"exclude": None, "every_regression": None}
        silent |= {"override": [], "keep_incumbent": False, "newer_version": "stale", "drift": None}
        for name, nothing in silent.items():
            if policy[name] == nothing and type(policy[name]) is type(nothing):
                del policy[name]
        for name in ("advisory", "tolerance"):
            if not policy["gates"][name]:
                del policy["gates"][name]
        for name in ("max_seconds_growth", "max_cost_growth"):
            if policy["gates"][name] is None:
                del policy["gates"][name]
        return digest(content)

    @property
    def measured_hash(self) -> str:
        """Identity of all that evidence rests on: how its releases are watched is no part of that."""
        if self.policy.drift is None:
            return self.hash
        return self.model_copy(update={"policy": self.policy.model_copy(update={"drift": None})}).hash

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with these fields in place of its own; its hash is its own too."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("hash", None)
        return copy

    @property
    def terms(self) -> Terms:
        """What its policy asks for, the defaults of its risk filled in."""
        return self.policy.terms(self.risk)

    @field_validator("policy")
    @classmethod
    def _known_figures(cls, policy: Policy, info: ValidationInfo) -> Policy:
        if "output" in info.data:
            known = FIGURES[info.data["output"].kind]
            for name in (*policy.gates.not_worse, *policy.gates.tolerance):
                if name not in known:
                    raise invalid(
                        f"the gates name {name!r}, which is no figure of this kind of output",
                        fix=f"Choose from {', '.join(known)}.",
                    )
        return policy

    @field_validator("policy")
    @classmethod
    def _threshold_in_reach(cls, policy: Policy, info: ValidationInfo) -> Policy:
        drift = policy.drift
        if drift is not None and "output" in info.data and info.data["output"].kind == "label":
            for name, value in (("worst", drift.worst), ("drop", drift.drop)):
                if value is not None and value > 1:
                    raise invalid(f"{name} is {value:g}, and accuracy goes from 0 to 1", fix="Write 0.8 for 80%.")
        return policy

    @property
    def metric(self) -> Metric:
        """The metric its kind of output implies."""
        return "nmse" if self.output.kind == "ordinal" else "accuracy"


def stored_task(content: Any, name: str, hash: str) -> Task | None:
    """Return the task of a stored content; None where it is not the task of this name and hash."""
    try:
        found = Task.model_validate(content)
    except ValidationError:
        return None
    return found if (found.name, found.hash) == (name, hash) else None


def load_task(path: Path) -> Task:
    """Read a task from a YAML file; raises `Refused` with file, line and field when it is wrong."""
    from library.yamlfile import read_yaml  # a stored task needs no YAML

    return read_yaml(path, Task)


def _check_data(data: DataSpec, inputs: tuple[str, ...], output: Output) -> None:
    if output.kind == "label" and data.strata:
        raise invalid("strata are for ratings; labels are strata by themselves", fix="Remove `strata`.")
    if output.kind == "ordinal":
        low, high = output.scale
        if not all(low < cut < high for cut in data.strata):
            raise invalid(f"a cut point of `strata` is not between {low} and {high}", fix="Correct it.")
    if data.source == "lee" and (len(inputs) != 2 or (output.low, output.high) != (1, 5)):
        raise invalid("source lee has two texts and ratings", fix="Name two inputs, low 1 and high 5.")
    if data.source == "simlex" and (len(inputs) != 2 or (output.low, output.high) != (0, 10)):
        raise invalid("source simlex has two words and ratings", fix="Name two inputs, low 0 and high 10.")
    if data.source == "hutto" and (len(inputs) != 1 or (output.low, output.high) != (-4, 4)):
        raise invalid("source hutto has one text and ratings from -4 to 4", fix="Name one input and that scale.")
    if data.source == "pang_lee" and (len(inputs) != 1 or set(output.labels) != {"positive", "negative"}):
        raise invalid(
            "source pang_lee has one sentence and a label",
            fix="Name one input, and the labels positive and negative.",
        )
