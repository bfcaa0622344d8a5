"""Programmes with places to which queueing theory applies, and the checks of them: Erlang's C where people wait, his B where nobody does.

Coaches and desks are boundless, and nobody enters work but at the end of a programme. So a claim on day ``c`` meets its coach on the
next working day and is referred at the first review, ``roll(next_working(c) + 7)``: claims are Poisson, so referrals are. There are
many programmes. The first takes each person with the probability that is its share of all loads, the next with its share of the loads
left, and so on: independent Poisson streams, and so independent queues. Who finds no place where nobody waits is never referred again.

The model's days are not continuous time. ``tests/exact/queues.py`` has the exact law in days along the actual calendar, from an
empty programme on; how far that is from Erlang's is arithmetic (``docs/background/exact_results.md``), and falls as lengths grow.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from heapq import heapreplace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Calendar
from sim.model.ledger import Record
from sim.model.simulation import simulate
from sim.record import END
from sim.scenario.schema import Scenario
from sim.view import View
from tests.evidence import Check
from tests.exact.queues import Floats, exponential_places, length_law, two_places_lost
from tests.exact.statistics import count, equal, mean
from tests.scenarios import tiny

START, LAST = dt.date(2012, 1, 9), dt.date(2027, 12, 31)
"""As far as the table of bank holidays goes, but for a year booked ahead."""
DAYS = (LAST - START).days + 1
WEEKS = 8
MEAN = 7 * WEEKS
WARM_UP = 4 * 365
"""26 mean lengths, over four times as long as the queue below remembers."""

LENGTHS = ("fixed", "uniform", "exponential")
WAITING: dict[str, Any] = {"places": 4, "load": 2.6, "programmes": 11}
LOSING: dict[str, Any] = {"places": 2, "load": 1.5, "programmes": 3, "batches": 8}
"""So many programmes, of each kind of length where nobody waits."""


@cache
def calendar() -> Calendar:
    return Calendar(START, "england_and_wales", 7, DAYS + 60)


def working_days() -> NDArray[np.bool_]:
    return calendar().arrays(0, DAYS)[0]


def first_review(claim: int) -> int:
    return calendar().roll(calendar().next_working(claim) + 7)


@cache
def referred(load: float, mean: float = MEAN) -> Floats:
    """Expected referrals of each day to one programme, shape (days,)."""
    out = np.zeros(DAYS + 60)
    for day in range(DAYS):
        out[first_review(day)] += load / mean
    return out[:DAYS]


def programmes() -> dict[str, tuple[str, int, float]]:
    """All programmes by name in order: kind of length, places, load."""
    wait = [("exponential", WAITING)] * WAITING["programmes"]
    lose = [(length, LOSING) for length in LENGTHS for _ in range(LOSING["programmes"])]
    return {
        f"{i:02} {'waiting' if of is WAITING else 'losing'} {length}": (length, of["places"], of["load"])
        for i, (length, of) in enumerate(wait + lose)
    }


def scenario() -> Scenario:
    loads = np.array([load for *_, load in programmes().values()])
    left = np.cumsum(loads[::-1])[::-1]
    return tiny(
        {
            "period": {"from": START, "to": LAST},
            "areas.North": {"claimants": 0, "claims_per_week": 7 / MEAN * float(loads.sum())},
            "claimants.by_weekday": [1 / 7] * 7,
            "jobcentres.Hill.coaches": 1000,
            "jobcentres.Hill.desks": 1000,
            "appointments.review.every_weeks": {1: 1, 2: 52},
            "programmes": {
                name: {
                    "open": {"from": START, "to": LAST},
                    "who": {"at_most_weeks": 2},
                    "supply": {"places": places},
                    "priority": i + 1,
                    "referral_at_review": float(loads[i] / left[i]),
                    "queue": {"longest_wait_days": 0} if "losing" in name else {},
                    "weeks": WEEKS,
                    "length": length,
                    "contact_goes_on": False,
                    "into_work_at_end": 1,
                }
                for i, (name, (length, places, _)) in enumerate(programmes().items())
            },
        }
    )


@cache
def runs(replications: int) -> tuple[Record, ...]:
    made_so = scenario()
    return tuple(simulate(made_so, 1, replication) for replication in range(replications))


def numbers(record: Record, kind: str) -> list[int]:
    """Of the programmes whose name ends so."""
    return [k for k, name in enumerate(record.programmes) if name.endswith(kind)]


def of_programme(record: Record, k: int) -> NDArray[Any]:
    return record.episodes[record.episodes["programme"] == k]


# ---- what goes in


def claims(records: tuple[Record, ...]) -> Check:
    expected = len(records) * DAYS / MEAN * sum(load for *_, load in programmes().values())
    return count("claims in all", expected, sum(len(record.people) for record in records), f"{len(records) * DAYS:,} days")


def lengths(records: tuple[Record, ...], kind: str) -> NDArray[Any]:
    """Days on the programme, of those begun long before the end, all of which are over."""
    ended = []
    for record in records:
        rows = record.episodes[np.isin(record.episodes["programme"], numbers(record, kind)) & (record.episodes["started"] >= 0)]
        rows = rows[rows["started"] < DAYS - 20 * MEAN]
        assert (rows["end"] == END.index("completed_into_work")).all()
        ended.append(rows["ended"] - rows["started"])
    return np.concatenate(ended)


def mean_length(records: tuple[Record, ...], kind: str) -> Check:
    """With the error that is known from the law."""
    days, law = lengths(records, kind), length_law(kind, MEAN)
    at = np.arange(len(law))
    expected = float(law @ at)
    error = float(np.sqrt(law @ (at - expected) ** 2 / len(days)))
    if kind == "fixed":
        return equal("fixed lengths, days", np.full(len(days), expected), days, f"{len(days):,} starts")
    return Check(f"{kind} lengths, mean days", expected, float(days.mean()), error, f"{len(days):,} starts")


# ---- path by path


def recursion(rows: NDArray[Any], places: int, waits: bool) -> list[int]:
    """Days on which people start, first come first served, by the recursion of Kiefer and Wolfowitz: whoever is next takes the place
    that is free first. -1 for those who do not start in the run, or do not wait."""
    works, following = working_days(), calendar().arrays(0, DAYS)[2]
    free, out = [-1] * places, []
    length = np.where(rows["ended"] >= 0, rows["ended"], DAYS + 1) - rows["started"]
    length[rows["started"] < 0] = MEAN  # of those who never started there is none
    for when, days in zip(rows["referred"].tolist(), length.tolist(), strict=True):
        day = max(when, free[0])
        day = int(following[day]) if day < DAYS and not works[day] else day
        if day < DAYS and (waits or day == when):
            heapreplace(free, day + days)
            out.append(day)
        else:
            out.append(-1)
    return out


def every_start(records: tuple[Record, ...], kind: str) -> Check:
    """The day of every start, from the days of referral and the lengths as they came out."""
    expected, observed = [], []
    for record in records:
        for k, (name, (_, places, _)) in enumerate(programmes().items()):
            if kind in name:
                rows = of_programme(record, k)
                expected += recursion(rows, places, kind == "waiting")
                observed += rows["started"].tolist()
    what = "where people wait" if kind == "waiting" else "where nobody waits"
    return equal(f"day of every start, {what}, summed", expected, observed, f"{len(expected):,} referrals")


# ---- on average


def queues(records: tuple[Record, ...]) -> dict[str, Floats]:
    """Means over days after the warm-up: on the programme, all places taken, waiting; each of shape (queues,)."""
    views = [View(record).of_programme(k) for record in records for k in numbers(record, "waiting exponential")]
    on = np.array([view.on_it[WARM_UP:] for view in views])
    queue = np.array([view.in_queue[WARM_UP:] for view in views])
    return {"on": on.mean(axis=1), "full": (on == WAITING["places"]).mean(axis=1), "queue": queue.mean(axis=1)}


@cache
def expected_waiting(places: int = WAITING["places"], longer: float = 1.0) -> dict[str, float]:
    law = exponential_places(places, MEAN * longer, referred(WAITING["load"]), working_days(), waits=True)
    return {name: float(law[name][WARM_UP:].mean()) for name in ("on", "full", "queue")}


def losses(records: tuple[Record, ...], kind: str) -> dict[str, Floats]:
    """Those lost and the days spent on the programme by batch of days, over the programmes of one kind; each of shape (batches,)."""
    out: dict[str, list[float]] = {"lost": [], "on": []}
    for view in (View(record).of_programme(k) for record in records for k in numbers(record, f"losing {kind}")):
        for what, series in (("lost", view.flow("withdrew")), ("on", view.on_it)):
            out[what] += [part.sum() for part in np.array_split(series[WARM_UP:], LOSING["batches"])]
    return {what: np.array(values) for what, values in out.items()}


@cache
def expected_losses(kind: str, places: int = LOSING["places"], longer: float = 1.0) -> dict[str, float]:
    """Expectation of the same, for a batch."""
    asked = referred(LOSING["load"])
    if kind == "exponential" or places != 2:
        law = exponential_places(places, MEAN * longer, asked, working_days(), waits=False)
    else:
        law = two_places_lost(length_law(kind, round(MEAN * longer)), asked)
    return {name: float(law[name][WARM_UP:].sum() / LOSING["batches"]) for name in ("lost", "on")}


WORDS = {"on": "people on it", "full": "share of time all places taken", "queue": "people waiting", "lost": "people lost"}


def waiting(records: tuple[Record, ...], what: str) -> Check:
    values = queues(records)[what]
    return mean(f"4 places, everyone waits: {WORDS[what]}", expected_waiting()[what], values, f"{len(values)} queues of 12 years")


def littles_law(records: tuple[Record, ...]) -> Check:
    """People in each queue by day beside the rate of referrals times the mean wait of those referred."""
    expected, off = [], []
    for record in records:
        for k in numbers(record, "waiting exponential"):
            rows, last = of_programme(record, k), DAYS - 365
            mine = rows[(rows["referred"] >= WARM_UP) & (rows["referred"] < last)]
            assert (mine["started"] >= 0).all()
            expected.append(WAITING["load"] / MEAN * float((mine["started"] - mine["referred"]).mean()))
            off.append(View(record).of_programme(k).in_queue[WARM_UP:last].mean() - expected[-1])
    should = float(np.mean(expected))
    what = "4 places, everyone waits: people waiting, beside rate × mean wait"
    return mean(what, should, should + np.array(off), f"{len(off)} queues of 11 years")


def losing(records: tuple[Record, ...], kind: str, what: str) -> Check:
    values = losses(records, kind)[what]
    unit = "days on it" if what == "on" else WORDS[what]
    size = f"{len(values)} batches of 18 months"
    return mean(f"2 places, nobody waits, {kind} lengths: {unit} a batch", expected_losses(kind)[what], values, size)


def checks(replications: int = 2) -> list[Check]:
    records = runs(replications)
    return [
        claims(records),
        *(mean_length(records, kind) for kind in LENGTHS),
        *(every_start(records, kind) for kind in ("waiting", "losing")),
        *(waiting(records, what) for what in ("on", "full", "queue")),
        littles_law(records),
        *(losing(records, kind, what) for kind in LENGTHS for what in ("lost", "on")),
    ]
