"""Vacancies by sector, worked by hand (rules, section 10), and their tally against the events of a run."""

import numpy as np
import pytest

from sim.model.labour_market import LabourMarket
from sim.model.ledger import Event
from sim.model.simulation import simulate
from sim.record import SECTOR_COLUMNS
from tests.scenarios import events, rich, tiny

SECTORS = {
    "Shops": {"share": 0.5, "vacancies": 80, "inflow_per_week": {"2021-02-01": 14, "2021-02-03": 35}},
    "Care": {"share": 0.5, "vacancies": 20, "inflow_per_week": 0},
}
CARE, SHOPS = range(2)
MARKET = {
    "sectors": SECTORS,
    "elasticity": 0.5,
    "reference_tightness": 0.25,
    "others_hiring_monthly_rate": 0,
    "lapsing_monthly_rate": 0,
}


def market(days=5, **changes):
    return LabourMarket(tiny({"labour_market": {**MARKET, **changes}}), days)


def figures(made, day, name):
    return made.by_sector[day, :, SECTOR_COLUMNS.index(name)].tolist()


def close(made, today, searchers, entries):
    made.today[:, 0], made.today[:, 1] = searchers, entries
    made.close(today)


def test_matching_goes_with_vacancies_per_searcher_to_the_power_of_the_elasticity():
    made = market()
    made.open(np.array([320, 80]))
    assert made.matching == pytest.approx([(20 / 320 / 0.25) ** 0.5, (80 / 80 / 0.25) ** 0.5]) == [0.5, 2]
    none = market(elasticity=0)
    none.open(np.array([320, 80]))
    assert none.matching.tolist() == [1, 1]


def test_twice_of_everything_changes_nothing():
    """Constant returns to scale."""
    twice = {name: {**one, "vacancies": 2 * one["vacancies"]} for name, one in SECTORS.items()}
    one, other = market(), market(sectors=twice)
    one.open(np.array([30, 70]))
    other.open(np.array([60, 140]))
    assert one.matching == pytest.approx(other.matching)


def test_a_day_of_vacancies():
    """14 a week come, then 35; what claimants fill goes; a tenth of what was there goes in a month to others, and a fifth lapses."""
    made = market(others_hiring_monthly_rate=0.1, lapsing_monthly_rate=0.2)
    close(made, 0, [10, 40], [3, 5])
    others, lapsing = (1 - (1 - rate) ** (1 / 30.4375) for rate in (0.1, 0.2))
    assert figures(made, 0, "inflow") == [0, 2] and figures(made, 0, "entries") == [3, 5] and figures(made, 0, "searchers") == [10, 40]
    assert figures(made, 0, "others") == pytest.approx([20 * others, 80 * others])
    assert figures(made, 0, "lapsed") == pytest.approx([20 * lapsing, 80 * lapsing])
    left = [20 - 3 - 20 * (others + lapsing), 80 + 2 - 5 - 80 * (others + lapsing)]
    assert figures(made, 0, "vacancies") == pytest.approx(left)
    assert made.matching == pytest.approx([(v / s / 0.25) ** 0.5 for v, s in zip(left, (10, 40), strict=True)])
    assert not made.today.any(), "tomorrow is counted anew"
    close(made, 1, [10, 40], [0, 0])
    close(made, 2, [10, 40], [0, 0])
    assert figures(made, 1, "inflow") == [0, 2] and figures(made, 2, "inflow") == [0, 5]


def test_more_may_enter_work_than_there_are_vacancies_and_then_nobody_is_matched_until_there_is_one():
    shops = {**SECTORS["Shops"], "share": 1, "vacancies": 2, "inflow_per_week": 7}
    made = market(sectors={"Shops": shops}, others_hiring_monthly_rate=0.9, lapsing_monthly_rate=0.9)
    close(made, 0, [50], [5])
    below = figures(made, 0, "vacancies")[0]
    assert -2.5 < below < -2
    matched = []
    for day in range(1, 5):
        close(made, day, [50], [0])
        matched.append(float(made.matching[0]))
    assert figures(made, 1, "vacancies")[0] == pytest.approx(below + 1), "less than none neither lapse nor are filled by others"
    assert matched[:2] == [0, 0] and matched[3] > 0
    assert [v > 0 for v in matched] == [figures(made, day, "vacancies")[0] >= 1 for day in range(1, 5)]


def test_matching_has_a_limit_and_nobody_searching_counts_as_one():
    made = market(elasticity=1)
    made.open(np.array([0, 1]))
    assert made.matching.tolist() == [64, 64]
    made = market(elasticity=1, reference_tightness=1)
    made.open(np.array([0, 8]))
    assert made.matching.tolist() == [20, 10]


def test_without_a_labour_market_one_factor_stays_one():
    made = LabourMarket(tiny(), 3)
    made.open(np.array([60]))
    close(made, 0, [60], [9])
    assert made.matching.tolist() == [1] and made.sectors == () and made.by_sector.shape == (3, 0, len(SECTOR_COLUMNS))


def test_in_a_run_every_job_entry_takes_a_vacancy_and_everyone_else_on_the_claim_searches():
    """Counted from the events; people away on a programme without contact do not search."""
    record = simulate(rich(), 1, 0, events=True)
    tally = {name: record.by_sector[:, :, i] for i, name in enumerate(SECTOR_COLUMNS)}
    entries = np.bincount(events(record, Event.JOB_ENTRY)[:, 0], minlength=record.days)
    assert tally["entries"].sum(axis=1).tolist() == entries.tolist()
    on_the_claim = np.zeros(record.days)
    for one in record.people:
        on_the_claim[max(0, one["claim"]) : one["exit"] if one["exit"] >= 0 else record.days] += 1
    away = np.zeros(record.days)
    without_contact = [record.programmes.index(name) for name in ("Course", "Kick")]
    for one in record.episodes[np.isin(record.episodes["programme"], without_contact) & (record.episodes["started"] >= 0)]:
        away[one["started"] : one["ended"] if one["ended"] >= 0 else record.days] += 1
    assert away.max() > 10
    assert tally["searchers"].sum(axis=1).tolist() == (on_the_claim - away).tolist()
    change = tally["inflow"] - tally["entries"] - tally["others"] - tally["lapsed"]
    assert np.diff(tally["vacancies"], axis=0, prepend=[[50, 30]]) == pytest.approx(change)


def test_those_who_retrain_search_in_the_other_sector():
    """All from the shops, all into care, and nobody enters work."""
    programme = {
        "open": {"from": "2021-02-01", "to": "2021-03-28"},
        "supply": {"places": 500},
        "referral_at_review": 1,
        "weeks": 1,
        "contact_goes_on": True,
        "retraining": {"share": 1, "to": {"Care": 1}},
    }
    sectors = {"Shops": {**SECTORS["Shops"], "share": 1}, "Care": {**SECTORS["Care"], "share": 0}}
    changes = {"labour_market": {**MARKET, "sectors": sectors}, "programmes.Course": programme, "areas.North.claims_per_week": 0}
    record = simulate(tiny({**changes, "jobcentres.Hill.coaches": 50}), 1, 0)
    searchers = record.by_sector[:, :, SECTOR_COLUMNS.index("searchers")]
    completed = np.bincount(record.episodes["ended"][record.episodes["ended"] >= 0], minlength=record.days).cumsum()
    assert searchers[:, CARE].tolist() == completed.tolist() and completed[-1] == 60
    assert (searchers.sum(axis=1) == 60).all()
