"""Beliefs about the labour market, displacement, retraining and costs."""

from itertools import pairwise

import numpy as np
import pytest

from tests.functional.beliefs import (
    FOR_YOUNG,
    YOUNG,
    by_hand,
    direction,
    entry_day,
    extreme,
    falling,
    flow,
    market,
    only,
    rising,
    roomy,
    sector,
    starts,
)
from tests.scenarios import total

SCARCE = market(1, 10, 8, others_hiring_monthly_rate=0.01, lapsing_monthly_rate=0.01, reference_tightness=0.05)
MATCHED = market(0.5, 60, 30)


def entries(record):
    return total(record, "job_entries")


@direction("labour_market.sectors.*.vacancies", "labour_market.sectors.*.inflow_per_week")
def test_more_vacancies():
    """The more vacancies there are, the more people enter work; without any, nobody does."""
    found = [entries(roomy(market(0.5, jobs, jobs / 2))) for jobs in (0, 10, 30, 100, 300)]
    assert found[0] == 0 and rising(found)


@direction("labour_market.sectors.*.vacancies", "labour_market.sectors.*.inflow_per_week")
@pytest.mark.parametrize(("vacancies", "inflow"), [([20, 60, 200], [10] * 3), ([60] * 3, [5, 15, 60])], ids=["stock", "inflow"])
def test_more_vacancies_at_the_start_or_later(vacancies, inflow):
    """Both vacancies there at the start and those that come later put more people in work."""
    assert rising([entries(roomy(market(0.5, stock, flow_in))) for stock, flow_in in zip(vacancies, inflow, strict=True)])


@direction("labour_market.others_hiring_monthly_rate", "labour_market.lapsing_monthly_rate")
@pytest.mark.parametrize("key", ["others_hiring_monthly_rate", "lapsing_monthly_rate"])
def test_vacancies_that_go_to_others(key):
    """The more vacancies are filled by others, or lapse, the fewer claimants enter work."""
    assert falling([entries(roomy(MATCHED, market(0.5, 60, 30, **{key: rate}))) for rate in (0.05, 0.3, 0.9)])


@direction("labour_market.elasticity")
def test_elasticity_where_jobs_are_scarce():
    """Where jobs are scarcer than at the reference, the more matching depends on vacancies, the fewer people enter work."""
    assert falling([entries(roomy(market(elasticity, 20, 10))) for elasticity in (0, 0.3, 1)])


@direction("labour_market.reference_tightness")
def test_reference_tightness():
    """The more vacancies for each searcher are taken as normal, the fewer people enter work at the same number of vacancies."""
    assert falling([entries(roomy(market(0.5, 60, 30, reference_tightness=normal))) for normal in (0.1, 0.25, 1)])


@direction("labour_market.sectors.*.share")
def test_more_people_in_a_sector_without_jobs():
    """The more people look in a sector where jobs are scarce, the fewer of them enter work in all."""

    def shared(scarce):
        jobs = {"vacancies": 500, "inflow_per_week": 100}
        few = {"vacancies": 10, "inflow_per_week": 3}
        both = {"Hiring": {"share": 1 - scarce, **jobs}, "Shrinking": {"share": scarce, **few}}
        return {**MATCHED["labour_market"], "sectors": both}

    assert falling([entries(roomy({"labour_market": shared(scarce)})) for scarce in (0.2, 0.5, 0.8)])


def entries_by_age(record):
    """Job entries of the young and of everyone else."""
    by_age = record.by_home[:, :, :, 4].sum(axis=(0, 1))
    assert by_age.sum() == (record.people["exit_kind"] == 1).sum()
    return by_age[YOUNG], by_age.sum() - by_age[YOUNG]


@direction("labour_market.elasticity", "programmes.*.job_entry_while_on_it")
def test_where_jobs_are_scarce_helping_some_displaces_others():
    """Where jobs are scarce, helping the young into work puts more of them and fewer of the others in work, and hardly more in all."""
    helped = only(**FOR_YOUNG, referral_at_review=1, job_entry_while_on_it=4)
    (young0, others0), (young1, others1) = (entries_by_age(roomy(SCARCE, *more)) for more in ((), (helped,)))
    assert young1 > young0 + 20
    assert others1 < others0 - 20
    assert 0 <= young1 + others1 - young0 - others0 < 0.3 * (young1 - young0), "net is less than gross"


@extreme("labour_market.elasticity")
def test_with_elasticity_zero_nobody_is_displaced():
    """If matching does not depend on vacancies and there are any, helping the young delays nobody else's job by a day."""
    plenty, helped = market(0, 1000, 100), only(**FOR_YOUNG, referral_at_review=1, job_entry_while_on_it=4)
    none, there = roomy(plenty), roomy(plenty, helped)
    others = none.people["age"] != YOUNG
    assert (entry_day(there) == entry_day(none))[others].all()
    assert entries(there) > entries(none) + 20


