"""Minutes there, worked by hand: who is in post, trained, open, and known about (rules, sections 1 and 2).

Day 0 is Monday 1 February 2021. A coach has 100 minutes a day.
"""

import datetime as dt

import numpy as np
import pytest

from sim.calendar import Calendar
from sim.model.simulation import simulate
from sim.scenario.capacity import announcements, calendar_of, capacity
from tests.scenarios import daily, tiny

HILL, SHOP = 0, 1
TEMPORARY = {
    "temporary": {"opens": "2021-02-08", "closes": "2021-02-15"},  # days 7 to 13
    "takes_from": {"Hill": 0.3},
    "desks": 4,
}


def there(changes, days=28, known_on=None):
    scenario = tiny(changes)
    return capacity(scenario, calendar_of(scenario), days, known_on)


def recruits(**changes):
    cohort = {"starts": "2021-02-03", "coaches": 4, **changes}
    return {"coaches.recruitment": {"spring": cohort}, "jobcentres.Hill.coaches": 0}


def test_minutes_are_coaches_times_presence_times_bookable_share_times_length():
    have = there({"jobcentres.Hill.coaches": 3, "coaches.absence": 0.1, "coaches.bookable_share": 0.5, "coaches.minutes_per_day": 444})
    assert have.expected_minutes[HILL, :7].tolist() == [599, 599, 599, 599, 599, 0, 0]  # 599.4, and a weekend
    assert have.minutes_per_coach[HILL, :7].tolist() == [222.0] * 5 + [0, 0]
    assert have.coaches[HILL, :7].tolist() == [3.0] * 7


def test_desk_minutes_are_desks_times_opening_times_what_distancing_leaves():
    have = there({"jobcentres.Hill.desks": 5, "service.opening_minutes": 300, "service.desks_usable": {"2021-02-01": 0.4, "2021-02-03": 1}})
    assert have.desk_minutes[HILL, :6].tolist() == [600, 600, 1500, 1500, 1500, 0]


def test_a_product_that_should_be_whole_is_not_rounded_down():
    assert 0.29 * 100 < 29, "in floating point"
    assert there({"jobcentres.Hill.coaches": 0.29}).expected_minutes[HILL, 0] == 29


def test_trainees_see_nobody_until_their_training_days_are_worked():
    """They start on Wednesday; three working days later, on Monday, they have their first people."""
    have = there(recruits(training_working_days=3))
    assert have.coaches[HILL, :9].tolist() == [0, 0, 0, 0, 0, 0, 0, 4, 4]
    assert have.in_training[HILL, :9].tolist() == [0, 0, 4, 4, 4, 4, 4, 0, 0]


def test_without_training_recruits_work_on_their_first_day():
    assert there(recruits()).coaches[HILL, :4].tolist() == [0, 0, 4, 4]


def test_output_rises_evenly_over_the_ramp():
    """Two days of training, then a quarter more on each of four working days; the weekend adds nothing."""
    have = there(recruits(training_working_days=2, ramp_working_days=4))
    assert have.coaches[HILL, 3:11].tolist() == [0, 1, 1, 1, 2, 3, 4, 4]
    assert have.expected_minutes[HILL, 3:11].tolist() == [0, 100, 0, 0, 200, 300, 400, 400]


def test_whoever_is_in_post_is_counted_in_full_from_the_end_of_training_whatever_their_output():
    """Beside two who are there already; those who start after the days asked about are not there yet."""
    cohort = {"starts": "2021-02-03", "coaches": 4, "training_working_days": 2, "ramp_working_days": 4}
    have = there({"coaches.recruitment": {"spring": cohort, "summer": {**cohort, "starts": "2021-03-22"}}})
    assert have.in_post[HILL, :11].tolist() == [2, 2, 2, 2, 6, 6, 6, 6, 6, 6, 6]
    assert (have.in_post + have.in_training)[HILL, :4].tolist() == [2, 2, 6, 6]
    assert have.in_post[HILL, -1] == have.coaches[HILL, -1] == 6
    fewer = there({"coaches.recruitment": {"spring": cohort}, "coaches.leavers_per_year": 0.3})
    assert (fewer.in_post >= fewer.coaches).all()
    assert fewer.in_post[HILL, 27] == fewer.coaches[HILL, 27] == pytest.approx(2 * 0.7 ** (27 / 365.25) + 4 * 0.7 ** (25 / 365.25))


