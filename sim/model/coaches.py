"""Coaches and desks on the day: what bookings see as it becomes known, and what absence leaves of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import luck as lucky
from sim.calendar import Calendar
from sim.luck import Luck, Purpose
from sim.model.claims import by_place_and_day
from sim.model.diary import COACH, DESK
from sim.scenario.capacity import Capacity, capacity, whole_minutes
from sim.scenario.schema import Scenario


class Staffing:
    """The minutes of every jobcentre: written into the diaries when they become known, and on the day."""

    def __init__(self, scenario: Scenario, calendar: Calendar, luck: Luck, diary: NDArray[np.int64]) -> None:
        self.scenario, self.calendar, self.diary = scenario, calendar, diary
        self.truth = capacity(scenario, calendar, scenario.period.days)
        self.on_the_day = _after_absence(scenario, luck, self.truth)

    def learn(self, today: int) -> None:
        """Write into the diaries what is known today about every later day."""
        known = capacity(self.scenario, self.calendar, self.diary.shape[1], known_on=today)
        later = slice(max(0, today + 1), None)
        self.diary[:, later, COACH] = known.expected_minutes[:, later]
        self.diary[:, later, DESK] = known.desk_minutes[:, later]

    def arrive(self, today: int) -> None:
        """Write today's minutes into the diaries: who is there, is there."""
        self.diary[:, today, COACH] = self.on_the_day[:, today]
        self.diary[:, today, DESK] = self.truth.desk_minutes[:, today]


def _after_absence(scenario: Scenario, luck: Luck, truth: Capacity) -> NDArray[np.int64]:
    """Coach minutes on the day, shape (jobcentres, days): absence is one binomial draw per jobcentre and day."""
    days = truth.coaches.shape[1]
    u = np.array([by_place_and_day(luck, name, scenario, Purpose.ABSENCE) for name in sorted(scenario.jobcentres)])
    heads = np.maximum(1, np.floor(truth.coaches + 0.5))
    absence = np.broadcast_to(scenario.coaches.absence.daily(scenario.period.from_, days), heads.shape)
    absent = lucky.binomial(u, heads, absence)
    return whole_minutes(truth.coaches * (heads - absent) / heads * truth.minutes_per_coach)
