"""What programmes and vacancies allow before any run, worked by hand. Day 0 is Monday 1 February 2021; the run has eight weeks."""

import pytest

from sim.scenario.capacity import calendar_of
from sim.scenario.supply import days_open, intake_days, supply
from sim.scenario.support_check import labour_market_in_words, programmes_in_words, room
from tests.scenarios import tiny

PLAIN = {"open": {"from": "2020-01-01", "to": "2022-12-31"}, "referral_at_review": 0.1, "weeks": 2, "contact_goes_on": True}
JOBS = {"applied_per_week": {"2021-02-01": 7}, "days_to_approve": 3, "days_to_advertise": 2, "days_to_fill": 1}


def course(of, **more):
    """A scenario with one programme of this supply, and the programme."""
    scenario = tiny({"programmes.Course": {**PLAIN, "supply": of, **more}})
    return scenario, scenario.programmes["Course"]


def by_day(of, days, **more):
    scenario, programme = course(of, **more)
    return supply(scenario, programme, calendar_of(scenario))[days].tolist()


def starts(of, **more):
    return room(*course(of, **more)).starts


def line(of, **more):
    scenario, _ = course(of, **more)
    (only,) = programmes_in_words(scenario)
    return only


def test_a_programme_is_open_on_working_days_of_its_dates_within_the_run():
    def days(first, last):
        scenario, programme = course({"places": 1}, open={"from": first, "to": last})
        return days_open(scenario, programme, calendar_of(scenario)).tolist()

    assert days("2021-02-04", "2021-02-09") == [3, 4, 7, 8]
    assert days("2020-01-01", "2021-02-01") == [0]
    assert days("2021-03-26", "2030-01-01") == [53]
    scenario = tiny({"period": {"from": "2021-03-29", "to": "2021-04-11"}, "programmes.Course": {**PLAIN, "supply": {"places": 1}}})
    open_days = days_open(scenario, scenario.programmes["Course"], calendar_of(scenario))
    assert open_days.tolist() == [0, 1, 2, 3, 8, 9, 10, 11], "Good Friday and Easter Monday are off"


def test_places_are_whole_and_those_of_the_day():
    assert by_day({"places": {"2021-02-01": 2.9, "2021-02-03": 0.29 * 100}}, [0, 1, 2, 55]) == [2, 2, 29, 29]


def test_jobs_are_applied_for_then_approved_advertised_and_filled():
    """One a day, from day 0; the first can be filled six days later."""
    assert by_day({"jobs": JOBS}, slice(0, 10)) == [0, 0, 0, 0, 0, 0, 1, 2, 3, 4]
    assert by_day({"jobs": {**JOBS, "filled_at_most": 0.5}}, slice(0, 10)) == [0, 0, 0, 0, 0, 0, 0, 1, 1, 2]
    later = {"from": "2021-02-03", "to": "2021-12-31"}
    assert by_day({"jobs": JOBS}, slice(0, 9), open=later) == [0, 0, 0, 0, 0, 0, 1, 2, 3], "employers apply before it opens"
    earlier = {**JOBS, "applied_per_week": {"2021-01-25": 14, "2021-02-03": 7}}
    assert by_day({"jobs": earlier}, slice(0, 10)) == [4, 6, 8, 10, 12, 14, 16, 18, 19, 20], "and before the run"
    undated = {**JOBS, "applied_per_week": 7}
    assert by_day({"jobs": undated}, slice(0, 11), open=later) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3], "without a date since it opens"
    assert by_day({"jobs": undated}, [0], open={"from": "2021-01-20", "to": "2021-12-31"}) == [7]
    assert by_day({"jobs": {**JOBS, "days_to_fill": 48}}, [52, 53]) == [0, 1]


def test_courses_begin_every_so_many_weeks_from_the_opening_put_off_to_a_working_day():
    def begins(first, weeks):
        scenario, programme = course({"intakes": {"every_weeks": weeks, "places": 5}}, open={"from": first, "to": "2022-12-31"})
        return intake_days(scenario, programme, calendar_of(scenario)).tolist()

    assert begins("2021-02-03", 3) == [2, 23, 44]
    assert begins("2021-01-20", 3) == [9, 30, 51], "counted from an opening before the run"
    assert begins("2021-01-30", 4) == [0, 28], "planned for a Saturday before the run, begun on its first Monday"
    assert begins("2021-02-06", 1)[:2] == [7, 14]
    two = {"intakes": {"every_weeks": 2, "places": {"2021-02-01": 5, "2021-02-15": 8}}}
    assert by_day(two, [0, 1, 13, 14, 15, 28], open={"from": "2021-02-01", "to": "2022-12-31"}) == [5, 0, 0, 8, 0, 8]


