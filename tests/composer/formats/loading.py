"""Loads a format's files back and compares them with what was measured, for every text of the corpus."""

from __future__ import annotations

from collections.abc import Mapping

from composer.formats.catalogue import FORMATS
from composer.formats.prompt import ExportedPrompt
from composer.formats.proof import first_difference
from library.errors import Refused
from tests.composer.formats import corpus


def refused_of_corpus(name: str) -> dict[str, str]:
    """Return why each prompt of the corpus that a format refuses is, by what is odd about it.

    What isn't refused has to give the measured messages, whatever is filled in.
    """
    return _refused(name, corpus.prompts())


def refused_of_checked(name: str) -> dict[str, str]:
    """Return the same for those prompts that the checks of tasks and of snippets let through."""
    return _refused(name, corpus.checked_prompts())


def _refused(name: str, prompts: Mapping[str, ExportedPrompt]) -> dict[str, str]:
    format, refused = FORMATS[name], {}
    for odd, prompt in prompts.items():
        try:
            files = format.files(prompt)
        except Refused as refusal:
            refused[odd] = str(refusal)
            continue
        every = corpus.filled()
        for found, inputs in zip(format.each_loaded(files, every), every, strict=True):
            difference = first_difference(found, format.expected(prompt, inputs))
            assert not difference, f"{odd}: {difference}"
    return refused


def kinds(refused: dict[str, str]) -> set[str]:
    """Return what is odd about refused prompts, wherever in the prompt it stands."""
    return {odd.rpartition(", ")[0] for odd in refused}
