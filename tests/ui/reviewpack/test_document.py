"""The review pack: whole, alone, verbatim, and the same each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.registry.tasks import get_task
from composer.review.comments import add_comment
from composer.review.decisions import give_verdict
from composer.review.regressions import set_disposition
from composer.review.status import get_review
from library.database import Database
from library.errors import Refused
from tests.ui.homes import propose
from tests.ui.pages import Open, seen
from ui.candidate import page_data
from ui.candidate.page_data import Line, Shown
from ui.reviewpack.document import alone, review_pack
from ui.reviewpack.examples import chosen, left_out

AT = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
HOSTILE = "</pre></style><script>alert(1)</script> ]]> <img src=x onerror=alert(1)> & <a href='x'>"
FETCHING = {"href", "xlink:href", "src", "srcset", "action", "data", "poster", "background", "onerror", "onclick"}


class Reader(HTMLParser):
    """What a browser finds in a file: elements, attributes, styles, and the text that people see."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.text, self.style = "", ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        if self.elements[-1:] == ["style"] and not self.style:
            self.style = data
        else:
            self.text += data


@pytest.fixture
def found(furnished: Home, monkeypatch: pytest.MonkeyPatch) -> Shown:
    monkeypatch.setenv("COMPOSER_HOME", str(furnished.path))
    return page_data.shown(1)


def test_the_file_fetches_nothing_and_runs_nothing(found: Shown) -> None:
    content = review_pack(found, AT)
    file = Reader(content)
    for outside in (b"http://", b"https://", b"src=", b"<script", b"@import"):
        assert outside not in content
    assert all(place.startswith("#") for place in re.findall(r"url\(([^)]*)\)", content.decode()))
    assert not set(file.elements) & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert {value for _, name, value in file.attributes if name in FETCHING} <= {f"#{one}" for one in file.ids}
    assert (
        "meta",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    ) in file.attributes
    assert len(file.ids) == len(set(file.ids))


def test_it_runs_in_the_order_of_the_page(found: Shown) -> None:
    text = Reader(review_pack(found, AT)).text
    headings = [
        "What changes",
        "What it gains and breaks",
        "Every example",
        "How sure",
        "Discussion",
        "Verdicts",
        "Policy",
        "What it rests on",
        "The prompt",
    ]
    places = [text.rindex(one + " ") for one in headings]
    assert places == sorted(places)
    assert text.index("On 96 sealed test examples NMSE falls") < places[0]


def test_it_holds_every_example_with_inputs_and_both_raw_answers(found: Shown) -> None:
    file = Reader(review_pack(found, AT))
    assert file.elements.count("tbody") >= len(found.lines)
    for line in found.lines:
        assert line.row.example_id in file.text
    assert found.review.candidate.regressions
    assert file.text.count("Disposition:") == len(found.review.candidate.regressions)
    assert "<i>Rating</i>: I would say **4** out of 5, since both\nmention the government." in file.text
    assert "Both report <the> same raid." in file.text


def test_it_holds_the_prompt_the_policy_and_the_hashes(found: Shown) -> None:
    text = Reader(review_pack(found, AT)).text
    evidence = found.review.candidate.evidence
    assert found.review.composition.text in text
    assert found.review.task.message in text
    for name in (
        found.review.candidate.evidence_hash,
        evidence.task.hash,
        evidence.target.hash,
        evidence.data.dataset,
        evidence.incumbent.prompt_sha256,
        evidence.candidate.prompt_sha256,
    ):
        assert name in text
    assert "each one gets a disposition before anybody approves" in text


def test_the_same_page_and_time_give_the_same_bytes(found: Shown) -> None:
    first = review_pack(found, AT)
    assert first == review_pack(found, AT)
    assert first != review_pack(found, AT.replace(minute=1))


def test_what_people_write_is_shown_as_it_is(found: Shown, rows: Database) -> None:
    worst = found.review.candidate.regressions[0]
    with rows.session() as session:
        key = get_review(session, 1).composition.keys[0]
        set_disposition(session, 1, [worst], "blocks", reason=f"disposition {HOSTILE}", by="Ada", at=AT)
        add_comment(session, 1, f"comment {HOSTILE}", by="Ada", at=AT, kind="snippet", name=key)
        give_verdict(session, 1, "request changes", reason=f"verdict {HOSTILE}", by="Ada", at=AT)
    content = review_pack(page_data.shown(1), AT)
    file = Reader(content)
    for kind in ("disposition", "comment", "verdict"):
        assert f"{kind} {HOSTILE}" in file.text
    assert content.decode().count("</style>") == 1
    assert escape(HOSTILE, quote=True) in content.decode()
    assert not set(file.elements) & {"script", "img"}


