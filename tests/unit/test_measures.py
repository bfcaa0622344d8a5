"""Each measure, worked out by hand. Day 0 is a Wednesday; Saturdays are days 3, 10, 17 and 24 of 28."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from sim.measures import MEASURES
from sim.model import ledger
from sim.record import HOME_COLUMNS, SITE_COLUMNS
from sim.view import View
from tests.unit.synthetic import record, some_people, some_referrals

NAN = pytest.approx(math.nan, nan_ok=True)
JOB, LEFT = 1, 2


def value(of, measure, statistic, programme=None, **selection):
    entry, view = MEASURES[measure], View(of, **selection)
    assert entry.applies(of)
    view = view if programme is None else view.of_programme(programme)
    assert view.split in entry.splits
    return dict(zip(entry.within_replication, entry.compute(view), strict=True))[statistic]


def test_every_measure_of_the_design_is_there_and_says_what_it_is():
    expected = (
        "first_meeting_offered first_meeting_wait first_meeting_within_target first_meeting_waiting review_interval review_delay "
        "reviews_overdue missed_appointments caseload caseload_per_coach coach_use desk_use job_entries job_entry_rate days_to_job "
        "backlog_cleared programme_referrals programme_queue programme_wait programme_starts programme_occupancy programme_places_unused "
        "programme_withdrawals programme_dropouts programme_completions programme_job_outcomes cost returns on_programme vacancies "
        "tightness hires_by_others"
    )
    assert set(expected.split()) == set(MEASURES) - {"claims", "coaches"}
    with_all = record(some_people(1), programmes={"P": 10.0}, episodes=some_referrals(1, programmes=1), sectors=("S",))
    for name, measure in MEASURES.items():
        view = View(with_all) if () in measure.splits else View(with_all).of_programme(0)
        assert name == measure.name and measure.unit and measure.definition.endswith(".")
        assert len(measure.compute(view)) == len(measure.within_replication)


def test_the_columns_are_those_that_the_model_writes():
    assert ledger.HOME_COLUMNS == HOME_COLUMNS
    assert ledger.SITE_COLUMNS == SITE_COLUMNS


def test_what_a_scenario_does_not_have_is_not_measured():
    def missing(**has):
        return {name for name, measure in MEASURES.items() if not measure.applies(record(some_people(1), **has))}

    of_programmes = {name for name in MEASURES if name.startswith("programme_")} | {"on_programme"}
    of_the_market = {"vacancies", "tightness", "hires_by_others"}
    assert missing() == of_programmes | of_the_market | {"cost"}
    assert missing(programmes={"P": 0}) == of_the_market | {"cost"}
    assert missing(programmes={"P": 5}) == of_the_market  # a price, though nobody started
    assert missing(sectors=("S",), costs={"estate": 1}) == of_programmes


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


def test_people_who_claim_again_wait_again_but_enter_work_for_the_first_time_once():
    first, again = {"claim": 0, "offered": 2, "exit": 10, "exit_kind": JOB}, {"claim": 12, "offered": 13, "spell": 1, "earlier": 0}
    of = record([first] * 40 + [{"claim": 0, "offered": 2}] * 40 + [again] * 40, home={"returns": np.arange(28)[:, None, None] == 20})
    assert value(of, "first_meeting_offered", "mean") == pytest.approx((80 * 2 + 40 * 1) / 120)
    assert value(of, "days_to_job", "median") == pytest.approx(10)  # 40 of the 80 first claims, not of all 120
    assert value(of, "returns", "count") == 9 and value(of, "returns", "count", jobcentre=1) == 3


# Programmes


TWO = {"JETS": 950.0, "Kickstart": 6000.0}
REFERRALS: list[dict[str, Any]] = [
    {"referred": 2, "programme": 0, "end": "declined", "ended": 2},
    {"referred": 2, "programme": 0, "started": 2, "ended": 12, "end": "completed", "age": 1},
    {"referred": 3, "programme": 0, "started": 7, "ended": 17, "end": "completed_into_work", "area": 1, "home": 1},
    {"referred": 4, "programme": 1, "ended": 9, "end": "withdrew", "area": 1, "home": 2},
    {"referred": 5, "programme": 1, "started": 8, "ended": 11, "end": "dropped_out"},
    {"referred": 6, "programme": 0, "ended": 10, "end": "claim_ended_in_queue", "age": 2},
    {"referred": 8, "programme": 1, "started": 20, "ended": 25, "end": "entered_work_on_it"},
    {"referred": 9, "programme": 1, "started": 20, "ended": 24, "end": "left_on_it"},
    {"referred": 10, "programme": 1, "started": 21, "area": 1, "home": 1},
    {"referred": 20, "programme": 1},
]


def test_referrals_starts_and_ends_are_counted():
    of = record(programmes=TWO, episodes=REFERRALS)
    assert value(of, "programme_referrals", "count") == 10 and value(of, "programme_referrals", "share") == pytest.approx(0.9)
    assert value(of, "programme_referrals", "count", programme=0) == 4
    assert value(of, "programme_referrals", "share", programme=0) == pytest.approx(3 / 4)
    assert [value(of, "programme_starts", "count", programme=k) for k in (None, 0, 1)] == [6, 2, 4]
    assert value(of, "programme_starts", "count", programme=1, area=1) == 1
    assert value(of, "programme_starts", "count", programme=0, age=1) == 1
    assert value(of, "programme_withdrawals", "count") == 1
    assert value(of, "programme_withdrawals", "share") == pytest.approx(1 / 8)  # of 6 starts, 1 withdrawal, 1 claim that ended
    assert value(of, "programme_dropouts", "count", programme=1) == 1
    assert value(of, "programme_dropouts", "share", programme=1) == pytest.approx(1 / 3)
    assert value(of, "programme_dropouts", "share", programme=0, age=2) == NAN  # none of them started
    assert value(of, "programme_completions", "count") == 2
    assert value(of, "programme_job_outcomes", "at_end") == 1 and value(of, "programme_job_outcomes", "while_on_it") == 1
    assert value(of, "programme_job_outcomes", "share") == pytest.approx(2 / 5)


def test_people_in_the_queue_and_on_it_at_the_close_of_the_day():
    of = record(programmes=TWO, episodes=REFERRALS)
    queue, on_it = View(of).in_queue, View(of).on_it
    for day in range(28):
        joined = [e for e in REFERRALS if e["referred"] <= day and e.get("end") != "declined"]
        over = [e for e in joined if e.get("ended", 99) <= day]
        started = [e for e in joined if e.get("started", 99) <= day]
        assert on_it[day] == sum(e not in over for e in started)
        assert queue[day] == len(joined) - len(started) - sum(e not in started for e in over)
    assert value(of, "programme_queue", "at_end") == 1 and value(of, "programme_occupancy", "at_end", programme=1) == 1
    assert value(of, "programme_occupancy", "mean", programme=0) == pytest.approx((10 + 10) / 28)  # ten days each
    assert value(of, "programme_queue", "mean", programme=1, area=1) == pytest.approx((5 + 11) / 28)


def test_the_splits_of_programmes_add_up():
    of = record(programmes=TWO, episodes=some_referrals(5, n=300))
    for name in ("programme_referrals", "programme_starts", "programme_withdrawals", "programme_dropouts", "programme_completions"):
        total = value(of, name, "count")
        assert total > 0
        for splits in ([{"programme": k} for k in (0, 1)], [{"area": a} for a in (0, 1)], [{"age": a} for a in range(3)]):
            assert sum(value(of, name, "count", **split) for split in splits) == total
        assert sum(value(of, name, "count", programme=k, age=a) for k in (0, 1) for a in range(3)) == total
    view = View(of)
    assert (view.in_queue >= 0).all() and (view.on_it >= 0).all() and view.in_queue.any() and view.on_it.any()
    assert view.in_queue[-1] == (of.episodes["end"] == 0)[of.episodes["started"] < 0].sum()


def test_the_wait_for_a_place_is_censored_where_it_is_cut_short():
    wait = [{"referred": 0, "started": 2}, {"referred": 0, "started": 4}, {"referred": 0, "ended": 3, "end": "withdrew"}]
    of = record(programmes={"P": 0}, episodes=[*wait, {"referred": 0, "end": "declined", "ended": 0}])
    assert value(of, "programme_wait", "mean") == pytest.approx(2 / 3 + 2 + 2 / 3)  # all wait 2 days, 2/3 for 2 more; one is then censored
    assert value(of, "programme_wait", "median") == pytest.approx(3.5 + (0.5 - 1 / 3) / (2 / 3))
    at_once = record(programmes={"P": 0}, episodes=[{"referred": 3, "started": 3, "ended": 9, "end": "left_on_it"}] * 3)
    assert value(at_once, "programme_wait", "mean") == 0 and value(at_once, "programme_wait", "median") == 0
    waiting = record(programmes={"P": 0}, episodes=[{"referred": 3, "started": 4}, {"referred": 27}])
    assert value(waiting, "programme_wait", "median") == pytest.approx(1)  # the other was watched for no day after the first
    claim_ended = record(programmes={"P": 0}, episodes=[{"referred": 3, "ended": 5, "end": "claim_ended_in_queue"}])
    assert value(claim_ended, "programme_wait", "mean") == NAN
    assert value(record(programmes={"P": 0}), "programme_wait", "mean") == NAN


def test_places_unused_are_the_mean_of_days_on_which_places_are_given_out():
    unused = np.full((28, 2), -1)
    unused[[0, 1, 2], 0] = 4, 0, 2
    of = record(programmes=TWO, unused=unused)
    assert value(of, "programme_places_unused", "mean", programme=0) == 2
    assert value(of, "programme_places_unused", "mean", programme=1) == NAN  # never open
    assert MEASURES["programme_places_unused"].compute(View(of).of_programme(0).during(2, 7)) == (2,)


def test_a_week_has_its_own_referrals_starts_and_ends():
    of = record(programmes=TWO, episodes=REFERRALS)
    week = View(of).during(5, 7)
    assert MEASURES["programme_referrals"].compute(week) == (5, 1)
    assert MEASURES["programme_starts"].compute(week) == (2,)
    assert MEASURES["programme_queue"].compute(week)[1] == View(of).in_queue[11] == 3
    assert MEASURES["programme_withdrawals"].compute(week) == (1, 0.25)
    assert MEASURES["programme_wait"].compute(View(of).of_programme(1).during(5, 4))[0] == pytest.approx(
        (3 + 12) / 2
    )  # to the end of the run
    part = View(of).during(5, 14).during(2, 3)
    assert (part.first, part.days) == (7, 3) and MEASURES["programme_starts"].compute(part) == (2,)


def test_people_on_a_programme_without_contact_are_not_in_the_caseload():
    of = record(home={"waiting": 1, "in_reviews": 2, "on_programme": 5}, programmes=TWO)
    assert value(of, "caseload", "mean") == 27 and value(of, "on_programme", "at_end") == 45
    assert value(of, "on_programme", "mean", age=0) == 15


# The labour market and costs


def test_vacancies_and_tightness():
    days = np.arange(28)
    vacancies = np.stack([days, np.full(28, -5)], axis=1)  # the second sector has given out more than it had
    of = record(sectors=("Care", "Shops"), market={"vacancies": vacancies, "searchers": [10, 17], "others": [0.5, 0.25]})
    assert value(of, "vacancies", "mean") == pytest.approx(13.5) and value(of, "vacancies", "at_end") == 27
    assert value(of, "tightness", "mean") == pytest.approx(0.5) and value(of, "tightness", "at_end") == 1
    assert value(of, "hires_by_others", "count") == pytest.approx(21)
    assert MEASURES["hires_by_others"].compute(View(of).during(0, 2)) == (1.5,)
    assert value(record(sectors=("Care",)), "tightness", "mean") == NAN


def test_costs_add_up_and_starts_count_where_people_were_referred():
    of = record(programmes=TWO, episodes=REFERRALS, costs={"coaches": [100, 50, 10], "training": 1, "estate": [2, 3, 4]})
    parts = {part: value(of, "cost", part) for part in ("coaches", "training", "estate", "programmes")}
    assert parts == {"coaches": 28 * 160, "training": 28 * 3, "estate": 28 * 9, "programmes": 2 * 950 + 4 * 6000}
    assert value(of, "cost", "total") == sum(parts.values())
    assert value(of, "cost", "programmes", jobcentre=1) == 950 + 6000
    assert value(of, "cost", "programmes", jobcentre=2) == 0  # who withdrew there costs nothing
    assert sum(value(of, "cost", "total", jobcentre=j) for j in range(3)) == value(of, "cost", "total")
    assert value(of, "cost", "total", area=1) == 28 * (50 + 1 + 3) + 950 + 6000
    assert MEASURES["cost"].compute(View(of).during(20, 2))[4] == 3 * 6000


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


def test_a_view_shows_nothing_that_it_does_not_split():
    of = record(programmes={"P": 1}, sectors=("S",))
    for show in (lambda v: v.site("coaches"), lambda v: v.cost("estate"), lambda v: v.sector("vacancies"), lambda v: v.places_unused):
        with pytest.raises(ValueError, match=r"age group|of the whole region|of one programme"):
            show(View(of, age=0))
    for show in (lambda v: v.site("coaches"), lambda v: v.home("claims"), lambda v: v.person("claim")):
        with pytest.raises(ValueError, match="programme"):
            show(View(of).of_programme(0))


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