ON_IT = {"who": {"sectors": ["Shrinking"]}, "weeks": 4, "job_entry_while_on_it": 0, "referral_at_review": 1}


def retrained(share, to):
    return only(**ON_IT, retraining={"share": share, "to": to})


@direction("programmes.*.retraining.share", "programmes.*.who.sectors")
def test_retraining_moves_people_and_their_job_entries():
    """Retraining moves searchers and job entries to the hiring sector: its vacancies fall, and those of the other sector rise."""
    stay, move = (roomy(MATCHED, retrained(share, {"Hiring": 1})) for share in (0, 1))
    assert flow(move, "completed").sum() > 100
    assert sector(move, "searchers", "Hiring")[-1] > sector(stay, "searchers", "Hiring")[-1] + 20
    assert sector(move, "searchers", "Shrinking")[-1] < sector(stay, "searchers", "Shrinking")[-1] - 20
    assert sector(move, "entries", "Hiring").sum() > sector(stay, "entries", "Hiring").sum() + 20
    later = slice(90, None)
    assert (sector(move, "vacancies", "Hiring")[later] < sector(stay, "vacancies", "Hiring")[later]).all()
    assert (sector(move, "vacancies", "Shrinking")[later] > sector(stay, "vacancies", "Shrinking")[later]).all()


@direction("programmes.*.retraining.to")
def test_where_people_are_retrained_to():
    """The more of those retrained go to a sector, the more people look for work in it at the end."""
    shares = ({"Hiring": 0.1, "Shrinking": 0.9}, {"Hiring": 0.5, "Shrinking": 0.5}, {"Hiring": 1})
    assert rising([sector(roomy(MATCHED, retrained(1, to)), "searchers", "Hiring")[-1] for to in shares])


# ---- costs

PRICES = {
    "costs.coach_per_year": 36_525,
    "costs.trainee_per_year": 30_000,
    "costs.trainer_per_year": 40_000,
    "costs.trainees_per_trainer": 8,
    "costs.desk_per_year": 3652.5,
    "costs.temporary_jobcentre_per_year": 100_000,
    "costs.temporary_jobcentre_opening": 9_000,
    "costs.youth_hub_per_year": 60_000,
    "costs.youth_hub_opening": 5_000,
}


@by_hand("costs.coach_per_year", "costs.desk_per_year", "programmes.*.cost_per_start")
def test_a_bill_added_up_by_hand():
    """A coach at 100 pounds a day, a desk at 10 and a start at 800 cost exactly their days and starts.

    36,525 and 3,652.5 pounds a year are 100 and 10 a day; half a year has 181 days.
    """
    few = {"jobcentres.Hill.coaches": 5, "jobcentres.Hill.desks": 7, "programmes.Help.cost_per_start": 800}
    record = roomy({**only(supply={"places": 30}), **few}, PRICES)
    assert record.days == 181
    assert record.costs.sum() == pytest.approx(181 * (5 * 100 + 7 * 10), rel=1e-12)
    assert record.cost_per_start.tolist() == [800] and starts(record) > 30


TEMPORARY = {
    "jobcentres.Shop": {"temporary": {"opens": "2021-03-01"}, "takes_from": {"Hill": 0.1}, "coaches": 1, "desks": 1},
    "jobcentres.Yard": {"temporary": {"opens": "2021-03-01"}, "takes_young_from": {"North": 0.1}, "coaches": 1, "desks": 1},
    "appointments.youth_hub_meeting": {"minutes": 15, "priority": 2, "every_weeks": {1: 1}, "missed": 0},
    "coaches.recruitment": {"spring": {"starts": "2021-03-01", "coaches": 4, "training_working_days": 20}},
}


@direction(*(key for key in PRICES))
@pytest.mark.parametrize("key", PRICES)
def test_dearer(key):
    """The dearer a thing, the larger the bill, by as much each time; the more trainees share a trainer, the smaller."""
    bills = np.array([roomy(PRICES, TEMPORARY, {key: factor * PRICES[key]}).costs.sum() for factor in (1, 2, 3)])
    if key == "costs.trainees_per_trainer":
        assert falling(bills.tolist())
    else:
        less, more = np.diff(bills)
        assert less > 0 and more == pytest.approx(less, rel=1e-9)


@direction("programmes.*.cost_per_start")
def test_dearer_starts():
    """The dearer a start, the larger the bill for a programme, whoever starts."""
    records = [roomy({**only(supply={"places": 30}), "programmes.Help.cost_per_start": price}) for price in (100, 800, 6500)]
    assert len({starts(record) for record in records}) == 1
    assert all(less < more for less, more in pairwise(record.cost_per_start[0] * starts(record) for record in records))
