"""What is fuzzed, by kind: how an input is drawn, and what reads it as a person's command or page would.

What reads raises `Refused` for what is refused with a reason; whatever else it raises is a fault.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import dspy
import yaml

from composer.annotation.opening import opened_rows
from composer.annotation.prepared import golds, prepared
from composer.annotation.rows import Added, Columns
from composer.attestation.envelope import opened as payload_of
from composer.attestation.keys import new_pair, public_key
from composer.attestation.signing import private_key, sealed
from composer.curation.file_lint import lint_file
from composer.curation.lint import linter_for
from composer.data.columns import mapped
from composer.data.drafting import draft
from composer.data.exports import FORMS
from composer.data.files import records_of, unlabelled_of
from composer.data.readers import read_table
from composer.evaluation.parsing import parse, parse_answer
from composer.home.paths import Home
from composer.models.answer import Answer
from composer.models.target import load_target
from composer.optimizer.adapter import VerbatimAdapter
from composer.optimizer.predictor import signature_of
from composer.release.pack import export_release
from composer.release.publish import release_candidate
from composer.release.verification import EVIDENCE, MANIFEST, SEALS, faults, faults_in, pack_texts
from composer.review.decisions import give_verdict
from composer.runtime.loading import verified
from composer.task.task import Output, load_task
from composer.task.taskfile import as_yaml
from library import lint
from library.canonical import canonical_bytes, digest
from library.database import open_database
from library.errors import Refused
from library.export import exportable
from library.file import read_file
from library.importing import plan_import
from library.layout import laid_out
from library.merging import merged
from library.yamlfile import read_text
from tests import small
from tests.hostile import texts
from tests.mutations import VALUES, changed, changed_bytes
from tests.seeds import ANSWERS, BOMBS, files, zipped

Drawn = tuple[str, bytes]
"""The end of a file's name, and what it holds."""
Draw = Callable[[random.Random, int], tuple[str | None, bytes]]
"""From chance and the number of an input the input; no name where there are no more."""
Take = Callable[[str, bytes], None]

DATA = Path(__file__).resolve().parents[1] / "data"
OUTPUTS = (
    Output(field="rating", kind="ordinal", low=1, high=5),
    Output(field="rating", kind="ordinal", low=0, high=4, format="plain"),
    Output(field="label", kind="label", labels=("good", "bad")),
    Output(field="label", kind="label", labels=("good", "bad"), format="plain"),
)
_BLANK = r"[ \t\n\r]*"
EXACT = {
    (kind, form): re.compile(whole)
    for kind, form, whole in (
        ("ordinal", "json", rf'{_BLANK}\{{{_BLANK}"[^"]*"{_BLANK}:{_BLANK}[1-5]{_BLANK}\}}{_BLANK}'),
        ("label", "json", rf'{_BLANK}\{{{_BLANK}"[^"]*"{_BLANK}:{_BLANK}"[^"]*"{_BLANK}\}}{_BLANK}'),
        ("ordinal", "plain", r"\s*[0-4]\s*"),
        ("label", "plain", r"\s*(good|bad)\s*"),
    )
}
"""The one form that an answer of each kind has: one that looks like two can't have it."""
PROMPT = 'Rate {query} from 1 to 5. Answer as {"rating": N}.'
MOST_BATCHES = 20
"""That are read of a large file, which may have any number."""
_BINARY = frozenset({".parquet", ".arrow", ".zip"})


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[tuple[Draw, Take]]:
    """Give how inputs of a kind are drawn and taken; `folder` is for files on the way."""
    makers: Mapping[str, Callable[[Path], tuple[Draw, Take]]] = {
        "answers": _answers,
        "tasks": lambda place: (_drawn("tasks/*.yaml", ".yaml"), _file(place, _task)),
        "targets": lambda place: (
            _drawn("targets/**/*.yaml", ".yaml"),
            _file(place, lambda path: load_target(path)),
        ),
        "tables": lambda place: (_tables(".csv", ".tsv", ".txt", ".json", ".jsonl"), _file(place, _rows)),
        "archives": lambda place: (_tables(".parquet", ".arrow", ".zip"), _file(place, _rows)),
        "annotate": lambda place: (_tables(".csv", ".tsv", ".jsonl", ".parquet"), _file(place, _annotated)),
        "packs": _packs,
        "bombs": lambda place: (_bomb, _file(place, _anything)),
    }
    if kind in makers:
        yield makers[kind](folder)
        return
    database = open_database(folder / "home")
    small.fill(database, folder)
    try:
        with database.session() as session:
            if kind == "lint":
                linter = linter_for(session)
                yield _texts, lambda _, content: _linted(linter, content)
            else:
                assert kind == "libraries", kind
                yield (
                    _drawn("libraries/*.yaml", ".yaml", few=True),
                    _file(folder, lambda path: _library(session, path)),
                )
    finally:
        database.close()


