"""Candidate: what changes, what it gains, what it breaks, how sure that is, and the verdict."""

from __future__ import annotations

import streamlit as st

from composer.figures import NAMES, change
from composer.learnt import learnt
from composer.people import person
from composer.reading import ExampleView, as_change, detectable, example_views, snippet_changes
from composer.review import Kind, Review, get_review, give_verdict
from composer.runs import get_run
from library.errors import Refused
from ui.parts import charts, diff, examples, figures, worth
from ui.parts.opening import database, now, plain, refusals
from ui.parts.page import empty, html, recall, remember, section
from ui.parts.words import ago, count, safe, state_tag, table, when

SIGNS = {
    "added": ("+", "better"),
    "removed": ("−", "worse"),
    "reworded": ("±", ""),
    "moved": ("↕", ""),
    "kept": ("", ""),
}


def asked_for() -> int | None:
    """Return the number in the link, if there is one."""
    given = st.query_params.get("candidate", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def header(review: Review) -> None:
    """Say which candidate this is, where it stands, and its story in a sentence."""
    candidate, at = review.candidate, now()
    missing = max(review.approvals_needed - len(review.approvals), 0)
    waits = f"needs {count(missing, 'more approval')}" if review.release is None and missing else ""
    run = f'<a href="runs?run={candidate.run_id}">run {candidate.run_id}</a>'
    facts = [
        f"candidate {candidate.id}",
        f"proposed by {safe(candidate.proposed_by)} from {run}",
        when(candidate.created_at, at),
        f'evidence <code title="{candidate.evidence_hash}">{candidate.evidence_hash[:10]}</code>',
        waits,
    ]
    html(
        f'<div class="ic"><div class="ic-head"><h1>{safe(candidate.task)} → {safe(candidate.target)}</h1>'
        f'{state_tag(review.state)}</div><div class="ic-mute">{" · ".join(filter(None, facts))}</div>'
        f'<p class="ic-story">{story(review)}</p></div>'
    )


def story(review: Review) -> str:
    """Say in a sentence what the test split says of a candidate."""
    metric, counts = review.candidate.figures[0], review.candidate.evidence["counts"]
    total = sum(counts.values())
    name = NAMES[metric.name]
    way = "falls" if (metric.difference or 0) < 0 else "rises"
    size = change(metric.name, abs(metric.difference or 0)).lstrip("+")
    unit = " points" if metric.name == "accuracy" else ""
    failing = [gate.name for gate in review.candidate.gates if not gate.passed]
    gates = f"; {count(len(failing), 'gate fails', 'gates fail')}" if failing else "; every gate passes"
    return (
        f"On {total} sealed test examples {safe(name)} {way} by {size}{unit} {figures.interval(metric)}: "
        f"{counts['better']} answers get better, {counts['worse']} get worse{gates}."
    )


def what_changes(review: Review) -> None:
    """Show snippets added, removed and moved, then the whole text word by word."""
    before = count(len(review.incumbent.versions), "snippet") if review.incumbent.versions else "the bare base"
    section("What changes", f"against the incumbent, {before}")
    parts = []
    for one in snippet_changes(review.incumbent.versions, review.composition.versions):
        sign, tone = SIGNS[one.kind]
        text = safe(one.now.text)
        aside = ""
        if one.kind == "moved":
            aside = f' <span class="ic-mute">from place {one.place_before} to {one.place_after}</span>'
        if one.kind == "reworded" and one.before is not None:
            aside = f' <span class="ic-mute">was v{one.before.version}:</span> {safe(one.before.text)}'
        parts.append(
            f'<span class="ic-sign ic-{tone or "same"}">{sign or "&nbsp;"} {one.kind}</span>'
            f'<code class="ic-key"><a href="library?snippet={safe(one.now.key)}">{safe(one.now.key)}</a> '
            f'<span class="ic-mute">v{one.now.version}</span></code>'
            f'<span class="ic-text">{text}{aside}</span>'
        )
    html(f'<div class="ic ic-changes">{"".join(parts)}</div>')
    view = st.segmented_control(
        "Layout of the text",
        ["unified", "side by side"],
        default="unified",
        required=True,
        key="diff",
        bind="query-params",
        label_visibility="collapsed",
    )
    lines = diff.compare(review.incumbent.text, review.composition.text)
    html(diff.side_by_side(lines) if view == "side by side" else diff.unified(lines))


def gains_and_breaks(review: Review, views: tuple[ExampleView, ...]) -> None:
    """Show every figure, the change of each example, and answers against people's."""
    output = review.task.output
    ordinal = output.kind == "ordinal"
    section(
        "What it gains and breaks",
        'each mark a test example: <b class="ic-better">●</b> better <b class="ic-same">●</b> same '
        '<b class="ic-worse">●</b> worse'
        if ordinal
        else 'answers by people’s label: <b class="ic-better">■</b> right <b class="ic-worse">■</b> wrong',
    )
    sides = charts.ratings(views, output) if ordinal else charts.confusion(views, output)
    columns = st.columns(3, gap="medium")
    what = "Model’s rating against people’s" if ordinal else "Model’s label by people’s label"
    for side, column, chart in zip(("before", "after"), columns, sides, strict=False):
        with column:
            st.altair_chart(chart, key=f"answers-{side}", alt=f"{what}, {side}")
    with columns[2]:
        st.altair_chart(charts.changes(views), key="changes", alt="Change of each example’s loss, best to worst")
    html(f'<div class="ic ic-pairs"><div>{figures.table(review.candidate.figures)}</div>{slices(views)}</div>')


def slices(views: tuple[ExampleView, ...]) -> str:
    """Return how the examples of each slice fared, as HTML; nothing where the data has no slices."""
    names = sorted({view.example.slice for view in views if view.example.slice})
    if not names:
        return ""
    rows = []
    for name in names:
        outcomes = [view.row.outcome for view in views if view.example.slice == name]
        cells = "".join(
            f'<td class="ic-num ic-{one}">{outcomes.count(one)}</td>' for one in ("better", "same", "worse")
        )
        rows.append(f'<tr><td>{safe(name)}</td><td class="ic-num">{len(outcomes)}</td>{cells}</tr>')
    return f"<div>{table(('slice', '#examples', '#better', '#same', '#worse'), rows)}</div>"


def how_sure(review: Review) -> None:
    """Say what the evidence can and can't tell."""
    section("How sure")
    evidence = review.candidate.evidence
    metric, search = review.candidate.figures[0], evidence["search"]
    smallest = detectable(metric)
    unit = " points" if metric.name == "accuracy" else ""
    reads = evidence["test_reads_before"]
    estimate = as_change(metric.name, search["estimate"])
    facts = {
        "Smallest difference": "—"
        if smallest is None
        else f"a true difference of about {change(metric.name, smallest).lstrip('+')}{unit} "
        f"in {NAMES[metric.name]} would have been found 4 times in 5",
        "Compositions tried": f"1 of {search['tried']:,} ({search['strategy']}, seed {search['seed']}, "
        f"budget {search['budget']:,} answers); {search['stopped']}",
        "Uses of the test split": "none before this one"
        if not reads
        else f"read {count(reads, 'time')} before, for other compositions",
        "Search estimate": f"{NAMES[metric.name]} {change(metric.name, estimate)}{unit}, on the development "
        "examples that chose it: expect less on new ones",
        "Interval": "95%, BCa bootstrap, same examples on both sides; widened where examples share a document",
        "Noise of the model": "not measured: each answer was asked for once",
    }
    rows = "".join(f"<dt>{name}</dt><dd>{safe(text)}</dd>" for name, text in facts.items())
    html(f'<dl class="ic ic-facts">{rows}</dl>')


def give(candidate_id: int, kind: Kind) -> None:
    """Record a verdict, and say what came of it."""
    reason = st.session_state.get("reason", "")
    try:
        with database().session() as session:
            release = give_verdict(session, candidate_id, kind, reason=reason, by=person(), at=now())
    except Refused as refused:
        st.session_state["refused"] = str(refused)
        return
    st.session_state["reason"] = ""
    if release:
        remember(f"Approved. Release {release.id} is now the prompt of {release.task} on {release.target}.")
    else:
        remember({"comment": "Comment kept.", "approve": "Approval kept."}.get(kind, "Changes requested."))


def verdict(review: Review) -> None:
    """Take a verdict, say why approval waits, and list the verdicts so far."""
    section("Your verdict")
    message = recall()
    if message:
        st.success(plain(message), icon=":material/check:", width=760)
    if review.release:
        place = {"task": review.release.task, "target": review.release.target}
        st.page_link(
            "views/prompts.py", label="See it in Prompts", icon=":material/arrow_forward:", query_params=place
        )
    history(review)
    candidate = review.candidate
    pair = f"{candidate.task} on {candidate.target}"
    if review.release is None:
        replaced = "the prompt released now" if review.incumbent.versions else "the bare base, the incumbent now"
        st.caption(plain(f"As {person()}. Approving makes this the prompt of {pair} and replaces {replaced}."))
    else:
        by = f"by {review.release.released_by} {ago(review.release.released_at, now())}"
        st.caption(plain(f"Released as the prompt of {pair} {by}: there is nothing left to approve."))
    st.text_area("Reason", key="reason", height=80, width=760, placeholder="What decided it, in a sentence")
    mine = f"{person()} asked for changes"
    against = [one for one in review.obstacles if one != mine]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Comment", key="comment", on_click=give, args=(candidate.id, "comment"))
        if review.release is None:
            st.button(
                "Request changes", key="request-changes", on_click=give, args=(candidate.id, "request changes")
            )
            st.button(
                "Approve",
                key="approve",
                type="primary",
                on_click=give,
                args=(candidate.id, "approve"),
                disabled=bool(against),
            )
            if against:
                st.caption(plain(f"Approval waits: {'; '.join(against)}"), width="content")
    refused = st.session_state.pop("refused", None)
    if refused:
        st.error(plain(refused[:1].upper() + refused[1:]), icon=":material/block:")


def history(review: Review) -> None:
    """List the verdicts so far, oldest first."""
    if not review.verdicts:
        return
    at = now()
    rows = [
        f'<tr><td class="ic-nowrap">{safe(one.reviewer)}</td><td class="ic-nowrap">{safe(one.kind)}</td>'
        f'<td class="ic-verbatim">{safe(one.reason)}</td><td class="ic-mute">{when(one.given_at, at)}</td></tr>'
        for one in review.verdicts
    ]
    html(table(("who", "verdict", "reason", "when"), rows))


def show(candidate_id: int) -> None:
    """Show one candidate from top to bottom."""
    with database().session() as session:
        review = get_review(session, candidate_id)
        views = example_views(session, review)
        found = learnt(session, get_run(session, review.candidate.run_id))
    header(review)
    if review.stale:
        st.warning(
            plain(
                f"{'; '.join(review.stale)}. It can't be released: start a new run, which reuses what still fits."
            ),
            title="Stale",
            icon=":material/history:",
        )
    html(
        figures.cards(review.candidate.figures, review.candidate.evidence["counts"])
        + figures.gates(review.candidate.gates)
    )
    what_changes(review)
    gains_and_breaks(review, views)
    if found and found.left_out:
        worth.show_parts(found, review.candidate.run_id)
    examples.show_all(review, views)
    how_sure(review)
    verdict(review)


number = asked_for()
if number is None:
    empty("No candidate is named in this link", "Open one from the Inbox, which lists all there are.")
    st.page_link("views/inbox.py", label="To the Inbox", icon=":material/inbox:")
else:
    with refusals():
        show(number)
