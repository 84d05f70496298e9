"""A library file brought up to date: what nobody changed stays as it is written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.errors import Refused
from library.file import LibraryFile, SnippetEntry
from library.layout import field_lines, laid_out, values
from library.merging import differing, merged
from library.yamlcomments import comments
from library.yamlfile import check_yaml
from library.yamltree import node_of
from tests.library.entries import NOTES, entries

FILE = """# of the team
snippets:   # the list

- key: a    # first
  text: One.
  # about tags
  tags:
  - x   # ex
  - y

  rationale: >   # folded
    folded text
    goes on

# --- a heading over what follows

# before b
- {key: b, text: "Two.", tags: [ x,y ]}   # flow
-   key: c
    text:  |-
       literal
    # end of c
-
  key: d
  text: 'It''s
    long'   # said
  group: g
# the end
"""


def held(text: str) -> dict[str, SnippetEntry]:
    return {one.key: one for one in check_yaml(text, "file", LibraryFile).accepted().snippets}


def changed(key: str, **changes: Any) -> dict[str, SnippetEntry]:
    """What FILE holds, with one snippet changed."""
    found = held(FILE)
    return {**found, key: found[key].model_copy(update=changes)}


def lines_gone_and_new(text: str) -> tuple[list[str], list[str]]:
    before, after = FILE.splitlines(), text.splitlines()
    return [one for one in before if one not in after], [one for one in after if one not in before]


def test_what_the_library_has_too_stays_byte_for_byte() -> None:
    for text in (FILE, FILE.replace("\n", "\r\n"), FILE.rstrip(), "snippets: [{key: a, text: A.}]  # c"):
        assert merged(text, "file", held(text)).text == text


@pytest.mark.parametrize(
    ("key", "changes", "gone", "new"),
    [
        ("a", {"text": "Uno."}, ["  text: One."], ["  text: Uno."]),
        ("a", {"state": "vetted"}, [], ["  state: vetted"]),
        ("c", {"text": "x: y"}, ["    text:  |-", "       literal"], ["    text:  'x: y'"]),
        ("c", {"pin": "last", "group": "g"}, [], ["    group: g", "    pin: last"]),
        ("a", {"rationale": "short"}, ["  rationale: >   # folded", "    folded text", "    goes on"],
         ["# folded", "  rationale: short"]),
        ("a", {"tags": ("z",)}, ["  tags:", "  - x   # ex", "  - y"], ["# ex", "  tags: [z]"]),
        ("a", {"tags": ()}, ["  tags:", "  - x   # ex", "  - y"], ["# ex"]),
        ("a", {"rationale": "two\nlines"}, ["  rationale: >   # folded", "    folded text", "    goes on"],
         ["# folded", "  rationale: |-", "    two", "    lines"]),
        ("b", {"text": "Three."}, ['- {key: b, text: "Two.", tags: [ x,y ]}   # flow'],
         ["# flow", "- key: b", "  text: Three.", "  state: draft", "  tags: [x, 'y']"]),
        ("d", {"group": None}, ["-", "  key: d", "  text: 'It''s", "    long'   # said"],
         ["# said", "- key: d", "  text: It's long", "  state: draft"]),
    ],
)  # fmt: skip
def test_what_changes_is_all_that_changes(key: str, changes: Any, gone: list[str], new: list[str]) -> None:
    done = merged(FILE, "file", changed(key, **changes))
    assert (done.changed, done.added, done.removed) == ((key,), (), ())
    assert [one for one in lines_gone_and_new(done.text)[0] if one != "  group: g"] == gone
    assert [one for one in lines_gone_and_new(done.text)[1] if one != "  state: draft" or key in "bd"] == new
    assert held(done.text)[key] == changed(key, **changes)[key]


def test_the_order_of_tags_changes_nothing() -> None:
    assert merged(FILE, "file", changed("a", tags=("y", "x"))).text == FILE


def test_new_snippets_follow_in_the_style_of_the_last_and_before_the_comment_at_the_end() -> None:
    text = "snippets:\n\n-   key: a\n    text: A.\n\n-   key: b\n    text: B.\n\n# the end\n"
    new = {one.key: one for one in (SnippetEntry(key="z", text="Z."), SnippetEntry(key="c", text="C."))}
    done = merged(text, "file", {**held(text), **new})
    assert done.text == text.replace(
        "\n# the end",
        "\n-   key: z\n    text: Z.\n    state: draft\n\n-   key: c\n    text: C.\n    state: draft\n\n# the end",
    )
    assert (done.added, done.keys) == (("z", "c"), ("a", "b", "z", "c"))
    assert merged(text, "file", {**held(text), **new}, adding=["c"]).added == ("c",)


def test_a_comment_that_would_become_a_line_of_a_block_stays_one() -> None:
    text = "snippets:\n- key: a\n  text: A.\n  rationale: B.\n        # deep\n- key: b\n  text: B.\n"
    wanted = {key: one.model_copy(update={"rationale": "two\nlines"}) for key, one in held(text).items()}
    done = merged(text, "file", wanted)
    assert done.text == text.replace("rationale: B.", 'rationale: "two\\nlines"').replace(
        "  text: B.\n", "  text: B.\n  rationale: |-\n    two\n    lines\n"
    )


def test_a_comment_after_a_field_that_goes_is_not_taken_in_by_a_block_above() -> None:
    text = """snippets:
- state: draft
  key: one
  group: |-
    a
    b
  rationale: why
        # kept
  text: "Yes."
