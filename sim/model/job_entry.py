"""How fast people enter work: daily hazards, from tables built once (rules, section 6).

Each spell draws one Exp(1) threshold and enters work when its accumulated hazard reaches it. Hazards are whole numbers of units of
2**-40, so that accumulating them is exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import UNITS
from sim.scenario.numbers import Series
from sim.scenario.schema import AGE_GROUPS, Scenario

DAYS_A_MONTH = 30.4375
INTERVALS = 256
FORTNIGHT = 14
SURE = 64.0
"""A hazard above every threshold that luck can draw (at most 53 ln 2); larger ones would not fit."""


def daily_hazard(monthly_rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """The hazard per day at which a given share goes within a month: -ln(1 - rate) / 30.4375."""
    return -np.log(1 - monthly_rate) / DAYS_A_MONTH


def contact_factors(weekly_instead_of_fortnightly: float, no_contact: float) -> NDArray[np.float64]:
    """Factor on the hazard by interval between held meetings in days, shape (256,); 0 stands for no meeting yet.

    1 at a fortnight; a halved interval multiplies by the effect of weekly instead of fortnightly contact (DWP ad hoc analysis 59, 2018, is
    the source of the shape and the value); never below the value without contact.
    """
    factors = np.full(INTERVALS, no_contact)
    days = np.arange(1, INTERVALS)
    factors[1:] = np.maximum(no_contact, weekly_instead_of_fortnightly ** np.log2(FORTNIGHT / days))
    return factors


class JobEntry:
    """Hazards of entering work and of leaving, for every day of the run.

    Attributes:
        tables: units by (table, age group, band of weeks, interval).
        table_on: which table holds, by day.
        bands: which band holds, by completed weeks on the claim, shape (weeks,).
        leaving: units by day.
    """

    def __init__(self, scenario: Scenario, days: int, weeks: int) -> None:
        rules = scenario.job_entry
        starts = sorted(rules.monthly_rate_by_week)

        def daily(series: Series) -> NDArray[np.float64]:
            return series.daily(scenario.period.from_, days)

        rates = np.array([daily(rules.monthly_rate_by_week[week]) for week in starts])
        by_day = np.vstack([rates, daily(rules.market)])
        distinct, table_on = np.unique(by_day, axis=1, return_inverse=True)
        age = np.array([float(rules.by_age_group[group]) if group in rules.by_age_group else 1.0 for group in AGE_GROUPS])
        contact = contact_factors(float(rules.weekly_instead_of_fortnightly), float(rules.no_contact))
        base = daily_hazard(distinct[:-1]).T
        market = distinct[-1]
        hazards = base[:, None, :, None] * age[None, :, None, None] * market[:, None, None, None] * contact[None, None, None, :]
        self.tables: NDArray[np.int64] = np.rint(np.minimum(hazards, SURE) * UNITS).astype(np.int64)
        self.table_on: NDArray[np.int64] = table_on.ravel()
        self.bands: NDArray[np.int64] = np.searchsorted(starts, np.arange(weeks), side="right") - 1
        self.leaving: NDArray[np.int64] = np.rint(daily_hazard(daily(scenario.other_leaving.monthly_rate)) * UNITS).astype(np.int64)
