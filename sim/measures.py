"""Every measure once: its name, unit, meaning, statistics, which way is better, and how it is computed.

A measure is computed for a :class:`~sim.record.View` of one replication: everyone, one jobcentre, one area or one age group, over
the whole run or one week. To add a measure, add an entry to :data:`MEASURES`; it then appears in every table.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.record import View

HALF_A_DAY = 0.5
"""Waits are counts of whole days, so that percentiles are taken around the day, to agree with the mean."""
FEWEST_AT_RISK = 30
"""A job-entry rate is blank where fewer people are still followed."""


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
    return curve.mean(), curve.quantile(0.5) + HALF_A_DAY, curve.quantile(0.9) + HALF_A_DAY


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
    "day. The median and the 90th percentile are interpolated within the day, a wait of w days spread over (w - 1/2, w + 1/2], and blank "
    "where the curve does not come down so far; the mean is of whole days, and blank where over 1% wait longer than can be seen."
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
