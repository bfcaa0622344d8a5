"""People who enter work and claim again are the same people, and their next spell is a claim like any other."""

import numpy as np
import pytest

from sim.model import returns
from sim.model.ledger import Event
from sim.model.people import NONE
from sim.model.simulation import simulate
from tests.scenarios import VALUE, daily, events, rich, tiny

MANY = {
    "areas.North": {"claimants": 4000, "claims_per_week": 0},
    "jobcentres.Hill.coaches": 1000,
    "jobcentres.Hill.desks": 1000,
    "claimants.awaiting_first_meeting_days": 0,
}
HIRED = {"job_entry.monthly_rate_by_week": {0: 0.9}, "job_entry.market": {"2021-02-01": 1, "2021-02-15": 0}}
"""Nearly everyone enters work in the first fortnight, and nobody after it."""
BOTH = ("area", "origin", "age")


def returning(share=0.4, mean_weeks=1, **changes):
    return simulate(tiny({**MANY, **HIRED, "returns": {"share": share, "mean_weeks": mean_weeks}, **changes}), 1, 0, events=True)


@pytest.fixture(scope="module")
def record():
    return returning(mean_weeks=0.5)


def test_the_share_of_job_entries_that_end_in_another_claim(record):
    """Six weeks later hardly anyone is still to come."""
    first = record.people["spell"] == 0
    entered = (record.people["exit_kind"][first] == 1).sum()
    back = (record.people["spell"] == 1).sum()
    assert entered > 2000
    assert abs(back / entered - 0.4) < 5 * np.sqrt(0.24 / entered)


def test_time_in_work_is_exponential_and_at_least_a_day(record):
    again = record.people[record.people["spell"] == 1]
    worked = again["claim"] - record.people["exit"][again["earlier"]]
    assert worked.min() == 1
    assert worked.mean() == pytest.approx(3.5, abs=5 * 3.5 / np.sqrt(len(worked)) + 0.15), "rounded to days, and none is nought"
    assert worked.std() == pytest.approx(3.5, rel=0.1)


def test_they_are_the_same_people_with_the_next_spell():
    record = simulate(rich({"returns.share": 0.9, "period.to": "2021-06-27"}), 1, 0, events=True)
    again = record.people[record.people["spell"] > 0]
    before = record.people[again["earlier"]]
    assert again["spell"].max() > 1 and (again["spell"] == before["spell"] + 1).all()
    for name in BOTH:
        assert (again[name] == before[name]).all(), name
    assert (before["exit_kind"] == 1).all() and (before["exit"] < again["claim"]).all()
    assert len(set(again["earlier"].tolist())) == len(again), "each spell is followed by one at most"
    assert (record.people["earlier"][record.people["spell"] == 0] == NONE).all()


def test_ids_are_in_order_of_the_claim_then_first_claims_then_the_spell_before():
    people = simulate(rich(), 1, 0).people
    order = np.lexsort((np.where(people["spell"] > 0, people["earlier"], 0), people["spell"] > 0, np.maximum(people["claim"], -1)))
    assert order.tolist() == list(range(len(people)))


def test_a_return_is_written_down_on_its_day_and_is_not_a_new_claim(record):
    log, again = events(record, Event.RETURN), record.people["spell"] > 0
    assert np.array_equal(np.sort(log[:, 2]), np.flatnonzero(again))
    assert np.array_equal(log[:, 0], record.people["claim"][log[:, 2]])
    assert np.array_equal(log[:, VALUE], record.people["earlier"][log[:, 2]])
    assert daily(record, "returns").tolist() == np.bincount(log[:, 0], minlength=record.days).tolist()
    assert not daily(record, "claims").any() and not len(events(record, Event.CLAIM))


def test_they_wait_for_a_first_meeting(record):
    """Who is still there on the next working day meets a coach on it."""
    people, count = record.people, record.working_day_count
    again = people[(people["spell"] == 1) & (people["claim"] < record.days - 7) & (people["exit"] == NONE)]
    assert len(again) > 500 and set(count[again["first_held"]] - count[again["claim"]]) == {1}


def test_a_new_spell_has_new_luck():
    """Those who are back within three weeks found work soon; they find it again no sooner than anyone."""
    record = returning(share=1, mean_weeks=0.5, **{"job_entry.market": 1})
    again = record.people[(record.people["spell"] == 1) & (record.people["claim"] <= 21)]
    within = (again["exit_kind"] == 1) & (again["exit"] - again["claim"] <= 20)
    expected = 1 - 0.1 ** (20 / 30.4375)
    assert abs(within.mean() - expected) < 5 * np.sqrt(expected * (1 - expected) / len(again))


def test_nobody_comes_back_unless_the_scenario_says_so():
    assert len(simulate(tiny({**MANY, **HIRED}), 1, 0).people) == 4000
    assert len(returning(share=0).people) == 4000


def test_who_comes_back_goes_where_a_new_claim_would():
    """A temporary jobcentre takes half of those who claim from its opening to its closing, by the same luck for each spell."""
    shop = {
        "temporary": {"opens": "2021-02-10", "closes": "2021-02-24"},
        "takes_from": {"Hill": 0.5},
        "coaches": 100,
        "desks": 100,
    }
    record = returning(share=1, mean_weeks=0.5, **{"jobcentres.Shop": shop, "job_entry.market": 1})
    again = record.people[record.people["spell"] > 0]
    there = (again["claim"] >= 9) & (again["claim"] < 23)
    assert set(again["home"][~there].tolist()) == {0}
    share = (again["home"][there] == 1).mean()
    assert abs(share - 0.5) < 5 * np.sqrt(0.25 / there.sum())
    twice = again[there & (again["spell"] > 1)]
    earlier = record.people[twice["earlier"]]
    both = (earlier["claim"] >= 9) & (earlier["claim"] < 23)
    assert both.sum() > 20 and (twice["home"] == earlier["home"])[both].all()


def test_a_programme_started_in_an_earlier_spell_is_not_started_again():
    programme = {
        "open": {"from": "2021-02-01", "to": "2021-03-28"},
        "supply": {"places": 5000},
        "referral_at_review": 1,
        "weeks": 1,
        "contact_goes_on": True,
    }
    record = returning(share=1, mean_weeks=0.5, **{"programmes.Help": programme, "job_entry.market": 1})
    earlier = record.people["earlier"]
    root = np.arange(len(earlier))
    while (earlier[root] != NONE).any():
        root = np.where(earlier[root] != NONE, earlier[root], root)
    started = record.episodes["person"][record.episodes["started"] != NONE]
    assert len(set(root[started].tolist())) == len(started)
    assert (record.people["spell"][started] > 0).any(), "some start in a later spell"


def test_after_the_last_spell_that_can_be_told_apart_nobody_comes_back(monkeypatch):
    """With three in place of 255: their bits are all that a subject has for spells."""
    monkeypatch.setattr(returns, "LAST_SPELL", 3)
    always = {"job_entry.market": 1, "areas.North": {"claimants": 100, "claims_per_week": 0}}
    assert returning(share=1, mean_weeks=0.1, **always).people["spell"].max() == 3
