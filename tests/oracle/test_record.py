"""What the engine writes down beside its events, against the oracle: people, searchers, vacancies, places and pounds by day."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.simulation import simulate
from sim.record import COST_COLUMNS, HOME_COLUMNS, SECTOR_COLUMNS
from tests.oracle.costs import pounds
from tests.oracle.model import Oracle
from tests.oracle.run import Code
from tests.oracle.strategies import numbered

NUMBERS = range(1000, 1040)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_written_down(number: int) -> None:
    scenario = numbered(number)
    oracle, record = Oracle(scenario, number, 0), simulate(scenario, number, 0, events=True)
    log = oracle.run()
    by_home = record.by_home.sum(axis=2)
    for day, close in enumerate(oracle.closes):
        for j, name in enumerate(record.jobcentres):
            for what in ("waiting", "in_reviews", "on_programme"):
                assert by_home[day, j, HOME_COLUMNS.index(what)] == close.people[name, what], (day, name, what)
            expected = pounds(scenario, oracle.capacity, name, day)
            got = dict(zip(COST_COLUMNS, record.costs[day, j].tolist(), strict=True))
            assert got == pytest.approx(expected, rel=1e-9, abs=1e-9), (day, name)
        for s, name in enumerate(record.sectors):
            at_close = dict(zip(SECTOR_COLUMNS, record.by_sector[day, s].tolist(), strict=True))
            assert at_close["vacancies"] == pytest.approx(close.vacancies[name], rel=1e-9, abs=1e-9)
            assert at_close["searchers"] == close.searchers[name]
        for k, name in enumerate(record.programmes):
            assert record.places_unused[day, k] == (-1 if close.unused[name] is None else close.unused[name]), (day, name)
    joined = [event for event in log if event[3] == Code.REFERRED]
    assert [(day, who, programme) for day, _, who, _, _, _, _, programme, _ in joined] == [
        (int(one["referred"]), int(one["person"]), int(one["programme"])) for one in record.episodes
    ]
    assert np.count_nonzero(record.episodes["started"] >= 0) == sum(event[3] == Code.STARTED for event in log)
