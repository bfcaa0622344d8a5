"""The load check, worked by hand. February 2021 is four weeks: two coaches have 4,000 minutes, ten desks 96,000."""

import math
from pathlib import Path

import pandas as pd
import pytest

from sim.scenario import load
from sim.scenario.load_check import in_words, meaning, offered_load, opening_load, region
from tests.scenarios import tiny

FEBRUARY = {"period.to": "2021-02-28", "appointments.review.every_weeks": {1: 2}}


def steady(people, **more):
    """So many people, all in reviews, who neither come nor go."""
    return tiny(
        {
            **FEBRUARY,
            "areas.North": {"claimants": people, "claims_per_week": 0},
            "claimants.weeks_on_claim": {"0-1": 0, "2-5": 1, "6+": 0},
            **more,
        }
    )


def claims(per_week, **more):
    """Nobody at first, then so many claims a week."""
    return tiny({**FEBRUARY, "areas.North": {"claimants": 0, "claims_per_week": per_week}, **more})


def february(scenario):
    return offered_load(scenario).iloc[0]


def sentence(scenario):
    return meaning(scenario, february(scenario)).sentence


def test_reviews_every_other_week_ask_for_half_a_review_a_week():
    row = february(steady(100))
    assert (row["month"], row["jobcentre"], row["caseload"]) == ("2021-02", "Hill", 100)
    assert (row["first_minutes"], row["review_minutes"]) == (0, 100 / 2 * 10 * 4)
    assert (row["coach_minutes"], row["desk_minutes"]) == (4000, 96_000)
    assert row["load"] == 0.5
    assert row["weeks_between_reviews"] == 2


def test_claims_ask_for_one_first_meeting_and_for_reviews_from_their_second_week():
    """Ten claims a week: 4 x 10 first meetings; 0, 10, 20 and 30 people are in reviews in the four weeks."""
    row = february(claims(10))
    assert row["first_minutes"] == 4 * 10 * 30
    assert row["review_minutes"] == (0 + 10 + 20 + 30) / 2 * 10
    assert row["caseload"] == (10 + 20 + 30 + 40) / 4


def test_missed_appointments_are_asked_for_again():
    again = claims(10, **{"appointments.first_meeting.missed": 0.2, "appointments.review.missed": 0.5})
    assert february(again)["first_minutes"] == pytest.approx(4 * 10 * 30 / 0.8)
    assert february(again)["review_minutes"] == pytest.approx(300 / 0.5)


def test_people_leave_at_the_monthly_rates():
    """Weeks 0 to 3 start with what seven days at both hazards leave of 100."""
    rates = {"job_entry.monthly_rate_by_week": {0: 0.1}, "job_entry.by_age_group": {}, "other_leaving.monthly_rate": 0.05}
    stay = (0.9 * 0.95) ** (7 / 30.4375)
    assert february(steady(100, **rates))["caseload"] == pytest.approx(25 * (1 + stay + stay**2 + stay**3))


def test_a_frequency_by_week_of_the_claim_is_that_of_each_week():
    """Weeks 11 to 14 of the claim on the first day, a quarter each: weekly to week 13, then every two weeks."""
    four = {
        "claimants.weeks_on_claim": {"0-9": 0, "10-13": 1, "14+": 0},
        "appointments.review.every_weeks": {1: 1, 14: 2},
        "period.to": "2021-02-07",
    }
    assert february(steady(80, **four))["review_minutes"] == (60 + 20 / 2) * 10


def test_desks_are_asked_for_by_those_who_come_in():
    come_in = {"claimants.can_be_served_remotely": 0.8, "service.face_to_face_share": 0.25, "jobcentres.Hill.desks": 0.1}
    row = february(steady(100, **come_in))
    assert row["desk_minutes_asked"] == pytest.approx(2000 * (0.2 + 0.8 * 0.25))
    assert row["desk_load"] == pytest.approx(800 / 960)
    assert "desks bind" not in sentence(steady(100, **come_in))
    assert sentence(steady(150, **come_in)).endswith("; desks bind (1.25 of their minutes asked for)")


def test_up_to_a_load_of_one_everyone_can_be_seen():
    assert february(steady(200))["load"] == 1
    assert sentence(steady(200)) == "everyone can be seen in time, with reviews every 2.0 weeks"


def test_above_one_reviews_stretch_in_proportion():
    assert sentence(steady(310)) == "reviews stretch from every 2.0 weeks to every 3.1"
    assert meaning(steady(310), february(steady(310))).stretch_to_weeks == pytest.approx(3.1)


def test_first_meetings_queue_only_if_they_alone_are_too_many():
    """35 a week want 1,050 of 1,000 minutes; 30 a week leave some for reviews, which take all the delay."""
    too_many, not_alone = claims(35), claims(30)
    assert sentence(too_many) == "first meetings queue and reviews stop"
    assert february(not_alone)["load"] > 1
    assert not meaning(not_alone, february(not_alone)).first_meetings_queue
    assert sentence(not_alone).startswith("reviews stretch from every 2.0 weeks to every ")


