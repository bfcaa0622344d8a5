"""Each measure, worked out by hand. Day 0 is a Wednesday; Saturdays are days 3, 10, 17 and 24 of 28."""

import datetime as dt
import math

import numpy as np
import pytest

from sim.measures import MEASURES
from sim.model import ledger
from sim.record import HOME_COLUMNS, SITE_COLUMNS, View
from tests.unit.synthetic import record, some_people

NAN = pytest.approx(math.nan, nan_ok=True)
JOB, LEFT = 1, 2


def value(of, measure, statistic, **selection):
    entry = MEASURES[measure]
    return dict(zip(entry.within_replication, entry.compute(View(of, **selection)), strict=True))[statistic]


def test_every_measure_of_the_design_is_there_and_says_what_it_is():
    expected = (
        "first_meeting_offered first_meeting_wait first_meeting_within_target first_meeting_waiting review_interval review_delay "
        "reviews_overdue missed_appointments caseload caseload_per_coach coach_use desk_use job_entries job_entry_rate days_to_job "
        "backlog_cleared"
    )
    assert set(expected.split()) <= set(MEASURES)
    view = View(record(some_people(1)))
    for name, measure in MEASURES.items():
        assert name == measure.name and measure.unit and measure.definition.endswith(".")
        assert len(measure.compute(view)) == len(measure.within_replication)


def test_the_columns_are_those_that_the_model_writes():
    assert ledger.HOME_COLUMNS == HOME_COLUMNS
    assert ledger.SITE_COLUMNS == SITE_COLUMNS


# Waits


def test_waits_count_working_days_from_the_day_after_the_claim():
    of = record(
        [
            {"claim": 0, "offered": 1, "first_held": 1},  # Thursday: 1
            {"claim": 0, "offered": 5, "first_held": 6},  # Monday: Thursday, Friday, Monday are 3; held on Tuesday: 4
            {"claim": 3, "offered": 5, "first_held": 5},  # from Saturday to Monday: 1
        ]
    )
    assert value(of, "first_meeting_offered", "mean") == pytest.approx(5 / 3)
    assert value(of, "first_meeting_offered", "median") == pytest.approx(1.25)  # half of everyone, where two thirds come over (1/2, 3/2]
    assert value(of, "first_meeting_offered", "p90") == pytest.approx(3.2)
    assert value(of, "first_meeting_wait", "mean") == pytest.approx(2)


def test_the_initial_stock_has_no_wait():
    of = record([{"claim": -3, "offered": 20, "first_held": 20}, {"claim": 0, "offered": 1}])
    assert value(of, "first_meeting_offered", "mean") == pytest.approx(1)


def test_leavers_and_those_still_waiting_are_censored():
    # Waits 1 and 2 are seen; one leaves after 1 day, one is still waiting at the end, 4 working days on (day 27 is a Tuesday).
    of = record(
        [
            {"claim": 0, "offered": 1},
            {"claim": 0, "offered": 2},
            {"claim": 0, "exit": 1, "exit_kind": LEFT},
            {"claim": 21},
        ]
    )
    # by day 1: 1/4; by day 2, of the 2 left: 1/4 + 3/4 x 1/2 = 5/8
    assert value(of, "first_meeting_offered", "median") == pytest.approx(1.5 + (0.5 - 0.25) / (5 / 8 - 0.25))
    assert value(of, "first_meeting_offered", "p90") == NAN
    assert value(of, "first_meeting_offered", "mean") == NAN


def test_what_happens_after_the_last_day_does_not_count():
    on_the_last_day, later, never = ([{"claim": 20, "offered": 21}, {"claim": 20, "offered": day}] for day in (27, 28, -1))
    assert value(record(on_the_last_day), "first_meeting_offered", "p90") > 1
    assert value(record(later), "first_meeting_offered", "p90") == NAN
    assert value(record(never), "first_meeting_offered", "p90") == NAN


def test_who_leaves_before_the_date_offered_is_censored_on_leaving():
    of = record([{"claim": 0, "offered": 2, "exit": 1, "exit_kind": JOB}, {"claim": 0, "offered": 1}, {"claim": 0, "offered": 2}])
    assert value(of, "first_meeting_offered", "mean") == pytest.approx(1 / 3 * 1 + 2 / 3 * 2)


def test_within_target():
    people = [
        {"claim": 0, "offered": 2},  # in time: Friday, 2 working days
        {"claim": 0, "offered": 5},  # late: Monday, 3
        {"claim": 0, "offered": 2, "exit": 1, "exit_kind": LEFT},  # offered in time, then left
        {"claim": 0, "exit": 1, "exit_kind": LEFT},  # left before the deadline, Friday
        {"claim": 0, "exit": 2, "exit_kind": LEFT},  # left on the deadline, too late for an offer in time
        {"claim": 0},  # never
        {"claim": 25, "offered": 26},  # Sunday: the deadline is Tuesday, the last day
        {"claim": 26, "offered": 27},  # the deadline lies outside the run, so not counted although in time
        {"claim": 25, "offered": 28},  # offered after the run, so late
    ]
    of = record(people, target=2)
    assert value(of, "first_meeting_within_target", "share") == pytest.approx(3 / 7)
    assert value(of, "first_meeting_within_target", "left_before") == pytest.approx(1 / 8)
    nobody = record([], target=2)
    assert value(nobody, "first_meeting_within_target", "share") == NAN


# Job entry


