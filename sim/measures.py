"""Every measure once: its name, unit, meaning, statistics, which way is better, and how it is computed.

A measure is computed for a :class:`~sim.record.View` of one replication: everyone, one jobcentre, one area, one age group or one
programme, over the whole run or one week. To add a measure, add an entry to :data:`MEASURES`; it then appears in every table. What only
a comparison of scenarios can tell is in :mod:`sim.experiment.contrasts`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.record import AFTER_START, COST_COLUMNS, DECLINED, Record, View
from sim.survival import Curve

HALF_A_DAY = 0.5
"""Waits are counts of whole days, so that percentiles are taken around the day, to agree with the mean."""
FEWEST_AT_RISK = 30
"""A job-entry rate is blank where fewer people are still followed."""

OF_SITES = ((), ("jobcentre",), ("area",))
OF_PEOPLE = (*OF_SITES, ("age_group",))
OF_PROGRAMMES = ((), ("area",), ("age_group",), ("programme",), ("area", "programme"), ("age_group", "programme"))
OF_PLACES = (("programme",),)
OF_THE_REGION = ((),)
"""How a measure may be split; the empty split is everyone."""


def _always(record: Record) -> bool:
    return True


def _has_programmes(record: Record) -> bool:
    return len(record.programmes) > 0


def _has_labour_market(record: Record) -> bool:
    return len(record.sectors) > 0


def _has_costs(record: Record) -> bool:
    return bool(record.costs.any() or record.cost_per_start.any())


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
    splits: tuple[tuple[str, ...], ...] = OF_PEOPLE
    applies: Callable[[Record], bool] = _always
    """Whether a scenario has what is measured; else the measure is in no table."""
    weekly: bool = True
    """Means something for one week."""

    @property
    def within_replication(self) -> tuple[str, ...]:
        """The statistics of one replication. A date has one; its statistics are taken over replications."""
        return ("date",) if self.unit == "date" else self.statistics

    @property
    def of_sites(self) -> bool:
        """Does not split by age group."""
        return ("age_group",) not in self.splits

    def unit_of(self, statistic: str) -> str:
        """The unit of a statistic: the measure's, but for its share of something."""
        return "share" if statistic == "share" else self.unit


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole > 0 else math.nan


def _level(by_day: NDArray[Any]) -> tuple[float, float]:
    """Mean over days, and at the end."""
    return float(by_day.mean()), float(by_day[-1])


def _total(by_day: NDArray[Any]) -> float:
    return float(by_day.sum())


def _wait(curve: Curve) -> tuple[float, float, float]:
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


def _referrals(view: View) -> tuple[float, float]:
    ends = view.episode("end")
    return float(len(ends)), _share(int((ends != DECLINED).sum()), len(ends))


def _withdrawals(view: View) -> tuple[float, float]:
    withdrew = _total(view.flow("withdrew"))
    return withdrew, _share(withdrew, withdrew + _total(view.flow("started")) + _total(view.flow("claim_ended_in_queue")))


def _ended(view: View, *how: str) -> tuple[float, ...]:
    """How many ended so, one way after the other, and all these as a share of those that ended."""
    counts = [_total(view.flow(way)) for way in how]
    return *counts, _share(sum(counts), sum(_total(view.flow(way)) for way in AFTER_START))


def _places_unused(view: View) -> tuple[float]:
    unused = view.places_unused
    given_out = unused >= 0
    return (_share(unused[given_out].sum(), given_out.sum()),)


def _vacancies(view: View) -> NDArray[np.float64]:
    """Vacancies at the close of each day, shape (days,). A sector in which more found work than there were jobs has none."""
    by_day: NDArray[np.float64] = np.maximum(view.sector("vacancies"), 0).sum(axis=1)
    return by_day


def _tightness(view: View) -> tuple[float, float]:
    vacancies, searchers = _vacancies(view), view.sector("searchers").sum(axis=1)
    return _share(vacancies.sum(), searchers.sum()), _share(vacancies[-1], searchers[-1])


def _cost(view: View) -> tuple[float, ...]:
    parts = [*(_total(view.cost(column)) for column in COST_COLUMNS), _total(view.programme_costs)]
    return sum(parts), *parts


_CENSORED = "Estimated by Kaplan and Meier: {gone}, who still waits at the end of the run on its last day. "
_QUANTILES = (
    "The median and the 90th percentile are interpolated within the day, a wait of w days spread over (w - 1/2, w + 1/2], and blank "
    "where the curve does not come down so far; the mean is of whole days, and blank where over 1% wait longer than can be seen."
)
_WAIT = _CENSORED.format(gone="who leaves before that date is censored on leaving") + _QUANTILES
_WAIT_FOR_PLACE = _CENSORED.format(gone="who withdraws, or whose claim ends, is censored on that day") + _QUANTILES
_CLOSE = "at the close of the day: mean over calendar days, and on the last day."

