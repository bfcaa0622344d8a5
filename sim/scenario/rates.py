"""From what a scenario states to what holds on a day: hazards, and how easily jobs are found (rules, sections 6 and 10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.scenario.support import LabourMarket

DAYS_A_MONTH = 30.4375
MOST = 64.0
"""The largest matching factor."""


def daily_hazard(monthly_rate: ArrayLike) -> NDArray[np.float64]:
    """The hazard per day at which a given share goes within a month: -ln(1 - rate) / 30.4375; same shape as the rates."""
    return np.asarray(-np.log(1 - np.asarray(monthly_rate)) / DAYS_A_MONTH)


def matching(market: LabourMarket, vacancies: float, searchers: float) -> float:
    """Factor on the hazard of job entry in a sector: vacancies per searcher over the reference, to the power of the elasticity.

    Constant returns to scale (Petrongolo and Pissarides 2001). 0 where there is less than one vacancy.
    """
    if vacancies < 1:
        return 0.0
    tightness = vacancies / max(1, searchers)
    return float(min(MOST, (tightness / float(market.reference_tightness)) ** float(market.elasticity)))
