"""Entering work against the closed form: sixteen shares for each case, by age group, and of all, and horizon.

Each is within five binomial standard errors, all under 0.01: a right model fails one of them in 6e-7, one of sixteen in 9e-6.
"""

import numpy as np
import pytest

from sim.model.simulation import simulate
from tests.evidence import failures
from tests.exact.incidence import CASES, LEAVING, MONTH, RATES, as_usual, closed_form, entries, made, runs


def agree(records, factor):
    """Whether all sixteen shares hold, in a run that is large enough."""
    checks = entries(records, factor)
    assert len(checks) == 16 and max(check.error for check in checks) < 0.01
    return not failures(checks)


def test_the_closed_form_is_that_of_continuous_time_but_for_the_day():
    """Days are short: within one, a rate and a share are nearly the same."""
    continuous, there = 0.0, 1.0
    leave = -np.log(1 - LEAVING) / MONTH
    for week in range(52):
        h = -np.log(1 - RATES[max(start for start in RATES if start <= week)]) / MONTH
        continuous += there * h / (h + leave) * (1 - np.exp(-7 * (h + leave)))
        there *= np.exp(-7 * (h + leave))
    assert closed_form(364, as_usual) == pytest.approx(continuous, abs=5e-4)


@pytest.mark.parametrize("case", CASES)
def test_entry_follows_the_closed_form(case):
    """24,000 people. A hazard a tenth more or less is noticed, and so is the factor of any other case."""
    records, factor = runs(case, 1), CASES[case][1]
    assert agree(records, factor)
    for wrong in (1.1, 0.9):
        assert not agree(records, lambda day, wrong=wrong: wrong * factor(day))
    assert not any(agree(records, other) for _, other in CASES.values() if other is not factor)


def test_two_coaches_for_24000_people_meet_some_of_them():
    """Else the first case would be one without contact too."""
    assert runs("contact without effect", 1)[0].people["held"].sum() > 1000


@pytest.mark.parametrize(("case", "weeks"), [("met every fortnight", 2), ("met every week", 1)])
def test_with_enough_coaches_everyone_is_met_on_the_day(case, weeks):
    """So that the number of meetings held by those who stay is known: one, and one for each interval since."""
    record = runs(case, 1)[0]
    stayed = record.people[record.people["exit"] < 0]
    met_until_the_end = 1 + (record.days - 2 - stayed["claim"]) // (7 * weeks)
    assert len(stayed) > 1000 and (stayed["held"] == met_until_the_end).all()


def test_a_rate_holds_from_the_first_day_after_so_many_completed_weeks():
    """Nobody enters work in the first two weeks, days 1 to 14, and everybody on the next day."""
    at_once = {"job_entry": {"monthly_rate_by_week": {0: 0, 2: 0.99}, "market": 100}}
    people = simulate(made(**at_once, **{"other_leaving.monthly_rate": 0}), 1, 0).people
    assert set(people["exit"] - people["claim"]) == {15}