def test_job_entry_rate_is_blank_where_fewer_than_thirty_are_followed():
    quarter = [{"claim": 0, "exit": 91, "exit_kind": JOB}] * 10 + [{"claim": 0, "exit": 5, "exit_kind": LEFT}] * 10
    of = record([*quarter, *[{"claim": 0}] * 20], days=200)
    assert value(of, "job_entry_rate", "13_weeks") == pytest.approx(0.25)  # all of 40 counted, none censored
    assert value(of, "job_entry_rate", "26_weeks") == NAN  # 20 people followed
    assert value(of, "job_entry_rate", "52_weeks") == NAN  # nobody is seen for so long
    assert value(of, "days_to_job", "median") == NAN


def test_days_to_job_is_interpolated():
    of = record([{"claim": 0, "exit": 10, "exit_kind": JOB}] * 80 + [{"claim": 0}] * 20)
    assert value(of, "days_to_job", "median") == pytest.approx(9 + 0.5 / 0.8)
    few = record([{"claim": 0, "exit": 10, "exit_kind": JOB}] * 20)
    assert value(few, "days_to_job", "median") == NAN


# People and minutes by day


def test_people_at_the_close_of_the_day():
    days = np.arange(28)[:, None, None]
    of = record(home={"waiting": days, "overdue": 2 * days, "in_reviews": 1})  # in each of 3 jobcentres and 3 age groups
    assert value(of, "first_meeting_waiting", "mean") == pytest.approx(9 * 13.5)
    assert value(of, "first_meeting_waiting", "at_end") == 9 * 27
    assert value(of, "reviews_overdue", "mean", jobcentre=0) == pytest.approx(3 * 27)
    assert value(of, "caseload", "at_end", age=1) == 3 * 28
    assert value(of, "caseload", "at_end", area=1) == 3 * 28
    everywhere = sum(value(of, "caseload", "mean", jobcentre=j) for j in range(3))
    assert value(of, "caseload", "mean") == pytest.approx(everywhere) == pytest.approx(9 * 14.5)


def test_reviews_and_missed_appointments():
    of = record(
        home={
            "interval_days": 30,
            "intervals": 2,
            "delay_working_days": 9,
            "reviews_held": 3,
            "reviews_missed": 1,
            "first_meetings_held": 5,
            "first_meetings_missed": 1,
        }
    )
    assert value(of, "review_interval", "mean") == 15
    assert value(of, "review_delay", "mean") == 3
    assert value(of, "missed_appointments", "share") == pytest.approx(0.2)
    assert value(record(), "review_interval", "mean") == NAN


def test_use_is_booked_over_there_and_the_same_from_appointments():
    luck = np.random.default_rng(3)
    held, missed = luck.integers(0, 200, (28, 3)), luck.integers(0, 50, (28, 3))
    columns = {"coach_minutes": 300, "coach_minutes_held": held, "coach_minutes_missed": missed, "coach_minutes_booked": held + missed}
    of = record(site=columns | {"desk_minutes": 100, "desk_minutes_booked": 50})
    view = View(of, jobcentre=1)
    second = (view.site("coach_minutes_held").sum() + view.site("coach_minutes_missed").sum()) / (28 * 300)
    assert value(of, "coach_use", "share", jobcentre=1) == pytest.approx(second)
    assert value(of, "desk_use", "share") == 0.5
    assert value(record(), "desk_use", "share") == NAN


def test_caseload_per_coach_is_mean_by_mean():
    coaches = np.where(np.arange(28) < 14, 1, 3)[:, None]
    of = record(home={"in_reviews": 10}, site={"coaches": coaches})
    assert value(of, "caseload_per_coach", "mean") == pytest.approx(30 / 2)
    assert value(of, "caseload_per_coach", "at_end") == pytest.approx(30 / 3)
    assert value(record(home={"in_reviews": 10}), "caseload_per_coach", "at_end") == NAN


def test_minutes_do_not_split_by_age():
    view = View(record(), age=0)
    assert not view.has_sites
    with pytest.raises(ValueError, match="age group"):
        view.site("coaches")


# Backlog


def late(days: list[int]) -> np.ndarray:
    return np.isin(np.arange(60), days)[:, None, None] * 1


def cleared(days: list[int], caseload: int = 100) -> float:
    of = record(days=60, home={"late": late(days), "in_reviews": caseload})
    start = (of.start - dt.date(1970, 1, 1)).days
    return value(of, "backlog_cleared", "date") - start


def test_backlog_is_cleared_from_the_first_of_twenty_working_days_without_it():
    assert cleared([]) == 0
    assert cleared([0, 1]) == 2
    assert cleared([2]) == 5  # after Friday comes Monday
    assert cleared([3, 4]) == 0  # what is late on a weekend does not count
    assert cleared([0, 20]) == 21  # a relapse starts the count again
    assert cleared([0, 58]) == 1
    assert cleared([20, 35]) == NAN  # never twenty running: 14, 10, 17
    assert cleared(list(range(60)), caseload=101) == 0  # fewer than 1 in 100
    assert cleared([], caseload=0) == NAN  # nobody to be late


# Weeks


def test_a_week_has_its_own_days_and_claims():
    people = [{"claim": 4, "offered": 5}, {"claim": 5, "offered": 6}, {"claim": 11, "offered": 13}, {"claim": 12, "offered": 13}]
    of = record(
        people, home={"waiting": np.arange(28)[:, None, None]}, site={"coach_minutes": 10, "coach_minutes_booked": np.arange(28)[:, None]}
    )
    week = View(of).during(5, 7)
    assert week.person("claim").tolist() == [5, 11]
    assert MEASURES["first_meeting_waiting"].compute(week) == (9 * 8, 9 * 11)
    assert MEASURES["coach_use"].compute(week) == (pytest.approx(0.8),)
    assert MEASURES["first_meeting_offered"].compute(week)[0] == pytest.approx(1.5)  # 1 and 2: offers are followed beyond the week
