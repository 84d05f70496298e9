import pandas as pd

from ui.shell.csv_text import as_csv


def test_texts_that_would_run_in_a_spreadsheet_only_show() -> None:
    cells = ["=1+1", "+1", "-1", "@sum", "\t=1", " ＝1", "fine", "a=b", ""]
    written = as_csv(pd.DataFrame({"=head": cells})).decode()
    assert written == "'=head\n'=1+1\n'+1\n'-1\n'@sum\n'\t=1\n' ＝1\nfine\na=b\n\"\"\n"


def test_figures_stay_figures_and_texts_stay_whole() -> None:
    data = pd.DataFrame({"change": [-0.25, 1.0], "number": [-1, 2], "text": ['say "no",\nplease', "ü"]})
    assert as_csv(data).decode() == 'change,number,text\n-0.25,-1,"say ""no"",\nplease"\n1.0,2,ü\n'


def test_an_empty_table_is_its_heads() -> None:
    assert as_csv(pd.DataFrame(columns=["a", "b"])) == b"a,b\n"