def _file(folder: Path, take: Callable[[Path], object]) -> Take:
    def taken(name: str, content: bytes) -> None:
        path = folder / f"in{name}"
        path.write_bytes(content)
        take(path)

    return taken


def _drawn(pattern: str, end: str, *, few: bool = False) -> Draw:
    seeds = [file.read_bytes() for file in sorted(DATA.glob(pattern))]
    if few:  # a file of some snippets is as good as one of many, and sooner read
        entries = [yaml.safe_load(one)["snippets"][:4] for one in seeds]
        seeds = [yaml.safe_dump({"snippets": some}, sort_keys=False).encode() for some in entries]
    # JSON is YAML, and what can be changed by its values reaches further than what is broken.
    seeds += [json.dumps(yaml.safe_load(one)).encode() for one in seeds]
    return lambda rng, _number: (end, changed(seeds, rng))


def _tables(*ends: str) -> Draw:
    seeds = files()
    seeds[".txt"] = seeds[".tsv"]

    def drawn(rng: random.Random, _number: int) -> Drawn:
        end = rng.choice(ends)
        if end == ".zip" and rng.random() < 0.5:
            inner = rng.choice((".csv", ".jsonl", ".json"))
            name = rng.choice(("a", "../a", "/etc/a", "..\\a", "a/b", "\x1b[2J", "a" * 300, "")) + inner
            return end, zipped({name: changed(seeds[inner], rng), "b.csv": seeds[".csv"][0]})
        return end, (changed_bytes if end in _BINARY else changed)(seeds[end], rng)

    return drawn


def _bomb(_rng: random.Random, number: int) -> tuple[str | None, bytes]:
    named = list(BOMBS)
    return (f"-{named[number]}", BOMBS[named[number]]()) if number < len(named) else (None, b"")


def _texts(rng: random.Random, number: int) -> Drawn:
    (text,) = texts(1, seed=rng.randrange(2**32))
    return ".txt", text.encode("utf-8", "surrogatepass")


def _task(path: Path) -> None:
    task = load_task(path)
    path.write_text(as_yaml(task), encoding="utf-8")
    assert load_task(path) == task


def _rows(path: Path) -> None:
    table = read_table(path)
    for form in FORMS:
        _tried(lambda form=form: read_table(path, form))
    for task in (small.task(), small.label_task()):
        for labelled, read in ((True, records_of), (False, unlabelled_of)):
            _tried(
                lambda task=task, labelled=labelled, read=read: read(
                    table, mapped(table, task, labelled=labelled), task
                )
            )
    draft("own", table, PROMPT, "prompt")


def _tried(act: Callable[[], object]) -> None:
    try:
        act()
    except Refused as refused:
        str(refused).encode()


def _annotated(path: Path, size: int = 5) -> None:
    file, task = opened_rows(path), small.task()
    columns = Columns("rating", "ordinal")
    writer = file.writer(path.with_name("out" + path.suffix), columns)
    inputs = {name: name for name in task.inputs}
    try:
        for batch in islice(file.batches(size), MOST_BATCHES):
            ready = prepared(batch, inputs, task)
            golds(batch, ready.asked, "gold", task, decimal_comma=file.decimal_comma)
            writer.write(batch, [Added(one.position, 3, "=stop") for one in ready.asked])
    finally:
        writer.close()


def _anything(path: Path) -> None:
    if path.suffix == ".yaml":
        for read in (load_task, load_target, lambda place: read_file(place).entries({})):
            _tried(lambda read=read: read(path))
        return
    _tried(lambda: draft("own", read_table(path), PROMPT, "prompt"))
    if path.suffix in (".csv", ".jsonl", ".parquet"):
        _tried(lambda: _annotated(path, 1000))


def _linted(linter: Any, content: bytes) -> None:
    text = content.decode("utf-8", "surrogatepass")
    for one in linter.check(text, tags=("small",)):
        (one.what + one.fix).encode()
    if found := lint.problems(text):
        raise Refused(", ".join(found))


def _library(session: Any, path: Path) -> None:
    file = read_file(path)
    linted = lint_file(session, file)
    assert all(one.line >= 1 for one in linted.found)
    plan_import(session, file, by="Ada")
    kept = {one.key: one for one in file.entries({})}
    assert merged(read_text(path), str(path), kept).text == read_text(path)
    path.write_text(laid_out({**exportable(session).entries, **kept}.values()), encoding="utf-8")
    read_file(path).entries({})


