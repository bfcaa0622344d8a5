"""Measures of the journey, from the claim to job entry: to add one, add an entry."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from sim.measures.measure import (
    CENSORED,
    CLOSE,
    FEWEST_AT_RISK,
    OF_SITES,
    QUANTILES,
    Measure,
    has_programmes,
    level,
    share,
    total,
    wait,
)
from sim.view import View


def _within_target(view: View) -> tuple[float, float]:
    count, last = view.record.working_day_count, view.record.days - 1
    claim, offered, left_on = view.person("claim"), view.person("offered"), view.person("exit")
    deadline = count[claim] + view.record.target_working_days
    inside = deadline <= count[last]
    in_time = inside & (offered >= 0) & (count[np.minimum(offered, last)] <= deadline) & (offered <= last)
    left_before = inside & (offered < 0) & (left_on >= 0) & (count[left_on] < deadline)
    claims, gone = int(inside.sum()), int(left_before.sum())
    return share(int(in_time.sum()), claims - gone), share(gone, claims)


def _caseload_per_coach(view: View) -> tuple[float, float]:
    caseload, coaches = view.caseload, view.site("coaches")
    return share(caseload.sum(), coaches.sum()), share(caseload[-1], coaches[-1])


def _missed(view: View) -> tuple[float]:
    missed = view.home("first_meetings_missed").sum() + view.home("reviews_missed").sum()
    held = view.home("first_meetings_held").sum() + view.home("reviews_held").sum()
    return (share(missed, missed + held),)


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


_WAIT = CENSORED.format(gone="who leaves before that date is censored on leaving") + QUANTILES


JOURNEY: tuple[Measure, ...] = (
    Measure(
        "claims",
        "people",
        "New claims made in the run, without those of people who claim again.",
        ("count",),
        "",
        lambda v: (total(v.home("claims")),),
    ),
    Measure(
        "returns",
        "people",
        "People who claim again after entering work in the run, each time they do.",
        ("count",),
        "lower",
        lambda v: (total(v.home("returns")),),
    ),
    Measure(
        "first_meeting_offered",
        "working days",
        "Working days from the day of the claim, day 0, to the first date offered for the first meeting, of claims made in the run, "
        "returns included. " + _WAIT,
        ("mean", "median", "p90"),
        "lower",
        lambda v: wait(v.wait_until("offered")),
    ),
    Measure(
        "first_meeting_wait",
        "working days",
        "Working days from the day of the claim, day 0, to the first meeting held, of claims made in the run, returns included. " + _WAIT,
        ("mean", "median", "p90"),
        "lower",
        lambda v: wait(v.wait_until("first_held")),
    ),
    Measure(
        "first_meeting_within_target",
        "share",
        "Share offered a date for the first meeting within the target, over claims made in the run, returns included, whose deadline lies "
        "inside it. Those who left before the deadline without an offer are not counted; left_before is their share of all these claims.",
        ("share", "left_before"),
        "higher",
        _within_target,
    ),
    Measure(
        "first_meeting_waiting",
        "people",
        "People whose first meeting has not been held, " + CLOSE,
        ("mean", "at_end"),
        "lower",
        lambda v: level(v.home("waiting")),
    ),
    Measure(
        "review_interval",
        "days",
        "Calendar days between a review held and the meeting held before it: mean over reviews held in the run. Intervals that are still "
        "open at its end do not count, so while reviews stretch it lags behind; reviews_overdue does not.",
        ("mean",),
        "lower",
        lambda v: (share(v.home("interval_days").sum(), v.home("intervals").sum()),),
    ),
    Measure(
        "review_delay",
        "working days",
        "Working days from the day a review was due to the day it was held: mean over reviews held in the run. "
        "Who misses one is due again the next working day. Reviews not held by the end of the run do not count; reviews_overdue has them.",
        ("mean",),
        "lower",
        lambda v: (share(v.home("delay_working_days").sum(), v.home("reviews_held").sum()),),
    ),
    Measure(
        "reviews_overdue",
        "people",
        "People in reviews whose due day is that day or past, " + CLOSE,
        ("mean", "at_end"),
        "lower",
        lambda v: level(v.home("overdue")),
    ),
    Measure("missed_appointments", "share", "Appointments missed, over those held or missed, in the run.", ("share",), "lower", _missed),
    Measure(
        "caseload",
        "people",
        "People waiting for a first meeting or in reviews, those on programmes on which contact goes on included, " + CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: level(v.caseload),
    ),
    Measure(
        "on_programme",
        "people",
        "People on programmes on which contact with the coach stops, and so not in the caseload, " + CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: level(v.home("on_programme")),
        applies=has_programmes,
    ),
    Measure(
        "coaches",
        "full-time equivalents",
        "Work coaches trained and in post: mean over calendar days, and on the last day.",
        ("mean", "at_end"),
        "",
        lambda v: level(v.site("coaches")),
        splits=OF_SITES,
    ),
    Measure(
        "caseload_per_coach",
        "people per coach",
        "Caseload over full-time equivalent coaches trained and in post: mean by mean over the run, and on the last day.",
        ("mean", "at_end"),
        "lower",
        _caseload_per_coach,
        splits=OF_SITES,
    ),
    Measure(
        "coach_use",
        "share",
        "Coach minutes booked on the day, for appointments held or missed, over coach minutes there for appointments: totals over the run.",
        ("share",),
        "",
        lambda v: (share(v.site("coach_minutes_booked").sum(), v.site("coach_minutes").sum()),),
        splits=OF_SITES,
    ),
    Measure(
        "desk_use",
        "share",
        "Desk minutes booked on the day, for appointments held or missed, over desk minutes there: totals over the run.",
        ("share",),
        "",
        lambda v: (share(v.site("desk_minutes_booked").sum(), v.site("desk_minutes").sum()),),
        splits=OF_SITES,
    ),
    Measure(
        "job_entries",
        "people",
        "People who entered work in the run, each time they did, those already claiming on the first day included.",
        ("count",),
        "higher",
        lambda v: (total(v.home("job_entries")),),
    ),
    Measure(
        "job_entry_rate",
        "share",
        "Share who entered work within 91, 182 and 364 days of their claim, of people's first claims, made in the run: cumulative "
        "incidence with other leaving as a competing risk (Aalen and Johansen). Claims of people who claim again are not counted. "
        f"Blank where fewer than {FEWEST_AT_RISK} people are followed so long.",
        ("13_weeks", "26_weeks", "52_weeks"),
        "higher",
        lambda v: [v.job_entry.at(7 * weeks, FEWEST_AT_RISK) for weeks in (13, 26, 52)],
        weekly=False,
    ),
    Measure(
        "days_to_job",
        "days",
        "Days from the claim by which half had entered work, of people's first claims, made in the run, by the same cumulative incidence, "
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
        "more than 5 working days past their due day; the first working day of the run if there was no backlog, or with people there "
        "if that is later. Given as the share of replications that get there, "
        "and order statistics over all replications, blank where they fall among those that do not.",
        ("share", "p10", "median", "p90"),
        "lower",
        _backlog_cleared,
        weekly=False,
    ),
)
