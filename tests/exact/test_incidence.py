"""Entering work against the closed form: hazards constant over weeks and age groups, other leaving as a competing risk.

A day has the hazards ``h`` of entering work and ``l`` of leaving; who enters is not asked whether they leave. Through ``n`` days of
constant hazards a share ``exp(-n (h + l))`` stays, and of those there at their start

    (1 - exp(-h)) (1 - exp(-n (h + l))) / (1 - exp(-(h + l)))

enter. The cumulative incidence is the sum of these over stretches of days, each times the share that was still there.
"""

import datetime as dt

import numpy as np
import pytest

from sim.model.simulation import simulate
from sim.scenario.schema import AGE_GROUPS
from tests.scenarios import tiny

START = dt.date(2014, 1, 13)  # a Monday; no bank holiday of that year falls on a Tuesday
HORIZONS = (91, 182, 364)
RATES = {0: 0.14, 13: 0.09, 26: 0.05}
AGE = {"16-24": 1.2, "25-49": 1.0, "50+": 0.7}
LEAVING = 0.04
MONTH = 30.4375
ENTERED = 1


def made(**more):
    """Some thousands of claims in the first four weeks, followed for a year; nobody before, nobody after."""
    return tiny(
        {
            "period": {"from": START, "to": START + dt.timedelta(days=27 + 365)},
            "areas.North": {"claimants": 0, "claims_per_week": {START: 6000, START + dt.timedelta(days=28): 0}},
            "job_entry": {"monthly_rate_by_week": RATES, "by_age_group": AGE},
            "other_leaving.monthly_rate": LEAVING,
            "jobcentres.Hill.coaches": 0,
            **more,
        }
    )


def closed_form(horizon, factor_by_day):
    """Share entering work within so many days of the claim, for a factor on the hazard on each day since the claim (from 1)."""
    leave = -np.log(1 - LEAVING) / MONTH
    there, entered, day = 1.0, 0.0, 1
    while day <= horizon:
        week, factor = (day - 1) // 7, factor_by_day(day)
        n = 1
        while day + n <= horizon and (day + n - 1) // 7 == week and factor_by_day(day + n) == factor:
            n += 1
        h = -np.log(1 - RATES[max(start for start in RATES if start <= week)]) / MONTH * factor
        stay = np.exp(-n * (h + leave))
        entered += there * (1 - np.exp(-h)) * (1 - stay) / (1 - np.exp(-(h + leave)))
        there *= stay
        day += n
    return entered


def agrees(record, contact):
    """Whether every age group's share at every horizon is within five standard errors of the closed form."""
    people = record.people
    for age, group in enumerate(AGE_GROUPS):
        mine = people[people["age"] == age]
        days = np.where(mine["exit_kind"] == ENTERED, mine["exit"] - mine["claim"], 10_000)
        for horizon in HORIZONS:
            expected = closed_form(horizon, lambda day, group=group: AGE[group] * contact(day))
            error = np.sqrt(expected * (1 - expected) / len(mine))
            assert error < 0.01
            assert abs((days <= horizon).mean() - expected) < 5 * error, (group, horizon)
    return True


def test_the_closed_form_is_that_of_continuous_time_but_for_the_day():
    """Days are short: within one, a rate and a share are nearly the same."""
    continuous, there = 0.0, 1.0
    leave = -np.log(1 - LEAVING) / MONTH
    for week in range(52):
        h = -np.log(1 - RATES[max(start for start in RATES if start <= week)]) / MONTH
        continuous += there * h / (h + leave) * (1 - np.exp(-7 * (h + leave)))
        there *= np.exp(-7 * (h + leave))
    assert closed_form(364, lambda day: 1.0) == pytest.approx(continuous, abs=5e-4)


def test_without_effect_of_contact_entry_follows_the_closed_form():
    """Met or not, on time or late: two coaches for 24,000 people change nobody's chances when contact has no effect."""
    busy = simulate(made(**{"jobcentres.Hill.coaches": 2}), 1, 0)
    assert busy.people["held"].sum() > 1000
    assert agrees(busy, lambda day: 1.0)


def test_without_any_contact_the_hazard_is_that_without_contact():
    effect = {"job_entry.weekly_instead_of_fortnightly": 1.5, "job_entry.no_contact": 0.7}
    assert agrees(simulate(made(**effect), 2, 0), lambda day: 0.7)


def test_a_rate_holds_from_the_first_day_after_so_many_completed_weeks():
    """Nobody enters work in the first two weeks, days 1 to 14, and everybody on the next day."""
    at_once = {"job_entry": {"monthly_rate_by_week": {0: 0, 2: 0.99}, "market": 100}}
    people = simulate(made(**at_once, **{"other_leaving.monthly_rate": 0}), 1, 0).people
    assert set(people["exit"] - people["claim"]) == {15}


def fortnightly(day):
    """Contact factor, claims on Mondays: met on Tuesday, the day after the claim, and every other Tuesday from then on.

    The interval is a week at first, since none shorter counts, grows with the days since the first meeting, and is 14 for good
    from the first review on.
    """
    return 1.5 ** np.log2(14 / max(7, day - 1)) if day < 15 else 1.0


def weekly(day):
    """As above, but met every Tuesday."""
    return 1.5


@pytest.mark.parametrize(("weeks", "contact"), [(2, fortnightly), (1, weekly)])
def test_with_contact_exactly_on_time_the_hazard_is_that_of_the_interval(weeks, contact):
    record = simulate(
        made(
            **{
                "job_entry.weekly_instead_of_fortnightly": 1.5,
                "job_entry.no_contact": 0.7,
                "claimants.by_weekday": [1, 0, 0, 0, 0, 0, 0],
                "jobcentres.Hill.coaches": 10_000,
                "jobcentres.Hill.desks": 10_000,
                "appointments.review.every_weeks": {1: weeks},
            }
        ),
        3,
        0,
    )
    stayed = record.people[record.people["exit"] < 0]
    met_until_the_end = 1 + (record.days - 2 - stayed["claim"]) // (7 * weeks)
    assert len(stayed) > 1000 and (stayed["held"] == met_until_the_end).all()
    assert agrees(record, contact)


def test_claims_are_poisson_with_the_rate_of_their_day():
    """Three rates one after another, and shares by weekday: the counts of every stretch and weekday are as expected."""
    rates = {"2021-02-01": 500.0, "2021-04-12": 150.0, "2021-09-06": 900.0}
    shares = [0.3, 0.2, 0.2, 0.1, 0.1, 0.06, 0.04]
    record = simulate(
        tiny(
            {
                "period.to": "2022-01-02",  # 48 weeks: 10, 21 and 17
                "areas.North": {"claimants": 0, "claims_per_week": rates, "by_weekday": shares},
                "jobcentres.Hill.coaches": 0,
            }
        ),
        1,
        0,
    )
    claims = np.bincount(record.people["claim"], minlength=record.days).reshape(48, 7)
    by_weekday = []
    for (first, last), rate in zip([(0, 10), (10, 31), (31, 48)], rates.values(), strict=True):
        expected = rate * (last - first) * np.array(shares)
        counts = claims[first:last].sum(axis=0)
        assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all(), rate
        assert abs(counts.sum() - expected.sum()) < 5 * np.sqrt(expected.sum())
        by_weekday.append(((claims[first:last] - rate * np.array(shares)) ** 2 / (rate * np.array(shares))).ravel())
    dispersion = np.concatenate(by_weekday)
    assert abs(dispersion.mean() - 1) < 5 * np.sqrt(2.2 / len(dispersion)), "the variance of a Poisson count is its mean"
