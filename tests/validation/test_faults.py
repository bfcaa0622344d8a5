"""The table of faults can be planted, and what is not noticed is said."""

import ast
from collections import Counter

import pytest

from tests.evidence import root
from tests.validation.faults import DETECTORS, Catch, look, told
from tests.validation.planted import PLANTED, Fault

SURVIVAL = ("tests/unit/test_survival.py::test_two_causes_worked_by_hand",)
NO_FAULT = Fault("a comment is different", "survival.py", "# a share reached but", "# a share that is reached but", SURVIVAL)
FAULT = next(fault for fault in PLANTED if fault.file == "survival.py")._replace(tests=SURVIVAL)


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.name)
def test_every_fault_changes_the_package_and_leaves_it_python(fault):
    package = root() / "sim"
    before = ast.parse((package / fault.file).read_text(encoding="utf-8"))
    assert ast.dump(ast.parse(fault.planted(package))) != ast.dump(before)


def test_what_is_not_there_cannot_be_planted():
    with pytest.raises(ValueError, match=r"sim/survival.py has changed: .* cannot be planted, as 'nobody wrote this' is there 0 times"):
        look([FAULT._replace(right="nobody wrote this")], workers=1)


def test_every_fault_is_another_and_something_is_asked_about_it():
    assert max(Counter(fault.name for fault in PLANTED).values()) == 1
    assert max(Counter((fault.file, fault.right, fault.wrong) for fault in PLANTED).values()) == 1
    for fault in PLANTED:
        assert fault.oracle_looks or fault.tests
        for test in fault.tests:
            file, _, function = test.partition("::")
            assert test.startswith(tuple(DETECTORS)) and f"def {function.partition('[')[0]}" in (root() / file).read_text(encoding="utf-8")


@pytest.mark.long
def test_a_fault_is_noticed_and_what_is_none_is_told_as_missed():
    findings, complaints = look([NO_FAULT, FAULT], workers=1)
    assert [finding.catches for finding in findings] == [[], [Catch("unit", SURVIVAL[0])]] and complaints == []
    section = told(findings, complaints)
    assert section.failed == ["nothing notices that a comment is different (sim/survival.py)"]
    assert "2 faults planted one at a time, 1 noticed" in section.text and "| **nothing** |" in section.text


def test_what_complains_without_a_fault_fails():
    section = told([], [Catch("unit", "tests/unit/test_x.py::test_y")])
    assert section.failed == ["without a fault, unit complains: tests/unit/test_x.py::test_y"] and "**not all passes**" in section.text