def test_how_many_can_start():
    assert starts({"places": 10}) == 10 * 54 // 14, "54 days from the first Monday to the last Friday"
    assert starts({"places": 10}, weeks=26) == 10, "each place serves one at least"
    assert starts({"places": {"2021-02-01": 0, "2021-03-22": 4}}, weeks=26) == 4
    assert starts({"jobs": JOBS}) == 54 - 6
    assert starts({"jobs": JOBS}, open={"from": "2021-02-01", "to": "2021-02-14"}) == 6, "closed on a Sunday, it last filled on Friday"
    assert starts({"intakes": {"every_weeks": 2, "places": 5}}, open={"from": "2021-02-01", "to": "2021-03-01"}) == 3 * 5


def test_a_line_says_when_for_whom_and_how_many():
    assert (
        line({"places": 10})
        == "Course: open throughout; for everyone in reviews; 10 places of 2 weeks, room for about 38 starts in the run"
    )
    who = {"age_groups": ["50+", "16-24"], "areas": ["North"], "at_least_weeks": 13}
    assert line({"jobs": JOBS}, who=who, open={"from": "2021-02-08", "to": "2021-03-05"}) == (
        "Course: open from 2021-02-08 until 2021-03-05; for people aged 16-24 and 50+ in North from 13 weeks on the claim; "
        "27 jobs can be filled in the run"
    )
    rising = {"at_least_weeks": {"2021-02-01": 52, "2021-03-01": 0}, "at_most_weeks": {"2021-02-01": 78, "2021-03-01": 5200}}
    assert line({"intakes": {"every_weeks": 4, "places": 5}}, who=rising, open={"from": "2021-02-01", "to": "2022-01-01"}) == (
        "Course: open throughout; for people 52 to 78 weeks on the claim (at the end at any time); 2 courses with room for 10 in the run"
    )
    assert "; 3 to 10 places of 1.5 weeks, room for " in line({"places": {"2021-02-01": 10, "2021-03-01": 3}}, weeks=1.5)
    assert programmes_in_words(tiny()) == []


def test_programmes_are_told_by_name():
    scenario = tiny({"programmes": {name: {**PLAIN, "supply": {"places": 1}} for name in ("B", "A")}})
    assert [words[:2] for words in programmes_in_words(scenario)] == ["A:", "B:"]


def test_vacancies_for_each_searcher_against_the_reference():
    """Sixty people: twenty in care, with 80 vacancies; forty in mining, with 20."""
    sector = {"vacancies": 20, "inflow_per_week": 1}
    market = {
        "sectors": {"Mining": {**sector, "share": 2 / 3}, "Care": {**sector, "share": 1 / 3, "vacancies": 80}},
        "elasticity": 0.5,
        "reference_tightness": 1,
        "others_hiring_monthly_rate": 0.1,
        "lapsing_monthly_rate": 0.1,
    }
    assert labour_market_in_words(tiny({"labour_market": market})) == [
        "Care: 80 for 20 people, 200%",
        "Mining: 20 for 40 people, 71%",
    ]
    assert labour_market_in_words(tiny()) == []
    none = {**market, "sectors": {"Mining": {**sector, "share": 1, "vacancies": 0.9}}}
    assert labour_market_in_words(tiny({"labour_market": none}))[0].endswith(", 0%")
    few = tiny({"labour_market": {**market, "elasticity": 0, "reference_tightness": 1e-6}})
    assert all(words.endswith(" 100%") for words in labour_market_in_words(few)), "with elasticity zero vacancies do not matter"


@pytest.mark.parametrize("elasticity, factor", [(1, 64.0), (0.5, 240_000**0.5 / 60**0.5)])
def test_matching_has_a_limit(elasticity, factor):
    market = {
        "sectors": {"All": {"share": 1, "vacancies": 240_000, "inflow_per_week": 0}},
        "elasticity": elasticity,
        "reference_tightness": 1,
        "others_hiring_monthly_rate": 0,
        "lapsing_monthly_rate": 0,
    }
    assert labour_market_in_words(tiny({"labour_market": market}))[0].endswith(f" {factor:.0%}")
