"""What a file takes before anything is asked: its columns, its rows, and the answers that aren't stored yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from composer.annotation.corrected import require_labels
from composer.annotation.opening import opened_rows, require_places
from composer.annotation.prepared import OverAFile, golds, prepared
from composer.annotation.rows import SIZE, Columns, RowFile
from composer.answers.cost import Cost
from composer.answers.evaluator import questions_of
from composer.answers.latency import latency_by_hash, tokens_by_hash
from composer.answers.store import Question, stored_answers
from composer.data.columns import ColumnMap, mapped
from composer.data.tables import Problem, Table
from composer.prompts.curator_rules import token_estimate
from composer.release.in_use import InUse, in_use
from library.errors import Refused


@dataclass(frozen=True)
class Plan:
    """A file to be annotated: `rows` that can be asked, `malformed` ones that can't, `different` questions in all.

    `labelled` rows carry a label of people's in the column `columns.gold`; `cost` is that of the answers that
    aren't stored.
    """

    use: InUse
    file: RowFile
    output: Path
    columns: ColumnMap
    added: Columns
    rows: int
    malformed: int
    different: int
    labelled: int
    cost: Cost

    @property
    def prompt(self) -> OverAFile:
        """What is asked."""
        return OverAFile(self.use.composition)


def plan_annotation(
    session: Session, task: str, target: str, source: Path, output: Path, asked: ColumnMap, *, name: str = ""
) -> Plan:
    """Read a file once and return what annotating it takes; nothing is asked and nothing written.

    `asked` names columns as for an import; those of inputs that it lacks are guessed. `name` is that of the column
    for the answers, by default the task's output field. Raises `Refused` where nothing is released or it does not
    verify, for a file that can't be read or lacks a column, and for labels that are wrong, or too few to say
    anything of the file.
    """
    use = in_use(session, task, target)
    require_places(source, output)
    file = opened_rows(source)
    columns = _mapped(file, use, asked)
    added = Columns(name or use.task.output.field, use.task.output.kind)
    counted = _Counting(session, use)
    labels: list[float | str] = []
    problems: list[Problem] = []
    rows = malformed = 0
    for batch in file.batches(SIZE):
        for row in batch.rows:
            _require_free(row.cells, added, source)
        ready = prepared(batch, columns.inputs, use.task)
        known, wrong = golds(batch, ready.asked, columns.gold, use.task, decimal_comma=file.decimal_comma)
        counted.count(
            questions_of(
                use.task, use.target.hash, OverAFile(use.composition), [one.example for one in ready.asked]
            )
        )
        labels += known.values()
        problems += wrong
        rows, malformed = rows + len(ready.asked), malformed + len(ready.malformed)
    Table(source, file.unit, file.columns, ()).refuse(problems)
    if columns.gold:
        require_labels(labels, rows)
    return Plan(use, file, output, columns, added, rows, malformed, len(counted.seen), len(labels), counted.cost())


def _mapped(file: RowFile, use: InUse, asked: ColumnMap) -> ColumnMap:
    """Return which column is what, by the first rows that can be read; the gold is the one named, or none."""
    first = next(file.batches(SIZE), None)
    rows = tuple((row.place, row.cells) for row in first.rows if row.problem is None) if first else ()
    if not rows:
        raise Refused("no row of the file can be read", where=str(file.path), fix="Look at its first lines.")
    table = Table(file.path, file.unit, file.columns, rows)
    try:
        found = mapped(table, use.task, asked, labelled=False)
    except Refused as refusal:  # an import names them by another option
        fix = f"The columns are {', '.join(file.columns)}; name them: --column INPUT=COLUMN, --gold COLUMN."
        raise Refused(refusal.what, where=refusal.where, fix=fix) from refusal
    return ColumnMap(found.inputs, found.gold if asked.gold else "", guessed=found.guessed)


def _require_free(cells: object, added: Columns, source: Path) -> None:
    taken = next((name for name in added.names if isinstance(cells, dict) and name in cells), None)
    if taken is not None:
        fix = f"Name the column for the answers with --as, such as --as model_{added.value}."
        raise Refused(f"the file has a column {taken} already", where=str(source), fix=fix)


class _Counting:
    """Counts questions and the answers to them that aren't stored, and what those take."""

    def __init__(self, session: Session, use: InUse) -> None:
        self._session, self._target = session, use.target
        self.seen: set[bytes] = set()
        self._missing = self._sent = 0

    def count(self, questions: list[Question]) -> None:
        fresh = {key: one for one in questions if bytes.fromhex(key := one.key) not in self.seen}
        self.seen.update(map(bytes.fromhex, fresh))
        stored = stored_answers(self._session, list(fresh))
        for one in (question for key, question in fresh.items() if key not in stored):
            self._missing += 1
            self._sent += sum(token_estimate(each["content"]) for each in one.messages)

    def cost(self) -> Cost:
        target, missing = self._target, self._missing
        latency = latency_by_hash(self._session, target.hash)
        tokens = tokens_by_hash(self._session, target.hash)
        prices, money = target.prices, None
        if prices is not None:
            whole = (self._sent, missing * target.max_tokens)
            money = prices.of(*whole) if tokens is None else missing * prices.of(*tokens)
        return Cost(missing, missing * latency.seconds / target.parallel, money, latency, tokens is None)
