"""Little's law and what goes with it, in the long run: a jobcentre with a steady stream of claims and too little time for all reviews.

Claims come at the same rate on every calendar day, Poisson. Who is there enters work or leaves with constant hazards, whatever becomes of
their meetings, so that the people on the claim are a queue with a server for everyone. Started empty and left to fill, it has a Poisson
number of people, and the days between two counts let a known share of them go: the standard error of its mean over days is exact. What
leaves such a queue is Poisson too, with the rate at which people come (Mirasol, 1963, "The output of an M/G/infinity queuing system is
Poisson", Operations Research 11).
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise

import numpy as np

from sim.model.ledger import Record
from sim.model.people import NONE
from sim.model.simulation import simulate
from tests.evidence import Check
from tests.exact.arrivals import dispersion
from tests.exact.statistics import count, mean
from tests.scenarios import daily, tiny

START, END = dt.date(2012, 1, 9), dt.date(2024, 12, 31)
PER_WEEK, INTO_WORK, LEAVING, MONTH = 100, 0.3, 0.2, 30.4375
"""Claims; monthly rates."""
WARM_UP, BATCHES = 365, 30
HAZARDS = tuple(float(-np.log(1 - rate) / MONTH) for rate in (INTO_WORK, LEAVING))


@cache
def runs(replications: int) -> tuple[Record, ...]:
    scenario = tiny(
        {
            "period": {"from": START, "to": END},
            "areas.North": {"claimants": 0, "claims_per_week": PER_WEEK},
            "claimants.by_weekday": [1 / 7] * 7,
            "jobcentres.Hill.coaches": 7.5,
            "appointments.first_meeting.missed": 0.1,
            "appointments.review.every_weeks": {1: 2},
            "job_entry": {"monthly_rate_by_week": {0: INTO_WORK}},
            "other_leaving.monthly_rate": LEAVING,
        }
    )
    return tuple(simulate(scenario, 1, replication) for replication in range(replications))


def caseload(records: tuple[Record, ...]) -> Check:
    """People on the claim = claims a day x mean days on it. The counts of two days n apart share those who have stayed for n days."""
    there = np.array([daily(of, "waiting") + daily(of, "in_reviews") for of in records])[:, WARM_UP:]
    stay = float(np.exp(-sum(HAZARDS)))
    expected = PER_WEEK / 7 / (1 - stay)
    days = there.shape[1]
    apart = np.arange(1, days)
    variance = expected * (days + 2 * ((days - apart) * stay**apart).sum()) / days**2 / len(records)
    return Check("people on the claim", expected, float(there.mean()), float(np.sqrt(variance)), f"{there.size:,} days")


def goings(records: tuple[Record, ...]) -> list[Check]:
    """Job entries and other leavings: Poisson, of those who come the share that the hazards leave to each."""
    entered, left = (np.array([daily(of, name) for of in records])[:, WARM_UP:] for name in ("job_entries", "left"))
    h, both = HAZARDS[0], sum(HAZARDS)
    into_work = (1 - np.exp(-h)) / (1 - np.exp(-both))
    rate, size = PER_WEEK / 7, f"{entered.size:,} days"
    return [
        count("job entries", rate * into_work * entered.size, entered.sum(), size),
        count("other leavings", rate * (1 - into_work) * left.size, left.sum(), size),
        dispersion("variance over mean of a day's goings", (entered + left).astype(float), np.array(rate), size),
    ]


def law(records: tuple[Record, ...], what: str, share_waiting: bool) -> Check:
    """People in a queue, counted by the ledger each day, beside the rate of claims times the mean days in it of those who claim.

    Over batches of days, each with the people who claim in it, some of whom are still there in the next. The error is that of the
    difference of both, which mostly comes from the number of claims.
    """
    off, expected = [], []
    for record in records:
        people = record.people[record.people["claim"] < record.days - 365]
        last = np.where(people["exit"] == NONE, record.days, people["exit"])
        first = np.where(people["first_held"] == NONE, last, people["first_held"])
        spent = first - people["claim"] if share_waiting else last - first
        there = daily(record, "waiting" if share_waiting else "in_reviews")[: record.days - 365]
        edges = np.linspace(WARM_UP, record.days - 365, BATCHES + 1).astype(int)
        for since, until in pairwise(edges.tolist()):
            mine = (people["claim"] >= since) & (people["claim"] < until)
            expected.append(PER_WEEK / 7 * spent[mine].mean())
            off.append(there[since:until].mean() - expected[-1])
    should = float(np.mean(expected))
    size = f"{len(off)} batches of {(edges[1] - edges[0]) / 30.4375:.0f} months"
    return mean(f"{what}: mean number, beside rate × mean time", should, should + np.array(off), size)


def checks(replications: int = 1) -> list[Check]:
    records = runs(replications)
    return [
        caseload(records),
        *goings(records),
        law(records, "waiting for a first meeting", True),
        law(records, "in reviews", False),
    ]
