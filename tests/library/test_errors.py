import pickle

from library.errors import Refused


def test_a_refusal_reads_as_what_where_and_fix() -> None:
    assert (
        str(Refused("is empty", where="a.yaml, line 3", fix="Write one."))
        == "is empty (a.yaml, line 3). Write one."
    )
    assert str(Refused("is empty")) == "is empty"


def test_several_problems_stand_on_lines_of_their_own() -> None:
    assert (
        str(Refused("2 problems", where="a.yaml", problems=["one", "two"]))
        == "2 problems (a.yaml)\n  - one\n  - two"
    )


def test_a_long_list_of_problems_is_cut_and_its_rest_counted() -> None:
    refusal = Refused("5,000 problems", problems=[f"no. {number}" for number in range(5_000)])
    lines = str(refusal).split("\n")
    assert (len(lines), lines[20], lines[-1]) == (22, "  - no. 19", "  - and 4,980 more")
    assert len(refusal.problems) == 5_000


def test_whatever_text_it_quotes_can_be_printed_and_stored() -> None:
    refusal = Refused("no \ud83d", where="\udcff.csv", fix="\0", problems=["\ud83d"])
    assert str(refusal) == "no \\ud83d (\\udcff.csv). \\x00\n  - \\ud83d"


def test_a_refusal_comes_back_whole_from_another_process() -> None:
    refusal = Refused("is empty", where="a.yaml", fix="Write one.", problems=["one"])
    back = pickle.loads(pickle.dumps(refusal))
    assert (type(back), str(back), back.where) == (Refused, str(refusal), "a.yaml")


class Special(Refused):
    """A kind of refusal that takes other arguments than its base."""

    def __init__(self, number: int) -> None:
        super().__init__(f"no. {number} is wrong", fix="Correct it.")
        self.number = number


def test_a_kind_of_refusal_comes_back_as_the_same_kind() -> None:
    back = pickle.loads(pickle.dumps(Special(3)))
    assert (type(back), str(back), back.number) == (Special, "no. 3 is wrong. Correct it.", 3)
