from composer.curation.finding import Finding, once


def test_errors_come_first_and_each_only_once() -> None:
    warning, error = Finding("scale", "warning", "names 7"), Finding("leak", "error", "has words in common")
    assert once([warning, error, warning]) == (error, warning)
