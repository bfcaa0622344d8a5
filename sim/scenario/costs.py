"""What jobcentres cost to run, day by day: coaches, training and the estate (rules, section 12). Programmes are paid by the start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Calendar
from sim.record import COST_COLUMNS
from sim.scenario.capacity import Capacity, life
from sim.scenario.schema import Scenario

Floats = NDArray[np.float64]

DAYS_A_YEAR = 365.25


def running_costs(scenario: Scenario, calendar: Calendar, days: int, capacity: Capacity) -> Floats:
    """Pounds by day, jobcentre and COST_COLUMNS.

    Args:
        scenario: which has the prices.
        calendar: of the scenario.
        days: how many, from day 0.
        capacity: coaches and trainees as they truly are, over these days at least.

    Returns:
        Shape (days, jobcentres in order of name, len(COST_COLUMNS)).
    """
    prices, names = scenario.costs, sorted(scenario.jobcentres)
    trainee = float(prices.trainee_per_year) + float(prices.trainer_per_year) / float(prices.trainees_per_trainer)
    out = np.zeros((days, len(names), len(COST_COLUMNS)))
    out[:, :, COST_COLUMNS.index("coaches")] = capacity.in_post[:, :days].T * float(prices.coach_per_year) / DAYS_A_YEAR
    out[:, :, COST_COLUMNS.index("training")] = capacity.in_training[:, :days].T * trainee / DAYS_A_YEAR
    estate = out[:, :, COST_COLUMNS.index("estate")]
    for j, name in enumerate(names):
        estate[:, j] = _estate(scenario, calendar, days, name)
    return out


def _estate(scenario: Scenario, calendar: Calendar, days: int, name: str) -> Floats:
    """Pounds for a jobcentre's desks, and for its site if it is temporary, by day."""
    prices, jobcentre = scenario.costs, scenario.jobcentres[name]
    a_year = jobcentre.desks.daily(scenario.period.from_, days) * float(prices.desk_per_year)
    if jobcentre.temporary is None:
        return a_year / DAYS_A_YEAR
    site, fitting_out = prices.temporary_jobcentre_per_year, prices.temporary_jobcentre_opening
    if jobcentre.takes_young_from:
        site, fitting_out = prices.youth_hub_per_year, prices.youth_hub_opening
    opens, closes = life(jobcentre, calendar)
    day = np.arange(days)
    pounds = (a_year + float(site)) / DAYS_A_YEAR + (day == opens) * float(fitting_out)
    return np.where((opens <= day) & (day < closes), pounds, 0.0)