def test_recruits_who_started_before_the_run_have_their_training_behind_them():
    assert there(recruits(starts="2021-01-04", training_working_days=10)).coaches[HILL, 0] == 4
    assert there(recruits(starts="2021-01-25", training_working_days=10)).coaches[HILL, [4, 7]].tolist() == [0, 4]


def test_leavers_thin_everyone_in_post_at_the_yearly_rate():
    have = there({"coaches.leavers_per_year": 0.2, "jobcentres.Hill.coaches": 10}, days=30)
    assert have.coaches[HILL, 0] == 10
    assert have.coaches[HILL, 29] == pytest.approx(10 * 0.8 ** (29 / 365.25))


def test_leavers_thin_recruits_only_from_their_start():
    have = there({**recruits(), "coaches.leavers_per_year": 0.2}, days=30)
    assert have.coaches[HILL, 29] == pytest.approx(4 * 0.8 ** ((29 - 2) / 365.25))
    early = there({**recruits(starts="2020-12-01"), "coaches.leavers_per_year": 0.2}, days=30)
    assert early.coaches[HILL, 29] == pytest.approx(4 * 0.8 ** (29 / 365.25)), "nobody is counted as leaving before the run"


def test_recruits_follow_the_caseload_or_the_map():
    two = {
        "areas": {"North": {"claimants": 300, "claims_per_week": 1}, "South": {"claimants": 100, "claims_per_week": 1}},
        "jobcentres": {
            "A": {"area": "North", "share": 0.5, "desks": 1},
            "B": {"area": "North", "share": 0.5, "desks": 1},
            "C": {"area": "South", "share": 1, "desks": 1},
        },
    }
    assert there({**two, "coaches.recruitment": {"c": {"starts": "2021-02-01", "coaches": 8}}}).coaches[:, 0].tolist() == [3, 3, 2]
    posted = {"starts": "2021-02-01", "coaches": 8, "to": {"C": 7, "A": 1}}
    assert there({**two, "coaches.recruitment": {"c": posted}}).coaches[:, 0].tolist() == [1, 0, 7]
    empty = {"North": {"claimants": 0, "claims_per_week": 1}, "South": {"claimants": 0, "claims_per_week": 1}}
    by_share = there({**two, "areas": empty, "coaches.recruitment": {"c": {"starts": "2021-02-01", "coaches": 8}}})
    assert by_share.coaches[:, 0].tolist() == [2, 2, 4], "by share alone where nobody claims yet"


def test_coaches_go_with_a_temporary_jobcentre_and_come_back():
    have = there({"jobcentres.Shop": {**TEMPORARY, "coaches": 1, "coaches_from": {"Hill": 0.5}}})
    assert have.coaches[HILL, [6, 7, 13, 14]].tolist() == [2, 1.5, 1.5, 2]
    assert have.coaches[SHOP, [6, 7, 13, 14]].tolist() == [0, 1.5, 1.5, 0]
    assert have.desk_minutes[SHOP, [4, 7, 11, 14]].tolist() == [0, 4 * 480, 4 * 480, 0]


def test_recruits_posted_to_a_temporary_jobcentre_work_next_door_while_it_does_not_exist():
    """Hill gives it .3 and Vale .1 of their claims, so Hill has three of the four recruits before it opens and after it closes."""
    have = there(
        {
            "jobcentres": {
                "Hill": {"area": "North", "share": 0.5, "desks": 1},
                "Shop": {**TEMPORARY, "takes_from": {"Hill": 0.3, "Vale": 0.1}},
                "Vale": {"area": "North", "share": 0.5, "desks": 1},
            },
            "coaches.recruitment": {"c": {"starts": "2021-02-01", "coaches": 4, "to": {"Shop": 4}}},
        }
    )
    assert have.coaches[:, 6] == pytest.approx([3, 0, 1])
    assert have.coaches[:, 7] == pytest.approx([0, 4, 0])
    assert have.coaches[:, 14] == pytest.approx([3, 0, 1])