_ALL: tuple[Measure, ...] = (
    Measure(
        "claims",
        "people",
        "New claims made in the run, without those of people who claim again.",
        ("count",),
        "",
        lambda v: (_total(v.home("claims")),),
    ),
    Measure(
        "returns",
        "people",
        "People who claim again after entering work in the run, each time they do.",
        ("count",),
        "lower",
        lambda v: (_total(v.home("returns")),),
    ),
    Measure(
        "first_meeting_offered",
        "working days",
        "Working days from the day of the claim, day 0, to the first date offered for the first meeting, of claims made in the run, "
        "returns included. " + _WAIT,
        ("mean", "median", "p90"),
        "lower",
        lambda v: _wait(v.wait_until("offered")),
    ),
    Measure(
        "first_meeting_wait",
        "working days",
        "Working days from the day of the claim, day 0, to the first meeting held, of claims made in the run, returns included. " + _WAIT,
        ("mean", "median", "p90"),
        "lower",
        lambda v: _wait(v.wait_until("first_held")),
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
        "People waiting for a first meeting or in reviews, those on programmes on which contact goes on included, " + _CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: _level(v.caseload),
    ),
    Measure(
        "on_programme",
        "people",
        "People on programmes on which contact with the coach stops, and so not in the caseload, " + _CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: _level(v.home("on_programme")),
        applies=_has_programmes,
    ),
    Measure(
        "coaches",
        "full-time equivalents",
        "Work coaches trained and in post: mean over calendar days, and on the last day.",
        ("mean", "at_end"),
        "",
        lambda v: _level(v.site("coaches")),
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
        lambda v: (_share(v.site("coach_minutes_booked").sum(), v.site("coach_minutes").sum()),),
        splits=OF_SITES,
    ),
    Measure(
        "desk_use",
        "share",
        "Desk minutes booked on the day, for appointments held or missed, over desk minutes there: totals over the run.",
        ("share",),
        "",
        lambda v: (_share(v.site("desk_minutes_booked").sum(), v.site("desk_minutes").sum()),),
        splits=OF_SITES,
    ),
    Measure(
        "job_entries",
        "people",
        "People who entered work in the run, each time they did, those already claiming on the first day included.",
        ("count",),
        "higher",
        lambda v: (_total(v.home("job_entries")),),
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
        "more than 5 working days past their due day; the first working day of the run if there was no backlog. Given as the share of "
        "replications that get there, and order statistics over all replications, blank where they fall among those that do not.",
        ("share", "p10", "median", "p90"),
        "lower",
        _backlog_cleared,
        weekly=False,
    ),
    Measure(
        "programme_referrals",
        "people",
        "Referrals to a programme made by coaches in the run, and the share in which the person agreed to go. Who did not agree may be "
        "referred again, and is then counted again.",
        ("count", "share"),
        "",
        _referrals,
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "programme_queue",
        "people",
        "People waiting for a place on a programme, " + _CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: _level(v.in_queue),
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "programme_wait",
        "days",
        "Calendar days from joining the queue of a programme, on the day of the referral, to the start, of those who joined in the run. "
        + _WAIT_FOR_PLACE,
        ("mean", "median", "p90"),
        "lower",
        lambda v: _wait(v.wait_for_place),
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "programme_starts",
        "people",
        "People who started on a programme in the run.",
        ("count",),
        "",
        lambda v: (_total(v.flow("started")),),
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "programme_occupancy",
        "people",
        "People on a programme, whether contact goes on or not, " + _CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: _level(v.on_it),
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "programme_places_unused",
        "places",
        "Places of a programme that stood empty once those who could start had started: mean over the days on which places are given out, "
        "which are the working days within its dates or, for courses, the days of intake. Of jobs that are filled once, those that could "
        "be filled and were not yet. They belong to the whole region and so are not split.",
        ("mean",),
        "lower",
        _places_unused,
        OF_PLACES,
        _has_programmes,
    ),
    Measure(
        "programme_withdrawals",
        "people",
        "People who gave up waiting for a place in the run, among them those whose programme closed before they started, and their share "
        "of all whose wait ended in the run.",
        ("count", "share"),
        "lower",
        _withdrawals,
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "programme_dropouts",
        "people",
        "People who dropped out of a programme in the run, and their share of those whose time on it ended.",
        ("count", "share"),
        "lower",
        lambda v: _ended(v, "dropped_out"),
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "programme_completions",
        "people",
        "People who completed a programme in the run, whether they entered work then or not.",
        ("count",),
        "",
        lambda v: (_total(v.flow("completed")) + _total(v.flow("completed_into_work")),),
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "programme_job_outcomes",
        "people",
        "People who entered work on the day they completed a programme (at_end) or before (while_on_it), and both as a share of those "
        "whose time on it ended in the run. Who enters work later is not counted, so that it is no measure of what a programme achieves: "
        "compare scenarios for that.",
        ("at_end", "while_on_it", "share"),
        "higher",
        lambda v: _ended(v, "completed_into_work", "entered_work_on_it"),
        OF_PROGRAMMES,
        _has_programmes,
    ),
    Measure(
        "vacancies",
        "vacancies",
        "Vacancies in all sectors together, " + _CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: _level(_vacancies(v)),
        OF_THE_REGION,
        _has_labour_market,
    ),
    Measure(
        "tightness",
        "vacancies per person",
        "Vacancies over claimants who look for work, that is all but those on programmes without contact, in all sectors together, at the "
        "close of the day: mean by mean over the run, and on the last day.",
        ("mean", "at_end"),
        "higher",
        _tightness,
        OF_THE_REGION,
        _has_labour_market,
    ),
    Measure(
        "hires_by_others",
        "people",
        "Vacancies that people other than claimants filled in the run.",
        ("count",),
        "",
        lambda v: (_total(v.sector("others")),),
        OF_THE_REGION,
        _has_labour_market,
    ),
    Measure(
        "cost",
        "pounds",
        "What the run cost: coaches in post; training (trainees and their trainers); estate (desks, temporary jobcentres and youth hubs); "
        "programmes (starts, each in full on its day). Starts count where the person's home was at the referral; an area has the costs of "
        "its permanent jobcentres and the starts of people who claimed there. Benefits saved are not counted.",
        ("total", *COST_COLUMNS, "programmes"),
        "lower",
        _cost,
        OF_SITES,
        _has_costs,
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
"""Every measure by name, in the order of the journey."""
