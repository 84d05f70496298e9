from composer.home.paths import Home
from library.database import Database
from library.snippets import show
from tests.ui.pages import Open, candidate_page, plain_text, seen

GOOD = b"""snippets:
  - {key: json-alone, text: "Write JSON only.", state: vetted, tags: [relatedness]}
  - {key: brand-new, text: "Compare <places> and **people**.", tags: [relatedness]}
"""


def test_an_empty_library_takes_a_file(home: Home, visit: Open) -> None:
    app = visit(home, "library")
    assert "The library is empty" in seen(app)
    assert app.file_uploader


def test_the_link_holds_filter_and_open_snippet(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library", library="doubt", snippet="lean-low")
    assert list(app.dataframe[0].value["key"]) == ["lean-low", "lean-high"]
    assert "&lt;b&gt;Most&lt;/b&gt; pairs are *unrelated*." in seen(app)


def test_a_snippet_names_the_prompts_it_is_in(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "library", snippet="irony"))
    assert 'href="prompts?task=polarity&amp;target=qwen2.5-coder-0.5b"' in shown


def test_an_unknown_snippet_is_refused_with_near_ones(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library", snippet="lean-lo")
    assert "Did you mean lean-low" in app.error[0].value.replace("\\", "")


def test_an_import_is_shown_first_and_stored_when_agreed_to(furnished: Home, visit: Open, rows: Database) -> None:
    app = visit(furnished, "library")
    app.file_uploader[0].upload("more.yaml", GOOD).run()
    shown = seen(app)
    assert "± changed" in shown
    assert "Compare &lt;places&gt; and **people**." in shown
    with rows.session() as session:
        assert len(show(session, "json-alone")) == 1
    app.button(key="import").click().run()
    assert not app.exception
    with rows.session() as session:
        assert [one.version for one in show(session, "json-alone")] == [2, 1]
        assert show(session, "brand-new")[0].state == "draft"


def test_a_changed_rule_is_shown_before_it_is_stored_and_with_the_snippet(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library", snippet="lean-low")
    ruled = b"""snippets:
  - key: lean-high
    text: When in doubt, take the higher one.
    state: vetted
    tags: [relatedness]
    conflicts: [lean-low]
    pin: last
"""
    app.file_uploader[0].upload("ruled.yaml", ruled).run()
    assert "same text; conflicts none → lean-low; pin none → last" in seen(app)
    app.button(key="import").click().run()
    shown = seen(visit(furnished, "library", snippet="lean-high"))
    assert "conflicts with lean-low<br>pinned last" in shown
    assert [*visit(furnished, "library", library="pinned").dataframe[0].value["key"]] == ["lean-high"]


def test_every_problem_of_a_bad_file_is_listed_and_nothing_offered(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "library")
    app.file_uploader[0].upload("bad.yaml", b"snippets:\n  - {key: Bad Key, text: ''}\n").run()
    said = app.error[0].value.replace("\\", "")
    assert "bad.yaml" in said
    assert "/tmp" not in said
    assert "key" in said
    assert "text" in said
    assert not [button for button in app.button if button.key == "import"]


def test_a_snippet_is_retired_with_a_reason_and_its_candidate_becomes_stale(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = visit(furnished, "library", snippet="people-anchors")
    app.button(key="retire").click().run()
    assert "A retirement needs a reason" in app.error[0].value
    app.text_input(key="retire-reason-people-anchors").set_value("It misleads.")
    app.button(key="retire").click().run()
    assert not app.exception
    assert "Retired: people-anchors" in seen(app).replace("\\", "")
    assert not [one for one in app.button if one.key == "retire"]
    shown = plain_text(candidate_page(visit, furnished))
    assert "Snippet people-anchors v1 is retired" in shown
    assert "a new run finds another" in shown
