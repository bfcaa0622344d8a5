"""The story of 2020-22 in the West Midlands, as the scenario files tell it: each claim of the documentation is a test here.

One replication each: with the same luck person by person in every scenario, differences of this size need no more.
"""

import datetime as dt
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment.replications import run
from sim.results import RunTables
from sim.scenario import load
from sim.scenario.load_check import offered_load
from sim.scenario.load_check import region as whole_region
from tests.functional.beliefs import region

WEEKLY = {"appointments.review.every_weeks.14": 1}
DISTANCED_FOR_GOOD = {"service.desks_usable": 0.4}
NO_TEMPORARY = {
    f"jobcentres.{name}": None for name, jobcentre in load("scenarios/west_midlands.yaml").jobcentres.items() if jobcentre.temporary
}


@cache
def tables(file: str, *changes: tuple[str, Any]) -> RunTables:
    return run(load(f"scenarios/{file}.yaml").change(dict(changes)), replications=1, workers=1)


def mean(result: RunTables, measure: str, statistic: str, first: str, last: str) -> float:
    """Mean over the weeks that start between two dates, the whole region."""
    weekly = result.weekly
    chosen = weekly[(weekly["area"] == "all") & (weekly["measure"] == measure) & (weekly["statistic"] == statistic)]
    weeks = chosen["week"].between(pd.Timestamp(first), pd.Timestamp(last))
    assert weeks.sum() >= 4
    return float(chosen.loc[weeks, "estimate"].mean())


@region("areas.*.claimants")
def test_summer_2020_is_overloaded():
    """In the summer of 2020 the region has far fewer coach minutes than are asked for, and everyone waits.

    First meetings are offered near the end of the ten-day window, and reviews due every week or two take more than two weeks.
    """
    base = tables("west_midlands")
    assert 8.5 < mean(base, "first_meeting_offered", "mean", "2020-07-13", "2020-09-28") <= 10.5
    assert mean(base, "review_interval", "mean", "2020-08-03", "2020-09-28") > 16
    assert mean(base, "review_delay", "mean", "2020-08-03", "2020-09-28") > 3
    assert mean(base, "coach_use", "share", "2020-08-03", "2020-09-28") > 0.97


@region("coaches.recruitment.*.training_working_days")
@pytest.mark.long
def test_recruits_in_training_change_nothing():
    """Until the first of the 300 recruits can be booked, nobody's day differs from what it would be without any.

    Until the booking window reaches the day the first cohort is trained, each day is the same with and without recruits.
    """
    scenario = load("scenarios/west_midlands.yaml")
    first = scenario.coaches.recruitment["autumn"]
    starts = np.datetime64(first.starts.value)
    trained = np.busday_offset(starts, int(first.training_working_days), roll="forward")  # no sooner: bank holidays come on top
    seen = np.busday_offset(trained, -int(scenario.appointments.book_ahead_working_days), roll="backward")
    counts = [tables(file).daily for file in ("west_midlands", "west_midlands_no_recruits")]
    early = [frame[pd.to_datetime(frame["date"]) < seen].drop(columns="in_training").reset_index(drop=True) for frame in counts]
    training = counts[0].loc[pd.to_datetime(counts[0]["date"]) == seen - 5, "in_training"].sum()
    assert training > 100
    pd.testing.assert_frame_equal(*early, check_exact=True)
    late = [frame[pd.to_datetime(frame["date"]) > trained + 30] for frame in counts]
    assert late[0]["reviews_held"].sum() > late[1]["reviews_held"].sum()


@region("coaches.recruitment.*.coaches")
@pytest.mark.long
def test_both_recover_once_recruits_are_trained():
    """Once the 300 recruits are trained, first meetings are offered within two days, without them not, and reviews are in time."""
    base = tables("west_midlands")
    assert mean(base, "first_meeting_offered", "mean", "2021-07-05", "2021-12-27") < 2
    assert mean(base, "review_delay", "mean", "2021-07-05", "2021-12-27") < 0.3
    without = tables("west_midlands_no_recruits")
    assert mean(without, "first_meeting_offered", "mean", "2021-07-05", "2021-12-27") > 4


