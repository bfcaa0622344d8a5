"""What the engine writes down beside its events, against the oracle: people, searchers, vacancies, places and pounds by day."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.simulation import simulate
from tests.oracle.compare import compare, figures, unequal
from tests.oracle.model import Oracle
from tests.oracle.strategies import numbered

NUMBERS = range(1000, 1040)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_written_down(number: int) -> None:
    compare(numbered(number), number, 0)


def test_every_figure_is_compared() -> None:
    """One of each sort moved by a thousandth, in the first scenario that has any, is noticed."""
    noticed = set()
    for number in NUMBERS:
        scenario = numbered(number)
        oracle = Oracle(scenario, number, 0)
        log = oracle.run()
        both = list(figures(oracle, log, simulate(scenario, number, 0, events=True)))
        for name, expected, found in both:
            assert not unequal(name, expected, found)
            if found.size:
                moved = np.array(found, dtype=np.float64)
                moved.flat[-1] += 1e-3
                assert unequal(name, expected, moved).startswith(name)
                noticed.add(name)
        if len(noticed) == len(both):
            return
    raise AssertionError(f"nothing but {noticed} was there to compare")
