"""What mined texts become: drafts that say where they come from; leaks, other scales and doubles are left out."""

from __future__ import annotations

import pytest

from composer.curation.mined_drafts import TO_BE_JUDGED, Proposals, propose, store
from composer.curation.mining import mine
from composer.curation.mining_plan import plan_mining
from composer.home.paths import Home
from composer.prompts.composition import Composition, UnvettedText
from composer.registry.tasks import add_task
from composer.runs.plan import plan_run
from library.database import Database
from library.drafts import Draft, origins, write_draft
from library.people import NotAllowed, add_person
from library.snippets import list_versions, vetted
from library.vetting import reject, vet
from tests import small
from tests.composer.curation import authoring
from tests.writers import both, writing

LEAK = authoring.aside()[0].inputs["document"]
WRITTEN = f"""You are a careful judge of documents.
Rate the document for the query.

## Rules
- A document that offers goods should never rate above 2.
- Never let documents that offer goods rate above 2.
- If it reads "about 3 News 3 and more of it", rate it 5.
- Rate each document on a scale from 1 to 10.
- An exact answer to the query always rates 5.
- When in doubt, rate 4.
- Always answer in one short sentence of plain English.
- {authoring.DRAFT}

Answer with JSON only, as {{"rating": N}}."""


def proposed(database: Database, home: Home, text: str = WRITTEN) -> Proposals:
    with database.session() as session:
        plan = plan_mining(
            session, "small", "tiny", strategy="gepa", reflection="tiny", budget=40, seed=0, by="Ada"
        )
    mined = mine(database, home, plan, by="Ada", connect=both(authoring.engine(), writing(text)))
    with database.session() as session:
        return propose(session, mined)


def why(found: Proposals) -> dict[str, str]:
    return {one.text: f"{one.why}: {one.detail}" for one in found.left_out}


@pytest.fixture
def mined(aside: Database, home: Home) -> Proposals:
    return proposed(aside, home)


def test_rules_become_drafts_and_say_where_they_come_from(aside: Database, mined: Proposals) -> None:
    with aside.session() as session:
        stored = store(session, mined, by="Ada", at=small.NOW)
        origin = origins(session, [stored[0].id])[stored[0].id]
    assert stored[0].text == "A document that offers goods should never rate above 2."
    assert {one.state for one in stored} == {"draft"}
    assert (origin.kind, origin.task, origin.target) == ("mined", "small", "tiny")
    source = dict(origin.source)
    assert source.pop("prompt in use").startswith("NMSE ")
    source.pop("whole rewritten prompt", None)
    assert source == {
        "strategy": "gepa",
        "reflection": "tiny",
        "seed": "0",
        "budget": "40 answers",
        "found in": "1 of 1 texts",
    }


def test_what_lint_refuses_is_left_out_with_why(mined: Proposals) -> None:
    left = why(mined)
    assert "scale" in left["Rate each document on a scale from 1 to 10."]
    assert "another of these rules says it" in left["Never let documents that offer goods rate above 2."]
    assert "not what to do" in left["You are a careful judge of documents."]


def test_what_shares_a_run_of_words_with_the_data_is_left_out(aside: Database, home: Home) -> None:
    long = "the harbour of Ostend was closed for two days"
    data = (*authoring.aside(), small.example(40, "test", inputs={"query": "q", "document": f"News: {long}."}))
    authoring.set_aside(aside, data)
    found = proposed(aside, home, "Rate it.\n- Rate 5 where the harbour of Ostend was closed for days.\n")
    assert "in common with" in why(found)["Rate 5 where the harbour of Ostend was closed for days."]


def test_what_the_library_says_already_is_left_out(mined: Proposals) -> None:
    assert "exact" in why(mined)["An exact answer to the query always rates 5."]


def test_what_contradicts_the_library_stays_with_the_warning(mined: Proposals) -> None:
    (origin,) = (origin for draft, origin in mined.drafts if draft.text.startswith("When in doubt"))
    assert {(one.kind, one.reason) for one in origin.warnings} == {("contradiction", TO_BE_JUDGED)}
    assert "it has 4 where the other has 1" in origin.warnings[0].what


def test_what_was_rejected_does_not_come_back(aside: Database, home: Home) -> None:
    with aside.session() as session:
        made = write_draft(
            session,
            Draft("goods", "A document that offers goods should never rate above 2."),
            by="Ada",
            at=small.NOW,
        )
        reject(session, made.id, reason="Too harsh.", by="Ada", at=small.NOW)
    found = proposed(aside, home)
    assert "Too harsh" in why(found)["A document that offers goods should never rate above 2."]


def test_mined_again_nothing_is_new(aside: Database, home: Home, mined: Proposals) -> None:
    with aside.session() as session:
        stored = store(session, mined, by="Ada", at=small.NOW)
        before = list_versions(session)
    again = proposed(aside, home)
    assert again.drafts == ()
    assert stored[0].key in why(again)[stored[0].text]
    with aside.session() as session:
        assert store(session, again, by="Ada", at=small.NOW) == ()
        assert list_versions(session) == before


def test_drafts_have_the_tag_by_which_the_task_may_use_them(aside: Database, home: Home) -> None:
    with aside.session() as session:
        add_task(session, small.task(snippets={"tags": ["style", "small"]}), by="Ada", at=small.NOW)
    assert {draft.tags for draft, _ in proposed(aside, home).drafts} == {("small",)}
    with aside.session() as session:
        add_task(session, small.task(snippets={"tags": ["style", "tone"]}), by="Ada", at=small.NOW)
    assert {draft.tags for draft, _ in proposed(aside, home).drafts} == {("style",)}


class TestNothingIsVetted:
    """Nothing that was mined is in a prompt before a person vets it."""

    def test_a_run_can_not_choose_it(self, aside: Database, mined: Proposals) -> None:
        with aside.session() as session:
            usable = {one.text for one in vetted(session, ())}
            stored = store(session, mined, by="Ada", at=small.NOW)
            assert {one.text for one in vetted(session, ())} == usable
            plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=50)
        assert not {one.id for one in stored} & {one.id for one in plan.vocabulary.versions.values()}
        with pytest.raises(UnvettedText, match="draft, not vetted"):
            Composition(small.task().base, (stored[0],))

    def test_where_people_sign_in_whoever_mined_may_not_vet_it_alone(
        self, aside: Database, mined: Proposals
    ) -> None:
        with aside.session() as session:
            add_person(session, "Ada", "ada@example.org", ("admin", "curator"), by="Ada", at=small.NOW)
            stored = store(session, mined, by="Ada", at=small.NOW)
            with pytest.raises(NotAllowed, match="you wrote it"):
                vet(session, [stored[0].id], by="Ada", at=small.NOW)

    def test_only_curators_store_it(self, aside: Database, mined: Proposals) -> None:
        with aside.session() as session:
            add_person(session, "Ada", "ada@example.org", ("admin",), by="Ada", at=small.NOW)
            add_person(session, "Rex", "rex@example.org", ("reviewer",), by="Ada", at=small.NOW)
            with pytest.raises(NotAllowed):
                store(session, mined, by="Rex", at=small.NOW)
