from ui.components.text_diff import compare, side_by_side, unified


def test_added_removed_and_kept_lines_bear_their_signs() -> None:
    lines = compare("one\ntwo\nthree", "one\nthree\nfour")
    assert [(line.sign, line.before, line.after) for line in lines] == [
        ("", "one", "one"),
        ("−", "two", None),
        ("", "three", "three"),
        ("+", None, "four"),
    ]


def test_a_reworded_line_is_marked_word_by_word() -> None:
    shown = unified(compare("Rate from 1 to 5 only.", "Rate from 1 to 3 only."))
    assert "<del>5</del>" in shown
    assert "<ins>3</ins>" in shown


def test_lines_that_share_little_are_replaced_not_reworded() -> None:
    assert [line.sign for line in compare("Think twice.", "Answer with JSON, nothing else.")] == ["−", "+"]


def test_nothing_of_the_texts_is_markup() -> None:
    lines = compare("<b>keep</b>\nold <script>", "<b>keep</b>\nold <img>")
    for shown in (unified(lines), side_by_side(lines)):
        assert "<b>" not in shown
        assert "<script>" not in shown
        assert "<img>" not in shown


def test_both_sides_can_be_read_back_from_the_lines() -> None:
    before, after = "a b c\nd\n\ne", "a x c\ne\nd\n\nf"
    lines = compare(before, after)
    assert "\n".join(line.before for line in lines if line.before is not None) == before
    assert "\n".join(line.after for line in lines if line.after is not None) == after
