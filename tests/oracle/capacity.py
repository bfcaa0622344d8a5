"""Sections 1 and 2 of the rules: what is known when, and the minutes of a jobcentre on a day.

``d`` is the day asked about and ``t`` the day on which it is asked: everything is as known on ``t``.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np

from sim.calendar import bank_holidays
from sim.luck import Luck, Purpose, binomial, place
from sim.scenario.numbers import Series
from sim.scenario.schema import Cohort, Scenario

EVER = 10**9


class Days:
    """The calendar, counted from day 0."""

    def __init__(self, start: dt.date, division: str) -> None:
        self.start = start
        self.holidays = set(bank_holidays(division))
        self.works = cache(self._works)

    def date(self, day: int) -> dt.date:
        return self.start + dt.timedelta(days=day)

    def number(self, date: dt.date) -> int:
        return (date - self.start).days

    def _works(self, day: int) -> bool:
        return self.date(day).weekday() < 5 and self.date(day) not in self.holidays

    def count(self, first: int, last: int) -> int:
        """Working days from one day to another, both included."""
        return sum(self.works(day) for day in range(first, last + 1))

    def roll(self, day: int) -> int:
        while not self.works(day):
            day += 1
        return day

    def next_working(self, day: int) -> int:
        return self.roll(day + 1)

    def window(self, today: int, working_days: int) -> list[int]:
        """The next so many working days after today."""
        out = []
        for _ in range(working_days):
            out.append(self.next_working(out[-1] if out else today))
        return out


class Capacity:
    """Minutes of coaches and desks."""

    def __init__(self, scenario: Scenario, days: Days, luck: Luck) -> None:
        self.scenario = scenario
        self.days = days
        self.luck = luck
        self.temporary, self.permanent = scenario.temporary, scenario.permanent
        # Nothing below changes during a run, so what is asked for twice need not be worked out twice.
        self.values: dict[tuple[int, int, int], float] = {}
        self.expected_minutes = cache(self._expected_minutes)
        self.minutes_on_the_day = cache(self._minutes_on_the_day)
        self.desk_minutes = cache(self._desk_minutes)
        self.fte_today = cache(self._fte_today)
        self.leaving_rate = cache(self._leaving_rate)
        self.attrition = cache(self._attrition)

    def value(self, series: Series, d: int, t: int) -> float:
        """The value of a series on a day. Its first entry is always known."""
        if len(series.by_date) == 1:
            return next(iter(series.by_date.values())).value
        key = id(series), d, t
        if key not in self.values:
            date, today = self.days.date(d), self.days.date(t)
            known = [since for since, entry in series.by_date.items() if since <= date and (entry.announced or since) <= today]
            self.values[key] = series.by_date[max([min(series.by_date), *known])].value
        return self.values[key]

    def today(self, series: Series, day: int) -> float:
        return self.value(series, day, day)

    # ---- openings

    def life(self, name: str, t: int) -> tuple[int, int]:
        """First day of a temporary jobcentre and first day after it; the same if nothing is known of it."""
        temporary = self.scenario.jobcentres[name].temporary
        assert temporary is not None
        opens = self.days.number(temporary.opens.value)
        announced = self.days.number(temporary.announced.value) if temporary.announced else opens
        if announced > t:
            return 0, 0
        if temporary.closes is None:
            return opens, EVER
        closes = self.days.number(temporary.closes.value)
        closing_announced = self.days.number(temporary.closing_announced.value) if temporary.closing_announced else closes
        return opens, closes if closing_announced <= t else EVER

    def exists(self, name: str, d: int, t: int) -> bool:
        if self.scenario.jobcentres[name].temporary is None:
            return True
        opens, closes = self.life(name, t)
        return opens <= d < closes

    def exists_today(self, name: str, d: int) -> bool:
        return self.exists(name, d, d)

    def opens_today(self, name: str, d: int) -> bool:
        return self.exists_today(name, d) and not self.exists_today(name, d - 1)

    def closes_today(self, name: str, d: int) -> bool:
        return self.exists_today(name, d - 1) and not self.exists_today(name, d)

    def is_hub(self, name: str) -> bool:
        return bool(self.scenario.jobcentres[name].takes_young_from)

    def open(self, name: str, d: int, t: int) -> bool:
        date, today = self.days.date(d), self.days.date(t)
        for closure in self.scenario.closures:
            covered = closure.jobcentres is None or name in closure.jobcentres
            if covered and closure.from_ <= date <= closure.to and (closure.announced or closure.from_) <= today:
                return False
        return self.exists(name, d, t)

    # ---- coaches

    def _leaving_rate(self, x: int, t: int) -> float:
        return float(-np.log(1 - self.value(self.scenario.coaches.leavers_per_year, x, t)) / 365.25)

    def _attrition(self, a: int, b: int, t: int) -> float:
        return sum(self.leaving_rate(x, t) for x in range(a, b))

    def survival(self, a: int, b: int, t: int) -> float:
        return float(np.exp(-self.attrition(max(a, 0), b, t)))

    def fte(self, name: str, d: int, t: int) -> float:
        """Coaches in post and trained, those coming up to full output in part."""
        coaches = self.established(name, d, t)
        for cohort in self.scenario.coaches.recruitment.values():
            starts = self.days.number(cohort.starts.value)
            announced = self.days.number(cohort.announced.value) if cohort.announced else starts
            if announced <= t:
                coaches += self.posted(cohort, name, d, t) * self.ramp(cohort, starts, d) * self.survival(starts, d, t)
        return coaches

    def established(self, name: str, d: int, t: int) -> float:
        """Coaches but for recruits; a temporary jobcentre has them while it exists."""
        if not self.exists(name, d, t):
            return 0.0
        moved = 0.0
        for other, temporary in self.temporary.items():
            if not self.exists(other, d, t):
                continue
            if other == name:
                moved += sum(float(number) for number in temporary.coaches_from.values())
            if name in temporary.coaches_from:
                moved -= float(temporary.coaches_from[name])
        return max(0.0, (self.value(self.scenario.jobcentres[name].coaches, d, t) + moved) * self.survival(0, d, t))

    def _fte_today(self, name: str, day: int) -> float:
        return self.fte(name, day, day)

    def ramp(self, cohort: Cohort, starts: int, d: int) -> float:
        w = self.days.count(starts, d) - int(cohort.training_working_days)
        if w <= 0:
            return 0.0
        full = int(cohort.ramp_working_days)
        return min(1.0, w / full) if full else 1.0

    def posted(self, cohort: Cohort, name: str, d: int, t: int) -> float:
        """How many of a cohort work at a jobcentre on a day."""
        if cohort.to == "by_caseload":
            caseload = self.caseload()
            return float(cohort.coaches) * caseload.get(name, 0.0) / sum(caseload.values())
        at_work = 0.0
        for destination, number in cohort.to.items():
            if self.exists(destination, d, t):
                at_work += float(number) if destination == name else 0.0
            else:
                takes = self.takes(destination)
                if name in takes:
                    at_work += float(number) * takes[name] / sum(takes.values())
        return at_work

    def takes(self, name: str) -> dict[str, float]:
        """What a temporary jobcentre takes from each permanent one; of a youth hub, in proportion to the people there."""
        jobcentre = self.scenario.jobcentres[name]
        if not jobcentre.takes_young_from:
            return {origin: float(share) for origin, share in jobcentre.takes_from.items()}
        young = {area: float(share) for area, share in jobcentre.takes_young_from.items()}
        return {origin: young[j.area] * float(j.share) for origin, j in self.scenario.permanent.items() if j.area in young}

    def caseload(self) -> dict[str, float]:
        """Claimants of the area times the share, by permanent jobcentre; the share alone if nobody claims."""
        permanent, areas = self.scenario.permanent, self.scenario.areas
        out = {name: float(areas[j.area].claimants) * float(j.share) for name, j in permanent.items()}
        return out if sum(out.values()) > 0 else {name: float(j.share) for name, j in permanent.items()}

    # ---- minutes

    def _expected_minutes(self, name: str, d: int, t: int) -> int:
        """Coach minutes that a booking made on day t sees for a later day."""
        if not self.days.works(d) or not self.open(name, d, t):
            return 0
        coaches = self.scenario.coaches
        at_work = self.fte(name, d, t) * (1 - self.value(coaches.absence, d, t))
        return int(np.floor(at_work * self.value(coaches.bookable_share, d, t) * self.value(coaches.minutes_per_day, d, t) + 1e-6))

    def _minutes_on_the_day(self, name: str, d: int) -> int:
        """Coach minutes once it is seen who is absent."""
        if not self.days.works(d) or not self.open(name, d, d):
            return 0
        coaches = self.scenario.coaches
        fte = self.fte(name, d, d)
        n = max(1, int(np.floor(fte + 0.5)))
        absent = binomial(self.luck.uniform(place(name, self.days.date(d)), Purpose.ABSENCE), n, self.value(coaches.absence, d, d))
        at_work = fte * (n - absent) / n
        return int(np.floor(at_work * self.value(coaches.bookable_share, d, d) * self.value(coaches.minutes_per_day, d, d) + 1e-6))

    def coach_minutes(self, name: str, d: int, t: int) -> int:
        return self.minutes_on_the_day(name, d) if d == t else self.expected_minutes(name, d, t)

    def _desk_minutes(self, name: str, d: int, t: int) -> int:
        if not self.days.works(d) or not self.open(name, d, t):
            return 0
        service = self.scenario.service
        desks = self.value(self.scenario.jobcentres[name].desks, d, t) * self.value(service.opening_minutes, d, t)
        return int(np.floor(desks * self.value(service.desks_usable, d, t) + 1e-6))
