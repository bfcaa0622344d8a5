"""How fast people enter work: daily hazards, from tables built once (rules, section 6).

Each spell draws one Exp(1) threshold and enters work when its accumulated hazard reaches it. Hazards are whole numbers of units of
2**-40, so that accumulating them is exact.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.luck import UNITS
from sim.scenario.numbers import Series
from sim.scenario.rates import daily_hazard
from sim.scenario.schema import AGE_GROUPS, Scenario
from sim.scenario.schema import JobEntry as JobEntryRules

INTERVALS = 256
SHORTEST_INTERVAL, LONGEST_INTERVAL = 7, 255
FORTNIGHT = 14
SURE = 64.0
"""A hazard above every threshold that luck can draw (at most 53 ln 2); larger ones would not fit."""
MOST_UNITS = SURE * UNITS
FARTHEST = 8.0
"""How many times the reference caseload, or what part of it, still makes a difference."""


def contact_factors(weekly_instead_of_fortnightly: float, no_contact: float, phone_only: float) -> NDArray[np.float64]:
    """Factor on the hazard by interval between held meetings in days, shape (512,); 0 stands for no meeting yet.

    The first 256 are for a last meeting face to face, the others for one by phone. 1 at a fortnight face to face; a halved interval
    multiplies by the effect of weekly instead of fortnightly contact (DWP ad hoc analysis 59, 2018, is the source of the shape and the
    value); never below the value without contact.
    """
    factors = np.full(2 * INTERVALS, no_contact)
    days = np.arange(1, INTERVALS)
    by_interval = weekly_instead_of_fortnightly ** np.log2(FORTNIGHT / days)
    factors[1:INTERVALS] = np.maximum(no_contact, by_interval)
    factors[INTERVALS + 1 :] = np.maximum(no_contact, by_interval * phone_only)
    return factors


class JobEntry:
    """Hazards of entering work and of leaving, for every day of the run.

    Attributes:
        tables: units by (table, age group, band of weeks, interval and channel of :func:`contact_factors`).
        table_on: which table holds, by day.
        bands: which band holds, by completed weeks on the claim, shape (weeks,).
        leaving: units by day.
        varied: whether hazards depend on more than the time since the claim, age, date and the interval between meetings.
        personal: see :func:`personal_factors`.
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
        contact = contact_factors(float(rules.weekly_instead_of_fortnightly), float(rules.no_contact), float(rules.phone_only))
        base = daily_hazard(distinct[:-1]).T
        market = distinct[-1]
        hazards = base[:, None, :, None] * age[None, :, None, None] * market[:, None, None, None] * contact[None, None, None, :]
        self.tables: NDArray[np.int64] = np.rint(np.minimum(hazards, SURE) * UNITS).astype(np.int64)
        self.table_on: NDArray[np.int64] = table_on.ravel()
        self.bands: NDArray[np.int64] = np.searchsorted(starts, np.arange(weeks), side="right") - 1
        self.leaving: NDArray[np.int64] = np.rint(daily_hazard(daily(scenario.other_leaving.monthly_rate)) * UNITS).astype(np.int64)
        self.varied = bool(scenario.labour_market or scenario.programmes or scenario.returns) or any(
            float(effect) != 1 for effect in (rules.phone_only, rules.lost_early_meeting, rules.halved_length, rules.halved_caseload)
        )
        self.personal = personal_factors(scenario)


def personal_factors(scenario: Scenario) -> NDArray[np.float64]:
    """Factor on the hazard, shape (1 + 2 K, 2), by standing (see PERSON) and whether a meeting was lost early, for K programmes by name."""
    programmes = [scenario.programmes[name] for name in sorted(scenario.programmes)]
    while_on_it = [float(one.job_entry_while_on_it) for one in programmes]
    after = [float(one.job_entry_after) for one in programmes]
    standing = np.array([1.0, *while_on_it, *after])
    factors: NDArray[np.float64] = standing[:, None] * np.array([1.0, float(scenario.job_entry.lost_early_meeting)])
    return factors


def place_factor(rules: JobEntryRules, minutes: float, caseload: float, coaches: float) -> float:
    """Factor on the hazard of a jobcentre's people: the length of its reviews and its caseload per coach (rules, section 6)."""
    length = float(rules.halved_length) ** math.log2(float(rules.reference_minutes) / minutes)
    reference = float(rules.reference_caseload)
    if caseload == 0:
        return float(length)
    per_coach = caseload / coaches if coaches > 0 else FARTHEST * reference
    per_coach = min(max(per_coach, reference / FARTHEST), FARTHEST * reference)
    return float(length * float(rules.halved_caseload) ** math.log2(reference / per_coach))
