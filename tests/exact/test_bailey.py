"""A diary of first meetings against Bailey's exact values.

Bailey (1954, "Queueing for medical care", Applied Statistics 3) has a clinic with ``s`` slots a day and Poisson(``lam``) requests
between one clinic and the next. Who finds no slot waits for the next day, first come, first served:

    Q(n + 1) = max(Q(n) + A(n) - s, 0)

with ``Q(n)`` those left over after the clinic of day ``n`` and ``A(n)`` the requests between the clinics of days ``n`` and ``n + 1``.

A jobcentre's diary is the same queue. A claim on working day ``n`` is due on the next working day, and the clerk of the evening of
day ``n`` gives it the first day from ``n + 1`` on with a slot. So the claims of day ``n`` are the ``A(n)`` who first ask for the
clinic of day ``n + 1``. The clerk's order (due day, day of request, person) is first come, first served, and in a window that never
fills nobody waits on the list while a slot is free: the slots of the days ahead fill from the front, and the number booked beyond
day ``n + 1`` at the close of day ``n`` is what exceeds ``s``: ``Q(n + 1)``. Everyone is counted in ``Q`` once for each
day beyond the first that was possible, so by Little's law the mean of those days is ``E[Q] / lam``.

Three things are kept out of the way. On weekends and bank holidays there is no clinic, and nobody claims: the days between are not
there. A reserve of all minutes until the day itself leaves none for reviews, ever. Nobody misses a meeting, and nobody leaves before
week 20, when all do, long after their first meeting.
"""

import datetime as dt
from functools import cache

import numpy as np
import pytest
from scipy import stats

from sim.calendar import bank_holidays
from sim.model.people import NONE
from sim.model.simulation import simulate
from tests.scenarios import tiny

PUBLISHED = {(4, 5): 0.289060, (9, 10): 0.344582, (27, 30): 0.083442, (4.5, 5): 0.776695, (0.9, 1): 4.5}
"""Mean extra days by (lam, s). For one slot it is lam / (2 (1 - lam)); the others are known as numbers only."""
JOBCENTRES = {(4, 5): 4, (9, 10): 4, (27, 30): 2, (4.5, 5): 6, (0.9, 1): 18}
"""How many independent diaries of each; the longer queues remember longer, and need more."""
START, END = dt.date(2012, 1, 9), dt.date(2019, 12, 31)
WARM_UP, BATCHES = 250, 8
SLOT = 30


@cache
def exact_extra_days(lam: float, s: int) -> float:
    """E[Q] / lam from the stationary law of Bailey's recursion, iterated until it moves no more."""
    most = int(lam + 12 * np.sqrt(lam) + 30)
    asked = stats.poisson.pmf(np.arange(most), lam)
    queue = np.zeros(600)
    queue[0] = 1
    while True:
        busy = np.convolve(queue, asked)
        following = np.append(busy[: s + 1].sum(), busy[s + 1 : s + len(queue)])
        following /= following.sum()
        if np.abs(following - queue).sum() < 1e-13:
            return float(following @ np.arange(len(queue)) / lam)
        queue = following


def places():
    """Area and jobcentre names with their rate and slots."""
    return {f"{lam} of {s}, {i:02}": (lam, s) for (lam, s), many in JOBCENTRES.items() for i in range(many)}


def claims_on_working_days(lam):
    """``lam`` claims every working day: none on bank holidays, and weekdays have equal shares."""
    rate = {START: 5 * lam}
    for holiday in bank_holidays("england_and_wales"):
        if START <= holiday <= END:
            rate[holiday] = 0
            rate.setdefault(holiday + dt.timedelta(days=1), 5 * lam)
    return rate


@pytest.fixture(scope="module")
def record():
    of = places()
    return simulate(
        tiny(
            {
                "period": {"from": START, "to": END},
                "areas": {name: {"claimants": 0, "claims_per_week": claims_on_working_days(lam)} for name, (lam, _) in of.items()},
                "jobcentres": {name: {"area": name, "share": 1, "coaches": s, "desks": s} for name, (_, s) in of.items()},
                "coaches.minutes_per_day": SLOT,
                "appointments.book_ahead_working_days": 250,
                "appointments.first_meeting.minutes": SLOT,
                "appointments.first_meeting.reserve": {"share": 1, "until_days_before": 0},
                "appointments.review.every_weeks": {1: 52},
                "job_entry": {"monthly_rate_by_week": {0: 0, 20: 0.99}, "market": 100},
            }
        ),
        seed=1,
        replication=0,
    )


def by_clinic(record, name):
    """Claims on each working day, and the extra days their claimants wait in all; both of shape (working days,)."""
    people = record.people[record.people["area"] == record.areas.index(name)]
    clinic = record.working_day_count - record.working_day_count[0] + record.works[0] - 1
    booked = people["offered"] != NONE
    extra = np.where(booked, clinic[people["offered"]] - clinic[people["claim"]] - 1, 0)
    days = int(record.works.sum())
    claimed = clinic[people["claim"]]
    assert booked[claimed < days - 100].all()
    assert (people["first_held"] == people["offered"])[claimed < days - 200].all()
    return np.bincount(claimed, minlength=days), np.bincount(claimed, weights=extra, minlength=days)


@pytest.mark.parametrize("lam, s", PUBLISHED)
def test_the_recursion_gives_the_published_values(lam, s):
    assert exact_extra_days(lam, s) == pytest.approx(PUBLISHED[lam, s], abs=6e-7)


@pytest.mark.parametrize("name", [name for name in places() if name.endswith(("00", "01"))])
def test_every_day_is_a_step_of_the_recursion(record, name):
    """Not only on average: from the claims of each day, Bailey's recursion gives every queue, and the queues give all the waits."""
    claims, extra = by_clinic(record, name)
    queue, queues = 0, []
    for asked in claims:
        queue = max(queue + int(asked) - places()[name][1], 0)
        queues.append(queue)
    empty = np.flatnonzero(np.array(queues) == 0)
    assert len(empty) > 100
    until = empty[-1] + 1  # everyone who claimed by then has their date by then
    assert extra[:until].sum() == sum(queues[:until])
    first = empty[0] + 1
    between = np.add.reduceat(extra[:until], np.append(0, empty[:-1] + 1))
    assert between.tolist() == np.add.reduceat(queues[:until], np.append(0, empty[:-1] + 1)).tolist(), f"busy periods from day {first}"


@pytest.mark.parametrize("lam, s", PUBLISHED)
def test_the_mean_wait_is_the_exact_one(record, lam, s):
    """Within five standard errors, estimated from long batches of days of independent diaries."""
    batches = []
    for name in (name for name, of in places().items() if of == (lam, s)):
        claims, extra = by_clinic(record, name)
        parts = [np.array_split(series[WARM_UP:-100], BATCHES) for series in (claims, extra)]
        batches += [(c.sum(), e.sum()) for c, e in zip(*parts, strict=True)]
    claims, extra = np.array(batches).T
    mean = extra.sum() / claims.sum()
    error = np.std(extra - mean * claims, ddof=1) / claims.mean() / np.sqrt(len(claims))
    assert abs(mean - PUBLISHED[lam, s]) < 5 * error, f"{mean:.4f} +- {error:.4f}"
    assert error < 0.1 * PUBLISHED[lam, s], "a test with some power"
