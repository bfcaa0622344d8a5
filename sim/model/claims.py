"""Who comes, when, and to which jobcentre: the initial stock and every first claim of the run.

First claims do not depend on anything that happens to people, so they are drawn before the first day and handed over day by day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import luck as lucky
from sim.calendar import Calendar
from sim.compiled import compiled
from sim.luck import Luck, Purpose
from sim.model.people import FIRST, NEVER, NONE, PERSON, REVIEW, REVIEWS, SUBJECT, WAITING, records
from sim.scenario.capacity import life, opening_known
from sim.scenario.load_check import bands, opening_load
from sim.scenario.schema import AGE_GROUPS, Scenario


@dataclass(frozen=True)
class Interval:
    """The part of a jobcentre's people that a temporary one takes, or of an area's young people that a youth hub takes.

    They are those whose number for ``purpose`` (DIVERSION or HUB) lies in [low, high). ``source`` is the jobcentre, or the area.
    """

    temporary: int
    source: int
    purpose: Purpose
    low: float
    high: float
    opens: int
    closes: int
    standing_caseload: bool


YOUNG = AGE_GROUPS.index("16-24")


class Catchments:
    """The intervals of all temporary jobcentres and youth hubs, open or not.

    Those of a source are adjacent, in the order in which their openings become known, then of name: so one that is announced later moves
    nobody else's.

    Attributes:
        parts: by source (by name), those of temporary jobcentres before those of youth hubs.
        temporary, opens, closes, standing: of each part, as arrays.
    """

    def __init__(self, scenario: Scenario, calendar: Calendar) -> None:
        names, areas = sorted(scenario.jobcentres), sorted(scenario.areas)
        by_source: dict[tuple[Purpose, int], list[Interval]] = {}
        for _, name in sorted((opening_known(jobcentre), name) for name, jobcentre in scenario.temporary.items()):
            jobcentre = scenario.jobcentres[name]
            lives, number = life(jobcentre, calendar), names.index(name)
            taken = [(Purpose.DIVERSION, names.index(source), share) for source, share in jobcentre.takes_from.items()]
            taken += [(Purpose.HUB, areas.index(source), share) for source, share in jobcentre.takes_young_from.items()]
            for purpose, source, share in taken:
                there = by_source.setdefault((purpose, source), [])
                low = there[-1].high if there else 0.0
                there.append(Interval(number, source, purpose, low, low + float(share), *lives, jobcentre.standing_caseload))
        self.parts = [part for _, parts in sorted(by_source.items()) for part in parts]
        self.temporary, self.opens, self.closes = (
            np.array([getattr(part, key) for part in self.parts], dtype=np.int64) for key in ("temporary", "opens", "closes")
        )
        self.standing = np.array([part.standing_caseload for part in self.parts], dtype=np.bool_)
        self._high = np.array([part.high for part in self.parts])
        self._nobody = len(areas)
        self._first = {}
        before = 0
        for purpose, sources in ((Purpose.DIVERSION, len(names)), (Purpose.HUB, len(areas) + 1)):
            many = [len(by_source.get((purpose, source), ())) for source in range(sources)]
            self._first[purpose] = before + np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
            before = int(self._first[purpose][-1])

    def draws(self) -> list[Purpose]:
        """The purposes that matter here, those of temporary jobcentres first."""
        return sorted({part.purpose for part in self.parts})

    def of(
        self, purpose: Purpose, origin: NDArray[np.integer], area: NDArray[np.integer], age: NDArray[np.integer], u: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """The part in whose interval each person's number for a purpose lies, NONE for none; arrays with an entry a person."""
        source = np.where(age == YOUNG, area, self._nobody) if purpose == Purpose.HUB else origin
        out = np.full(len(u), NONE, dtype=np.int64)
        _whose(self._first[purpose], self._high, source.astype(np.int64), u, out)
        return out

    def open_on(self, part: NDArray[np.int64], day: int | NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether each person is in a part, and it is open on a day."""
        return np.asarray((part != NONE) & (self.opens[part] <= day) & (day < self.closes[part]))


@compiled
def _whose(
    first: NDArray[np.int64], high: NDArray[np.float64], source: NDArray[np.int64], u: NDArray[np.float64], out: NDArray[np.int64]
) -> None:
    """The first part of each person's source whose upper end is above their number."""
    for i in range(len(u)):
        for part in range(first[source[i]], first[source[i] + 1]):
            if u[i] < high[part]:
                out[i] = part
                break


@dataclass(frozen=True)
class Everyone:
    """All who are there or will come, in order of person id; every array has one entry a person.

    Attributes:
        people: rows of PERSON; ``claim`` is the day of the claim, ``home`` the one at entry.
        subjects: rows of SUBJECT.
        area, origin: index by name; the origin is the home before any temporary jobcentre.
        stock: how many are there on the first day; they come first.
    """

    people: NDArray[np.void]
    subjects: NDArray[np.void]
    area: NDArray[np.int64]
    origin: NDArray[np.int64]
    stock: int

    def draw(self, luck: Luck, purpose: Purpose, who: slice | NDArray[np.generic] = slice(None)) -> NDArray[np.float64]:
        """One uniform a person for a purpose."""
        subjects = self.subjects[who]
        return luck.uniforms(subjects["name"], subjects["number"], subjects["date"], purpose)


def everyone(scenario: Scenario, calendar: Calendar, luck: Luck, catchments: Catchments) -> Everyone:
    """The stock and all claims of the run."""
    areas = sorted(scenario.areas)
    stock = np.array([int(scenario.areas[name].claimants) for name in areas], dtype=np.int64)
    counts = np.concatenate([stock[None, :], _claims_by_day(scenario, luck)])  # row 0: stock; row d + 1: day d
    total = int(counts.sum())
    each = np.repeat(np.arange(counts.size), counts.ravel())
    area = each % len(areas)
    people, subjects = records(total, PERSON), records(total, SUBJECT)
    people["id"] = np.arange(total)
    people["claim"] = each // len(areas) - 1
    subjects["name"] = np.array([lucky.name_hash(name) for name in areas])[area]
    subjects["number"] = np.arange(total) - (np.cumsum(counts) - counts.ravel())[each]
    subjects["date"] = people["claim"] + lucky.date_number(scenario.period.from_)
    subjects["date"][: stock.sum()] = lucky.STOCK
    all_of_them = Everyone(people, subjects, area, np.zeros(total, dtype=np.int64), int(stock.sum()))

    def draw(purpose: Purpose) -> NDArray[np.float64]:
        return all_of_them.draw(luck, purpose)

    all_of_them.origin[:] = people["home"] = _homes(scenario, areas, area, draw(Purpose.HOME))
    people["age"] = _age_groups(scenario, areas, area, draw(Purpose.AGE))
    if scenario.labour_market:
        sectors = scenario.labour_market.sectors
        people["sector"] = choose(draw(Purpose.SECTOR), [float(sectors[name].share) for name in sorted(sectors)])
    people["remote"] = draw(Purpose.REMOTE) < float(scenario.claimants.can_be_served_remotely)
    people["job"] = lucky.exponential_units(draw(Purpose.JOB))
    people["leaving"] = lucky.exponential_units(draw(Purpose.LEAVING))
    people["booked"], people["serving"], people["last_held"] = NONE, NONE, NEVER

    claims = people[all_of_them.stock :]
    claims["state"], claims["kind"], claims["requested"] = WAITING, FIRST, claims["claim"]
    claims["due"] = calendar.arrays(0, scenario.period.days)[2][claims["claim"]]
    _start_stock(scenario, calendar, luck, all_of_them)

    hubs, at_first = hub_flags(scenario), slice(all_of_them.stock)
    for purpose in catchments.draws():
        part = catchments.of(purpose, all_of_them.origin, area, people["age"], draw(purpose))
        taken, of_stock = catchments.open_on(part, people["claim"]), part[at_first]
        taken[at_first] = catchments.open_on(of_stock, -1) & catchments.open_on(of_stock, 0) & catchments.standing[of_stock]
        people["home"][taken] = catchments.temporary[part[taken]]
    asks_for_reviews = people["kind"] == REVIEW
    people["kind"][asks_for_reviews] += hubs[people["home"][asks_for_reviews]]
    return all_of_them


def hub_flags(scenario: Scenario) -> NDArray[np.uint8]:
    """Whether each jobcentre, by name, is a youth hub."""
    return np.array([bool(scenario.jobcentres[name].takes_young_from) for name in sorted(scenario.jobcentres)], dtype=np.uint8)


def expected_claims(scenario: Scenario) -> NDArray[np.float64]:
    """Mean number of new claims, shape (days, areas by name): rates by the week, spread over its days."""
    days = scenario.period.days
    weekdays = (np.arange(days) + scenario.period.from_.weekday()) % 7
    out = np.zeros((days, len(scenario.areas)))
    for a, name in enumerate(sorted(scenario.areas)):
        area = scenario.areas[name]
        shares = [float(share) for share in area.by_weekday or scenario.claimants.by_weekday]
        out[:, a] = area.claims_per_week.daily(scenario.period.from_, days) * np.array(shares)[weekdays]
    return out


def _claims_by_day(scenario: Scenario, luck: Luck) -> NDArray[np.int64]:
    """Number of claims, shape (days, areas by name)."""
    expected = expected_claims(scenario)
    each = [by_place_and_day(luck, name, scenario, Purpose.CLAIMS) for name in sorted(scenario.areas)]
    return lucky.poisson(np.stack(each, axis=1), expected)


def by_place_and_day(luck: Luck, name: str, scenario: Scenario, purpose: Purpose) -> NDArray[np.float64]:
    """The uniform of an area or a jobcentre on every day of the run, shape (days,)."""
    dates = lucky.date_number(scenario.period.from_) + np.arange(scenario.period.days)
    return luck.uniforms(np.full(len(dates), lucky.name_hash(name)), np.zeros_like(dates), dates, purpose)


def choose(u: NDArray[np.float64], weights: list[float]) -> NDArray[np.int64]:
    """Which option each uniform picks: the first whose cumulative share exceeds it."""
    shares = np.cumsum(weights) / sum(weights)
    return np.minimum(np.searchsorted(shares, u, side="right"), len(weights) - 1)


def _homes(scenario: Scenario, areas: list[str], area_of: NDArray[np.int64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    names = sorted(scenario.jobcentres)
    out = np.zeros(len(u), dtype=np.int64)
    for a, area in enumerate(areas):
        local = [(names.index(name), float(j.share or 0)) for name, j in scenario.permanent.items() if j.area == area]
        mine = area_of == a
        out[mine] = np.array([j for j, _ in local])[choose(u[mine], [share for _, share in local])]
    return out


def _age_groups(scenario: Scenario, areas: list[str], area_of: NDArray[np.int64], u: NDArray[np.float64]) -> NDArray[np.int64]:
    out = np.zeros(len(u), dtype=np.int64)
    for a, area in enumerate(areas):
        shares = scenario.areas[area].age_groups or scenario.claimants.age_groups
        present = [(i, float(shares[group])) for i, group in enumerate(AGE_GROUPS) if group in shares]
        mine = area_of == a
        out[mine] = np.array([i for i, _ in present])[choose(u[mine], [share for _, share in present])]
    return out


def _start_stock(scenario: Scenario, calendar: Calendar, luck: Luck, all_of_them: Everyone) -> None:
    """Claim days, states and what is due for those who are there on the first day (rules, section 4)."""
    stock, origin = all_of_them.people[: all_of_them.stock], all_of_them.origin[: all_of_them.stock]
    if not len(stock):
        return

    def draw(purpose: Purpose) -> NDArray[np.float64]:
        return all_of_them.draw(luck, purpose, slice(all_of_them.stock))

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
    asked = 7 * every_weeks(scenario, 1, oldest // 7 + 2)[0, 0][on_claim // 7]
    implied = np.maximum(asked, np.floor(asked * by_origin[origin] + 0.5).astype(np.int64))
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
    """Weeks between meetings, shape (2, days, weeks): of reviews and of youth-hub meetings, by day and completed weeks on the claim."""
    out = np.ones((2, days, weeks), dtype=np.int64)
    for k, kind in enumerate((scenario.appointments.review, scenario.appointments.youth_hub_meeting or scenario.appointments.review)):
        for week in sorted(kind.every_weeks):
            out[k, :, week - 1 :] = kind.every_weeks[week].daily(scenario.period.from_, days).astype(np.int64)[:, None]
    return out


def _lookup(calendar: Calendar, first: int, last: int, roll: bool = False) -> NDArray[np.int64]:
    """The next working day after each day from ``first`` on, or with ``roll`` the day itself where it works."""
    last = min(last, calendar.last)
    works, _, following = calendar.arrays(first, last - first + 1)
    return np.where(works, np.arange(first, last + 1), following) if roll else following
