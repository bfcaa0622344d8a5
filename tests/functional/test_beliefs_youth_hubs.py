"""Beliefs about youth hubs: whom they touch, whose minutes they use, and their meetings."""

import pytest

from sim.model.ledger import Event
from tests.functional.beliefs import YOUNG, by_hand, direction, entry_day, extreme, falling, rising, run
from tests.scenarios import VALUE, daily, events, total


def apart(coaches=1000):
    """Two areas with a jobcentre each, met every other week."""
    return {
        "areas": {"North": {"claimants": 200, "claims_per_week": 15}, "South": {"claimants": 100, "claims_per_week": 10}},
        "jobcentres": {
            "Hill": {"area": "North", "share": 1, "coaches": coaches, "desks": 1000},
            "Moor": {"area": "South", "share": 1, "coaches": 1000, "desks": 1000},
        },
        "period": {"from": "2021-02-01", "to": "2021-07-31"},
        "other_leaving.monthly_rate": 0.05,
        "job_entry": {"monthly_rate_by_week": {0: 0.15}, "weekly_instead_of_fortnightly": 1.4},
        "appointments.review.every_weeks": {1: 2},
    }


def hub(coaches=8, share=0.6, **meeting):
    return {
        "jobcentres.Yard": {
            "temporary": {"opens": "2021-03-01"},
            "takes_young_from": {"North": share},
            "standing_caseload": True,
            "coaches": coaches,
            "desks": 20,
        },
        "appointments.youth_hub_meeting": {"minutes": 20, "priority": 2, "every_weeks": {1: 1}, "missed": 0, **meeting},
    }


@extreme("jobcentres.*.takes_young_from")
def test_a_youth_hub_touches_only_the_young_of_its_areas():
    """A youth hub changes nothing for anyone but young people of its areas, of whom some enter work earlier for weekly meetings.

    With minutes without end elsewhere.
    """
    none, there = run(apart()), run(apart(), hub())
    north = there.areas.index("North")
    served = (there.people["age"] == YOUNG) & (there.people["area"] == north)
    log = [record.events[~served[record.events[:, 2]]] for record in (none, there)]
    assert log[0][:, [0, 1, 2, 3, 5, 6, 7, 8]].tolist() == log[1][:, [0, 1, 2, 3, 5, 6, 7, 8]].tolist()
    assert not (log[1][:, 4] == there.jobcentres.index("Yard")).any()
    assert (entry_day(there)[~served] == entry_day(none)[~served]).all()
    assert (entry_day(there) <= entry_day(none)).all()
    assert (entry_day(there) < entry_day(none)).sum() > 10


@by_hand("jobcentres.*.takes_young_from")
def test_a_youth_hubs_minutes_are_for_its_young_people():
    """The minutes of a youth hub's coaches are used by young people of its areas and by nobody else, from the day it opens."""
    there = run(apart(), hub())
    yard = there.jobcentres.index("Yard")
    served = events(there, Event.HELD)
    served = served[served[:, 4] == yard]
    people = there.people[served[:, 2]]
    assert set(people["age"]) == {YOUNG} and set(people["area"]) == {there.areas.index("North")}
    assert served[:, VALUE].sum() == total(there, "coach_minutes_held", "Yard") > 1000
    assert daily(there, "coach_minutes_held", "Yard")[:28].sum() == 0, "it opens on 1 March, day 28"


@direction("jobcentres.*.takes_young_from")
def test_a_youth_hub_frees_minutes_for_the_others():
    """The more young people meet coaches at a youth hub, the more often the others are met at the jobcentre."""
    records = [run(apart(1.5), hub(share=share)) for share in (0.1, 0.5, 1)]
    stayed = (records[0].people["age"] != YOUNG) & (records[0].people["area"] == records[0].areas.index("North"))
    assert rising([stayed[events(record, Event.HELD)[:, 2]].sum() for record in records])


@direction(*(f"appointments.youth_hub_meeting.{key}" for key in ("minutes", "missed", "every_weeks")))
@pytest.mark.parametrize("key", ["minutes", "missed", "every_weeks"])
def test_meetings_at_a_youth_hub(key):
    """The longer, the more often missed or the further apart its meetings are, the fewer of them a youth hub holds."""
    values = {"minutes": (10, 30, 60), "missed": (0, 0.2, 0.5), "every_weeks": ({1: 1}, {1: 2}, {1: 4})}[key]
    assert falling([total(run(apart(), hub(0.5, **{key: value})), "reviews_held", "Yard") for value in values])


@direction("appointments.youth_hub_meeting.priority")
def test_priority_at_a_youth_hub():
    """At a youth hub too whichever kind of meeting goes first gains: with its own meetings behind, first meetings are held sooner.

    A hub with half a coach.
    """
    waits = []
    for priority in (0, 2):
        record = run(apart(), hub(0.5, priority=priority + 1), {"appointments.first_meeting.priority": 2})
        there = record.people[(record.people["home"] == record.jobcentres.index("Yard")) & (record.people["claim"] >= 28)]
        there = there[there["first_held"] >= 0]
        waits.append((there["first_held"] - there["claim"]).mean())
    assert falling(waits)
