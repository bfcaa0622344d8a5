"""Who comes, when, and to which jobcentre: the initial stock and every claim of the run.

Claims do not depend on anything that happens to people, so they are drawn before the first day and handed over day by day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import luck as lucky
from sim.calendar import Calendar
from sim.luck import Luck, Purpose
from sim.model.people import FIRST, NEVER, NONE, PERSON, REVIEW, REVIEWS, WAITING
from sim.scenario.capacity import life
from sim.scenario.load_check import bands, opening_load
from sim.scenario.schema import AGE_GROUPS, Scenario


@dataclass(frozen=True)
class Interval:
    """The part of an origin's people that a temporary jobcentre takes: those whose diversion number lies in [low, high)."""

    temporary: int
    origin: int
    low: float
    high: float
    opens: int
    closes: int
    standing_caseload: bool


def catchments(scenario: Scenario, calendar: Calendar) -> list[Interval]:
    """Intervals of all temporary jobcentres, by name of the origin, then of the temporary one; adjacent, open or not."""
    names = sorted(scenario.jobcentres)
    out = []
    for origin in scenario.permanent:
        low = 0.0
        for name, jobcentre in scenario.temporary.items():
            if origin in jobcentre.takes_from:
                high = low + float(jobcentre.takes_from[origin])
                lives = life(jobcentre, calendar)
                out.append(Interval(names.index(name), names.index(origin), low, high, *lives, jobcentre.standing_caseload))
                low = high
    return out


def everyone(scenario: Scenario, calendar: Calendar, luck: Luck) -> NDArray[np.void]:
    """The stock and all claims as rows of PERSON in order of id; ``claim`` is the day of the claim."""
    areas = sorted(scenario.areas)
    stock = np.array([int(scenario.areas[name].claimants) for name in areas], dtype=np.int64)
    counts = np.concatenate([stock[None, :], _claims_by_day(scenario, luck)])  # row 0: stock; row d + 1: day d
    people = np.zeros(int(counts.sum()), dtype=PERSON)
    people["id"] = np.arange(len(people))
    day, area = (index.ravel() for index in np.indices(counts.shape))
    each = np.repeat(np.arange(counts.size), counts.ravel())
    people["area"] = area[each]
    people["claim"] = day[each] - 1
    first_id = np.cumsum(counts.ravel()) - counts.ravel()
    people["number"] = people["id"] - first_id[each]
    people["entry"] = people["claim"] + lucky.date_number(scenario.period.from_)
    people["entry"][: stock.sum()] = lucky.STOCK

    draw = _Draw(luck, np.array([lucky.name_hash(name) for name in areas]), people)
    people["origin"] = people["home"] = _homes(scenario, areas, people, draw(Purpose.HOME))
    people["age"] = _age_groups(scenario, areas, people, draw(Purpose.AGE))
    people["remote"] = draw(Purpose.REMOTE) < float(scenario.claimants.can_be_served_remotely)
    people["job"] = lucky.exponential_units(draw(Purpose.JOB))
    people["leaving"] = lucky.exponential_units(draw(Purpose.LEAVING))
    people["booked"], people["serving"], people["last_held"] = NONE, NONE, NEVER

    claims = people[stock.sum() :]
    claims["state"], claims["kind"], claims["requested"] = WAITING, FIRST, claims["claim"]
    claims["due"] = calendar.arrays(0, scenario.period.days)[2][claims["claim"]]
    _start_stock(scenario, calendar, people[: stock.sum()], _Draw(luck, draw.names, people[: stock.sum()]))

    diversion = draw(Purpose.DIVERSION)
    for part in catchments(scenario, calendar):
        mine = (people["origin"] == part.origin) & (part.low <= diversion) & (diversion < part.high)
        new = (people["entry"] != lucky.STOCK) & (part.opens <= people["claim"]) & (people["claim"] < part.closes)
        there_before = (people["entry"] == lucky.STOCK) & (part.standing_caseload and part.opens < 0 < part.closes)
        people["home"][mine & (new | there_before)] = part.temporary
    return people


class _Draw:
    """One uniform a person for a purpose, shape (people,)."""

    def __init__(self, luck: Luck, names: NDArray[np.int64], people: NDArray[np.void]) -> None:
        self.luck, self.names, self.people = luck, names, people

    def __call__(self, purpose: Purpose) -> NDArray[np.float64]:
        people = self.people
        return self.luck.uniforms(self.names[people["area"]], people["number"].astype("i8"), people["entry"].astype("i8"), purpose)


def _claims_by_day(scenario: Scenario, luck: Luck) -> NDArray[np.int64]:
    """Number of claims, shape (days, areas by name)."""
    days = scenario.period.days
    out = np.zeros((days, len(scenario.areas)), dtype=np.int64)
    for a, name in enumerate(sorted(scenario.areas)):
        area = scenario.areas[name]
        shares = [float(share) for share in area.by_weekday or scenario.claimants.by_weekday]
        per_week = area.claims_per_week.daily(scenario.period.from_, days)
        weekdays = (np.arange(days) + scenario.period.from_.weekday()) % 7
        out[:, a] = lucky.poisson(by_place_and_day(luck, name, scenario, Purpose.CLAIMS), per_week * np.array(shares)[weekdays])
    return out


