"""Places on programmes, jobs and courses, by day: arithmetic on the scenario alone, as :mod:`sim.scenario.capacity` is for minutes
(rules of the model, section 9, *Supply*).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Calendar
from sim.scenario.numbers import ALWAYS
from sim.scenario.schema import Scenario
from sim.scenario.support import Jobs, Programme

Ints = NDArray[np.int64]

LONGEST_HOLIDAY = 14
"""Calendar days, generously: what was planned longer ago has begun."""


def supply(scenario: Scenario, programme: Programme, calendar: Calendar) -> Ints:
    """Places there are, jobs that can have been filled so far, or places of the courses that begin; by day of the run, shape (days,).

    Whether the programme is open on a day is another matter; so is who has taken them.
    """
    start, days, given = scenario.period.from_, scenario.period.days, programme.supply
    if given.jobs is not None:
        first = given.jobs.applied_per_week.first
        return _filled(scenario, given.jobs, calendar.day(programme.open.from_.value if first == ALWAYS else first))
    if given.places is not None:
        return _whole(given.places.daily(start, days))
    assert given.intakes is not None
    places = _whole(given.intakes.places.daily(start, days))
    begins = intake_days(scenario, programme, calendar)
    return np.where(np.isin(np.arange(days), begins), places, 0)


def days_open(scenario: Scenario, programme: Programme, calendar: Calendar) -> Ints:
    """Working days of the run on which people can be referred and start, shape (n,); counted from 0, none if it is never open then."""
    first = max(0, calendar.day(programme.open.from_.value))
    last = min(scenario.period.days - 1, calendar.day(programme.open.to.value))
    if last < first:
        return np.zeros(0, dtype=np.int64)
    return first + np.flatnonzero(calendar.arrays(first, last + 1 - first)[0])


def intake_days(scenario: Scenario, programme: Programme, calendar: Calendar) -> Ints:
    """Days of the run on which a course would begin, shape (n,): every so many weeks from the opening, put off to a working day."""
    assert programme.supply.intakes is not None
    step = 7 * int(programme.supply.intakes.every_weeks)
    planned = np.arange(calendar.day(programme.open.from_.value), scenario.period.days, step)
    begins = np.array([calendar.roll(int(day)) for day in planned[planned >= -LONGEST_HOLIDAY]], dtype=np.int64)
    return begins[(begins >= 0) & (begins < scenario.period.days)]


def _filled(scenario: Scenario, jobs: Jobs, since: int) -> Ints:
    """Jobs that can have been filled by each day: applied for since a day, be it before the run, then approved, advertised and filled."""
    days, start = scenario.period.days, scenario.period.from_
    begins = since + int(jobs.days_to_approve) + int(jobs.days_to_advertise) + int(jobs.days_to_fill)
    applied = jobs.applied_per_week.daily(start + dt.timedelta(days=since), max(0, days - begins)) / 7
    so_far = np.concatenate([np.zeros(max(0, begins)), np.cumsum(applied)])[-days:]
    return _whole(float(jobs.filled_at_most) * so_far)


def _whole(values: NDArray[np.float64]) -> Ints:
    """Whole numbers, forgiving the last digits of a sum."""
    return np.floor(values + 1e-6).astype(np.int64)
