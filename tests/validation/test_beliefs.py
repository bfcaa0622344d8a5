"""The page on beliefs tells what the tests found."""

import pytest

from tests.functional.beliefs import Belief
from tests.validation.beliefs import FAILED, PASSED, cases, verdict, written

JUNIT = """<testsuites><testsuite>
<testcase classname="tests.a" name="test_one[x]"/><testcase classname="tests.a" name="test_one[y]"><failure>no</failure></testcase>
<testcase classname="tests.a" name="test_two"><properties/></testcase><testcase classname="tests.b" name="test_two"><skipped/></testcase>
<testcase classname="tests.b" name="test_three"><error/></testcase>
</testsuite></testsuites>"""
ONE, TWO, THREE = (
    Belief("tests.a", "test_one", "direction", ("coaches.absence",), "More is more."),
    Belief("tests.a", "test_two", "extreme", ("areas.*.claimants", "a", "b", "c", "d"), "None is none."),
    Belief("tests.c", "test_three", "region", ("a",), "Nobody tried this."),
)


def test_a_report_is_read(tmp_path):
    report = tmp_path / "junit.xml"
    report.write_text(JUNIT)
    assert dict(cases(report)) == {
        ("tests.a", "test_one"): [PASSED, FAILED],
        ("tests.a", "test_two"): [PASSED],
        ("tests.b", "test_two"): [FAILED],
        ("tests.b", "test_three"): [FAILED],
    }


@pytest.mark.parametrize(
    ("results", "words"),
    [([], "not tried"), ([PASSED, PASSED], PASSED), ([PASSED, FAILED], "**failed** in 1 of 2 cases")],
)
def test_one_failed_case_fails_a_belief(results, words):
    assert verdict(results) == words


def test_the_section():
    section = written([ONE, TWO, THREE], {("tests.a", "test_one"): [PASSED, FAILED], ("tests.a", "test_two"): [PASSED]})
    assert section.summary == "1 of 3 beliefs of a policy modeller hold, in 3 cases"
    assert section.failed == ["More is more. (test_one: **failed** in 1 of 2 cases)", "Nobody tried this. (test_three: not tried)"]
    assert "| More is more. | `coaches.absence` | 2 | **failed** in 1 of 2 cases |" in section.text
    assert "| None is none. | `areas.claimants`, `a`, `b` and 2 more | 1 | holds |" in section.text
    assert written([TWO], {("tests.a", "test_two"): [PASSED]}).failed == []