@region("coaches.recruitment.*.coaches", "appointments.review.every_weeks")
@pytest.mark.long
def test_300_recruits_are_not_enough_for_weekly_contact_and_the_doubling_is():
    """300 recruits do not suffice to see everyone weekly in the autumn of 2021, and a doubling of coaches does.

    With reviews every week for everyone, all recruits trained and claims already falling.
    """
    announced, doubled = (tables(file, *WEEKLY.items()) for file in ("west_midlands", "west_midlands_doubling"))
    assert mean(announced, "review_interval", "mean", "2021-10-04", "2021-12-20") > 9
    assert mean(announced, "review_delay", "mean", "2021-10-04", "2021-12-20") > 1
    assert mean(doubled, "review_interval", "mean", "2021-10-04", "2021-12-20") < 7.8
    assert mean(doubled, "review_delay", "mean", "2021-10-04", "2021-12-20") < 0.3


@region("jobcentres.*.temporary.opens", "service.desks_usable")
@pytest.mark.long
def test_temporary_jobcentres_matter_where_desks_bind():
    """Temporary jobcentres shorten delays where desks are short.

    Twice the coaches, weekly reviews and distancing that never ends: not coaches but desks are short, and sites add desks.
    """
    changes = {**WEEKLY, **DISTANCED_FOR_GOOD}
    with_sites = tables("west_midlands_doubling", *changes.items())
    without = tables("west_midlands_doubling", *changes.items(), *NO_TEMPORARY.items())
    period = ("2021-11-01", "2022-03-14")
    assert mean(without, "desk_use", "share", *period) > 0.9
    gain = mean(without, "review_delay", "mean", *period) - mean(with_sites, "review_delay", "mean", *period)
    assert gain > 0.2
    assert mean(with_sites, "coach_use", "share", *period) > mean(without, "coach_use", "share", *period)


@region("jobcentres.*.temporary.opens")
@pytest.mark.long
def test_temporary_jobcentres_do_not_matter_where_coaches_bind():
    """Temporary jobcentres make no difference where coaches are short.

    With the announced recruits and weekly reviews every coach minute is taken, and more desks for the same coaches help nobody.
    """
    with_sites = tables("west_midlands", *WEEKLY.items())
    without = tables("west_midlands", *WEEKLY.items(), *NO_TEMPORARY.items())
    period = ("2021-11-01", "2022-03-14")
    assert mean(with_sites, "coach_use", "share", *period) > 0.96
    assert abs(mean(with_sites, "review_delay", "mean", *period) - mean(without, "review_delay", "mean", *period)) < 0.1
    assert abs(mean(with_sites, "review_interval", "mean", *period) - mean(without, "review_interval", "mean", *period)) < 0.1


@region("appointments.book_ahead_working_days")
@pytest.mark.long
def test_a_shorter_window_serves_first_meetings_sooner_and_reviews_later():
    """A booking window half as long offers first meetings sooner in the overload of 2020, and delays reviews."""
    base, shorter = tables("west_midlands"), tables("west_midlands_shorter_window")
    period = ("2020-07-13", "2020-09-28")
    assert mean(shorter, "first_meeting_offered", "mean", *period) < mean(base, "first_meeting_offered", "mean", *period) - 3
    assert mean(shorter, "review_delay", "mean", *period) > mean(base, "review_delay", "mean", *period)


@region("jobcentres.*.coaches")
def test_the_loads_of_the_design_come_out_of_the_check():
    """The load that arithmetic gives for the region is about 1.7 in the summer of 2020, and below 1 with twice the coaches.

    At that caseload 1.2 with 300 more trained coaches, 0.85 with twice the coaches.
    """
    scenario = load("scenarios/west_midlands.yaml")
    summer = whole_region(offered_load(scenario)).set_index("month").loc[["2020-07", "2020-08"]]
    asked, there = (summer["first_minutes"] + summer["review_minutes"]).sum(), summer["coach_minutes"].sum()
    coaches = sum(jobcentre.coaches.on(dt.date(2020, 7, 1)) for jobcentre in scenario.permanent.values())
    assert 1.6 < asked / there < 1.8
    assert 1.15 < asked / there * coaches / (coaches + 300) < 1.3
    assert 0.8 < asked / there / 2 < 0.9
