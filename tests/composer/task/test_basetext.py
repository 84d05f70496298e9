"""A whole prompt as another base of a task: what is kept of it, what is told, what is refused with its line."""

from __future__ import annotations

import pytest

from composer.task.basetext import WrittenBase, written_base
from library import secrets
from library.errors import Refused

MESSAGE = "Message: {{message}}"
ADDED = "a line {{snippets}} was added at the end of the base, where snippets go"
BREAK = "the line break at its end was left off"


def written(text: str) -> WrittenBase:
    return written_base(text, ["message"], MESSAGE, "mine.txt")


@pytest.mark.parametrize(
    ("text", "base", "notes"),
    [
        ("Rate it.\n{{snippets}}\nBe strict.", "Rate it.\n{{snippets}}\nBe strict.", ()),
        ("Rate it.\n{{snippets}}\nBe strict.\n", "Rate it.\n{{snippets}}\nBe strict.", (BREAK,)),
        ("Rate it.\n\n  As {x}.\nNow.", "Rate it.\n\n  As {x}.\nNow.\n{{snippets}}", (ADDED,)),
        ("Rate it.\n", "Rate it.\n{{snippets}}", (BREAK, ADDED)),
        ("Rate it. \n\n", "Rate it.\n{{snippets}}", None),
        ("\nRate it.\r\nNow.", "Rate it.\nNow.\n{{snippets}}", None),
    ],
)
def test_a_prompt_is_kept_as_it_is_and_what_is_not_kept_is_told(
    text: str, base: str, notes: tuple[str, ...] | None
) -> None:
    found = written(text)
    assert found.text == base
    if notes is not None:
        assert found.notes == notes
    else:
        assert len(found.notes) == 3, found.notes


def test_it_may_end_with_the_message_of_the_task_and_with_no_other() -> None:
    found = written(f"Be brief.\n{MESSAGE}\n")
    assert found.text == "Be brief.\n{{snippets}}"
    assert found.notes == (
        "from line 2 on, where the inputs are, it is the message; before that, the base",
        ADDED,
    )
    with pytest.raises(Refused, match="puts the inputs elsewhere"):
        written("Be brief.\nText: {message}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (" \n", "the prompt is empty (mine.txt)"),
        ("{{snippets}}", "is nothing but the slot (mine.txt, line 1)"),
        ("Rate it.\n{{snippets}}\n{{snippets}}", "has the slot 2 times (mine.txt, line 3)"),
        ("Rate it. {{snippets}}", "has other text, or spaces, on the line of the slot (mine.txt, line 1)"),
        ("Rate it.\n{{other}}", "holds {{other}}, and only {{snippets}} is filled in here (mine.txt, line 2)"),
        ("Rate it.\nAs\u200b told.", "holds ZERO WIDTH SPACE (U+200B) (mine.txt, line 2)"),
        ("Rate it." * 20_000, "the prompt has more than 100,000 characters (mine.txt)"),
    ],
)
def test_what_the_base_of_a_task_may_not_hold_is_refused_here_too(text: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        written(text)
    assert says in str(refused.value)


def test_a_secret_of_this_home_is_refused_and_not_repeated() -> None:
    key = secrets.know("sk-of-this-test-alone")
    with pytest.raises(Refused, match="holds a secret") as refused:
        written(f"Rate it with {key}.")
    assert key not in str(refused.value)


def test_a_prompt_that_is_in_no_file_is_refused_with_its_line_alone() -> None:
    with pytest.raises(Refused, match=r"holds a tab \(U\+0009\) \(line 2\)"):
        written_base("Rate it.\n\tNow.", ["message"], MESSAGE, "")
