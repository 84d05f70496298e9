"""A home with a hostile text wherever a person, a model or a file can leave one, and what comes alive of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from sqlalchemy import text as sql

from composer.data.examples import Dataset, Example, Unlabelled
from composer.home.paths import Home
from composer.labelling.queueing import queue_unlabelled
from composer.models.target import Target
from composer.registry.datasets import add_examples
from composer.registry.targets import add_target
from composer.registry.tasks import add_task
from composer.release.publish import release_candidate
from composer.review.comments import add_comment
from composer.review.corrections import propose_correction
from composer.review.decisions import give_verdict
from composer.review.regressions import set_disposition
from composer.review.status import get_review
from composer.tables import AuthoringJobRow, JobRow, WebhookRow
from composer.task.task import Task
from library.comments import comment
from library.database import Database, open_database
from library.importing import import_file
from library.retiring import retire
from tests import small
from tests.scripted import ScriptedEngine, pretender

CANARY = "127.0.0.1:9"
"""Where hostile pictures and links lead to: a port on this machine at which nobody answers."""
ALIVE = "this came alive"
"""The title that a page gets from a hostile text that runs."""
RUN = f"document.title='{ALIVE}'"
SHORT = f'<img src=//{CANARY}/p onerror="{RUN}">'
"""A hostile text for names, of less than 80 characters."""
HOSTILE = (
    f"=1+1 {SHORT}<script>{RUN}</script><b onmouseover=\"{RUN}\">x</b><a href='http://{CANARY}/a'>a</a> "
    f"[x](http://{CANARY}/l) ![i](http://{CANARY}/i) <http://{CANARY}/u> http://{CANARY}/bare "
    f"www.{CANARY}.example ada@{CANARY}.example :red[x] `c` $x$ **b** \\[y\\](http://{CANARY}/e)"
    " </td></tr></table></div> &lt;i&gt;"
)
"""One for every other field."""
LINE = f"{SHORT} [x](http://h.example) **b** :red[x] `c`"
"""One that stands in a prompt: a snippet is one line, and lint lets it pass."""
BY = f"Ada {SHORT}"
TARGET = "tiny"
TEXTS = {**small.TEXTS, "hostile": LINE, "hostile-draft": f"Draft {LINE}", "hostile-old": f"Old {LINE}"}


def furnish(home: Home) -> None:
    """Fill a home: two releases, a candidate under review, a failed run, jobs, a queue, a webhook that fails."""
    folder = home.path.with_name("files")
    folder.mkdir(parents=True)
    database = open_database(home.path)
    task = _stored(database, folder)
    for number, budget in enumerate((40, 120), 1):
        made = small.run(database, home, small.enter(database, budget=budget, seed=2, by=BY), _model(task))
        assert made.candidate_id == number, made
        with database.session() as session:
            give_verdict(session, number, "approve", reason=HOSTILE, by=BY, at=small.NOW)
            release_candidate(session, number, reason=HOSTILE, by=BY, at=small.NOW)
    made = small.run(database, home, small.propose(database, "hostile", "exact", by=BY), _model(task))
    assert made.candidate_id == 3, made
    _discussed(database)
    _gone_wrong(database)
    database.close()


def _stored(database: Database, folder: Path) -> Task:
    task = small.task(
        title=HOSTILE[:300],
        description=HOSTILE,
        base=f'{HOSTILE}\n{{{{snippets}}}}\nAnswer with JSON only, as {{"rating": N}}.',
        message=f"Query: {{{{query}}}}\n\n{HOSTILE}\n\nDocument: {{{{document}}}}",
        policy={"gates": {"advisory": ["improves"]}},
    )
    library = folder / "library.yaml"
    lines = ["snippets:"]
    for key, text in TEXTS.items():
        state = "draft" if key == "hostile-draft" else "vetted"
        lines += [f"- key: {key}", f"  text: {_quoted(text)}", f"  state: {state}", "  tags: [small]"]
        lines += [f"  rationale: {_quoted(HOSTILE)}", f"  group: {_quoted(f'{key} {SHORT}'[:80])}"]
    library.write_text("\n".join(lines), encoding="utf-8")
    with database.session() as session:
        # As if it came with the product: what a second person has to vet first is another matter.
        import_file(session, library, by=BY, at=small.NOW, shipped=True)
        add_task(session, task, by=BY, at=small.NOW)
        add_examples(session, task, Dataset(_examples()), by=BY, at=small.NOW)
        for name in (TARGET, "other"):
            add_target(
                session, Target(name=name, kind="embedded", model="qwen2.5-coder-0.5b"), by=BY, at=small.NOW
            )
        items = [
            Unlabelled(
                f"new {SHORT} {n}", {"query": f"{n} {HOSTILE}", "document": HOSTILE}, (f"c{n}",), HOSTILE, SHORT
            )
            for n in range(3)
        ]
        queue_unlabelled(session, task, items, raters=2, by=BY, at=small.NOW)
        retire(session, "hostile-old", reason=HOSTILE, by=BY, at=small.NOW)
    return task


def _examples() -> tuple[Example, ...]:
    found = [
        *(small.example(n, "authoring") for n in range(8)),
        *(small.example(n, "dev") for n in range(16)),
        *(small.example(n, "test") for n in range(16)),
    ]
    return tuple(
        replace(
            one,
            id=f"{one.id} {SHORT}",
            inputs={name: f"{text} {HOSTILE}" for name, text in one.inputs.items()},
            clusters=(f"{one.clusters[0]} {SHORT}",),
            explanation=HOSTILE,
            slice=f"{'ab'[number % 2]} {SHORT}",
            ratings={f"{by} {SHORT}": one.gold for by in ("r1", "r2")},
            extras={f"more {SHORT}": HOSTILE},
        )
        for number, one in enumerate(found)
    )


def _model(task: Task) -> ScriptedEngine:
    """A model that is better with some snippets, and now and then answers with a hostile text alone."""
    knows = pretender(task, _examples(), {**small.WORTH, LINE: 0.1}, skill=0.3)

    def answer(system: str, user: str) -> str:
        return HOSTILE if sum(map(ord, user)) % 6 == 0 and len(system) % 2 else knows(system, user)

    return ScriptedEngine(answer)


def _discussed(database: Database) -> None:
    with database.session() as session:
        review = get_review(session, 3)
        example = next(iter(review.status.unresolved), None)
        add_comment(session, 3, HOSTILE, by=BY, at=small.NOW)
        add_comment(session, 3, HOSTILE, by=BY, at=small.NOW, kind="snippet", name="hostile")
        give_verdict(session, 3, "request changes", reason=HOSTILE, by=BY, at=small.NOW)
        comment(session, "hostile", HOSTILE, by=BY, at=small.NOW)
        if example is not None:
            set_disposition(session, 3, [example], "acceptable", reason=HOSTILE, by=BY, at=small.NOW)
        for one in list(review.status.unresolved)[1:2]:
            propose_correction(session, 3, one, 2.0, reason=HOSTILE, by=BY, at=small.NOW)


def _gone_wrong(database: Database) -> None:
    """Store what only a server, a worker or another version would: of that nothing is checked."""
    run = small.enter(database, budget=60, seed=9, by=BY)
    with database.session() as session:
        for kind in ("steps", "noise"):
            session.add(
                JobRow(
                    candidate_id=3,
                    kind=kind,
                    examples=[],
                    state="failed",
                    message=HOSTILE,
                    started_by=BY,
                    created_at=small.NOW,
                    ended_at=small.NOW,
                )
            )
        session.add(
            AuthoringJobRow(
                kind="answers",
                task="small",
                target=TARGET,
                text="",
                examples=[],
                apart=[],
                state="failed",
                message=HOSTILE,
                started_by=BY,
                created_at=small.NOW,
                ended_at=small.NOW,
            )
        )
        session.add(
            WebhookRow(
                url=f"http://{CANARY}/hook?{SHORT}",
                secret_env="SECRET",
                actions=[],
                failures=3,
                next_try_at=small.NOW + timedelta(days=1),
                problem=HOSTILE,
                added_by=BY,
                added_at=small.NOW,
            )
        )
        session.execute(
            sql("UPDATE run SET state = 'failed', message = :text WHERE id = :run"), {"text": HOSTILE, "run": run}
        )
        session.execute(
            sql(
                "UPDATE cell SET finish_reason = :text, refusal = :text, reasoning = :text,"
                " served_model = :text, system_fingerprint = :text"
            ),
            {"text": HOSTILE},
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class _Tags(HTMLParser):
    """What is alive of the hostile texts in HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        leads = [held.get(name, "") for name in ("href", "src", "action", "data", "srcset")]
        if (
            tag in ("script", "iframe", "object", "embed", "base", "form", "link")
            or any(name.startswith("on") for name in held)
            or any(CANARY in one or one.strip().lower().startswith("javascript:") for one in leads)
            or CANARY in held.get("style", "")
        ):
            self.alive.append(self.get_starttag_text() or tag)


def alive_in_html(text: str) -> list[str]:
    """Return the tags of HTML that a hostile text made."""
    parser = _Tags()
    parser.feed(text)
    parser.close()
    return parser.alive


_MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
_LINKED = re.compile(r"(https?://|www\.)\S*|\S+@[-\w]+\.\S*", re.IGNORECASE)
"""What becomes a link after Markdown is read."""
_DIRECTIVE = re.compile(r"(?<!\\):[a-z]+\[x\]")


def alive_in_markdown(text: str) -> list[str]:
    """Return what in Markdown became a link, a picture or a tag of a hostile text."""
    found = [one.group() for one in _DIRECTIVE.finditer(text)]
    for one in _parts(_MARKDOWN.parse(text)):
        if one.type in ("html_inline", "html_block"):
            found.append(one.content)
        elif one.type in ("link_open", "image"):
            if any(CANARY in str(value) or "h.example" in str(value) for value in one.attrs.values()):
                found.append(str(one.attrs))
        elif one.type in ("text", "text_special"):
            found += [link.group() for link in _LINKED.finditer(one.content)]
    return found


def _parts(tokens: Sequence[Token]) -> Iterator[Token]:
    for one in tokens:
        yield one
        yield from _parts(one.children or ())
