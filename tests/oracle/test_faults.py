"""Of the planted faults, those that name no test of their own: the oracle must notice every one, and nothing where there is none.

``make validate`` plants all of them.
"""

import pytest

from tests.validation.faults import ORACLE, ask
from tests.validation.planted import PLANTED

UNBROKEN = 6
"""Scenarios to run without a fault: enough to see that the copy runs uncompiled."""
SCENARIOS = 60
FAULTS = {fault.name: fault for fault in PLANTED if not fault.tests}
IN_EVERY_RUN = 3
NAMES = [pytest.param(name, marks=[pytest.mark.long] * (number >= IN_EVERY_RUN)) for number, name in enumerate(FAULTS)]


def test_without_a_fault_nothing_is_noticed():
    assert ask((), (), UNBROKEN) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_is_noticed(name):
    assert [catch.detector for catch in ask((FAULTS[name],), (), SCENARIOS)] == [ORACLE]
