"""What two compositions differ in, one snippet a line, the base before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.activity.addresses import snippet_page
from composer.evaluation.formatting import NAMES
from composer.prompts.changes import BaseChange, Change, SnippetChange
from composer.review.comments import Comment
from composer.runs.findings import WITHIN_COMPOSITION, SearchFindings
from ui.components import text_diff
from ui.components.comments import comments_under
from ui.components.metrics import gain
from ui.shell.html import count, safe

SIGNS = {
    "added": ("+", "better"),
    "removed": ("−", "worse"),
    "reworded": ("±", ""),
    "moved": ("↕", ""),
}


def show_changes(
    changes: Sequence[Change], findings: SearchFindings | None = None, comments: Sequence[Comment] = ()
) -> str:
    """Return what happened to the base and to each snippet as HTML; kept snippets last.

    Snippets have their effect, where a search measured it.
    """
    effects = _effects(findings)
    snippets = [one for one in changes if isinstance(one, SnippetChange)]
    parts = [_base(one) for one in changes if isinstance(one, BaseChange)]
    parts += [_change(one, effects, comments) for one in snippets if one.kind in SIGNS]
    kept = [one.now.key for one in snippets if one.kind not in SIGNS]
    if kept:
        parts.append(
            '<span class="ic-sign ic-same">&nbsp; kept</span>'
            f'<span class="ic-mute ic-rest">{safe(", ".join(kept))}</span>'
        )
    if not parts:
        return '<div class="ic ic-mute">The same snippets in the same order.</div>'
    return f'<div class="ic ic-changes">{"".join(parts)}</div>'


def _base(one: BaseChange) -> str:
    """Return a change of the base: how many lines, and the text word by word, folded."""
    lines = text_diff.compare(one.before, one.after)
    differ = sum(line.sign != "" for line in lines)
    says = f"{count(differ, 'line')} differ{'s' * (differ == 1)}, word by word"
    tag = '<span class="ic-tag ic-orange">another task</span>'
    carried = "".join(
        f'<div class="ic-carried">{tag} a new line {safe(found.what)}. {safe(found.why)}</div>'
        for found in one.carried
    )
    return (
        f'<span class="ic-sign ic-same">{SIGNS[one.kind][0]} {one.kind}</span>'
        f'<span class="ic-key">{safe(one.name)}</span>'
        f'<span class="ic-text"><details><summary>{says}</summary>{text_diff.unified(lines)}</details>'
        f"{carried}</span>"
    )


def _change(one: SnippetChange, effects: Mapping[str, str], comments: Sequence[Comment]) -> str:
    sign, tone = SIGNS[one.kind]
    aside = ""
    if one.kind == "moved":
        aside = f' <span class="ic-mute">from place {one.place_before} to {one.place_after}</span>'
    if one.kind == "reworded" and one.before is not None:
        aside = f' <span class="ic-mute">was v{one.before.version}:</span> {safe(one.before.text)}'
    effect = effects.get(one.now.key, "")
    shown = f'<span class="ic-effect">{effect}</span>' if effect and one.kind != "removed" else ""
    under = comments_under(comments, "snippet", one.now.key)
    return (
        f'<span class="ic-sign ic-{tone or "same"}">{sign} {one.kind}</span>'
        f'<code class="ic-key"><a href="{safe(snippet_page(one.now.key))}">{safe(one.now.key)}</a> '
        f'<span class="ic-mute">v{one.now.version}</span></code>'
        f'<span class="ic-text">{safe(one.now.text)}{aside}{shown}{under}</span>'
    )


def _effects(findings: SearchFindings | None) -> dict[str, str]:
    if findings is None:
        return {}
    lead = '<span class="ic-mute" title="on the development examples that chose it: expect less on new ones">'
    return {
        one.names[0].partition("@")[
            0
        ]: f"{lead}effect on {NAMES[one.difference.name]} {WITHIN_COMPOSITION}, search estimate:</span> "
        + gain(one.difference)
        for one in findings.left_out
    }
