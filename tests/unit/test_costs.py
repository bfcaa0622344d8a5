"""Running costs, worked by hand (rules, section 12). Day 0 is Monday 1 February 2021."""

import numpy as np
import pytest

from sim.record import COST_COLUMNS
from sim.scenario.capacity import calendar_of, capacity
from sim.scenario.costs import running_costs
from tests.scenarios import tiny

YEAR = 365.25
HUB_MEETING = {"minutes": 20, "priority": 2, "every_weeks": {1: 1}, "missed": 0}
SHOP = {"temporary": {"opens": "2021-02-08", "closes": "2021-02-15"}, "takes_from": {"Hill": 0.3}, "desks": 4}  # days 7 to 13
HUB = {"temporary": {"opens": "2021-02-10"}, "takes_young_from": {"North": 0.3}, "desks": 2}


def pounds(prices, changes=None, days=28):
    """By day and jobcentre, a table for each column."""
    scenario = tiny({"costs": prices, **(changes or {})})
    calendar = calendar_of(scenario)
    out = running_costs(scenario, calendar, days, capacity(scenario, calendar, days))
    assert out.shape == (days, len(scenario.jobcentres), len(COST_COLUMNS))
    return {name: out[:, :, c] for c, name in enumerate(COST_COLUMNS)}


def test_nothing_costs_anything_unless_it_says_so():
    assert all((table == 0).all() for table in pounds({}).values())


def test_coaches_in_post_cost_a_day_of_their_year_every_calendar_day():
    costs = pounds({"coach_per_year": 36_525})
    assert costs["coaches"][:, 0].tolist() == pytest.approx([2 * 100] * 28)
    assert not costs["training"].any() and not costs["estate"].any()


def test_leavers_cost_nothing_any_more_and_those_who_go_along_cost_where_they_work():
    costs = pounds({"coach_per_year": 36_525}, {"coaches.leavers_per_year": 0.2})
    assert costs["coaches"][27, 0] == pytest.approx(200 * 0.8 ** (27 / YEAR))
    moved = pounds({"coach_per_year": 36_525}, {"jobcentres.Shop": {**SHOP, "coaches_from": {"Hill": 0.5}}})["coaches"]
    assert moved[[6, 7, 13, 14]].tolist() == [pytest.approx(day) for day in ([200, 0], [150, 50], [150, 50], [200, 0])]


def test_trainees_cost_their_pay_and_their_share_of_a_trainer():
    """Four start on Wednesday and train for three working days: Wednesday to Sunday."""
    cohort = {"starts": "2021-02-03", "coaches": 4, "training_working_days": 3, "ramp_working_days": 2}
    prices = {"coach_per_year": 365.25, "trainee_per_year": 3652.5, "trainer_per_year": 7305, "trainees_per_trainer": 8}
    costs = pounds(prices, {"coaches.recruitment": {"spring": cohort}})
    a_day = 4 * (10 + 20 / 8)
    assert costs["training"][:9, 0].tolist() == pytest.approx([0, 0, a_day, a_day, a_day, a_day, a_day, 0, 0])
    assert costs["coaches"][:9, 0].tolist() == pytest.approx([2, 2, 2, 2, 2, 2, 2, 6, 6]), "paid in full, whatever their output"


def test_desks_cost_usable_or_not_on_days_off_and_days_shut():
    changes = {
        "jobcentres.Hill.desks": {"2021-02-01": 5, "2021-02-15": 8},
        "service.desks_usable": 0.1,
        "closures": [{"from": "2021-02-02", "to": "2021-02-03"}],
    }
    estate = pounds({"desk_per_year": 730.5}, changes)["estate"][:, 0]
    assert estate[:14].tolist() == pytest.approx([10] * 14) and estate[14:].tolist() == pytest.approx([16] * 14)


PRICES = {
    "desk_per_year": 365.25,
    "temporary_jobcentre_per_year": 36_525,
    "temporary_jobcentre_opening": 1000,
    "youth_hub_per_year": 3652.5,
    "youth_hub_opening": 500,
}


def test_a_temporary_jobcentre_costs_while_it_exists_and_its_opening_once():
    costs = pounds(PRICES, {"jobcentres.Shop": SHOP, "closures": [{"from": "2021-02-09", "to": "2021-02-09", "jobcentres": ["Shop"]}]})
    assert costs["estate"][:, 1].tolist() == pytest.approx([0] * 7 + [1104] + [104] * 6 + [0] * 14)
    assert costs["estate"][:, 0].tolist() == pytest.approx([10] * 28), "a permanent jobcentre costs only its desks"


def test_a_youth_hub_costs_what_youth_hubs_cost():
    costs = pounds(PRICES, {"jobcentres.Hub": HUB, "appointments.youth_hub_meeting": HUB_MEETING})
    assert costs["estate"][:, 1].tolist() == pytest.approx([0] * 9 + [512] + [12] * 18)


def test_what_opened_before_the_run_was_fitted_out_before_it():
    before = {**SHOP, "temporary": {"opens": "2021-01-31"}}
    assert pounds(PRICES, {"jobcentres.Shop": before})["estate"][:, 1].tolist() == pytest.approx([104] * 28)
    on_the_first = {**SHOP, "temporary": {"opens": "2021-02-01"}}
    assert pounds(PRICES, {"jobcentres.Shop": on_the_first})["estate"][0, 1] == pytest.approx(1104)


def test_what_opens_and_closes_on_one_day_never_exists():
    never = {**SHOP, "temporary": {"opens": "2021-02-08", "closes": "2021-02-08"}}
    assert not pounds(PRICES, {"jobcentres.Shop": never})["estate"][:, 1].any()


def test_jobcentres_are_in_order_of_name_whatever_the_order_in_the_file():
    jobcentres = {
        "Vale": {"area": "North", "share": 0.5, "coaches": 1, "desks": 1},
        "Dale": {"area": "North", "share": 0.5, "coaches": 3, "desks": 2},
    }
    costs = pounds({"coach_per_year": YEAR, "desk_per_year": YEAR}, {"jobcentres": jobcentres}, days=2)
    np.testing.assert_allclose(costs["coaches"], [[3, 1], [3, 1]])
    np.testing.assert_allclose(costs["estate"], [[2, 1], [2, 1]])
