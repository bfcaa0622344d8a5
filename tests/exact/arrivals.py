"""Claims against their rate: Poisson numbers by area, stretch of time, weekday and on bank holidays.

Two areas with rates and weekday shares of their own, each with rates that change on dates of their own, some in the middle of a week.
Nothing else happens: no coaches, nobody leaves.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.calendar import bank_holidays
from sim.model.simulation import simulate
from tests.evidence import Check
from tests.exact.statistics import count
from tests.scenarios import tiny

START, END = dt.date(2021, 2, 1), dt.date(2022, 1, 2)
"""48 weeks from a Monday on, with nine bank holidays."""
DAYS = (END - START).days + 1
RATES = {
    "North": {dt.date(2021, 2, 1): 500.0, dt.date(2021, 4, 12): 150.0, dt.date(2021, 9, 6): 900.0},
    "South": {dt.date(2021, 2, 1): 240.0, dt.date(2021, 5, 27): 480.0, dt.date(2021, 8, 31): 60.0},
}
"""Claims a week from each date on."""
SHARES = {"North": (0.3, 0.2, 0.2, 0.1, 0.1, 0.06, 0.04), "South": (0.05, 0.1, 0.15, 0.2, 0.3, 0.15, 0.05)}
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
Floats = NDArray[np.float64]


@cache
def claims(replications: int) -> Floats:
    """Shape (replications, areas, days)."""
    scenario = tiny(
        {
            "period": {"from": START, "to": END},
            "areas": {name: {"claimants": 0, "claims_per_week": RATES[name], "by_weekday": list(SHARES[name])} for name in RATES},
            "jobcentres": {name: {"area": name, "share": 1, "coaches": 0, "desks": 0} for name in RATES},
        }
    )
    out = np.zeros((replications, len(RATES), DAYS))
    for replication in range(replications):
        people = simulate(scenario, 1, replication).people
        np.add.at(out[replication], (people["area"], people["claim"]), 1)
    return out


def rates() -> Floats:
    """Expected claims by area and day, shape (areas, days), from the dates and shares above."""
    out = np.zeros((len(RATES), DAYS))
    for a, name in enumerate(RATES):
        for day in range(DAYS):
            date = START + dt.timedelta(days=day)
            per_week = next(rate for since, rate in reversed(RATES[name].items()) if since <= date)
            out[a, day] = per_week * SHARES[name][date.weekday()]
    return out


def day_and_month(day: int) -> str:
    date = START + dt.timedelta(days=day)
    return f"{date.day} {date:%B}"


def groups() -> dict[str, NDArray[np.bool_]]:
    """What is counted together: masks of shape (areas, days)."""
    dates = [START + dt.timedelta(days=day) for day in range(DAYS)]
    weekday = np.array([date.weekday() for date in dates])
    free = np.isin(dates, bank_holidays("england_and_wales"))
    out = {"all claims": np.ones((len(RATES), DAYS), dtype=bool)}
    for a, name in enumerate(RATES):
        here = np.arange(len(RATES))[:, None] == a
        since = [(date - START).days for date in RATES[name]]
        for first, last in zip(since, [*since[1:], DAYS], strict=True):
            stretch = (np.arange(DAYS) >= first) & (np.arange(DAYS) < last)
            out[f"claims in {name}, {day_and_month(first)} on, {last - first} days"] = here & stretch
        out |= {f"claims in {name}, {WEEKDAYS[i]}": here & (weekday == i) for i in range(7)}
        out[f"claims in {name}, bank holidays"] = here & free
    return out


def dispersion(what: str, numbers: Floats, expected: Floats, size: str) -> Check:
    """Mean of (n - m)² / m over independent counts n, of which a Poisson count of mean m has 1 on average, with variance 2 + 1 / m."""
    off = (numbers - expected) ** 2 / expected
    error = np.sqrt((2 + 1 / np.broadcast_to(expected, off.shape)).sum()) / off.size
    return Check(what, 1.0, float(off.mean()), float(error), size)


def checks(replications: int = 4) -> list[Check]:
    counted, expected = claims(replications), rates()
    runs = f"{DAYS} days, {replications} replications"
    out = [count(what, replications * expected[mask].sum(), counted.sum(axis=0)[mask].sum(), runs) for what, mask in groups().items()]
    by_week = [of.reshape(*of.shape[:-1], DAYS // 7, 7).sum(axis=-1) for of in (counted, expected)]
    out.append(dispersion("variance over mean of a day's claims", counted, expected, f"{counted.size:,} days"))
    out.append(dispersion("variance over mean of a week's claims", *by_week, f"{by_week[0].size:,} weeks"))
    in_both = counted.sum(axis=1), expected.sum(axis=0)
    return [*out, dispersion("variance over mean of a day's claims in both areas", *in_both, f"{in_both[0].size:,} days")]