def _answers(_folder: Path) -> tuple[Draw, Take]:
    seeds = [one.encode() for one in ANSWERS]
    tasks = (small.task(), small.label_task())
    asked = [(VerbatimAdapter(task), signature_of(task, "Rate it.")) for task in tasks]

    def take(_name: str, content: bytes) -> None:
        text = content.decode("utf-8", "surrogateescape")
        valid = False
        for output in OUTPUTS:
            found = parse(output, text)
            if found.valid:
                valid = True
                assert EXACT[output.kind, output.format].fullmatch(text), text
                value = json.loads(text)[output.field] if output.format == "json" else found.value
                assert value == found.value
            for answer in (Answer(text, 1, 1, 0.1, "stop"), Answer(text, 1, 1, 0.1, text, text, text)):
                assert parse_answer(output, answer).value == found.value
        for (adapter, signature), output in zip(asked, (OUTPUTS[0], OUTPUTS[2]), strict=True):
            try:
                read = adapter.parse(signature, text)
            except dspy.AdapterParseError:
                assert not parse(output, text).valid
            else:
                assert read == {output.field: parse(output, text).value}
        if not valid:
            raise Refused("malformed for every task")

    return (lambda rng, _number: (".txt", changed(seeds, rng))), take


def _packs(folder: Path) -> tuple[Draw, Take]:
    right, private, public = _released(folder)
    key, signer = private_key(private), public_key(public)
    payload = payload_of(right[EVIDENCE], signer)
    whole = zipped(right)
    names = sorted(right)

    def drawn(rng: random.Random, _number: int) -> Drawn:
        pack, way = dict(right), rng.random()
        if way < 0.4:
            name = rng.choice(names)
            pack[name] = rng.choice((changed, changed_bytes))([pack[name]], rng)
        elif way < 0.7:
            pack = _sealed_again(pack, rng)
        elif way < 0.9:
            pack[EVIDENCE] = sealed(changed([payload], rng), key)
        elif way < 0.95:
            del pack[rng.choice(names)]
        else:
            pack[rng.choice(("a", "../a", "\x1b[2J", "prompt.txt.bak", "é\udcff"))] = b"x"
        if pack == right:
            return ".zip", whole
        return ".zip", json.dumps({name: content.decode("latin-1") for name, content in pack.items()}).encode()

    def take(_name: str, content: bytes) -> None:
        if content == whole:
            assert faults_in(right, signer) == ()
            return
        pack = {name: text.encode("latin-1") for name, text in json.loads(content).items()}
        off = faults_in(pack, signer)
        "".join((*off, *faults_in(pack))).encode()
        _tried(lambda: verified(pack, "small", "tiny"))
        _on_disk(folder, pack, signer)
        # A changed pack may verify only where whoever holds the key signed the same again.
        assert off or payload_of(pack[EVIDENCE], signer) == payload
        if off:
            raise Refused("; ".join(off))

    return drawn, take


def _on_disk(folder: Path, pack: Mapping[str, bytes], signer: Any) -> None:
    place = folder / "pack"
    for file in place.iterdir():
        file.unlink()
    for name, content in pack.items():
        if "/" not in name and name.isprintable():
            (place / name).write_bytes(content)
    "".join(faults(place, signer)).encode()


def _sealed_again(pack: Mapping[str, bytes], rng: random.Random) -> dict[str, bytes]:
    """Return a pack with another manifest, whose seals, prompt and messages fit it as far as there are such."""
    text = changed([pack[MANIFEST]], rng)
    try:
        manifest = json.loads(text)
        name = rng.choice(sorted(manifest))
        if rng.random() < 0.5:
            manifest[name] = rng.choice(VALUES)
        manifest[SEALS] = {name: digest(value) for name, value in manifest.items() if name != SEALS}
        made = {**pack, MANIFEST: canonical_bytes(manifest)}
    except (
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
        LookupError,
    ):  # it can't be sealed: taken as it is
        return {**pack, MANIFEST: text}
    try:
        return {**made, **pack_texts(manifest)}
    except (ValueError, TypeError, AttributeError, RecursionError, LookupError):
        return made


def _released(folder: Path) -> tuple[dict[str, bytes], Path, Path]:
    """Return a signed pack's files, and the files of the keys it was signed with."""
    home = Home(folder / "home")
    database = open_database(home.path)
    small.fill(database, folder)
    small.run(database, home, small.enter(database, budget=100), small.engine())
    private, public = new_pair(folder / "keys")
    with database.session() as session:
        give_verdict(session, 1, "approve", reason="Clear gain.", by="Grace", at=small.NOW)
        release_candidate(session, 1, reason="Clear gain.", by="Grace", at=small.NOW)
        export_release(session, "small", "tiny", folder / "pack", by="Ada", at=small.NOW, key=private_key(private))
    database.close()
    return {file.name: file.read_bytes() for file in (folder / "pack").iterdir()}, private, public
