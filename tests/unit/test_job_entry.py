"""Hazards: a monthly share becomes a daily hazard, and each factor is 1 at its reference."""

import numpy as np
import pytest

from sim.luck import UNITS
from sim.model.job_entry import JobEntry, contact_factors, daily_hazard
from tests.scenarios import tiny

MONTH = 30.4375


def hazards(changes, days=56, weeks=60):
    return JobEntry(tiny(changes), days, weeks)


def test_a_monthly_share_is_what_the_daily_hazard_adds_up_to():
    assert 1 - np.exp(-MONTH * daily_hazard(np.array([0.0, 0.1, 0.5]))) == pytest.approx([0, 0.1, 0.5])


def test_contact_is_one_at_a_fortnight_and_the_ratio_at_a_week():
    factor = contact_factors(1.06, 0.9)
    assert factor[14] == 1
    assert factor[7] == pytest.approx(1.06)
    assert factor[28] == pytest.approx(1 / 1.06)
    assert (np.diff(factor[1:]) <= 0).all(), "the longer the interval, the weaker the effect"


def test_no_interval_is_worse_than_no_contact():
    factor = contact_factors(1.3, 0.9)
    assert factor[0] == 0.9
    assert factor[1:].min() == 0.9
    assert contact_factors(1, 1).tolist() == [1.0] * 256


def test_tables_multiply_rate_age_market_and_contact():
    made = hazards(
        {
            "job_entry": {
                "monthly_rate_by_week": {0: 0.12, 13: {"2021-02-01": 0.08, "2021-02-11": 0.04}},
                "by_age_group": {"16-24": 1.1, "50+": 0.8},
                "market": {"2021-02-01": 1, "2021-02-06": 0.5},
                "weekly_instead_of_fortnightly": 1.06,
                "no_contact": 0.9,
            }
        }
    )

    def units(day, age, weeks, interval):
        return made.tables[made.table_on[day], age, made.bands[weeks], interval] / UNITS

    new, old, older = (-np.log(1 - rate) / MONTH for rate in (0.12, 0.08, 0.04))
    assert units(0, 0, 12, 14) == pytest.approx(new * 1.1)
    assert units(0, 1, 13, 14) == pytest.approx(old)
    assert units(4, 2, 50, 7) == pytest.approx(old * 0.8 * 1.06)
    assert units(5, 2, 50, 0) == pytest.approx(old * 0.8 * 0.9 * 0.5)
    assert units(10, 1, 13, 14) == pytest.approx(older * 0.5)


def test_leaving_follows_its_own_rate_by_date():
    made = hazards({"other_leaving.monthly_rate": {"2021-02-01": 0.02, "2021-02-03": 0.5}})
    expected = -np.log(1 - np.array([0.02, 0.02, 0.5])) / MONTH
    assert made.leaving[:3] / UNITS == pytest.approx(expected)
    assert (made.leaving[3:] == made.leaving[2]).all()