"""
    wanted = {"one": held(text)["one"].model_copy(update={"rationale": ""})}
    made = merged(text, "file", wanted).text
    assert check_yaml(made, "file", LibraryFile).values["snippets"][0]["group"] == "a\nb"
    assert list(comments(made, node_of(made))) == ["# kept"]


def test_a_comment_beside_a_value_goes_above_where_a_block_takes_its_place() -> None:
    text = "snippets:\n- key: a\n  text: A.\n  rationale: B.   # beside\n"
    wanted = {"a": held(text)["a"].model_copy(update={"rationale": "two\nlines"})}
    assert merged(text, "file", wanted).text == (
        "snippets:\n# beside\n- key: a\n  text: A.\n  rationale: |-\n    two\n    lines\n"
    )


def test_what_is_gone_goes_with_the_comment_right_above_it_and_headings_stay() -> None:
    done = merged(FILE, "file", held(FILE), gone=["b"])
    assert lines_gone_and_new(done.text)[0] == ["# before b", '- {key: b, text: "Two.", tags: [ x,y ]}   # flow']
    assert "# --- a heading over what follows\n\n-   key: c" in done.text
    assert done.removed == ("b",)


def test_what_the_library_lacks_stays() -> None:
    done = merged(FILE, "file", {"z": SnippetEntry(key="z", text="Z.")})
    assert (done.keys, done.changed, done.removed) == (("a", "b", "c", "d", "z"), (), ())


def test_a_new_file_and_one_of_comments_alone_get_all() -> None:
    found = held(FILE)
    assert merged("", "file", found).text == laid_out(found.values())
    assert merged("# ours\n\n", "file", found).text == "# ours\n\n" + laid_out(found.values())


@pytest.mark.parametrize(
    "text",
    [
        "# top\nsnippets: [{key: a, text: A.},  # one\n  {key: b, text: B.}]\n",
        "# top\n{snippets: [{key: a, text: A.}]}  # one\n",
        "# top\nsnippets: !!seq  # one\n- {key: a, text: A.}\n",
        "# top\nsnippets:  # one\n- {key: a, text: 'A.'}\r- {key: b, text: B.}\n",
    ],
)
def test_what_is_not_a_plain_list_is_laid_out_anew_with_its_comments_above(text: str) -> None:
    done = merged(text, "file", {"a": SnippetEntry(key="a", text="Other.")})
    assert done.text.startswith("# top\n# one\nsnippets:\n  - key: a\n    text: Other.\n")
    assert held(done.text).keys() == held(text).keys()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tasks: []\n", "problems"),
        ("snippets:\n- {key: a, text: A.}\n- {key: a, text: B.}\n", "the key 'a' is taken"),
        ("snippets:\n- {key: a, text: ''}\n", "is empty"),
    ],
)
def test_what_is_no_library_file_is_refused(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        merged(text, "file", {"a": SnippetEntry(key="a", text="A.")})


def test_a_file_of_which_nothing_would_be_left_is_refused() -> None:
    with pytest.raises(Refused, match="no snippet would be left"):
        merged("snippets: [{key: a, text: A.}]", "file", {}, gone=["a"])


ABOVE = st.sampled_from(["", "\n", "# c\n", "\n# c\n\n", "        # in\n", "#\n#c\n"])
BESIDE = st.sampled_from(["", "  # t"])


@st.composite
def written_by_hand(draw: st.DrawFn) -> str:
    """A library file as people write one: comments anywhere, any indentation, fields in any order."""
    dash, step = draw(st.sampled_from([(0, 2), (2, 2), (1, 4)]))
    text = f"{draw(ABOVE)}snippets:{draw(BESIDE)}\n"
    for entry in draw(entries()):
        fields = draw(st.permutations(sorted(values(entry).items())))
        parts = []
        for name, value in fields:
            lines = field_lines(name, value, dash + step)
            parts.append("\n".join([lines[0] + draw(BESIDE), *lines[1:], ""]))
        first = f"{' ' * dash}-{parts[0][dash + 1 :]}"
        text += draw(ABOVE) + first + "".join(draw(ABOVE) + part for part in parts[1:])
    return text + draw(ABOVE)


@given(written_by_hand(), entries(), st.data())
def test_whatever_a_file_looks_like_it_holds_what_it_was_to_hold_and_every_comment(
    text: str, others: tuple[SnippetEntry, ...], data: st.DataObject
) -> None:
    found = held(text)
    wanted = {**found, **{one.key: one for one in others}}
    done = merged(text, "file", wanted)
    after = held(done.text)
    assert list(after) == [*found, *(key for key in wanted if key not in found)]
    assert all(not differing(after[key], one) for key, one in wanted.items())
    assert sorted(comments(done.text, node_of(done.text))) == sorted(comments(text, node_of(text)))
    assert merged(done.text, "file", wanted).text == done.text
    gone = data.draw(st.sets(st.sampled_from(sorted(after)), max_size=len(after) - 1))
    left = merged(done.text, "file", after, gone=gone)
    assert list(held(left.text)) == [key for key in after if key not in gone]


@given(entries(), NOTES)
def test_a_rationale_of_any_text_is_put_in_its_place(found: tuple[SnippetEntry, ...], rationale: str) -> None:
    text = laid_out(found)
    wanted = {one.key: one.model_copy(update={"rationale": rationale}) for one in found}
    done = merged(text, "file", wanted)
    assert done.text == laid_out(wanted.values())
