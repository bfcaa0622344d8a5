"""The jobs there are: vacancies by sector, and how easily they are found (rules, section 10).

Matching has constant returns to scale (Petrongolo and Pissarides 2001), so that job finding goes with vacancies per searcher to the power
of an elasticity. It is read at yesterday's close: nobody's luck today depends on what others do today.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.record import SECTOR_COLUMNS
from sim.scenario.rates import daily_hazard, matching
from sim.scenario.schema import Scenario


class LabourMarket:
    """Vacancies of every sector, day by day. Without a labour market one sector, in which the factor is 1.

    Attributes:
        sectors: names in order.
        by_sector: what is written down, shape (days, sectors, SECTOR_COLUMNS).
        matching: factor on today's hazards by sector, shape (sectors,).
        today: the day's tally of searchers at its close and of job entries, shape (sectors, 2).
    """

    def __init__(self, scenario: Scenario, days: int) -> None:
        self.rules = scenario.labour_market
        self.sectors = tuple(sorted(self.rules.sectors)) if self.rules else ()
        self.by_sector = np.zeros((days, len(self.sectors), len(SECTOR_COLUMNS)))
        self.matching = np.ones(max(1, len(self.sectors)))
        self.today: NDArray[np.int64] = np.zeros((len(self.matching), 2), dtype=np.int64)
        if self.rules:
            start = scenario.period.from_
            self.vacancies = [float(self.rules.sectors[name].vacancies) for name in self.sectors]
            self.inflow = [self.rules.sectors[name].inflow_per_week.daily(start, days) / 7 for name in self.sectors]
            self.others, self.lapsing = (
                float(1 - np.exp(-daily_hazard(float(rate))))
                for rate in (self.rules.others_hiring_monthly_rate, self.rules.lapsing_monthly_rate)
            )

    def open(self, searchers: NDArray[np.int64]) -> None:
        """How easily jobs are found on the first day, given the people of each sector on the claim on its eve."""
        for s in range(len(self.sectors)):
            self.matching[s] = self._factor(s, int(searchers[s]))

    def close(self, today: int) -> None:
        """Phase 5: today's vacancies, and how easily jobs are found tomorrow."""
        for s in range(len(self.sectors)):
            searchers, entries = int(self.today[s, 0]), int(self.today[s, 1])
            there = max(self.vacancies[s], 0.0)
            inflow, others, lapsed = float(self.inflow[s][today]), there * self.others, there * self.lapsing
            self.vacancies[s] = self.vacancies[s] + inflow - entries - others - lapsed
            self.by_sector[today, s] = self.vacancies[s], searchers, inflow, entries, others, lapsed
            self.matching[s] = self._factor(s, searchers)
        self.today[:] = 0

    def _factor(self, s: int, searchers: int) -> float:
        assert self.rules is not None
        return matching(self.rules, self.vacancies[s], searchers)
