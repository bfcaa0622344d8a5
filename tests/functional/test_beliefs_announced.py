"""Beliefs about what is known when: a diary must not foresee. For every kind of dated change, in a region with every lever in use.

Each change is made three times, announced on other days: on a Monday, on a Saturday, and on the day itself. The log of events with the
change must be the log without it, event for event, on every day before; and must differ later, else there was nothing to foresee.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.model.ledger import Event, Record
from sim.model.simulation import simulate
from sim.scenario.numbers import Series
from sim.scenario.schema import Scenario
from sim.scenario.shape import shape_at
from tests.functional.beliefs import unforeseen
from tests.functional.test_levers import LEVERS, differing, keys_of
from tests.scenarios import RICH, Changes, events, rich

ON = "2021-03-17"
"""The Wednesday on which dated changes take effect."""
ANNOUNCED = {"a week ahead, on a Monday": "2021-03-08", "on the Saturday before": "2021-03-13", "on the day": ON}

Dated = Callable[[str], Changes]
"""A change on ``ON``, made from the date on which it is announced."""


def entry(key: str, before: float, after: float, since: str = "2021-02-01") -> Dated:
    """A new value of a dated series."""
    return lambda announced: {key: {since: before, ON: {"value": after, "announced": announced}}}


def closure(announced):
    week = {"from": ON, "to": "2021-03-18", "jobcentres": ["Hill"], "announced": announced}
    return {"closures": [*RICH["closures"], week]}


def cohort(announced):
    return {"coaches.recruitment.third": {"starts": ON, "announced": announced, "coaches": 4, "to": {"Hill": 4}}}


def opening(announced):
    """Before the other one by name, from a jobcentre that both take from: whom that one takes must not change."""
    taken = {"takes_from": {"Dale": 0.3}, "standing_caseload": True, "coaches_from": {"Dale": 0.7}, "desks": 1}
    return {"jobcentres.Camp": {"temporary": {"opens": ON, "announced": announced}, **taken}}


def youth_hub(announced):
    """Likewise."""
    taken = {"takes_young_from": {"South": 0.5}, "standing_caseload": True, "coaches_from": {"Moor": 1}, "desks": 1}
    return {"jobcentres.Den": {"temporary": {"opens": ON, "announced": announced}, **taken}}


def closing(announced):
    yard = RICH["jobcentres"]["Yard"]["temporary"]
    return {"jobcentres.Yard.temporary": {**yard, "closes": ON, "closing_announced": announced}}


def a_programme(_):
    who = {"open": {"from": ON, "to": "2021-04-18"}, "supply": {"places": 50}, "referral_at_review": 0.9, "priority": 1}
    return {"programmes.New": {**who, "weeks": 2, "contact_goes_on": False}}


HELP, SHOPS, AT_HUB = "programmes.Help", "labour_market.sectors.Shops", "appointments.youth_hub_meeting"

AHEAD: dict[str, Dated] = {
    "jobcentres.*.coaches": entry("jobcentres.Hill.coaches", 2.5, 0.5),
    "jobcentres.*.desks": entry("jobcentres.Hill.desks", 0.6, 0.1),
    "coaches.minutes_per_day": entry("coaches.minutes_per_day", 100, 150),
    "coaches.bookable_share": entry("coaches.bookable_share", 0.9, 0.5),
    "coaches.absence": entry("coaches.absence", 0.1, 0.5),
    "coaches.leavers_per_year": entry("coaches.leavers_per_year", 0.2, 0.99),
    "coaches.recruitment.*.starts": cohort,
    "service.face_to_face_share": entry("service.face_to_face_share", 0.3, 0.9),
    "service.desks_usable": entry("service.desks_usable", 0.8, 0.2),
    "service.opening_minutes": entry("service.opening_minutes", 300, 60),
    "appointments.first_meeting.minutes": entry("appointments.first_meeting.minutes", 30, 60),
    "appointments.review.minutes": entry("appointments.review.minutes", 10, 25),
    f"{AT_HUB}.minutes": entry(f"{AT_HUB}.minutes", 15, 60),
    "jobcentres.*.temporary.opens": opening,
    "jobcentres.*.takes_young_from": youth_hub,
    "jobcentres.*.temporary.closes": closing,
    "closures.*.from": closure,
}
"""What bookings act on from the announcement on."""

ON_THE_DAY: dict[str, Dated] = {
    "areas.*.claims_per_week": entry("areas.North.claims_per_week", 30, 90),
    "appointments.first_meeting.missed": entry("appointments.first_meeting.missed", 0.15, 0.7),
    "appointments.review.missed": entry("appointments.review.missed", 0.1, 0.7),
    f"{AT_HUB}.missed": entry(f"{AT_HUB}.missed", 0.1, 0.7),
    "appointments.review.every_weeks": entry("appointments.review.every_weeks.1", 1, 4),
    f"{AT_HUB}.every_weeks": entry(f"{AT_HUB}.every_weeks.1", 1, 4),
    "job_entry.monthly_rate_by_week": entry("job_entry.monthly_rate_by_week.0", 0.12, 0.9),
    "job_entry.market": entry("job_entry.market", 1.2, 5),
    "other_leaving.monthly_rate": entry("other_leaving.monthly_rate", 0.05, 0.6),
    "labour_market.sectors.*.inflow_per_week": entry(f"{SHOPS}.inflow_per_week", 20, 400),
    "programmes.*.open.from": a_programme,
    "programmes.*.referral_at_review": entry(f"{HELP}.referral_at_review", 0.3, 1),
    "programmes.*.supply.places": entry(f"{HELP}.supply.places", 12, 60),
    "programmes.*.supply.intakes.places": entry("programmes.Course.supply.intakes.places", 6, 1),
    "programmes.*.supply.jobs.applied_per_week": entry("programmes.Kick.supply.jobs.applied_per_week", 6, 60, since="2021-02-22"),
    "programmes.*.who.at_least_weeks": entry(f"{HELP}.who.at_least_weeks", 4, 25),
    "programmes.*.who.at_most_weeks": entry(f"{HELP}.who.at_most_weeks", 30, 5),
}
"""What is read on the day itself, however long it was known."""

DATED = AHEAD | ON_THE_DAY


@cache
def base() -> Record:
    return played({})


def played(changes: Changes) -> Record:
    return simulate(rich(changes), seed=1, replication=0, events=True)


def day_of(date: str) -> int:
    return (dt.date.fromisoformat(date) - base().start).days


def test_every_series_by_date_is_here():
    """Else a dated key could be added and foreseen."""
    by_date = {key for key in keys_of(Scenario) if shape_at(tuple(key.split("."))).kind is Series}
    assert by_date > {"coaches.absence", "job_entry.market"}
    assert by_date <= {*DATED}


@unforeseen(*DATED)
@pytest.mark.parametrize("when", ANNOUNCED)
@pytest.mark.parametrize("key", DATED)
def test_before_a_change_is_announced_nobodys_day_differs(key, when):
    """Before a change is announced nobody's day differs, to the last booking; afterwards it does.

    For every kind of dated change.

    What bookings act on ahead of time may differ from the announcement on; claims, hazards, missed shares, frequencies and what is said
    of programmes only from the day of the change.
    """
    changed = played(DATED[key](ANNOUNCED[when]))
    assert same_before(base(), changed, day_of(ANNOUNCED[when] if key in AHEAD else ON))
    assert not same_before(base(), changed, base().days)


@unforeseen(*AHEAD)
@pytest.mark.parametrize("key", AHEAD)
def test_what_is_announced_is_acted_on(key):
    """A change of minutes, desks or channels that is announced a week ahead changes bookings before it takes effect."""
    assert not same_before(base(), played(AHEAD[key]("2021-03-08")), day_of(ON))


def same_before(one: Record, other: Record, day: int) -> bool:
    """Whether the event logs are the same on all days before one, with jobcentres and programmes by name."""
    logs = [events(record, before=day) for record in (one, other)]
    if (one.jobcentres, one.programmes) == (other.jobcentres, other.programmes):
        return np.array_equal(*logs)
    return len(logs[0]) == len(logs[1]) and named(one, logs[0]) == named(other, logs[1])


def named(record: Record, log: NDArray[np.int64]) -> list[tuple[Any, ...]]:
    places, programmes = (*record.jobcentres, ""), (*record.programmes, "")
    return [(*row[:4], places[row[4]], *row[5:7], programmes[row[7]], row[8]) for row in log.tolist()]


SUPPLY = ("closures", "jobcentres", "pools", "coaches", "appointments", "service", "job_entry", "other_leaving", "returns", "programmes")
MOVES_HOMES = ("jobcentres.*.area", "jobcentres.*.share")


@unforeseen(*(key for key in LEVERS if key.startswith(SUPPLY) and key not in MOVES_HOMES))
@pytest.mark.parametrize("part", SUPPLY)
def test_supply_does_not_touch_who_claims(part):
    """Whatever is changed about coaches, jobcentres, diaries, support or programmes, the same people claim on the same days."""
    keys = [key for key in LEVERS if key.split(".")[0] == part and key not in MOVES_HOMES]
    assert keys
    for key in keys:
        changed = played(LEVERS[key].change)
        assert not differing(base(), changed) & {"claims", "stock", "ages", "origins"}, key
        claims = [events(record, Event.CLAIM)[:, [0, 3]] for record in (base(), changed)]
        assert np.array_equal(*claims), key
