"""What one replication leaves behind, and a view of part of it, from which measures are computed.

People belong to a home jobcentre, and minutes to the jobcentre that serves. An area's figures are those of its permanent
jobcentres, where they count minutes or people on a day, and those of the people who claimed there, where they follow people.
A jobcentre's figures that follow people are those of the people whose home it was when they claimed.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.survival import Curve, aalen_johansen, kaplan_meier

HOME_COLUMNS = (
    "claims",
    "moved_in",
    "moved_out",
    "job_entries",
    "left",
    "waiting",
    "in_reviews",
    "on_list",
    "overdue",
    "late",
    "first_meetings_held",
    "first_meetings_missed",
    "reviews_held",
    "reviews_missed",
    "interval_days",
    "intervals",
    "delay_working_days",
    "bumped",
)
"""A day's figures by home jobcentre and age group. At the close of the day: ``waiting`` for a first meeting, ``in_reviews``,
``on_list`` (without a booking), ``overdue`` (in reviews, due day reached) and ``late`` (anyone due more than 5 working days ago).
``interval_days`` sums the days since the meeting before, over ``intervals`` reviews held;
``delay_working_days`` the working days from due to held, over reviews held."""

SITE_COLUMNS = (
    "coach_minutes",
    "coach_minutes_booked",
    "coach_minutes_held",
    "coach_minutes_missed",
    "desk_minutes",
    "desk_minutes_booked",
    "desk_minutes_used",
    "coaches",
    "in_training",
)
"""A day's figures by the jobcentre that serves. Booked minutes are read from the diary, held and missed ones (for desks together:
used) from the appointments; ``coaches`` are full-time equivalents trained and in post."""

JOB_ENTRY, LEFT = 1, 2
"""How a claim ended (``exit_kind``); 0 while it goes on."""


class Record(Protocol):
    """What one replication leaves behind, of which a measure may use everything."""

    @property
    def start(self) -> dt.date: ...
    @property
    def days(self) -> int: ...
    @property
    def target_working_days(self) -> int:
        """The promise: a date for the first meeting offered within so many working days."""

    @property
    def works(self) -> NDArray[np.bool_]:
        """Whether each day of the run is a working day, shape (days,)."""

    @property
    def working_day_count(self) -> NDArray[np.int64]:
        """Working days up to and including each day from day 0, shape (days + some,); only differences mean anything."""

    @property
    def area_of_jobcentre(self) -> NDArray[Any]:
        """Index of the area, shape (J,); -1 for a temporary jobcentre."""

    @property
    def by_home(self) -> NDArray[np.int64]:
        """Shape (days, J, age groups, len(HOME_COLUMNS))."""

    @property
    def by_site(self) -> NDArray[np.float64]:
        """Shape (days, J, len(SITE_COLUMNS))."""

    @property
    def people(self) -> NDArray[Any]:
        """A row per person with fields area, home, age, claim, offered, first_held, exit, exit_kind; days of the run, -1 for none."""


class View:
    """The part of a record that a measure is computed from.

    Args:
        record: one replication.
        jobcentre, area, age: which one, by index; all if left out. At most one is given.
    """

    def __init__(self, record: Record, *, jobcentre: int | None = None, area: int | None = None, age: int | None = None) -> None:
        self.record = record
        self.first, self.days = 0, record.days
        places = np.ones(len(record.area_of_jobcentre), dtype=bool)
        people = record.people
        if jobcentre is not None:
            places = np.arange(len(places)) == jobcentre
        if area is not None:
            places = record.area_of_jobcentre == area
        ages = slice(None) if age is None else slice(age, age + 1)
        self._home: NDArray[np.int64] = record.by_home[:, places, ages].sum(axis=(1, 2))
        self._site: NDArray[np.float64] | None = record.by_site[:, places].sum(axis=1) if age is None else None
        chosen = people["claim"] >= 0
        for field, index in (("home", jobcentre), ("area", area), ("age", age)):
            if index is not None:
                chosen &= people[field] == index
        rows = np.flatnonzero(chosen)
        self._people = {name: people[name][rows] for name in ("claim", "offered", "first_held", "exit", "exit_kind")}

    def during(self, first: int, days: int) -> View:
        """The same for some days only, and for the claims made on them (followed to the end of the run)."""
        part = View.__new__(View)
        part.record, part.first, part.days = self.record, first, days
        part._home = self._home[first : first + days]
        part._site = None if self._site is None else self._site[first : first + days]
        # Ids are given in the order of claims, so those of a week lie together.
        claim = self._people["claim"]
        low, high = np.searchsorted(claim, np.array([first, first + days], dtype=claim.dtype))
        part._people = {name: values[low:high] for name, values in self._people.items()}
        return part

    @property
    def has_sites(self) -> bool:
        """Whether minutes and coaches can be told: not for an age group."""
        return self._site is not None

    def home(self, column: str) -> NDArray[np.int64]:
        """A column by day, shape (days,)."""
        return self._home[:, HOME_COLUMNS.index(column)]

    def site(self, column: str) -> NDArray[np.float64]:
        """A column by day, shape (days,)."""
        if self._site is None:
            raise ValueError(f"{column} does not split by age group")
        return self._site[:, SITE_COLUMNS.index(column)]

    def person(self, field: str) -> NDArray[Any]:
        """A field of the people who claimed in these days, shape (n,)."""
        return self._people[field]

    @property
    def caseload(self) -> NDArray[np.int64]:
        """People with a claim at the close of each day, shape (days,)."""
        return self.home("waiting") + self.home("in_reviews")

    @property
    def works(self) -> NDArray[np.bool_]:
        """Whether each day is a working day, shape (days,)."""
        return self.record.works[self.first : self.first + self.days]

    @cached_property
    def job_entry(self) -> Curve:
        """Cumulative incidence of job entry by days since the claim, other leaving competing, of claims made in these days."""
        left_on = self.person("exit")
        until = np.where(left_on >= 0, left_on, self.record.days - 1)
        return aalen_johansen(until - self.person("claim"), self.person("exit_kind"), JOB_ENTRY)

    def wait_until(self, field: str) -> Curve:
        """Working days from the claim (day 0) to a date, of claims made in these days.

        Who leaves before that date is censored on leaving, and everyone whose date lies beyond the run on its last day.
        Some of those later dates are known already; counting them would favour the waits that were known early.
        """
        when, left_on, last = self.person(field), self.person("exit"), self.record.days - 1
        until = np.where((left_on >= 0) & ((when < 0) | (left_on < when)), left_on, np.where(when < 0, last, np.minimum(when, last)))
        count = self.record.working_day_count
        return kaplan_meier(count[until] - count[self.person("claim")], until == when)
