"""`prompt.txt` holds the prompt, whatever bytes it has."""

from __future__ import annotations

import pytest

from composer.formats import prompt_txt
from library.errors import Refused
from tests.composer.formats import corpus


def test_it_holds_the_bytes_of_every_prompt() -> None:
    for name, prompt in corpus.prompts().items():
        files = prompt_txt.files(prompt)
        assert files == {"prompt.txt": prompt.prompt.encode()}, name
        assert prompt_txt.loaded(files, {}) == [{"role": "system", "content": prompt.prompt}], name


def test_half_of_a_character_is_refused() -> None:
    with pytest.raises(Refused, match="half of a character"):
        prompt_txt.files(corpus.prompt(prompt="Rate \ud800."))