def test_times_are_exact_and_links_of_the_app_are_text(found: Shown, rows: Database) -> None:
    with rows.session() as session:
        add_comment(session, 1, "Shorter?", by="Ada", at=AT)
    text = Reader(review_pack(page_data.shown(1), AT)).text
    assert "Shorter? 2026-03-05 12:00:00 UTC" in text
    assert not re.search(r"\d (d|h|min) ago|just now", text)
    assert alone('<a href="runs?run=1">run 1</a> <a href="#sure">below</a>') == 'run 1 <a href="#sure">below</a>'


def test_labels_and_a_release_are_told_too(found: Shown) -> None:
    text = Reader(review_pack(page_data.shown(2), AT)).text
    assert "model’s label by gold label" in text
    assert "Released by Ada" in text
    assert "Clear gain, nothing lost." in text


def test_the_text_is_compared_with_the_base_asked_for(found: Shown) -> None:
    text = Reader(review_pack(found, AT, "the bare base")).text
    assert "against the bare base" in text
    assert "the bare base left, the candidate right" in text
    assert "search estimate:" not in text
    with pytest.raises(Refused, match="can't be compared with release 99"):
        review_pack(found, AT, "release 99")


def test_the_button_makes_the_file_of_the_base_that_the_link_names(found: Shown) -> None:
    made: list[tuple[str, Callable[[], bytes]]] = []

    def page() -> None:
        from ui.candidate import page_data
        from ui.reviewpack import document

        document.show(page_data.shown(1))

    def keep(_label: str, data: Callable[[], bytes], *, file_name: str, **_rest: object) -> None:
        made.append((file_name, data))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamlit.download_button", keep)
        for base in ("", "against the bare base", "against release 99"):
            app = AppTest.from_function(page)
            app.query_params["base"] = base
            assert not app.run().exception
    assert {name for name, _ in made} == {"relatedness-candidate-1.html"}
    against = [re.findall(r"The text (.+) left, the candidate right", Reader(data()).text)[0] for _, data in made]
    assert against == ["the incumbent", "the bare base", "the incumbent"]


def test_of_too_many_examples_those_that_matter_are_left(found: Shown) -> None:
    few = chosen(found.lines, most=10)
    gone = set(found.lines) - set(few)
    assert {line.row.example_id for line in few} >= set(found.review.candidate.regressions)
    assert gone
    assert not any(line.flipped or line.malformed or line.row.outcome == "worse" for line in gone)
    assert left_out(found.lines, most=10).startswith(f"{len(gone)} examples of 96 left out")
    assert chosen(found.lines) == found.lines
    assert left_out(found.lines) == ""


def test_a_file_with_examples_left_out_says_so(found: Shown) -> None:
    plain = [
        line for line in found.lines if line.row.outcome == "same" and not line.flipped and not line.malformed
    ]
    many = replace(found, lines=(*found.lines, *(Line(plain[0].row, False) for _ in range(1000))))
    text = Reader(review_pack(many, AT)).text
    assert "The examples that matter" in text
    assert "of 1,096 left out" in text


def test_another_base_is_shown_word_by_word_on_the_page_and_in_the_pack_with_the_hashes_of_both(
    furnished: Home, rows: Database, visit: Open
) -> None:
    with rows.session() as session:
        own = get_task(session, "polarity").base
    first, *rest = own.split("\n")
    number = propose(furnished, rows, "\n".join([f"{first} Be brief.", *rest]))
    page = seen(visit(furnished, "candidate", candidate=str(number)))
    found = page_data.shown(number)
    pack = review_pack(found, AT).decode()
    for shown in (page, pack):
        assert "the base prompt" in shown
        assert "1 line differs, word by word" in shown
        assert "<ins> Be brief" in shown
    evidence = found.review.candidate.evidence
    for side in (evidence.incumbent, evidence.candidate):
        assert f"{side.base_sha256}</code> (its base)" in pack