HUB = {"temporary": {"opens": "2021-02-08", "closes": "2021-02-15"}, "takes_young_from": {"North": 0.5, "South": 0.25}, "desks": 2}
MEETING = {"minutes": 20, "priority": 2, "every_weeks": {1: 1}, "missed": 0}
AREAS = {
    "areas": {"North": {"claimants": 300, "claims_per_week": 1}, "South": {"claimants": 100, "claims_per_week": 1}},
    "jobcentres": {
        "Dale": {"area": "North", "share": 0.8, "coaches": 3, "desks": 1},
        "Hill": {"area": "North", "share": 0.2, "coaches": 3, "desks": 1},
        "Hub": HUB,
        "Moor": {"area": "South", "share": 1, "coaches": 3, "desks": 1},
    },
    "appointments.youth_hub_meeting": MEETING,
}


def test_coaches_go_with_a_youth_hub_and_come_back():
    have = there({**AREAS, "jobcentres.Hub.coaches": 1, "jobcentres.Hub.coaches_from": {"Dale": 1, "Moor": 0.5}})
    assert have.coaches[:, 6].tolist() == have.coaches[:, 14].tolist() == [3, 3, 0, 3]
    assert have.coaches[:, 7].tolist() == have.coaches[:, 13].tolist() == [2, 3, 2.5, 2.5]
    assert have.expected_minutes[2, [4, 7, 11, 14]].tolist() == [0, 250, 250, 0]
    assert have.desk_minutes[2, [4, 7, 11, 14]].tolist() == [0, 960, 960, 0]


def test_recruits_posted_to_a_youth_hub_work_in_its_areas_while_it_does_not_exist():
    """It takes half of the young from North, .8 of whom are Dale's, and a quarter from South: .4 to .1 to .25."""
    cohort = {"starts": "2021-02-01", "coaches": 7.5, "to": {"Hub": 7.5}}
    have = there({**AREAS, "coaches.recruitment": {"c": cohort}})
    assert have.coaches[:, 6] == pytest.approx([3 + 4, 3 + 1, 0, 3 + 2.5])
    assert have.coaches[:, 7] == pytest.approx([3, 3, 7.5, 3])
    assert have.coaches[:, 14] == pytest.approx([3 + 4, 3 + 1, 0, 3 + 2.5])


def test_on_a_closed_day_nobody_is_seen_at_all():
    have = there({"closures": [{"from": "2021-02-02", "to": "2021-02-03"}]})
    assert have.expected_minutes[HILL, :5].tolist() == [200, 0, 0, 200, 200]
    assert (have.desk_minutes[HILL, :5] > 0).tolist() == [True, False, False, True, True]
    assert (have.minutes_per_coach[HILL, :5] > 0).tolist() == [True, False, False, True, True]
    assert have.coaches[HILL, 1] == 2, "the coaches are still in post"


def test_a_closure_of_another_jobcentre_changes_nothing_here():
    jobcentres = {name: {"area": "North", "share": 0.5, "coaches": 1, "desks": 1} for name in ("Hill", "Vale")}
    have = there({"jobcentres": jobcentres, "closures": [{"from": "2021-02-02", "to": "2021-02-02", "jobcentres": ["Vale"]}]})
    assert have.expected_minutes[:, 1].tolist() == [100, 0]


def test_bank_holidays_have_no_minutes():
    have = there({"period": {"from": "2021-04-01", "to": "2021-04-30"}}, days=7)
    assert have.expected_minutes[HILL].tolist() == [200, 0, 0, 0, 0, 200, 200]


# ---- what is known when

