"""Every measure once: its name, unit, meaning, statistics, which way is better, and how it is computed.

A measure is computed from one replication's record, for a :class:`View` of it: everyone, one jobcentre, one area or one age
group, over the whole run or one week. To add a measure, add an entry to :data:`MEASURES`; it then appears in every table.

People belong to a home jobcentre, and minutes to the jobcentre that serves. An area's figures are those of its permanent
jobcentres, where they count minutes or people on a day, and those of the people who claimed there, where they follow people.
A jobcentre's figures that follow people are those of the people whose home it was when they claimed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

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
"""How a spell ended (``exit_kind``); 0 while it goes on."""

FEWEST_AT_RISK = 30
"""A job-entry rate is blank where fewer people are still followed."""


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


@dataclass(frozen=True)
class Measure:
    """One thing a planner may ask of a run."""

    name: str
    unit: str
    definition: str
    statistics: tuple[str, ...]
    better: Literal["lower", "higher", ""]
    compute: Callable[[View], Sequence[float]]
    """One value for each statistic, NaN for blank. A date is in days since 1970-01-01."""
    of_sites: bool = False
    """Counts minutes or coaches, so that there is no split by age group."""
    weekly: bool = True
    """Means something for one week."""

    @property
    def within_replication(self) -> tuple[str, ...]:
        """The statistics of one replication. A date has one; its statistics are taken over replications."""
        return ("date",) if self.unit == "date" else self.statistics


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole > 0 else math.nan


def _level(by_day: NDArray[Any]) -> tuple[float, float]:
    """Mean over days, and at the end."""
    return float(by_day.mean()), float(by_day[-1])


def _wait(view: View, field: str) -> tuple[float, float, float]:
    curve = view.wait_until(field)
    return curve.mean(), curve.quantile(0.5), curve.quantile(0.9)


def _within_target(view: View) -> tuple[float, float]:
    count, last = view.record.working_day_count, view.record.days - 1
    claim, offered, left_on = view.person("claim"), view.person("offered"), view.person("exit")
    deadline = count[claim] + view.record.target_working_days
    inside = deadline <= count[last]
    in_time = inside & (offered >= 0) & (count[np.minimum(offered, last)] <= deadline) & (offered <= last)
    left_before = inside & (offered < 0) & (left_on >= 0) & (count[left_on] < deadline)
    claims, gone = int(inside.sum()), int(left_before.sum())
    return _share(int(in_time.sum()), claims - gone), _share(gone, claims)


def _caseload_per_coach(view: View) -> tuple[float, float]:
    caseload, coaches = view.caseload, view.site("coaches")
    return _share(caseload.sum(), coaches.sum()), _share(caseload[-1], coaches[-1])


def _missed(view: View) -> tuple[float]:
    missed = view.home("first_meetings_missed").sum() + view.home("reviews_missed").sum()
    held = view.home("first_meetings_held").sum() + view.home("reviews_held").sum()
    return (_share(missed, missed + held),)


_CLEARED_FOR = 20  # working days running
_CLEARED_BELOW = 0.01  # of the caseload


def _backlog_cleared(view: View) -> tuple[float]:
    working = np.flatnonzero(view.works)
    few = (view.home("late") < _CLEARED_BELOW * view.caseload)[working]
    running = np.convolve(few, np.ones(_CLEARED_FOR, dtype=int), mode="valid") if len(few) >= _CLEARED_FOR else np.array([])
    starts = np.flatnonzero(running == _CLEARED_FOR)
    if len(starts) == 0:
        return (math.nan,)
    return (float((view.record.start - dt.date(1970, 1, 1)).days + view.first + working[starts[0]]),)


_WAIT = (
    "Estimated by Kaplan and Meier: who leaves before that date is censored on leaving, who still waits at the end of the run on its last "
    "day. The median and the 90th percentile are interpolated within the day, a wait of w days spread over (w - 1, w], and blank where the "
    "curve does not come down so far; the mean is of whole days, and blank where over 1% wait longer than can be seen."
)
_CLOSE = "at the close of the day: mean over calendar days, and on the last day."

_ALL: tuple[Measure, ...] = (
    Measure("claims", "people", "New claims made in the run.", ("count",), "", lambda v: (float(v.home("claims").sum()),)),
    Measure(
        "first_meeting_offered",
        "working days",
        "Working days from the day of the claim, day 0, to the first date offered for the first meeting, of claims made in the run. "
        + _WAIT,
        ("mean", "median", "p90"),
        "lower",
        lambda v: _wait(v, "offered"),
    ),
    Measure(
        "first_meeting_wait",
        "working days",
        "Working days from the day of the claim, day 0, to the first meeting held, of claims made in the run. " + _WAIT,
        ("mean", "median", "p90"),
        "lower",
        lambda v: _wait(v, "first_held"),
    ),
    Measure(
        "first_meeting_within_target",
        "share",
        "Share offered a date for the first meeting within the target, over claims made in the run whose deadline lies inside it. "
        "Those who left before the deadline without an offer are not counted; left_before is their share of all these claims.",
        ("share", "left_before"),
        "higher",
        _within_target,
    ),
    Measure(
        "first_meeting_waiting",
        "people",
        "People whose first meeting has not been held, " + _CLOSE,
        ("mean", "at_end"),
        "lower",
        lambda v: _level(v.home("waiting")),
    ),
    Measure(
        "review_interval",
        "days",
        "Calendar days between a review held and the meeting held before it: mean over reviews held in the run.",
        ("mean",),
        "lower",
        lambda v: (_share(v.home("interval_days").sum(), v.home("intervals").sum()),),
    ),
    Measure(
        "review_delay",
        "working days",
        "Working days from the day a review was due to the day it was held: mean over reviews held in the run. "
        "Who misses one is due again the next working day.",
        ("mean",),
        "lower",
        lambda v: (_share(v.home("delay_working_days").sum(), v.home("reviews_held").sum()),),
    ),
    Measure(
        "reviews_overdue",
        "people",
        "People in reviews whose due day is that day or past, " + _CLOSE,
        ("mean", "at_end"),
        "lower",
        lambda v: _level(v.home("overdue")),
    ),
    Measure("missed_appointments", "share", "Appointments missed, over those held or missed, in the run.", ("share",), "lower", _missed),
    Measure(
        "caseload",
        "people",
        "People waiting for a first meeting or in reviews, " + _CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: _level(v.caseload),
    ),
    Measure(
        "coaches",
        "full-time equivalents",
        "Work coaches trained and in post: mean over calendar days, and on the last day.",
        ("mean", "at_end"),
        "",
        lambda v: _level(v.site("coaches")),
        of_sites=True,
    ),
    Measure(
        "caseload_per_coach",
        "people per coach",
        "Caseload over full-time equivalent coaches trained and in post: mean by mean over the run, and on the last day.",
        ("mean", "at_end"),
        "lower",
        _caseload_per_coach,
        of_sites=True,
    ),
    Measure(
        "coach_use",
        "share",
        "Coach minutes booked on the day, for appointments held or missed, over coach minutes there for appointments: totals over the run.",
        ("share",),
        "",
        lambda v: (_share(v.site("coach_minutes_booked").sum(), v.site("coach_minutes").sum()),),
        of_sites=True,
    ),
    Measure(
        "desk_use",
        "share",
        "Desk minutes booked on the day, for appointments held or missed, over desk minutes there: totals over the run.",
        ("share",),
        "",
        lambda v: (_share(v.site("desk_minutes_booked").sum(), v.site("desk_minutes").sum()),),
        of_sites=True,
    ),
    Measure(
        "job_entries",
        "people",
        "People who entered work in the run, those already claiming on the first day included.",
        ("count",),
        "higher",
        lambda v: (float(v.home("job_entries").sum()),),
    ),
    Measure(
        "job_entry_rate",
        "share",
        "Share who entered work within 91, 182 and 364 days of their claim, of claims made in the run: cumulative incidence with other "
        f"leaving as a competing risk (Aalen and Johansen). Blank where fewer than {FEWEST_AT_RISK} people are followed so long.",
        ("13_weeks", "26_weeks", "52_weeks"),
        "higher",
        lambda v: [v.job_entry.at(7 * weeks, FEWEST_AT_RISK) for weeks in (13, 26, 52)],
        weekly=False,
    ),
    Measure(
        "days_to_job",
        "days",
        "Days from the claim by which half of those who claimed in the run had entered work, by the same cumulative incidence, "
        f"interpolated within the day. Blank where half do not in time, or fewer than {FEWEST_AT_RISK} people are followed so long.",
        ("median",),
        "lower",
        lambda v: (v.job_entry.quantile(0.5, FEWEST_AT_RISK),),
        weekly=False,
    ),
    Measure(
        "backlog_cleared",
        "date",
        f"The first working day from which, for {_CLEARED_FOR} working days running, fewer than {_CLEARED_BELOW:.0%} of the caseload are "
        "more than 5 working days past their due day; the first working day of the run if there was no backlog. Given as the share of "
        "replications that get there, and order statistics over all replications, blank where they fall among those that do not.",
        ("share", "p10", "median", "p90"),
        "lower",
        _backlog_cleared,
        weekly=False,
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
"""Every measure by name, in the order of the journey."""
