"""Entering work in closed form: hazards constant over weeks and age groups, other leaving as a competing risk.

A day has the hazards ``h`` of entering work and ``l`` of leaving; who enters is not asked whether they leave. Through ``n`` days of
constant hazards a share ``exp(-n (h + l))`` stays, and of those there at their start

    (1 - exp(-h)) (1 - exp(-n (h + l))) / (1 - exp(-(h + l)))

enter. The cumulative incidence is the sum of these over stretches of days, each times the share that was still there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from sim.model.ledger import Record
from sim.model.simulation import simulate
from sim.record import JOB_ENTRY
from sim.scenario.schema import AGE_GROUPS, Scenario
from tests.evidence import Check
from tests.exact.statistics import share
from tests.scenarios import tiny

START = dt.date(2014, 1, 13)  # a Monday; no bank holiday of that year falls on a Tuesday
HORIZONS = (14, 91, 182, 364)
"""Days; within the first, contact at its beginning still tells."""
RATES = {0: 0.14, 13: 0.09, 26: 0.05}
AGE = {"16-24": 1.2, "25-49": 1.0, "50+": 0.7}
LEAVING = 0.04
MONTH = 30.4375
OF_TIME = {"job_entry.weekly_instead_of_fortnightly": 1.5, "job_entry.no_contact": 0.7}
ENOUGH = {"jobcentres.Hill.coaches": 10_000, "jobcentres.Hill.desks": 10_000, "claimants.by_weekday": [1, 0, 0, 0, 0, 0, 0]}
"""Claims on Mondays, all met on the next day, and on the day on which each review is due."""

ByDay = Callable[[int], float]
"""A factor on the hazard of each day since the claim, from 1."""


def made(**more: Any) -> Scenario:
    """Some thousands of claims in the first four weeks, followed for a year; nobody before, nobody after."""
    return tiny(
        {
            "period": {"from": START, "to": START + dt.timedelta(days=27 + 365)},
            "areas.North": {"claimants": 0, "claims_per_week": {START: 6000, START + dt.timedelta(days=28): 0}},
            "job_entry": {"monthly_rate_by_week": RATES, "by_age_group": AGE},
            "other_leaving.monthly_rate": LEAVING,
            "jobcentres.Hill.coaches": 0,
            **more,
        }
    )


def closed_form(horizon: int, factor: ByDay) -> float:
    """Share entering work within so many days of the claim."""
    leave = -np.log(1 - LEAVING) / MONTH
    there, entered, day = 1.0, 0.0, 1
    while day <= horizon:
        week, same = (day - 1) // 7, factor(day)
        n = 1
        while day + n <= horizon and (day + n - 1) // 7 == week and factor(day + n) == same:
            n += 1
        h = -np.log(1 - RATES[max(start for start in RATES if start <= week)]) / MONTH * same
        stay = np.exp(-n * (h + leave))
        entered += there * (1 - np.exp(-h)) * (1 - stay) / (1 - np.exp(-(h + leave)))
        there *= stay
        day += n
    return float(entered)


def entries(records: Sequence[Record], factor: ByDay, what: str = "") -> list[Check]:
    """The share in work at every horizon, by age group and of all; people are independent, so that errors are known from the shares."""
    people = np.concatenate([record.people[["age", "claim", "exit", "exit_kind"]] for record in records])
    days = np.where(people["exit_kind"] == JOB_ENTRY, people["exit"] - people["claim"], 10_000)
    out, number = [], np.bincount(people["age"], minlength=len(AGE_GROUPS)) / len(people)
    for horizon in HORIZONS:
        within = f"in work within {horizon // 7} weeks"
        expected = np.array([closed_form(horizon, lambda day, group=group: AGE[group] * factor(day)) for group in AGE_GROUPS])
        for age, group in enumerate(AGE_GROUPS):
            mine = days[people["age"] == age]
            out.append(share(f"{what}: {group} {within}", float(expected[age]), mine <= horizon, f"{len(mine):,} people"))
        error = float(np.sqrt(number @ (expected * (1 - expected)) / len(days)))
        of_all = f"{what}: all ages {within}", float(number @ expected), float((days <= horizon).mean())
        out.append(Check(*of_all, error, f"{len(days):,} people"))
    return out


def fortnightly(day: int) -> float:
    """Contact factor, claims on Mondays: met on Tuesday, the day after the claim, and every other Tuesday from then on.

    The interval is a week at first, since none shorter counts, grows with the days since the first meeting, and is 14 for good
    from the first review on.
    """
    return float(1.5 ** np.log2(14 / max(7, day - 1))) if day < 15 else 1.0


def weekly(day: int) -> float:
    """As above, but met every Tuesday."""
    return 1.5


def as_usual(day: int) -> float:
    return 1.0


def without_contact(day: int) -> float:
    return 0.7


def met_every(weeks: int) -> dict[str, Any]:
    return {**OF_TIME, **ENOUGH, "appointments.review.every_weeks": {1: weeks}}


CASES: dict[str, tuple[dict[str, Any], ByDay]] = {
    "contact without effect": ({"jobcentres.Hill.coaches": 2}, as_usual),
    "no contact at all": (OF_TIME, without_contact),
    "met every fortnight": (met_every(2), fortnightly),
    "met every week": (met_every(1), weekly),
}
"""Changes to the scenario, and the factor that they make."""


@cache
def runs(case: str, replications: int) -> list[Record]:
    """Of one case; each has luck of its own."""
    seed = list(CASES).index(case) + 1
    return [simulate(made(**CASES[case][0]), seed, replication) for replication in range(replications)]


def checks(replications: int = 1) -> list[Check]:
    return [check for case, (_, factor) in CASES.items() for check in entries(runs(case, replications), factor, case)]