def test_with_reviews_first_it_is_first_meetings_that_queue():
    swapped = {"appointments.first_meeting.priority": 2, "appointments.review.priority": 1}
    assert sentence(claims(30, **swapped)) == "first meetings queue"


def test_a_jobcentre_without_coaches_has_no_bound():
    nobody = steady(10, **{"jobcentres.Hill.coaches": 0})
    assert math.isinf(february(nobody)["load"])
    assert sentence(nobody) == "reviews stop"
    assert opening_load(nobody) == {"Hill": 4.0}
    assert opening_load(steady(100)) == {"Hill": 0.5}


def test_nobody_asks_for_nothing():
    assert february(steady(0))["load"] == 0


TWO = {
    "jobcentres": {
        "Hill": {"area": "North", "share": 0.6, "coaches": 2, "desks": 10},
        "Vale": {"area": "North", "share": 0.4, "coaches": 1, "desks": 5},
    }
}


def test_a_region_is_the_sum_of_its_jobcentres():
    frame = offered_load(steady(300, **TWO))
    assert frame["load"].tolist() == pytest.approx([180 * 20 / 4000, 120 * 20 / 2000])
    whole = region(frame).iloc[0]
    assert whole["load"] == pytest.approx(300 * 20 / 6000)
    assert whole["caseload"] == pytest.approx(300)
    assert whole["weeks_between_reviews"] == pytest.approx(2)


def test_a_temporary_jobcentre_takes_its_share_while_it_is_open():
    """From the third week: a fifth of Hill's people if it takes the standing caseload; else of the claims made from then on."""
    shop = {"temporary": {"opens": "2021-02-15"}, "takes_from": {"Hill": 0.2}, "coaches": 1, "desks": 5}
    standing = offered_load(steady(100, **{"jobcentres.Shop": {**shop, "standing_caseload": True}}))
    assert standing["caseload"].tolist() == pytest.approx([(100 + 100 + 80 + 80) / 4, (0 + 0 + 20 + 20) / 4])
    only_new = offered_load(claims(10, **{"jobcentres.Shop": shop}))
    assert only_new["caseload"].tolist() == pytest.approx([(10 + 20 + 28 + 36) / 4, (0 + 0 + 2 + 4) / 4])


HUB = {"temporary": {"opens": "2021-02-15"}, "takes_young_from": {"North": 0.5}, "coaches": 0.5, "desks": 5}
MEETING = {"minutes": 20, "priority": 2, "every_weeks": {1: 1}, "missed": 0.2}


def with_hub(people, **more):
    """A youth hub from the third week on, which a tenth of all people go to: half of the fifth who are young."""
    return steady(people, **{"jobcentres.Hub": {**HUB, "standing_caseload": True}, "appointments.youth_hub_meeting": MEETING, **more})


def test_a_youth_hub_takes_its_share_of_the_young_and_has_meetings_of_its_own():
    hill, hub = (row for _, row in offered_load(with_hub(100)).iterrows())
    assert (hill["caseload"], hub["caseload"]) == (pytest.approx((100 + 100 + 90 + 90) / 4), pytest.approx((10 + 10) / 4))
    assert hill["review_minutes"] == pytest.approx((100 + 100 + 90 + 90) / 2 * 10)
    assert hub["review_minutes"] == pytest.approx((10 + 10) * 20 / 0.8), "weekly, and one in five is missed"
    assert (hub["coach_minutes"], hub["weeks_between_reviews"]) == (500, pytest.approx(1))
    assert hub["desk_minutes_asked"] == hub["review_minutes"] and hub["desk_minutes"] == 10 * 5 * 480


def test_a_youth_hub_takes_claims_of_the_young_made_from_its_opening_on():
    hub = {"jobcentres.Hub": HUB, "appointments.youth_hub_meeting": MEETING}
    hill, young = (row for _, row in offered_load(claims(10, **hub)).iterrows())
    assert (hill["caseload"], young["caseload"]) == (pytest.approx((10 + 20 + 29 + 38) / 4), pytest.approx((0 + 0 + 1 + 2) / 4))
    assert (hill["first_minutes"], young["first_minutes"]) == (pytest.approx((10 + 10 + 9 + 9) * 30), pytest.approx(2 * 30))


def test_a_youth_hub_comes_before_a_temporary_jobcentre():
    """Of 100 people of Hill the hub has 10, and the shop a fifth of the other 90."""
    shop = {"temporary": {"opens": "2021-02-15"}, "takes_from": {"Hill": 0.2}, "standing_caseload": True, "coaches": 1, "desks": 5}
    frame = offered_load(with_hub(100, **{"jobcentres.Shop": shop})).set_index("jobcentre")
    assert (frame["caseload"] * 4 - [200, 0, 0]).to_dict() == pytest.approx({"Hill": 2 * 72, "Hub": 2 * 10, "Shop": 2 * 18})


