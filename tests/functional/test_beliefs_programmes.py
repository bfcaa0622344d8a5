"""Beliefs about programmes: places and dates, whom they touch, and what becomes of people.

Minutes are without end and nobody else is in the way unless a test says so.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.model.ledger import Event
from sim.view import View
from tests.functional.beliefs import (
    FOR_YOUNG,
    SHORT,
    YOUNG,
    direction,
    extreme,
    falling,
    flow,
    of,
    only,
    programme,
    rising,
    roomy,
    start_day,
    starts,
    unforeseen,
)
from tests.scenarios import events

# ---- places and dates


@direction("programmes.*.supply.places")
def test_more_places():
    """With more places nobody starts a programme later, more people start it, and fewer wait.

    Person by person, with support beside reviews that changes nothing else.
    """
    records = [roomy(only(supply={"places": places})) for places in (5, 10, 20, 40)]
    for few, many in pairwise(records):
        assert (start_day(many) <= start_day(few)).all()
        assert (np.cumsum(flow(many, "started")) >= np.cumsum(flow(few, "started"))).all()
        assert starts(many) > starts(few) + 10
        assert View(many).of_programme(0).in_queue.sum() < View(few).of_programme(0).in_queue.sum()


def jobs(**more):
    stages = {"applied_per_week": 4, "days_to_approve": 14, "days_to_advertise": 7, "days_to_fill": 7, "filled_at_most": 0.7}
    return only(supply={"jobs": {**stages, **more}}, referral_at_review=1)


STAGES = {
    "applied_per_week": (2, 4, 6),
    "days_to_approve": (100, 50, 0),
    "days_to_advertise": (100, 50, 0),
    "days_to_fill": (100, 50, 0),
    "filled_at_most": (0.3, 0.7, 1),
}
"""Each with values that mean more and more starts."""


@direction(*(f"programmes.*.supply.jobs.{stage}" for stage in STAGES))
@pytest.mark.parametrize("stage", STAGES)
def test_jobs_in_stages(stage):
    """The more jobs employers apply for, the faster each stage, and the more jobs can be filled, the more people start one."""
    records = [roomy(jobs(**{stage: value})) for value in STAGES[stage]]
    for less, more in pairwise(records):
        assert (np.cumsum(flow(more, "started")) >= np.cumsum(flow(less, "started"))).all()
        assert starts(more) > starts(less) + 5


@direction("programmes.*.supply.intakes.every_weeks", "programmes.*.supply.intakes.places")
@pytest.mark.parametrize("key", ["every_weeks", "places"])
def test_courses(key):
    """The more often a course begins, or the more places it has, the more people start it."""
    values = {"every_weeks": (8, 4, 2), "places": (5, 10, 20)}[key]
    assert rising([starts(roomy(only(supply={"intakes": {"every_weeks": 4, "places": 10, key: value}}))) for value in values])


def subsidised(opens):
    """Jobs of three months for the young, which most keep; employers apply from the opening on, and it takes four weeks to fill a job."""
    supply = {"applied_per_week": {opens: 6}, "days_to_approve": 14, "days_to_advertise": 7, "days_to_fill": 7}
    kept = {"weeks": 13, "contact_goes_on": False, "job_entry_while_on_it": 0, "into_work_at_end": 0.8, "referral_at_review": 1}
    return only(open={"from": opens, "to": "2022-01-30"}, supply={"jobs": supply}, **FOR_YOUNG, **kept)


@direction("programmes.*.open.from")
def test_jobs_for_the_young_half_a_year_earlier():
    """Subsidised jobs that come half a year earlier put more young people in work, and earlier, though at first fewer look for another.

    When ordinary job entry is rare.
    """
    rare = {"period": {"from": "2021-02-01", "to": "2022-01-30"}, "job_entry": {"monthly_rate_by_week": {0: 0.04}}}
    none, late, early = roomy(rare), roomy(rare, subsidised("2021-08-02")), roomy(rare, subsidised("2021-02-01"))
    young = [np.cumsum(record.by_home[:, 0, YOUNG, 4]) for record in (none, late, early)]
    assert (np.cumsum(flow(early, "started")) >= np.cumsum(flow(late, "started"))).all()
    assert flow(early, "started")[:182].sum() > 50 > flow(late, "started")[:182].sum() == 0
    assert (young[1][:182] == young[0][:182]).all(), "not open yet"
    assert (young[2][:100] <= young[0][:100]).all() and young[2][100] < young[0][100], "in the jobs they do not look for another"
    assert young[2][-1] > young[1][-1] + 10 and young[2][-1] > young[0][-1] + 30
    assert (young[2][200:] > young[1][200:]).all()


@direction("programmes.*.open.to")
def test_a_programme_that_closes_later():
    """The later a programme closes, the more people start it, and until it closes nobody's day differs."""
    records = [
        roomy(only(open={"from": "2021-02-01", "to": day}, supply={"places": 20})) for day in ("2021-03-31", "2021-05-31", "2021-07-31")
    ]
    assert rising([starts(record) for record in records])
    assert events(records[0], before=58).tolist() == events(records[2], before=58).tolist()


SUPPLIES = {"places": {"places": 20}, "jobs": {"jobs": {"applied_per_week": 5}}, "courses": {"intakes": {"every_weeks": 2, "places": 10}}}


