"""Dates, working days and bank holidays.

A run counts calendar days from 0, its first day. Days before the run are negative, days after it go on: people are booked past
the end. The bank holidays are a table kept in the package, so that no library update can change a result.
"""

from __future__ import annotations

import csv
import datetime as dt
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray


@cache
def bank_holidays(division: str) -> tuple[dt.date, ...]:
    """Bank holidays of ``england_and_wales``, ``scotland`` or ``northern_ireland``, 2012 to 2028.

    Source: GOV.UK, Open Government Licence v3.0.
    """
    key = division.replace("_", "-")
    with resources.files("sim.data").joinpath("uk_bank_holidays.csv").open(encoding="utf-8") as file:
        return tuple(dt.date.fromisoformat(row["date"]) for row in csv.DictReader(file) if row["division"] == key)


class Calendar:
    """Working days from some days before the run to some days after it.

    Args:
        start: the date of day 0.
        division: whose bank holidays count.
        before: calendar days covered before day 0.
        after: calendar days covered from day 0 on.
    """

    def __init__(self, start: dt.date, division: str, before: int, after: int) -> None:
        self.start = start
        self.first = -before
        self.last = after - 1
        dates = np.arange(np.datetime64(start) - before, np.datetime64(start) + after)
        holidays = np.array(bank_holidays(division), dtype="datetime64[D]")
        self._works: NDArray[np.bool_] = np.is_busday(dates, holidays=holidays)
        self._count: NDArray[np.int64] = np.cumsum(self._works)
        positions = np.flatnonzero(self._works)
        after_each = np.searchsorted(positions, np.arange(len(dates)), side="right")
        self._next = np.append(positions, len(dates))[after_each] - before

    def date(self, day: int) -> dt.date:
        """The date of a day of the run."""
        return self.start + dt.timedelta(days=int(day))

    def day(self, date: dt.date) -> int:
        """The day of the run on a date."""
        return (date - self.start).days

    def works(self, day: int) -> bool:
        """Whether a day is a working day."""
        return bool(self._works[self._at(day)])

    def count(self, day: int) -> int:
        """Working days up to and including a day; only differences mean anything."""
        return int(self._count[self._at(day)])

    def next_working(self, day: int) -> int:
        """The first working day after a day."""
        return int(self._next[self._at(day)])

    def roll(self, day: int) -> int:
        """The day itself if it is a working day, else the next one that is."""
        return day if self.works(day) else self.next_working(day)

    def arrays(self, first: int, days: int) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
        """Works, count and next working day for ``days`` days from ``first``, each of shape (days,)."""
        at = slice(self._at(first), self._at(first) + days)
        return self._works[at], self._count[at], self._next[at]

    def _at(self, day: int) -> int:
        if not self.first <= day <= self.last:
            raise IndexError(f"day {day} is outside the calendar, {self.first} to {self.last}")
        return day - self.first
