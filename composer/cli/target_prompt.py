"""What a target makes of a prompt, on the terminal and as JSON: its text, tokens, template, control tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from composer.cli.common import clean, out, say
from composer.cli.figures_table import BAD, MARKS

if TYPE_CHECKING:
    from composer.answers.prompt_made import PromptMade, SpelledToken, TemplateMade
    from composer.answers.target_check import PromptCheck
    from composer.models.chat_format import Token

CONTROL = "bold cyan"
MOST_TOKENS = 600
"""Tokens that are shown one by one; the JSON has all of them."""
NAMED = 5
"""Examples that a line names."""


def show_prompt(found: PromptCheck, counted: int) -> None:
    """Print what a target makes of a prompt; `counted` are the prompt's tokens by its own count, 0 for unknown."""
    out.print()
    if found.made is None:
        said = f" It counts {counted:,} tokens." if counted else ""
        say(found.refusal or f"The server doesn't show what it makes of a prompt.{said}", hang=2)
    else:
        _made(found.made, counted)
    if found.template_sha256:
        say(f"Chat template, sha256 {found.template_sha256}")
    if found.template is not None:
        for line in _template(found.template):
            say("  ", line, hang=2)
    for line in found.advice:
        say("  ", MARKS[False], " ", line, hang=4)
    for one in found.spelled:
        say("  ", MARKS[not one.is_control], " ", _spelled(one), hang=4)


def _made(made: PromptMade, counted: int) -> None:
    many = f"{len(made.tokens):,} tokens" if made.tokens else "the server doesn't show its tokens"
    own = f"; the model counts {counted:,}" if counted and counted != len(made.tokens) else ""
    say(f"What the model gets, {many}{own}:", style="bold")
    controls = {one.text for one in made.tokens if one.control}
    for line in clean(made.text).split("\n"):
        text = Text(f"  {line}")
        for spelled in controls:
            text.highlight_words([spelled], CONTROL)
        out.print(text, soft_wrap=True, highlight=False)
    if made.tokens:
        say(f"Its tokens, {'the first ' if len(made.tokens) > MOST_TOKENS else ''}one between each two bars:")
        out.print(_bars(made.tokens[:MOST_TOKENS]), soft_wrap=True, highlight=False)
    parts = [f"{one.role} message {_count(one.tokens)}" for one in made.messages]
    parts += [f"added by the template {_count(made.own_tokens)}"]
    say(f"Tokens: {', '.join(parts)}")
    for one in made.messages:
        if not one.whole:
            say("  ! ", f"the {one.role} message is not in it as it was sent", style=BAD)
        if one.joined:
            where = f"the line break at the start of the {one.role} message"
            say("  ! ", f"{where} is one token with what is before it: {one.joined!r}")


def _bars(tokens: Sequence[Token]) -> Text:
    text = Text("  ")
    for one in tokens:
        text.append("|").append(clean(one.text.replace("\n", "↵")), CONTROL if one.control else "")
    return text.append("|")


def _count(tokens: int | None) -> str:
    return "not known" if tokens is None else f"{tokens:,}"


def _template(made: TemplateMade) -> list[str]:
    fates = {
        "own": "a system message reaches the model as a message of its own",
        "merged": f"a system message is put before the user's by the server itself, with {made.gap!r} between",
        "dropped": "a system message is left out",
        "refused": f"a system message is refused: {made.words}",
    }
    empties = {"kept": "stays an empty one", "as none": "counts as none", "otherwise": "changes what is around it"}
    lines = [fates[made.system]]
    if made.default:
        lines.append(f"where there is none, the template adds its own: {made.default.strip()!r}")
    if made.system == "own":
        lines.append(f"an empty system message {empties[made.empty]}")
    if made.trims:
        lines.append("blank space at the ends of a message is cut")
    elif made.joins:
        lines.append(f"a line break at the start of a message is one token with what is before it: {made.joins!r}")
    return lines


def _spelled(one: SpelledToken) -> str:
    more = f" and {len(one.examples) - NAMED:,} more" if len(one.examples) > NAMED else ""
    where = f"{one.spelling} in the data ({', '.join(one.examples[:NAMED])}{more})"
    if one.is_control:
        return f"{where} is read as a token of its own, not as text"
    return f"{where} is read as text, in {one.tokens} tokens"


def prompt_json(found: PromptCheck) -> dict[str, Any]:
    """Return what a target makes of a prompt as a JSON value."""
    made, template = found.made, found.template
    return {
        "text": made.text if made else None,
        "tokens": [{"id": one.id, "text": one.text, "control": one.control} for one in made.tokens]
        if made
        else [],
        "messages": [
            {"role": one.role, "tokens": one.tokens, "whole": one.whole, "joined": one.joined}
            for one in (made.messages if made else ())
        ],
        "added": list(made.added) if made else [],
        "added_tokens": made.own_tokens if made else None,
        "refusal": found.refusal,
        "template": None
        if template is None
        else {
            "system": template.system,
            "words": template.words,
            "default_system": template.default,
            "empty_system": template.empty,
            "cuts_blank_space": template.trims,
            "joins_line_break": template.joins,
        },
        "template_sha256": found.template_sha256,
        "control_tokens": [
            {
                "spelling": one.spelling,
                "examples": list(one.examples),
                "control": one.is_control,
                "tokens": one.tokens,
            }
            for one in found.spelled
        ],
        "advice": list(found.advice),
    }
