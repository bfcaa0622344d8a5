"""Minutes there: what coaches and desks can offer, by jobcentre and day, as known on a given day.

Arithmetic on the scenario alone, with no luck in it; rules of the model, section 2. The load check adds it up before any run, and
the model books into it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Calendar
from sim.scenario.numbers import Series
from sim.scenario.schema import Cohort, Jobcentre, Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEVER = 10**6
"""A day that no run reaches."""


def calendar_of(scenario: Scenario) -> Calendar:
    """A calendar that reaches back to the oldest claim and recruit, and ahead to the last booking and review."""
    claims = 7 * int(scenario.claimants.longest_weeks_on_claim) + 7 * 53
    bands = [int(band.rstrip("+").split("-")[-1]) for band in scenario.claimants.weeks_on_claim]
    recruits = [(scenario.period.from_ - cohort.starts.value).days for cohort in scenario.coaches.recruitment.values()]
    before = max([claims, 7 * (max(bands) + 2), *recruits]) + 40
    longest_wait = 4 * 7 * 53  # at the highest opening load, with reviews a year apart
    return Calendar(scenario.period.from_, scenario.working_days, before, diary_days(scenario) + longest_wait)


def diary_days(scenario: Scenario) -> int:
    """Days of the diary: the run, and the booking window beyond its last day (in calendar days, generously)."""
    return scenario.period.days + 2 * int(scenario.appointments.book_ahead_working_days) + 40


@dataclass(frozen=True)
class Capacity:
    """What is there by jobcentre (in order of name) and day; every array has shape (jobcentres, days)."""

    coaches: Floats
    """Full-time equivalents trained and in post; who still comes up to full output counts by it."""
    in_post: Floats
    """The same, each counted in full: who is paid, apart from those in training."""
    in_training: Floats
    """Full-time equivalents in training."""
    expected_minutes: Ints
    """Coach minutes with the expected absence."""
    minutes_per_coach: Floats
    """Bookable minutes of a coach who is not absent; 0 where nobody is seen."""
    desk_minutes: Ints
    """Desk minutes for face-to-face appointments."""


def capacity(scenario: Scenario, calendar: Calendar, days: int, known_on: int | None = None) -> Capacity:
    """Coaches, coach minutes and desk minutes for ``days`` days from day 0, as known on a day (None: each day's own truth)."""
    names = sorted(scenario.jobcentres)
    at = {name: i for i, name in enumerate(names)}
    view = _View(scenario, calendar, days, known_on)
    exists = {name: view.exists(jobcentre) for name, jobcentre in scenario.temporary.items()}

    establishment = np.zeros((len(names), days))
    for name, jobcentre in scenario.jobcentres.items():
        establishment[at[name]] += view.series(jobcentre.coaches) * exists.get(name, True)
    for name, jobcentre in scenario.temporary.items():
        for origin in sorted(jobcentre.coaches_from):
            moved = float(jobcentre.coaches_from[origin]) * exists[name]
            establishment[at[name]] += moved
            establishment[at[origin]] -= moved
    coaches = np.maximum(establishment, 0) * view.survival(0)

    in_post, in_training = coaches.copy(), np.zeros_like(coaches)
    for cohort_name in sorted(scenario.coaches.recruitment):
        cohort = scenario.coaches.recruitment[cohort_name]
        if not view.knows(cohort.announced.value if cohort.announced else cohort.starts.value):
            continue
        ramp, trained, training = view.ramp(cohort)
        survival = view.survival(calendar.day(cohort.starts.value))
        for name, number in _destinations(scenario, cohort).items():
            for place, share in _posted(scenario, name, exists).items():
                coaches[at[place]] += number * share * ramp * survival
                in_post[at[place]] += number * share * trained * survival
                in_training[at[place]] += number * share * training * survival

    seeing = np.array([view.open(name, exists.get(name)) for name in names]) & view.works
    present = 1 - view.series(scenario.coaches.absence)
    bookable, length = view.series(scenario.coaches.bookable_share), view.series(scenario.coaches.minutes_per_day)
    usable, opening = view.series(scenario.service.desks_usable), view.series(scenario.service.opening_minutes)
    desks = np.array([view.series(scenario.jobcentres[name].desks) for name in names])
    return Capacity(
        coaches=coaches,
        in_post=in_post,
        in_training=in_training,
        expected_minutes=whole_minutes(coaches * present * bookable * length) * seeing,
        minutes_per_coach=np.where(seeing, bookable * length, 0.0),
        desk_minutes=whole_minutes(desks * opening * usable) * seeing,
    )


def whole_minutes(minutes: Floats) -> Ints:
    """Whole minutes, forgiving the last digits of a product of shares."""
    return np.floor(minutes + 1e-6).astype(np.int64)


def announcements(scenario: Scenario, calendar: Calendar) -> list[int]:
    """Days on which something about bookable minutes becomes known, sorted, each once."""
    dates = []
    series = [
        scenario.coaches.minutes_per_day,
        scenario.coaches.bookable_share,
        scenario.coaches.absence,
        scenario.coaches.leavers_per_year,
        scenario.service.desks_usable,
        scenario.service.opening_minutes,
        scenario.service.face_to_face_share,
        scenario.appointments.first_meeting.minutes,
        scenario.appointments.review.minutes,
    ]
    if scenario.appointments.youth_hub_meeting:
        series.append(scenario.appointments.youth_hub_meeting.minutes)
    for jobcentre in scenario.jobcentres.values():
        series += [jobcentre.coaches, jobcentre.desks]
        if jobcentre.temporary:
            opens, closes = jobcentre.temporary.announced or jobcentre.temporary.opens, jobcentre.temporary.closes
            dates.append(opens.value)
            if closes:
                dates.append((jobcentre.temporary.closing_announced or closes).value)
    dates += [known for one in series for known in one.changes().values()]
    dates += [(cohort.announced or cohort.starts).value for cohort in scenario.coaches.recruitment.values()]
    dates += [closure.announced or closure.from_ for closure in scenario.closures]
    return sorted({calendar.day(date) for date in dates})


def opening_known(jobcentre: Jobcentre) -> dt.date:
    """The day on which the opening of a temporary jobcentre becomes known."""
    assert jobcentre.temporary is not None
    return (jobcentre.temporary.announced or jobcentre.temporary.opens).value


def life(jobcentre: Jobcentre, calendar: Calendar) -> tuple[int, int]:
    """The first day a temporary jobcentre is open and the first day it no longer is."""
    assert jobcentre.temporary is not None
    closes = jobcentre.temporary.closes
    return calendar.day(jobcentre.temporary.opens.value), NEVER if closes is None else calendar.day(closes.value)


class _View:
    """The scenario's dates as seen on one day."""

    def __init__(self, scenario: Scenario, calendar: Calendar, days: int, known_on: int | None) -> None:
        self.scenario, self.calendar, self.days = scenario, calendar, days
        self.known_on = None if known_on is None else calendar.date(known_on)
        self.day = np.arange(days)
        self.works = calendar.arrays(0, days)[0]
        leaving = -np.log(1 - self.series(scenario.coaches.leavers_per_year)) / 365.25
        self.left_before = np.concatenate([[0.0], np.cumsum(leaving)])[:days]

    def series(self, series: Series) -> Floats:
        return series.daily(self.scenario.period.from_, self.days, self.known_on)

    def knows(self, announced: dt.date) -> bool:
        return self.known_on is None or announced <= self.known_on

    def survival(self, since: int) -> Floats:
        """Share of those in post on a day who still are, by day."""
        start = self.left_before[min(max(since, 0), self.days - 1)]
        share: Floats = np.exp(-(self.left_before - start))
        return share

    def exists(self, jobcentre: Jobcentre) -> NDArray[np.bool_]:
        assert jobcentre.temporary is not None
        temporary = jobcentre.temporary
        if not self.knows(opening_known(jobcentre)):
            return np.zeros(self.days, dtype=bool)
        opens, closes = life(jobcentre, self.calendar)
        if temporary.closes and not self.knows((temporary.closing_announced or temporary.closes).value):
            closes = NEVER
        return (opens <= self.day) & (self.day < closes)

    def open(self, name: str, exists: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
        out = np.ones(self.days, dtype=bool) if exists is None else exists.copy()
        for closure in self.scenario.closures:
            if (closure.jobcentres is None or name in closure.jobcentres) and self.knows(closure.announced or closure.from_):
                out[(self.calendar.day(closure.from_) <= self.day) & (self.day <= self.calendar.day(closure.to))] = False
        return out

    def ramp(self, cohort: Cohort) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
        """Output of a cohort relative to full, whether it is trained, and whether it is in training, by day."""
        starts = self.calendar.day(cohort.starts.value)
        begun = self.day >= starts
        if starts >= self.days:
            return np.zeros(self.days), begun, begun
        worked = self.calendar.arrays(0, self.days)[1] - self.calendar.count(starts) + self.calendar.works(starts)
        seeing = np.where(begun, worked - int(cohort.training_working_days), 0)
        ramp = int(cohort.ramp_working_days)
        full = np.minimum(1.0, seeing / ramp) if ramp else np.ones(self.days)
        return np.where(seeing > 0, full, 0.0), seeing > 0, begun & (seeing <= 0)


def _destinations(scenario: Scenario, cohort: Cohort) -> dict[str, float]:
    """Recruits by the jobcentre they are posted to."""
    if cohort.to != "by_caseload":
        return {name: float(cohort.to[name]) for name in sorted(cohort.to)}
    permanent = scenario.permanent
    share = {name: float(jobcentre.share or 0) for name, jobcentre in permanent.items()}
    caseload = {name: float(scenario.areas[permanent[name].area or ""].claimants) * one for name, one in share.items()}
    weights = caseload if any(caseload.values()) else share
    total = sum(weights.values())
    return {name: float(cohort.coaches) * one / total for name, one in weights.items()}


def _posted(scenario: Scenario, name: str, exists: dict[str, NDArray[np.bool_]]) -> dict[str, Floats]:
    """Where the coaches posted to a jobcentre work, as shares by day: where a temporary one takes people from while it does not exist."""
    if name not in exists:
        return {name: np.ones(1)}
    out = {name: exists[name].astype(float)}
    taken = _taken(scenario, scenario.jobcentres[name])
    total = sum(taken.values())
    for origin, share in taken.items():
        out[origin] = ~exists[name] * share / total
    return out


def _taken(scenario: Scenario, jobcentre: Jobcentre) -> dict[str, float]:
    """Shares that a temporary jobcentre takes of permanent ones; for a youth hub those of the areas, split as the areas are."""
    if not jobcentre.takes_young_from:
        return {origin: float(jobcentre.takes_from[origin]) for origin in sorted(jobcentre.takes_from)}
    areas = {area: float(share) for area, share in jobcentre.takes_young_from.items()}
    return {name: areas[j.area] * float(j.share or 0) for name, j in scenario.permanent.items() if j.area in areas}
