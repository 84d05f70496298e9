"""Spellings that models read as control tokens, such as the end of a message, instead of as text.

Chat templates are filled in as text and cut into tokens afterwards, so a text that spells such a token becomes it.
The spellings are those of the tokenizers of Qwen, Llama, Mistral, Gemma, Phi, DeepSeek and gpt-oss.
"""

import re

_SPELLING = re.compile(
    r"<[|｜][^<>|｜\s]{1,60}[|｜]>"  # <|im_end|>, <|eot_id|>, <｜User｜>
    r"|</?s>|<(?:bos|eos|pad|unk|mask)>"
    r"|<(?:start|end)_of_turn>|<(?:start|end)_of_image>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)\]|\[TOOL_CALLS\]|<</?SYS>>"
    r"|</?(?:think|tool_call|tool_response)>"
)
_BEGINNINGS = ("<", "[")


def control_tokens(text: str) -> tuple[str, ...]:
    """Return the control tokens that a text spells, each once, in order; empty for nearly every text."""
    if not any(character in text for character in _BEGINNINGS):
        return ()
    return tuple(dict.fromkeys(match[0] for match in _SPELLING.finditer(text)))
