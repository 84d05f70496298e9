import os
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from library.errors import Refused
from library.validation import invalid
from library.yamlfile import Problem, check_yaml, parse_yaml, read_text, read_yaml


class Item(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    size: int = 0


class Shelf(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    items: tuple[Item, ...]
    note: str = ""

    @field_validator("note")
    @classmethod
    def _no_third_line(cls, note: str) -> str:
        if len(note.splitlines()) > 2:
            raise invalid("is longer than two lines", fix="Shorten it.", line=3)
        if note == "bad":
            raise ValueError("is bad")
        return note


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_yaml(text, "shelf.yaml", Shelf)
    return caught.value


def test_a_good_file_becomes_the_model(tmp_path: Path) -> None:
    path = tmp_path / "shelf.yaml"
    path.write_bytes("\ufeffitems:\r\n- {name: ä, size: 3}\r\n".encode())
    assert read_yaml(path, Shelf) == Shelf(items=(Item(name="ä", size=3),))


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("items:\n- name: a\n  colour: red\n", "shelf.yaml, line 3, field items[0].colour", "unknown field"),
        ("items:\n- size: 1\n", "shelf.yaml, line 2, field items[0].name", "missing"),
        ("items:\n- name: ''\n", "shelf.yaml, line 2, field items[0].name", "is empty"),
        ("items:\n- name:\n", "shelf.yaml, line 2, field items[0].name", "no value"),
        ("items:\n- name: yes\n", "shelf.yaml, line 2, field items[0].name", "True"),
        ("items:\n- name: 2024-01-02\n", "shelf.yaml, line 2, field items[0].name", "must be text"),
        ("items:\n- name: a\n  size: big\n", "shelf.yaml, line 3, field items[0].size", "'big'"),
        ("items:\n- name: a\n- b\n", "shelf.yaml, line 3, field items[1]", "'b'"),
        ("items: many\n", "shelf.yaml, line 1, field items", "must be a list"),
        ("just text\n", "shelf.yaml, line 1", "must be fields"),
        ("items: []\n\nnote: bad\n", "shelf.yaml, line 3, field note", "is bad"),
        ("items:\n- name: a\n  name: b\n", "shelf.yaml, line 3, field items[0].name", "first on line 2"),
        ('items:\n- name: "\\ud800"\n', "shelf.yaml, line 2, field items[0].name", "U+D800"),
        ('items:\n- name: "a\\0"\n', "shelf.yaml, line 2, field items[0].name", "U+0000"),
        ("items: [\n", "shelf.yaml, line 2, column 1", "not valid YAML"),
        ("items: []\nnote: a: b\n", "shelf.yaml, line 2, column 8", "not valid YAML"),
        ("items: []\nnote: 2024-13-41\n", "shelf.yaml, line 2, column 7", "can't be read"),
        ("items: []\nnote: !!python/name:os.system\n", "shelf.yaml, line 2, column 7", "python"),
        ("items: &a [*a]\n", "shelf.yaml, line 1, column 12", "aliases"),
        ("items: []\n---\nitems: []\n", "shelf.yaml, line 2, column 1", "document"),
        ("items: []\nnote: \x07\n", "shelf.yaml, line 2", "U+0007"),
        ("", "shelf.yaml", "empty"),
        ("[" * 100_000, "shelf.yaml", "nested too deeply"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(text: str, where: str, what: str) -> None:
    refused = refusal(text)
    assert refused.where == where
    assert what in refused.what


def test_all_problems_are_listed_in_the_order_of_the_file() -> None:
    refused = refusal("items:\n- name: ''\n- name: a\n  colour: red\n- size: x\nnote: bad\n")
    assert [line.split(":")[0] for line in refused.problems] == [
        "shelf.yaml, line 2, field items[0].name",
        "shelf.yaml, line 4, field items[1].colour",
        "shelf.yaml, line 5, field items[2].name",
        "shelf.yaml, line 5, field items[2].size",
        "shelf.yaml, line 6, field note",
    ]
    assert "5 problems" in str(refused)


def test_problems_of_a_further_check_are_listed_beside_those_of_the_model() -> None:
    checked = check_yaml("items:\n- name: ''\n- name: b\n", "shelf.yaml", Shelf)
    with pytest.raises(Refused) as caught:
        checked.accepted([Problem(("items", 1), "is one too many", "Remove it.")])
    assert len(caught.value.problems) == 2
    assert "shelf.yaml, line 3, field items[1]: is one too many. Remove it." in caught.value.problems


def test_a_line_inside_a_block_of_text_is_the_line_of_the_file() -> None:
    refused = refusal("items: []\nnote: |\n  one\n  two\n  three\n")
    assert (refused.where, refused.fix) == ("shelf.yaml, line 5, field note", "Shorten it.")
    assert refusal('items: []\nnote: "1\\n2\\n3"\n').where == "shelf.yaml, line 2, field note"


def test_a_file_of_50_mb_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(Refused, match="too large: 50 MB, and 2 MB") as caught:
        read_text(path)
    assert caught.value.where == str(path)


def test_a_file_that_is_not_utf8_is_refused_with_byte_and_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("one\ntwo é\n".encode("latin-1"))
    with pytest.raises(Refused, match=r"byte 8 is 0xe9 .*, line 2\)"):
        read_text(path)


def test_a_missing_file_a_folder_a_pipe_and_a_nul_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such file"):
        read_text(tmp_path / "none.yaml")
    with pytest.raises(Refused, match="a folder"):
        read_text(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="not an ordinary file"):
        read_text(tmp_path / "pipe")
    (tmp_path / "nul").write_bytes(b"a\nb\0")
    with pytest.raises(Refused, match=r"NUL .*line 2"):
        read_text(tmp_path / "nul")
    with pytest.raises(Refused, match="not a path"):
        read_text(tmp_path / "a\0b")