@unforeseen("programmes.*.open.from")
@pytest.mark.parametrize("supply", SUPPLIES.values(), ids=list(SUPPLIES))
def test_before_it_opens_a_programme_changes_nothing(supply):
    """Before a programme opens nobody's day differs from what it would be if it never did, to the last booking.

    1 April is day 59. It opens then, or on 1 June, or never.
    """
    never = roomy(SHORT)
    april, june = (
        roomy(SHORT, only(open={"from": opens, "to": "2021-07-31"}, supply=supply, contact_goes_on=False))
        for opens in ("2021-04-01", "2021-06-01")
    )
    assert events(april, before=59).tolist() == events(june, before=59).tolist() == events(never, before=59).tolist()
    assert events(june, before=120).tolist() == events(never, before=120).tolist()
    assert flow(april, "started")[:120].sum() > 10


@extreme("programmes.*.supply.places")
def test_a_programme_without_places():
    """A programme without places is as good as none: people are referred and wait in vain, and nothing else changes for anyone.

    Until the first place, on 30 July, day 179.
    """
    places = {"2021-02-01": 0, "2021-07-30": 1}
    none, empty = roomy(SHORT), roomy(SHORT, only(supply={"places": places}, job_entry_while_on_it=5, contact_goes_on=False))
    log = events(empty, before=179)
    about = np.isin(log[:, 3], [Event.REFERRED, Event.WITHDREW])
    assert log[~about].tolist() == events(none, before=179).tolist()
    assert about.sum() > 100


@extreme("programmes.*.supply.places")
def test_a_programme_with_a_million_places():
    """With a million places nobody waits for one longer than to the next working day."""
    record = roomy(only(supply={"places": 1_000_000}))
    started = record.episodes[record.episodes["started"] >= 0]
    assert len(started) > 300
    assert (started["started"] == started["referred"]).all(), "all are referred at meetings, which are on working days"
    assert View(record).of_programme(0).in_queue.sum() == 0


# ---- who goes


@direction("programmes.*.referral_at_review", "programmes.*.take_up")
@pytest.mark.parametrize("key", ["referral_at_review", "take_up"])
def test_more_referrals(key):
    """The more coaches refer, or the more of those referred agree to go, the more people start."""
    assert rising([starts(roomy(only(**{key: share}))) for share in (0.05, 0.2, 0.8)])


WHO: dict[str, list[Any]] = {
    "age_groups": [["16-24"], ["16-24", "50+"], ["16-24", "25-49", "50+"]],
    "at_least_weeks": [20, 8, 0],
    "at_most_weeks": [4, 8, 100],
}
"""Each wider and wider."""


@direction(*(f"programmes.*.who.{key}" for key in WHO))
@pytest.mark.parametrize("key", WHO)
def test_more_people_may_go(key):
    """The wider the group that may go, by age or by weeks on the claim, the more people start."""
    assert rising([starts(roomy(only(who={key: value}))) for value in WHO[key]])


@extreme("programmes.*.who.areas")
def test_a_programme_for_one_area():
    """A programme for one area changes nothing for anyone in another, where minutes are not shared."""
    south = {
        "areas.South": {"claimants": 200, "claims_per_week": 15},
        "jobcentres.Moor": {"area": "South", "share": 1, "coaches": 1000, "desks": 1000},
    }
    none, there = roomy(south), roomy(south, only(who={"areas": ["South"]}, contact_goes_on=False))
    south_there = [record.people["area"][events(record)[:, 2]] == 1 for record in (none, there)]
    assert events(none)[~south_there[0]].tolist() == events(there)[~south_there[1]].tolist()
    assert starts(there) > 50


@direction("programmes.*.priority")
def test_priority_of_programmes():
    """Of two programmes alike, the one that coaches think of first gets more people."""
    pair = {name: programme(priority=priority, referral_at_review=0.2) for name, priority in (("Help", 1), ("Other", 2))}
    swapped = {"Help": pair["Help"] | {"priority": 2}, "Other": pair["Other"] | {"priority": 1}}
    first, second = roomy({"programmes": pair}), roomy({"programmes": swapped})
    assert starts(first) > starts(second) + 10 and starts(first, "Other") < starts(second, "Other") - 10


@extreme("programmes.*.who.age_groups")
def test_a_programme_for_the_young_touches_nobody_else_where_nothing_is_shared():
    """A programme for young people changes nothing for anyone else, where neither minutes nor vacancies are shared."""
    none, there = roomy(), roomy(only(**FOR_YOUNG, contact_goes_on=False, job_entry_while_on_it=2))
    assert of(there, there.events, young=False).tolist() == of(none, none.events, young=False).tolist()
    assert of(there, there.events, young=True).tolist() != of(none, none.events, young=True).tolist()
    assert starts(there) > 50


# ---- waiting for a place

QUEUED = {"supply": {"places": 20}}


@direction("programmes.*.queue.withdrawing_monthly_rate", "programmes.*.queue.longest_wait_days")
@pytest.mark.parametrize("key", ["withdrawing_monthly_rate", "longest_wait_days"])
def test_giving_up_waiting(key):
    """The sooner people give up waiting for a place, the more withdraw and the fewer are in the queue."""
    values = {"withdrawing_monthly_rate": (0, 0.3, 0.9), "longest_wait_days": (120, 60, 20)}[key]
    records = [roomy(only(**QUEUED, queue={key: value})) for value in values]
    assert rising([flow(record, "withdrew")[:-1].sum() for record in records])
    assert falling([View(record).of_programme(0).in_queue.sum() for record in records])


@direction("programmes.*.queue.order")
def test_who_gets_a_place_first():
    """If places go to whoever has claimed longest, those who start have claimed longer than if they go to whoever asked first."""
    claimed = []
    for order in ("first_come", "longest_on_claim"):
        record = roomy(only(**QUEUED, queue={"order": order}))
        began = record.episodes[record.episodes["started"] >= 0]
        claimed.append((began["started"] - record.people["claim"][began["person"]]).mean())
    assert claimed[1] > claimed[0] + 7
