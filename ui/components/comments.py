"""Comments under what they are about."""

from __future__ import annotations

from collections.abc import Sequence

from composer.review.comments import Comment
from ui.shell.context import now
from ui.shell.html import safe, when


def comments_under(comments: Sequence[Comment], kind: str, name: str) -> str:
    """Return the open comments on one object as HTML; empty where there is none."""
    return "".join(
        f'<span class="ic-comment">{comment_html(one)}</span>'
        for one in comments
        if (one.kind, one.name) == (kind, name) and one.resolved_at is None
    )


def comment_html(one: Comment) -> str:
    """Return one comment as HTML: author, text and age, and whether it was carried over, outdated or resolved."""
    tags = f' <span class="ic-tag">from candidate {one.candidate_id}</span>' if one.carried else ""
    tags += ' <span class="ic-tag ic-orange">outdated</span>' if one.outdated else ""
    resolved = f" · resolved by {safe(one.resolved_by)}" if one.resolved_at else ""
    return (
        f'<b>{safe(one.author)}</b> <span class="ic-verbatim">{safe(one.text)}</span>{tags} '
        f'<span class="ic-mute">{when(one.written_at, now())}{resolved}</span>'
    )
