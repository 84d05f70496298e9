"""Spellings that models read as control tokens, such as the end of a message, instead of as text.

Chat templates are filled in as text and cut into tokens afterwards, so a text that spells such a token becomes it.
The spellings of the usual form are those of the tokenizers of Qwen, Llama, Mistral, Gemma, Phi, DeepSeek and
gpt-oss, whatever they name. Others look like markup that anybody may write, and are known by vocabulary.
"""

import re
from collections.abc import Mapping

_SPELLING = re.compile(
    r"<[|｜][^<>|｜\s]{1,60}[|｜]>"  # <|im_end|>, <|eot_id|>, <｜User｜>
    r"|</?s>|<(?:bos|eos|pad|unk|mask)>"
    r"|<(?:start|end)_of_turn>|<(?:start|end)_of_image>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)\]|\[TOOL_CALLS\]|<</?SYS>>"
    r"|</?(?:think|tool_call|tool_response)>"
)
_BEGINNINGS = ("<", "[")

VOCABULARIES: Mapping[str, frozenset[str]] = {
    name: frozenset(tokens.split())
    for name, tokens in {
        "qwen2.5": "<|endoftext|> <|im_start|> <|im_end|> <tool_call> </tool_call> <|object_ref_start|> "
        "<|object_ref_end|> <|box_start|> <|box_end|> <|quad_start|> <|quad_end|> <|vision_start|> <|vision_end|> "
        "<|vision_pad|> <|image_pad|> <|video_pad|> <|fim_prefix|> <|fim_middle|> <|fim_suffix|> <|fim_pad|> "
        "<|repo_name|> <|file_sep|>",
        "smollm2": "<|endoftext|> <|im_start|> <|im_end|> <repo_name> <reponame> <file_sep> <filename> <gh_stars> "
        "<issue_start> <issue_comment> <issue_closed> <jupyter_start> <jupyter_text> <jupyter_code> "
        "<jupyter_output> <jupyter_script> <empty_output>",
    }.items()
}
"""All tokens of known models' vocabularies that are not cut as text is, by the name of the vocabulary."""
_KNOWN = re.compile("|".join(re.escape(one) for one in sorted(frozenset().union(*VOCABULARIES.values()))))


def control_tokens(text: str) -> tuple[str, ...]:
    """Return the control tokens of the usual form that a text spells, each once, in order; mostly none."""
    return _found(_SPELLING, text)


def known_tokens(text: str) -> tuple[str, ...]:
    """Return also those that a known vocabulary has, whatever their form, as `<filename>`, which SmolLM2 has."""
    return tuple(dict.fromkeys((*_found(_SPELLING, text), *_found(_KNOWN, text))))


def _found(spelling: re.Pattern[str], text: str) -> tuple[str, ...]:
    if not any(character in text for character in _BEGINNINGS):
        return ()
    return tuple(dict.fromkeys(match[0] for match in spelling.finditer(text)))
