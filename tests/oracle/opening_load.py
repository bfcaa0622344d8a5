"""Section 8 of the rules: the load of the first calendar month, worked out person-weeks at a time, without arrays.

The oracle takes the engine's figure, since a review of the stock can be spread a day differently by the last digit of it; here is
what that figure is held against.
"""

from __future__ import annotations

import math

from sim.luck import Luck
from sim.scenario.numbers import Series
from sim.scenario.schema import Scenario
from tests.oracle.capacity import Capacity, Days
from tests.oracle.people import YOUNG, last_up_to
from tests.oracle.run import daily

WEEKS = 5
"""As many as the first calendar month can reach into."""


class OpeningLoad:
    """What is asked for and what is there at the permanent jobcentres in the first month, as known on its eve."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.days = Days(scenario.period.from_, scenario.working_days)
        self.capacity = Capacity(scenario, self.days, Luck(0, 0))
        self.length = min(scenario.period.days, 7 * WEEKS)
        start = scenario.period.from_
        self.month = [day for day in range(self.length) if self.days.date(day).replace(day=1) == start.replace(day=1)]

    def of(self, name: str) -> float:
        """Minutes asked for over minutes there, at most 4."""
        asked = sum(self.asked_in_week(name, week) * sum(day // 7 == week for day in self.month) / 7 for week in range(WEEKS))
        there = sum(self.capacity.expected_minutes(name, day, -1) for day in self.month)
        return min(4.0, asked / there) if there else 4.0 if asked else 0.0

    def mean(self, series: Series, week: int) -> float:
        """Of the days of a week of the run."""
        values = [self.capacity.today(series, day) for day in range(7 * week, min(7 * week + 7, self.length))]
        return sum(values) / len(values) if values else 0.0

    def asked_in_week(self, name: str, week: int) -> float:
        if 7 * week >= self.length:
            return 0.0
        appointments = self.scenario.appointments
        area = self.scenario.jobcentres[name].area
        assert area is not None
        people = self.people(area, week)
        first = self.mean(self.scenario.areas[area].claims_per_week, week) * self.at_home(name, area, week, 0)
        reviews = sum(
            number * self.at_home(name, area, week, claimed) / self.mean(last_up_to(appointments.review.every_weeks, claimed + 1), week)
            for claimed, number in people.items()
            if claimed >= 1
        )
        return sum(
            number * self.mean(kind.minutes, week) / max(0.01, 1 - self.mean(kind.missed, week))
            for kind, number in ((appointments.first_meeting, first), (appointments.review, reviews))
        )

    def people(self, area: str, week: int) -> dict[int, float]:
        """People of an area in a week of the run, by completed weeks on the claim."""
        if week < 0:
            return {}
        people = self.stock(area) if week == 0 else {}
        for claimed, number in self.people(area, week - 1).items():
            people[claimed + 1] = number * math.exp(-7 * self.hazard(area, week - 1, claimed))
        people[0] = people.get(0, 0.0) + self.mean(self.scenario.areas[area].claims_per_week, week)
        return people

    def stock(self, area: str) -> dict[int, float]:
        """Those already there, each band of weeks on the claim spread evenly over its weeks."""
        claimants = self.scenario.claimants
        total = sum(float(share) for share in claimants.weeks_on_claim.values())
        out: dict[int, float] = {}
        for band, share in claimants.weeks_on_claim.items():
            first, _, last = band.rstrip("+").partition("-")
            weeks = range(int(first), int(last or int(claimants.longest_weeks_on_claim)) + 1)
            for week in weeks:
                out[week] = out.get(week, 0.0) + float(self.scenario.areas[area].claimants) * float(share) / total / len(weeks)
        return out

    def hazard(self, area: str, week: int, claimed: int) -> float:
        """Of entering work, at fortnightly contact and the mean age, or leaving otherwise, on a day of a week."""
        entry = self.scenario.job_entry
        age = sum(
            share * (float(entry.by_age_group[group]) if group in entry.by_age_group else 1.0) for group, share in self.ages(area).items()
        )
        job = daily(self.mean(last_up_to(entry.monthly_rate_by_week, claimed), week)) * age * self.mean(entry.market, week)
        return job + daily(self.mean(self.scenario.other_leaving.monthly_rate, week))

    def ages(self, area: str) -> dict[str, float]:
        given = self.scenario.areas[area].age_groups or self.scenario.claimants.age_groups
        total = sum(float(share) for share in given.values())
        return {group: float(share) / total for group, share in given.items()}

    def at_home(self, name: str, area: str, week: int, claimed: int) -> float:
        """Share of the people of an area whose home a permanent jobcentre still is."""
        gone = young_gone = 0.0
        for other, j in self.scenario.temporary.items():
            if self.takes(other, week, claimed):
                gone += float(j.takes_from[name]) if name in j.takes_from else 0.0
                young_gone += float(j.takes_young_from[area]) if area in j.takes_young_from else 0.0
        share = self.scenario.jobcentres[name].share
        assert share is not None
        return float(share) * (1 - gone) * (1 - young_gone * self.ages(area).get(YOUNG, 0.0))

    def takes(self, name: str, week: int, claimed: int) -> bool:
        """Whether a temporary jobcentre, as known on the eve, has the people of some weeks on the claim by the start of a week."""
        opens, closes = self.capacity.life(name, -1)
        if (opens, closes) == (0, 0) or not opens <= 7 * week < closes:
            return False
        return self.scenario.jobcentres[name].standing_caseload or 7 * (week - claimed) >= opens


def opening_load(scenario: Scenario) -> dict[str, float]:
    """By permanent jobcentre."""
    load = OpeningLoad(scenario)
    return {name: load.of(name) for name in scenario.permanent}
