"""Hazards: a monthly share becomes a daily hazard, and each factor is 1 at its reference."""

import numpy as np
import pytest

from sim.luck import UNITS
from sim.model.job_entry import INTERVALS, JobEntry, contact_factors, personal_factors, place_factor
from sim.scenario.rates import daily_hazard
from tests.scenarios import tiny

MONTH = 30.4375


def hazards(changes, days=56, weeks=60):
    return JobEntry(tiny(changes), days, weeks)


def test_a_monthly_share_is_what_the_daily_hazard_adds_up_to():
    assert 1 - np.exp(-MONTH * daily_hazard(np.array([0.0, 0.1, 0.5]))) == pytest.approx([0, 0.1, 0.5])


def test_contact_is_one_at_a_fortnight_and_the_ratio_at_a_week():
    factor = contact_factors(1.06, 0.9, phone_only=1)
    assert factor[14] == 1
    assert factor[7] == pytest.approx(1.06)
    assert factor[28] == pytest.approx(1 / 1.06)
    assert (np.diff(factor[1:INTERVALS]) <= 0).all(), "the longer the interval, the weaker the effect"


def test_no_interval_is_worse_than_no_contact():
    factor = contact_factors(1.3, 0.9, phone_only=0.95)
    assert factor[0] == 0.9
    assert factor[1:INTERVALS].min() == factor[INTERVALS:].min() == 0.9
    assert contact_factors(1, 1, 1).tolist() == [1.0] * 2 * INTERVALS


def test_a_last_meeting_by_phone_counts_for_less_but_not_for_less_than_none():
    """The second half of the table is for those; its floor comes after the factor."""
    factor = contact_factors(1.06, 0.9, phone_only=0.93)
    in_person, by_phone = factor[:INTERVALS], factor[INTERVALS:]
    assert by_phone[[7, 14]] == pytest.approx([1.06 * 0.93, 0.93])
    assert by_phone[1:] == pytest.approx(np.maximum(0.9, 0.93 * 1.06 ** np.log2(14 / np.arange(1, INTERVALS))))
    assert by_phone[0] == 0.9
    assert (by_phone <= in_person).all() and (by_phone[28:] == 0.9).all()
    assert contact_factors(1, 0.5, phone_only=1.1)[INTERVALS + 14] == pytest.approx(1.1), "it may help, too"


def rules(**given):
    return tiny({"job_entry": {"monthly_rate_by_week": {0: 0.1}, **given}}).job_entry


def test_a_place_is_one_at_its_references_and_the_ratio_at_half_of_them():
    references = {"reference_minutes": 10, "reference_caseload": 80}
    assert place_factor(rules(halved_length=0.8, halved_caseload=1.2, **references), 10, 160, 2) == 1
    assert place_factor(rules(halved_length=0.8, **references), 5, 160, 2) == pytest.approx(0.8)
    assert place_factor(rules(halved_length=0.8, **references), 20, 160, 2) == pytest.approx(1 / 0.8)
    assert place_factor(rules(halved_caseload=1.2, **references), 10, 80, 2) == pytest.approx(1.2)
    assert place_factor(rules(halved_length=0.8, halved_caseload=1.2, **references), 5, 320, 1) == pytest.approx(0.8 / 1.2**2)


@pytest.mark.parametrize(
    ("caseload", "coaches", "halvings"), [(79, 8, 3), (1, 99, 3), (641, 1, -3), (10**9, 0.001, -3), (5, 0, -3), (0, 0, 0), (0, 8, 0)]
)
def test_a_caseload_per_coach_counts_up_to_eight_times_more_or_less(caseload, coaches, halvings):
    """Without coaches as eight times more; where nobody is, there is no caseload that could count."""
    factor = place_factor(rules(halved_caseload=1.1, reference_caseload=80), 10, caseload, coaches)
    assert factor == pytest.approx(1.1**halvings)


SUPPORT = {
    "open": {"from": "2021-02-01", "to": "2021-03-28"},
    "supply": {"places": 1},
    "referral_at_review": 1,
    "weeks": 1,
    "contact_goes_on": True,
}


def test_personal_factors_are_those_of_the_programme_they_are_on_then_of_the_one_completed():
    """By name: Art, then Zoo. Whoever lost a meeting early has that beside it."""
    changes = {
        "job_entry": {"monthly_rate_by_week": {0: 0.1}, "lost_early_meeting": 0.5},
        "programmes": {"Zoo": {**SUPPORT, "job_entry_while_on_it": 0, "job_entry_after": 3}, "Art": {**SUPPORT, "job_entry_after": 1.5}},
    }
    assert personal_factors(tiny(changes)).T.tolist() == [[1, 1, 0, 1.5, 3], [0.5, 0.5, 0, 0.75, 1.5]]
    assert personal_factors(tiny()).tolist() == [[1, 1]]


@pytest.mark.parametrize(
    ("changes", "varied"),
    [
        ({}, False),
        ({"job_entry.weekly_instead_of_fortnightly": 1.1, "job_entry.early_weeks": 2, "job_entry.reference_minutes": 30}, False),
        ({"job_entry.phone_only": 0.9, "job_entry.no_contact": 0.8}, True),
        ({"job_entry.lost_early_meeting": 0.9}, True),
        ({"job_entry.halved_length": 1.1}, True),
        ({"job_entry.halved_caseload": 1.1}, True),
        ({"programmes.Art": SUPPORT}, True),
    ],
)
def test_hazards_are_varied_person_by_person_only_where_something_does(changes, varied):
    """The rest is in tables, and takes no time."""
    assert hazards(changes).varied == varied


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
