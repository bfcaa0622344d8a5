"""The projected load of the first month, which the oracle takes from the package, against one that is worked out from the rules."""

from __future__ import annotations

import pytest

from sim.scenario import load_check
from tests.oracle.opening_load import opening_load
from tests.oracle.strategies import numbered

NUMBERS = range(1100, 1200)


def test_the_opening_load_is_that_of_the_rules() -> None:
    between, at_the_bounds = 0, 0
    for number in NUMBERS:
        scenario = numbered(number)
        expected = opening_load(scenario)
        assert load_check.opening_load(scenario) == pytest.approx(expected, rel=1e-9, abs=1e-12), number
        between += sum(0 < load < 4 for load in expected.values())
        at_the_bounds += sum(load in (0, 4) for load in expected.values())
    assert between > 100 and at_the_bounds > 20