def by_place_and_day(luck: Luck, name: str, scenario: Scenario, purpose: Purpose) -> NDArray[np.float64]:
    """The uniform of an area or a jobcentre on every day of the run, shape (days,)."""
    dates = lucky.date_number(scenario.period.from_) + np.arange(scenario.period.days)
    return luck.uniforms(np.full(len(dates), lucky.name_hash(name)), np.zeros_like(dates), dates, purpose)


def choose(u: NDArray[np.float64], weights: list[float]) -> NDArray[np.int64]:
    """Which option each uniform picks: the first whose cumulative share exceeds it."""
    shares = np.cumsum(weights) / sum(weights)
    return np.minimum(np.searchsorted(shares, u, side="right"), len(weights) - 1)


def _homes(scenario: Scenario, areas: list[str], people: NDArray[np.void], u: NDArray[np.float64]) -> NDArray[np.int64]:
    names = sorted(scenario.jobcentres)
    out = np.zeros(len(people), dtype=np.int64)
    for a, area in enumerate(areas):
        local = [(names.index(name), float(j.share or 0)) for name, j in scenario.permanent.items() if j.area == area]
        mine = people["area"] == a
        out[mine] = np.array([j for j, _ in local])[choose(u[mine], [share for _, share in local])]
    return out


def _age_groups(scenario: Scenario, areas: list[str], people: NDArray[np.void], u: NDArray[np.float64]) -> NDArray[np.int64]:
    out = np.zeros(len(people), dtype=np.int64)
    for a, area in enumerate(areas):
        shares = scenario.areas[area].age_groups or scenario.claimants.age_groups
        present = [(i, float(shares[group])) for i, group in enumerate(AGE_GROUPS) if group in shares]
        mine = people["area"] == a
        out[mine] = np.array([i for i, _ in present])[choose(u[mine], [share for _, share in present])]
    return out


def _start_stock(scenario: Scenario, calendar: Calendar, stock: NDArray[np.void], draw: _Draw) -> None:
    """Claim days, states and what is due for those who are there on the first day (rules, section 4)."""
    if not len(stock):
        return
    spans = bands(scenario)
    band = choose(draw(Purpose.CLAIM_AGE_BAND), [weight for _, _, weight in spans])
    first, length = (np.array(values) for values in zip(*((a, 7 * (b + 1 - a)) for a, b, _ in spans), strict=True))
    on_claim = 7 * first[band] + 1 + np.floor(draw(Purpose.CLAIM_AGE_DAY) * length[band]).astype(np.int64)
    stock["claim"] = claim = -on_claim

    oldest = int(on_claim.max()) + 1
    ahead = 7 * 53 + 4 * 7 * 53
    next_working = _lookup(calendar, -oldest, oldest + 1)
    awaiting = on_claim <= int(scenario.claimants.awaiting_first_meeting_days)
    stock["state"] = np.where(awaiting, WAITING, REVIEWS)
    stock["kind"] = np.where(awaiting, FIRST, REVIEW)

    loads = opening_load(scenario)
    by_origin = np.array([loads.get(name, 1.0) for name in sorted(scenario.jobcentres)])
    asked = 7 * every_weeks(scenario, 1, oldest // 7 + 2)[0][on_claim // 7]
    implied = np.maximum(asked, np.floor(asked * by_origin[stock["origin"]] + 0.5).astype(np.int64))
    k = np.floor(draw(Purpose.LAST_REVIEW) * implied).astype(np.int64)
    if scenario.claimants.contact_before_start == "ongoing":
        held = np.maximum(-1 - k, claim)
        due = _lookup(calendar, -oldest, ahead, roll=True)[held + asked + oldest]
        stock["last_held"], stock["interval"] = np.where(awaiting, NEVER, held), np.where(awaiting, 0, implied)
        requested = held
    else:
        due = _lookup(calendar, -oldest, ahead, roll=True)[k + oldest]
        requested = np.full(len(stock), -1)
    stock["due"] = np.where(awaiting, next_working[claim + oldest], due)
    stock["requested"] = np.where(awaiting, claim, requested)


def every_weeks(scenario: Scenario, days: int, weeks: int) -> NDArray[np.int64]:
    """Weeks between reviews, shape (days, weeks): by day of the run and completed weeks on the claim."""
    every = scenario.appointments.review.every_weeks
    out = np.ones((days, weeks), dtype=np.int64)
    for week in sorted(every):
        out[:, week - 1 :] = every[week].daily(scenario.period.from_, days).astype(np.int64)[:, None]
    return out


def _lookup(calendar: Calendar, first: int, last: int, roll: bool = False) -> NDArray[np.int64]:
    """The next working day after each day from ``first`` on, or with ``roll`` the day itself where it works."""
    last = min(last, calendar.last)
    works, _, following = calendar.arrays(first, last - first + 1)
    return np.where(works, np.arange(first, last + 1), following) if roll else following
