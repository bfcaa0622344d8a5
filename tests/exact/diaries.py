"""Diaries of first meetings to which Bailey's queue applies, and the checks of them.

Bailey (1954, "Queueing for medical care", Applied Statistics 3) has a clinic with ``s`` slots a day and Poisson(``lam``) requests
between one clinic and the next. Who finds no slot waits for the next day, first come, first served:

    Q(n + 1) = max(Q(n) + A(n) - s, 0)

with ``Q(n)`` those left over after the clinic of day ``n`` and ``A(n)`` the requests between the clinics of days ``n`` and ``n + 1``.

A jobcentre's diary is the same queue. A claim on working day ``n`` is due on the next working day, and the clerk of the evening of
day ``n`` gives it the first day from ``n + 1`` on with a slot. So the claims of day ``n`` are the ``A(n)`` who first ask for the
clinic of day ``n + 1``. The clerk's order (due day, day of request, person) is first come, first served, and in a window that never
fills nobody waits on the list while a slot is free: the slots of the days ahead fill from the front. So of the ``N(n)`` who wait at the
close of day ``n``, ``min(N(n), s)`` are booked for day ``n + 1``, and ``N(n) - s`` if any, which is ``Q(n + 1)``, for later days.

Jobcentres that share all appointments are one such diary with all their slots. And where a share of meetings is missed, those who miss
one ask again on the same evening as that day's claims, so that of ``min(N(n), s)`` a binomial number is seen and no more is to be said.

Three things are kept out of the way. On weekends and bank holidays there is no clinic, and nobody claims: the days between are not
there. A reserve of all minutes until the day itself leaves none for reviews, ever. And nobody leaves before week 20, when all do, long
after their first meeting.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar import bank_holidays
from sim.model.ledger import Record, column
from sim.model.people import NONE
from sim.model.simulation import simulate
from sim.scenario.schema import Scenario
from tests.evidence import Check
from tests.exact.queues import bailey
from tests.exact.statistics import equal, ratio
from tests.scenarios import tiny

START, END = dt.date(2012, 1, 9), dt.date(2019, 12, 31)
WARM_UP, TAIL = 250, 100
"""Working days at either end that are left out: at first queues grow, and in the end not everyone has been seen."""
SLOT = 30


@dataclass(frozen=True)
class Case:
    """Diaries of one kind.

    Attributes:
        rate: requests a working day.
        slots: a day.
        many: how many independent diaries.
        batches: into so many stretches of days each is cut; each is several times as long as the queue remembers.
        pooled: whether each slot is another jobcentre's, all in one pool.
        missed: share of meetings.
    """

    rate: float
    slots: int
    many: int
    batches: int
    pooled: bool = False
    missed: float = 0.0

    @property
    def name(self) -> str:
        pool = f" at {self.slots} jobcentres in a pool" if self.pooled else ""
        return (
            f"{self.rate:g} requests for {self.slots} slot{'s' * (self.slots > 1)}"
            + pool
            + (f", {self.missed:.0%} missed" if self.missed else "")
        )

    @property
    def load(self) -> float:
        return self.rate / self.slots / (1 - self.missed)


PLAIN = (Case(4, 5, 4, 8), Case(9, 10, 4, 8), Case(27, 30, 2, 8), Case(4.5, 5, 10, 4), Case(0.9, 1, 32, 1))
POOLED = (Case(3.6, 4, 8, 4, pooled=True),)
MISSED = (Case(3.6, 5, 8, 3, missed=0.2),)
CASES = PLAIN + POOLED + MISSED
RUNS = (PLAIN + POOLED, MISSED)
"""What can share a run: what is missed is the same for a whole scenario."""


def claims_on_working_days(rate: float) -> dict[dt.date, float]:
    """So many claims every working day: none on bank holidays, and weekdays have equal shares."""
    per_week = {START: 5 * rate}
    for holiday in bank_holidays("england_and_wales"):
        if START <= holiday <= END:
            per_week[holiday] = 0
            per_week.setdefault(holiday + dt.timedelta(days=1), 5 * rate)
    return per_week


def areas(case: Case) -> list[str]:
    """Names of its diaries."""
    return [f"{case.name} {i:02}" for i in range(case.many)]


def scenario(cases: tuple[Case, ...], end: dt.date = END) -> Scenario:
    """An area for every diary, with one jobcentre, or with a pool of them."""
    of = {name: case for case in cases for name in areas(case)}
    jobcentres: dict[str, Any] = {}
    pools: dict[str, Any] = {}
    for name, case in of.items():
        members = [f"{name} {i}" for i in range(case.slots)] if case.pooled else [name]
        each = case.slots // len(members)
        jobcentres |= {member: {"area": name, "share": 1 / len(members), "coaches": each, "desks": each} for member in members}
        if case.pooled:
            pools[name] = {"channels": ["face_to_face", "phone"], "jobcentres": members}
    return tiny(
        {
            "period": {"from": START, "to": end},
            "areas": {name: {"claimants": 0, "claims_per_week": claims_on_working_days(case.rate)} for name, case in of.items()},
            "jobcentres": jobcentres,
            "pools": pools,
            "coaches.minutes_per_day": SLOT,
            "appointments.book_ahead_working_days": 250,
            "appointments.first_meeting.minutes": SLOT,
            "appointments.first_meeting.missed": cases[0].missed,
            "appointments.first_meeting.reserve": {"share": 1, "until_days_before": 0},
            "appointments.review.every_weeks": {1: 52},
            "job_entry": {"monthly_rate_by_week": {0: 0, 20: 0.99}, "market": 100},
        }
    )


@lru_cache(maxsize=len(RUNS))  # they are large
def record_of(cases: tuple[Case, ...], replication: int) -> Record:
    return simulate(scenario(cases), 1, replication)


@dataclass(frozen=True)
class Clinic:
    """One diary by working day, all of shape (working days,): claims, how many of those who claim then are not seen in the run, days that
    they wait in all until the date first offered and until the meeting held, people waiting at the close, and slots taken."""

    claims: NDArray[np.int64]
    unseen: NDArray[np.int64]
    offered: NDArray[np.float64]
    held: NDArray[np.float64]
    waiting: NDArray[np.int64]
    taken: NDArray[np.float64]


def clinic(record: Record, name: str) -> Clinic:
    area = record.areas.index(name)
    people = record.people[record.people["area"] == area]
    number = record.working_day_count - record.working_day_count[0] + record.works[0] - 1
    days = int(record.works.sum())
    claimed = number[people["claim"]]

    def waits(what: str) -> NDArray[np.float64]:
        until = np.where(people[what] != NONE, number[people[what]], days)  # who is not seen waits to the end
        return np.bincount(claimed, weights=until - claimed, minlength=days)

    claims = np.bincount(claimed, minlength=days)
    unseen = np.bincount(claimed[people["first_held"] == NONE], minlength=days)
    seen = np.bincount(number[people["first_held"][people["first_held"] != NONE]], minlength=days)
    minutes = record.by_site[:, record.area_of_jobcentre == area, column("coach_minutes_booked")].sum(axis=1)
    return Clinic(claims, unseen, waits("offered"), waits("first_held"), np.cumsum(claims - seen), minutes[record.works] / SLOT)


@cache
def clinics_of_run(cases: tuple[Case, ...], replication: int) -> dict[str, Clinic]:
    """By name of the diary."""
    record = record_of(cases, replication)
    return {name: clinic(record, name) for case in cases for name in areas(case)}


def clinics(case: Case, replications: int) -> list[Clinic]:
    """All its diaries in all replications."""
    cases = next(together for together in RUNS if case in together)
    runs = (clinics_of_run(cases, replication) for replication in range(replications))
    return [of[name] for of in runs for name in areas(case)]


def mean_wait(case: Case, replications: int) -> Check:
    """Working days beyond the first possible, from claim to meeting held: the mean over batches of days, by day of the claim."""
    parts = [(c.claims, c.held - c.claims) for c in clinics(case, replications)]
    batches = [[np.array_split(series[WARM_UP:-TAIL], case.batches) for series in one] for one in parts]
    claims, extra = np.array([[c.sum(), e.sum()] for one in batches for c, e in zip(*one, strict=True)]).T
    size = f"{claims.sum():,.0f} claims, {len(claims)} batches"
    return ratio(f"extra days, {case.name}", bailey(case.rate, case.slots, case.missed).days_to_meeting - 1, extra, claims, size)


def every_day(case: Case, replications: int) -> Check:
    """Slots taken on each day: as many as are waiting at the close of the day before, if so many there are."""
    there = clinics(case, replications)
    taken = np.array([one.taken for one in there])
    expected = np.array([np.minimum(np.append(0, one.waiting[:-1]), case.slots) for one in there])
    return equal(f"slots taken day by day, {case.name}", expected, taken, f"{taken.size:,} days")


def everyone_seen(replications: int) -> Check:
    """Of all who claimed early enough."""
    there = [one for case in CASES for one in clinics(case, replications)]
    claims, unseen = (np.array([getattr(one, what)[:-TAIL].sum() for one in there]) for what in ("claims", "unseen"))
    return equal(f"met, of those who claimed over {TAIL} working days before the end", claims, claims - unseen, f"{len(there)} diaries")


def checks(replications: int = 1) -> list[Check]:
    return [*(check(case, replications) for check in (mean_wait, every_day) for case in CASES), everyone_seen(replications)]