CHANGES = {
    "a series": ({"jobcentres.Hill.coaches": {"2021-02-01": 2, "2021-02-12": 3}}, 11),
    "a series announced early": ({"jobcentres.Hill.coaches": {"2021-02-01": 2, "2021-02-12": {"value": 3, "announced": "2021-02-04"}}}, 3),
    "a cohort": (recruits(training_working_days=7), 2),
    "a cohort announced early": (recruits(training_working_days=7, announced="2021-01-01"), -31),
    "an opening": ({"jobcentres.Shop": {**TEMPORARY, "coaches": 1}}, 7),
    "a closure": ({"closures": [{"from": "2021-02-12", "to": "2021-02-12"}]}, 11),
    "a closure announced early": ({"closures": [{"from": "2021-02-12", "to": "2021-02-12", "announced": "2021-02-05"}]}, 4),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_known_from_its_announcement_and_not_before(name):
    changes, known = CHANGES[name]
    after, before = there(changes, known_on=known).expected_minutes[:, 11], there(changes, known_on=known - 1).expected_minutes[:, 11]
    assert after.tolist() == there(changes).expected_minutes[:, 11].tolist()
    assert before.tolist() != after.tolist()
    scenario = tiny(changes)
    assert known in announcements(scenario, calendar_of(scenario))


def test_an_opening_announced_with_its_closing_unknown_has_no_end_until_that_is_known():
    life = {"opens": "2021-02-08", "announced": "2021-02-03", "closes": "2021-02-15", "closing_announced": "2021-02-10"}
    shop = {"jobcentres.Shop": {**TEMPORARY, "temporary": life, "coaches": 1}}
    on_friday_of = {known: there(shop, known_on=known).expected_minutes[SHOP, [11, 18]].tolist() for known in (1, 2, 8, 9)}
    assert on_friday_of == {1: [0, 0], 2: [100, 100], 8: [100, 100], 9: [100, 0]}


def test_minutes_of_a_meeting_become_known_on_their_announcement():
    """They change no minutes there, but those asked for: bookings look again."""
    minutes = {"2021-02-01": 20, "2021-02-22": {"value": 30, "announced": "2021-02-11"}}
    hub = tiny(
        {"jobcentres.Shop": {**HUB, "takes_young_from": {"North": 0.5}}, "appointments.youth_hub_meeting": {**MEETING, "minutes": minutes}}
    )
    assert announcements(hub, calendar_of(hub)) == [7, 10, 14]  # the hub opens, the announcement, the hub closes


# ---- absence on the day


def test_without_absence_the_day_has_what_was_expected():
    scenario = tiny({"jobcentres.Hill.coaches": 2.7})
    expected = capacity(scenario, calendar_of(scenario), 56).expected_minutes[HILL]
    assert daily(simulate(scenario, 1, 0), "coach_minutes").tolist() == expected.tolist()


def test_absence_takes_whole_coaches_and_is_right_on_average():
    """Of 20 coaches, 2000 minutes: a day has 2000 less a whole number of hundreds, and over the days as many are absent as expected."""
    scenario = tiny({"jobcentres.Hill.coaches": 20, "coaches.absence": 0.1, "period.to": "2025-12-31"})
    record = simulate(scenario, 1, 0)
    minutes = daily(record, "coach_minutes")[record.works]
    assert set(minutes % 100) == {0}
    absent = 20 - minutes / 100
    assert abs(absent.mean() - 2) < 5 * np.sqrt(20 * 0.1 * 0.9 / len(absent))
    assert np.var(absent) == pytest.approx(1.8, rel=0.2)


def test_half_a_coach_is_there_or_not():
    record = simulate(tiny({"jobcentres.Hill.coaches": 0.5, "coaches.absence": 0.4}), 1, 0)
    assert set(daily(record, "coach_minutes")[record.works]) == {0, 50}


def test_the_calendar_of_a_scenario_reaches_its_oldest_claim_and_recruit():
    scenario = tiny({**recruits(starts="2015-01-05", training_working_days=900), "claimants.longest_weeks_on_claim": 200})
    calendar = calendar_of(scenario)
    assert isinstance(calendar, Calendar)
    assert calendar.date(calendar.first) < dt.date(2015, 1, 5)
    assert calendar_of(tiny({"claimants.longest_weeks_on_claim": 1000})).first < -7 * 1001
