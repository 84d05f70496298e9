"""A DSPy program whose one instruction names a composition, and whose answer is a loss of the search problem."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import dspy
import numpy as np

from composer.prompts.composition import UnvettedText
from composer.search.problem import BudgetedScorer, Keys, Losses, Problem


class Halted(BaseException):
    """Ends a DSPy optimizer: the budget is spent, or scoring failed; `cause` is the error.

    DSPy's `Evaluate` takes any `Exception` of a program for a wrong answer and goes on; this is none.
    """

    def __init__(self, cause: Exception | KeyboardInterrupt) -> None:
        super().__init__(str(cause))
        self.cause = cause


def named(keys: Keys) -> str:
    """Return the instruction that names a composition: its keys as a JSON list, never empty, on one line."""
    return json.dumps(list(keys))


def keys_of(problem: Problem, instruction: str) -> Keys:
    """Return the composition an instruction names; raises `UnvettedText` unless it is allowed or the incumbent."""
    try:
        listed = json.loads(instruction)
    except json.JSONDecodeError as error:
        raise UnvettedText("the instruction doesn't name a composition") from error
    keys = tuple(listed) if isinstance(listed, list) and all(isinstance(key, str) for key in listed) else None
    if keys is None or named(keys) != instruction:
        raise UnvettedText("the instruction doesn't name a composition")
    if unknown := [key for key in keys if key not in problem.place]:
        raise UnvettedText(f"the library has no {', '.join(unknown)}")
    if keys != problem.incumbent and not problem.allows(keys):
        raise UnvettedText(f"the composition breaks a rule: {problem.rules.broken(keys) or 'its order'}")
    return keys


@lru_cache(maxsize=256)
def _signature(instruction: str) -> type[dspy.Signature]:
    fields: dict[str, Any] = {"example_id": (str, dspy.InputField()), "loss": (float, dspy.OutputField())}
    return dspy.Signature(fields, instruction)  # type: ignore[no-any-return]


def ask(scorer: BudgetedScorer, keys: Keys, examples: Sequence[str]) -> Losses:
    """Return the losses of a composition, shape (len(examples),), and report what it gains as far as is known.

    Raises `Halted` for whatever scoring raises, `BudgetSpent` included.
    """
    problem = scorer.problem
    try:
        losses = scorer.losses([(keys, examples)])[0]
        known = [e for e in problem.examples if {(keys, e), (problem.incumbent, e)} <= scorer.known.keys()]
        if known:
            scorer.gain(keys, known)
    except Exception as error:
        raise Halted(error) from error
    return losses


class CompositionPredict(dspy.Predict):  # type: ignore[misc]
    """A `dspy.Predict` that names an allowed composition and answers with the scorer's loss; no model is called.

    Whoever sets another instruction, other fields, demos, call settings or a saved state gets `UnvettedText`.
    """

    def __init__(self, scorer: BudgetedScorer, instruction: str) -> None:
        self.__dict__["scorer"] = scorer
        super().__init__(_signature(instruction))

    @property
    def signature(self) -> type[dspy.Signature]:
        """The DSPy signature; its instructions always name an allowed composition."""
        return self.__dict__["guarded_signature"]  # type: ignore[no-any-return]

    @signature.setter
    def signature(self, signature: type[dspy.Signature]) -> None:
        keys = keys_of(self.scorer.problem, signature.instructions)
        expected = _signature(signature.instructions)
        if signature is not expected and signature.dump_state() != expected.dump_state():
            raise UnvettedText("the fields of the signature are not those of a search problem")
        self.__dict__["guarded_signature"] = expected
        self.__dict__["keys"] = keys

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("demos", "config", "fields") and value:
            raise UnvettedText(f"{name} can't be given to a program that only names a composition")
        super().__setattr__(name, value)

    def answer(self, example_id: str) -> dspy.Prediction:
        """Return a prediction that holds the loss on one example, and leave it in DSPy's trace if there is one."""
        loss = self.scorer.known.get((self.keys, example_id))
        if loss is None:
            loss = float(ask(self.scorer, self.keys, [example_id])[0])
        prediction = dspy.Prediction(loss=loss)
        trace = dspy.settings.trace
        if trace is not None:
            trace.append((self, {"example_id": example_id}, prediction))
        return prediction

    def forward(self, example_id: str) -> dspy.Prediction:
        """Answer as `answer` does."""
        return self.answer(example_id)

    def load_state(self, state: Mapping[str, Any], **_options: Any) -> CompositionPredict:
        """Refuse: a search starts from the incumbent and from nothing saved."""
        raise UnvettedText(f"nothing is loaded into a search, and not {', '.join(sorted(state))}")

    def __deepcopy__(self, memo: dict[int, Any]) -> CompositionPredict:
        return CompositionPredict(self.scorer, self.signature.instructions)


class ProblemProgram(dspy.Module):  # type: ignore[misc]
    """The program that DSPy's optimizers compile: its one predictor names the composition that is searched for.

    `full` are the examples of a full evaluation.
    """

    def __init__(self, scorer: BudgetedScorer, full: Sequence[str], instruction: str | None = None) -> None:
        super().__init__()
        self.scorer = scorer
        self.full = tuple(full)
        self.speaker = CompositionPredict(scorer, instruction or named(scorer.problem.incumbent))

    @property
    def keys(self) -> Keys:
        """The composition this program names."""
        return self.speaker.keys  # type: ignore[no-any-return]

    def forward(self, example_id: str, together: bool = False) -> dspy.Prediction:
        """Return the loss on one example.

        With `together` the whole full set is asked for at once, because the caller is going through it: a
        model answers many questions in less time than one after another.
        """
        if together and (self.keys, example_id) not in self.scorer.known:
            ask(self.scorer, self.keys, self.full)
        return self.speaker.answer(example_id)

    def __deepcopy__(self, memo: dict[int, Any]) -> ProblemProgram:
        return ProblemProgram(self.scorer, self.full, self.speaker.signature.instructions)


def examples_of(ids: Sequence[str], *, together: bool = False) -> list[dspy.Example]:
    """Return dev examples as DSPy knows them: an id, and whether its neighbours are asked for with it."""
    asked = [dspy.Example(example_id=example, together=together) for example in ids]
    return [example.with_inputs("example_id", "together") for example in asked]


def worth(losses: Losses) -> float:
    """Return the score of these losses as DSPy's `Evaluate` gives it: per cent, two decimals, more is better."""
    return round(100 * float(np.mean(1 - losses)), 2)
