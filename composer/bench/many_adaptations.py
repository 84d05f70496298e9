"""A home to measure the Adapt page on: many adaptations that have ended, half in a candidate and half in a no-go.

One of each kind is done from end to end, with a scripted model in place of a real one; the others are entered as
those are, and have ended like one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import dspy
import numpy as np
from dspy.lm15 import Message, Request, Response, TextPart, Usage
from sqlmodel import Session

from composer.adaptation import enter_adaptation, get_adaptation, plan_adaptation
from composer.adaptation.worker import work
from composer.bench.made_up import BY, made_up_task, rater, synthetic_dataset, write_library
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.models.connection import Connect
from composer.models.target import Target
from composer.optimizer.strategies import DEFAULT_STRATEGY
from composer.prompts.messages import Messages
from composer.registry.datasets import add_examples
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.review.regressions import set_disposition
from composer.runs.plan import plan_run
from composer.runs.records import enter_run, run_row
from composer.runs.summary import RunResult
from composer.runs.worker import work as do_run
from composer.tables import AdaptationRow
from library.database import Database
from library.errors import Refused
from library.importing import import_file

EXAMPLES = 96
BUDGET = 240
TASK, SOURCE = "pairs", "frontier"
NEW = ("able", "speechless")
"""Targets that a prompt is carried to: one can be brought to answer well, one never answers in the format."""

Answers = Callable[[Messages], str]


def populate_adaptations(home: Home, database: Database, *, number: int, at: datetime) -> None:
    """Fill an empty home with so many adaptations that have ended; at least two.

    Raises `Refused` where they don't end as they should.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    task = made_up_task(TASK)
    data = synthetic_dataset(EXAMPLES, np.random.default_rng(0))
    with database.session() as session:
        import_file(session, write_library(home), by=BY, at=at)
        for name in (SOURCE, *NEW):
            add_target(session, _target(name), by=BY, at=at)
        add_task(session, task, by=BY, at=at)
        add_examples(session, task, data, by=BY, at=at)
        plan = plan_run(session, TASK, SOURCE, strategy=DEFAULT_STRATEGY, seed=0, budget=BUDGET)
        run = enter_run(session, plan, by=BY, at=at)
    rated = rater(task, data)
    able = _connecting(lambda messages: rated(messages).text)
    result = do_run(database, home, run, connect=able)
    if result.candidate_id is None:
        raise Refused("the made-up search found no prompt to carry over")
    with database.session() as session:
        _released(session, result.candidate_id, at)
    answers = {NEW[0]: able, NEW[1]: _connecting(lambda _messages: "Both are about the same event.")}
    kinds = []
    for target in NEW:
        with database.session() as session:
            first = _entered(session, target, 0, at)
        kinds.append(work(database, home, first, connect=answers[target]).kind)
    if kinds != ["candidate", "no-go"]:
        raise Refused(f"the made-up adaptations ended in {' and '.join(kinds)}")
    with database.session() as session:
        for seed in range(len(NEW), number):
            place = seed % len(NEW)
            _ended_like(session, place + 1, _entered(session, NEW[place], seed, at))


def _released(session: Session, candidate: int, at: datetime) -> None:
    regressions = get_candidate(session, candidate).regressions
    set_disposition(session, candidate, regressions, "acceptable", reason="The documents differ.", by=BY, at=at)
    give_verdict(session, candidate, "approve", reason="Better.", by=BY, at=at)
    release_candidate(session, candidate, reason="Better.", by=BY, at=at)


def _target(name: str) -> Target:
    return Target(
        name=name,
        kind="server",
        model=name,
        api_base="http://127.0.0.1:9/v1",  # nobody answers there
        price_per_million_tokens=0.5,
    )


def _entered(session: Session, target: str, seed: int, at: datetime) -> int:
    plan = plan_adaptation(session, TASK, SOURCE, target, strategy=DEFAULT_STRATEGY, seed=seed, budget=BUDGET)
    return enter_adaptation(session, plan, by=BY, at=at)


def _ended_like(session: Session, first: int, other: int) -> None:
    """Let an adaptation have ended like another: what is stored of its run, and what it came to."""
    done, row = session.get_one(AdaptationRow, first), session.get_one(AdaptationRow, other)
    row.outcome = done.outcome
    was, run = (run_row(session, get_adaptation(session, one).run_id) for one in (first, other))
    for name in ("state", "asked", "stored", "paid", "expected", "message", "trace", "worth", "started_at"):
        setattr(run, name, getattr(was, name))
    run.ended_at, run.result = was.ended_at, RunResult.model_validate(was.result).as_json()
    session.add(row)
    session.add(run)


class _Scripted:
    """DSPy's engine interface, without a model behind it."""

    def __init__(self, answer: Answers) -> None:
        self._answer = answer

    def complete(self, request: Request) -> Response:
        """Answer a request."""
        system = request.system if isinstance(request.system, str) else "".join(one.text for one in request.system)
        user = request.messages[0].text
        said = self._answer([{"role": "system", "content": system}, {"role": "user", "content": user}])
        tokens = len(system + user) // 4
        usage = Usage(input_tokens=tokens, output_tokens=6, total_tokens=tokens + 6)
        message = Message.assistant([TextPart(said)])
        return Response(id=None, model=request.model, message=message, finish_reason="stop", usage=usage)


def _connecting(answer: Answers) -> Connect:
    """Return what reaches a scripted model in place of a target's."""
    return lambda _target, _say: dspy.LM("scripted/model", engine=_Scripted(answer), cache=False, num_retries=0)
