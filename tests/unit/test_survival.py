import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.survival import Curve, aalen_johansen, kaplan_meier

HISTORIES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2)), min_size=1, max_size=60)


@given(HISTORIES)
def test_kaplan_meier_equals_scipy(histories):
    times, causes = np.array(histories).T
    observed = causes > 0
    curve = kaplan_meier(times, observed)
    theirs = stats.ecdf(stats.CensoredData(uncensored=times[observed], right=times[~observed])).cdf
    days = np.arange(times.max() + 1)
    assert curve.happened == pytest.approx(theirs.evaluate(days), abs=1e-12)
    assert curve.at_risk.tolist() == [(times >= day).sum() for day in days]


def test_two_causes_worked_by_hand():
    # at risk 6, 5, 3, 2, 1; free of both 5/6 after day 1, 1/2 after day 2, 1/4 after day 4
    times, causes = [1, 2, 2, 3, 4, 5], [1, 2, 1, 0, 1, 0]
    first = aalen_johansen(times, causes, 1)
    assert first.happened == pytest.approx([0, 1 / 6, 1 / 6 + 5 / 6 / 5, 1 / 3, 1 / 3 + 1 / 2 / 2, 7 / 12])
    second = aalen_johansen(times, causes, 2)
    assert second.happened == pytest.approx([0, 0, 1 / 6, 1 / 6, 1 / 6, 1 / 6])


@given(HISTORIES)
def test_causes_and_those_free_of_both_add_up(histories):
    times, causes = np.array(histories).T
    either = kaplan_meier(times, causes > 0).happened
    assert aalen_johansen(times, causes, 1).happened + aalen_johansen(times, causes, 2).happened == pytest.approx(either)


def test_censoring_a_competing_cause_overstates_the_incidence():
    times, causes = [1, 1, 2, 2], [2, 2, 1, 1]
    assert aalen_johansen(times, causes, 1).happened[-1] == pytest.approx(0.5)
    assert kaplan_meier(times, np.array(causes) == 1).happened[-1] == pytest.approx(1.0)


def test_quantiles_are_interpolated_within_the_day():
    curve = kaplan_meier([1, 1, 3], [True, True, True])  # 2/3 by day 1, all by day 3
    assert curve.quantile(0.5) == pytest.approx(0.75)
    assert curve.quantile(0.9) == pytest.approx(2.7)
    assert kaplan_meier([1] * 10, [True] * 10).quantile(0.5) == pytest.approx(0.5)
    assert kaplan_meier([1, 2], [True, True]).quantile(0.5) == 1.0  # reached exactly, whatever the rounding


def test_what_is_not_seen_is_blank():
    curve = kaplan_meier([1, 1, 2, 2], [True, False, False, False])
    assert math.isnan(curve.quantile(0.5))
    assert math.isnan(curve.mean())
    assert math.isnan(curve.at(3))
    assert math.isnan(curve.at(2, fewest=3))
    assert curve.at(2, fewest=2) == pytest.approx(0.25)
    empty = kaplan_meier([], [])
    assert math.isnan(empty.quantile(0.5)) and math.isnan(empty.mean()) and math.isnan(empty.at(0))


def test_the_mean_is_that_of_the_days_and_bears_a_tail_of_one_percent():
    days = np.array([1, 2, 2, 7])
    assert kaplan_meier(days, np.full(4, True)).mean() == pytest.approx(days.mean())
    assert not math.isnan(Curve(np.array([0, 0.99]), np.array([2, 1])).mean())
    assert math.isnan(Curve(np.array([0, 0.98]), np.array([2, 1])).mean())


def test_leaving_early_does_not_bias_the_wait():
    luck = np.random.default_rng(5)
    wait, leaves = luck.integers(1, 21, 40_000), luck.geometric(0.05, 40_000)
    seen = wait <= leaves
    curve = kaplan_meier(np.minimum(wait, leaves), seen)
    assert curve.mean() == pytest.approx(10.5, abs=0.1)
    assert wait[seen].mean() < 9.5  # what leaving them out would give