def test_the_young_are_counted_area_by_area():
    two = {
        "areas.South": {"claimants": 100, "claims_per_week": 0, "age_groups": {"16-24": 0.6, "25-49": 0.4}},
        "jobcentres.Vale": {"area": "South", "share": 1, "coaches": 1, "desks": 1},
        "jobcentres.Hub.takes_young_from": {"North": 0.5, "South": 0.1},
        "jobcentres.Hub.temporary.opens": "2021-02-01",
    }
    frame = offered_load(with_hub(100, **two)).set_index("jobcentre")
    assert frame["caseload"].to_dict() == pytest.approx({"Hill": 90, "Hub": 10 + 6, "Vale": 94})


def test_what_a_load_means_at_a_youth_hub_goes_by_the_rank_of_its_meeting():
    busy = claims(
        60,
        **{"jobcentres.Hub": HUB, "appointments.youth_hub_meeting": {**MEETING, "priority": 1}, "appointments.first_meeting.priority": 2},
    )
    _, hub = (meaning(busy, row) for _, row in offered_load(busy).iterrows())
    assert hub.stretch_to_weeks == 1 and hub.first_meetings_queue


def test_the_opening_load_knows_a_youth_hub_only_once_it_is_announced():
    from_the_start = {"jobcentres.Hub.temporary": {"opens": "2021-02-01", "announced": "2021-01-31"}}
    assert opening_load(with_hub(200, **from_the_start)) == {"Hill": pytest.approx(0.9)}
    assert opening_load(with_hub(200, **{"jobcentres.Hub.temporary": {"opens": "2021-02-01"}})) == {"Hill": 1}


SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.mark.parametrize("name", ["one_jobcentre", "west_midlands"])
def test_nothing_but_the_journey_matters(name):
    """To the last bit: returns, programmes, costs and a hub that nobody goes to leave the load of the others as it was."""
    base = load(SCENARIOS / f"{name}.yaml")
    hub = {"temporary": {"opens": base.period.from_}, "takes_young_from": {min(base.areas): 0}, "standing_caseload": True, "desks": 1}
    course = {"open": {"from": base.period.from_, "to": base.period.to}, "supply": {"places": 9}, "referral_at_review": 1, "weeks": 9}
    more = base.change(
        {
            "jobcentres.Zero": hub,
            "appointments.youth_hub_meeting": MEETING,
            "returns": {"share": 0.3, "mean_weeks": 8},
            "programmes.Course": {**course, "contact_goes_on": False},
            "costs.desk_per_year": 9,
        }
    )
    frame = offered_load(more)
    assert (frame[frame["jobcentre"] == "Zero"][["load", "caseload"]] == 0).all(axis=None)
    pd.testing.assert_frame_equal(frame[frame["jobcentre"] != "Zero"].reset_index(drop=True), offered_load(base), check_exact=True)
    assert opening_load(more) == opening_load(base)


def test_the_opening_load_of_a_scenario_from_before_there_were_youth_hubs():
    assert opening_load(load(SCENARIOS / "one_jobcentre.yaml")) == {"High Street": pytest.approx(0.9609549473936796, rel=1e-12)}


def test_every_month_has_a_row_for_every_jobcentre():
    frame = offered_load(steady(100, **TWO, **{"period.to": "2021-04-15"}))
    assert list(zip(frame["month"], frame["jobcentre"], strict=True)) == [
        (m, j) for m in ("2021-02", "2021-03", "2021-04") for j in ("Hill", "Vale")
    ]
    assert isinstance(frame, pd.DataFrame) and not frame.isna().any().any()
    assert frame["review_minutes"].iloc[::2].tolist() == pytest.approx([60 / 2 * 10 * days / 7 for days in (28, 31, 15)])


def test_a_jobcentre_that_is_short_is_named_where_the_others_are_not():
    """Jobcentres do not lend each other coaches, so enough in all may be far too few at one."""
    split = {
        "jobcentres.Hill.share": 0.5,
        "jobcentres.Hill.coaches": 50,
        "jobcentres.Low": {"area": "North", "share": 0.5, "coaches": 0.01, "desks": 3},
    }
    scenario = tiny({"areas.North.claimants": 300, **split})
    sentences = [words for _, load, words in in_words(scenario, offered_load(scenario)) if load <= 1]
    assert sentences and all("suffice in all, but not at Low" in words for words in sentences)


def test_nobody_asks_for_anything():
    scenario = tiny({"areas.North.claimants": 0, "areas.North.claims_per_week": 0})
    assert {words for *_, words in in_words(scenario, offered_load(scenario))} == {"nobody asks for anything"}
