"""Nobody is lost: a model that loses people or minutes stops, and says where and when."""

import re

import numpy as np
import pytest

from sim.luck import Luck
from sim.model.jobcentre import Pool
from sim.model.ledger import ConservationError, Event, Ledger, column
from sim.model.people import NONE
from sim.model.programmes import Programmes
from sim.model.simulation import Region, simulate
from sim.record import END, HOME_COLUMNS
from tests.scenarios import events, rich, tiny

REPORT = "This is an error in the model, not in the scenario; please report it with the scenario and seed."


def tampering(monkeypatch, name, amount, day=18, jobcentre=1):
    """Add an amount to a tally of a day at a jobcentre, just before the day is closed."""
    original = Ledger.close

    def close(ledger, today, *args):
        if today == day:
            if name == "booked_ahead":
                ledger.booked_ahead[jobcentre] += amount
            elif name in HOME_COLUMNS:
                ledger.by_home[today, jobcentre, 0, column(name)] += amount
            else:
                ledger.by_site[today, jobcentre, column(name)] += amount
        return original(ledger, today, *args)

    monkeypatch.setattr(Ledger, "close", close)


PEOPLE, AHEAD, TODAY = "people on the claim", "minutes booked ahead", "minutes of today's appointments"


@pytest.mark.parametrize(
    ("name", "amount", "what", "surplus"),
    [
        ("claims", 1, PEOPLE, -1),
        ("returns", 1, PEOPLE, -1),
        ("moved_in", 2, PEOPLE, -2),
        ("moved_out", 1, PEOPLE, 1),
        ("job_entries", 1, PEOPLE, 1),
        ("left", 3, PEOPLE, 3),
        ("waiting", 1, PEOPLE, 1),
        ("in_reviews", -1, PEOPLE, -1),
        ("on_programme", 2, PEOPLE, 2),
        ("booked_ahead", 10, AHEAD, 10),
        ("coach_minutes_held", 10, TODAY, 10),
        ("coach_minutes_missed", -10, TODAY, -10),
        ("desk_minutes_used", 10, f"desk {TODAY}", 10),
    ],
)
def test_a_day_that_does_not_add_up_stops_the_run_with_day_place_and_numbers(monkeypatch, name, amount, what, surplus):
    tampering(monkeypatch, name, amount)
    with pytest.raises(ConservationError) as stopped:
        simulate(rich(), 1, 0)
    said = re.fullmatch(
        rf"day 18, Hill: {what} do not add up: counted ([\d.]+), expected ([\d.]+). {re.escape(REPORT)}", str(stopped.value)
    )
    assert said, stopped.value
    assert float(said[1]) - float(said[2]) == surplus


@pytest.mark.parametrize("kind", ["coach_minutes", "desk_minutes"])
def test_more_minutes_booked_than_there_are_stop_the_run(monkeypatch, kind):
    tampering(monkeypatch, kind, -1000)
    with pytest.raises(ConservationError, match=rf"^day 18: more {kind.replace('_', ' ')} are booked than are there$"):
        simulate(rich(), 1, 0)


# ---- faults put into a run


def lose_somebody(pool, today):
    if today == 9:
        pool.n -= 1


def forget_a_booking(pool, today):
    if today == 9 and pool.n:
        booked = pool.people[: pool.n]["booked"]
        booked[np.argmax(booked > today + 1)] = NONE


def book_a_minute_twice(pool, today):
    if today == 9:
        pool.around.diary[pool.jobcentres[0], today + 1 :, 1] += 1


@pytest.mark.parametrize(
    ("phase", "fault", "what"),
    [
        ("bump", lose_somebody, "people on the claim"),
        ("bump", forget_a_booking, "minutes booked ahead"),
        ("book", book_a_minute_twice, "minutes booked ahead"),
    ],
)
def test_a_fault_in_the_model_stops_the_run_on_its_day(monkeypatch, phase, fault, what):
    original = getattr(Pool, phase)

    def with_fault(pool, today):
        original(pool, today)
        fault(pool, today)

    simulate(rich(), 1, 0)
    monkeypatch.setattr(Pool, phase, with_fault)
    with pytest.raises(ConservationError, match=rf"^day 9, \w+: {what} do not add up: counted"):
        simulate(rich(), 1, 0)


@pytest.mark.parametrize("amount", [1, -1])
def test_people_on_a_programme_who_do_not_add_up_stop_the_run(monkeypatch, amount):
    """Counted from the people themselves, against who started and has not ended; found on the next day, as the day has no more phases."""
    original = Programmes.settle

    def with_fault(programmes, today, *args):
        original(programmes, today, *args)
        programmes.on_it[programmes.names.index("Help")] += amount * (today == 40)

    monkeypatch.setattr(Programmes, "settle", with_fault)
    with pytest.raises(ConservationError) as stopped:
        simulate(rich(), 1, 0)
    said = re.fullmatch(
        rf"day 41, Help: people on the programme do not add up: counted (\d+), expected (\d+). {re.escape(REPORT)}", str(stopped.value)
    )
    assert said, stopped.value
    assert int(said[2]) - int(said[1]) == amount


def test_events_are_in_order_and_only_kept_when_wanted():
    record = simulate(rich(), 1, 0, events=True)
    keys = events(record)[:, :4].tolist()
    assert keys == sorted(keys)
    assert len({tuple(key) for key in keys}) == len(keys), "nobody does the same thing twice in a phase"
    assert simulate(rich(), 1, 0).events is None


@pytest.mark.parametrize("event", Event)
def test_every_kind_of_event_happens_in_the_rich_scenario(event):
    assert len(events(simulate(rich(), 1, 0, events=True), event)) > 10


def test_every_way_to_end_a_referral_happens_in_the_rich_scenario():
    ends = np.bincount(simulate(rich(), 1, 0).episodes["end"], minlength=len(END))
    assert {END[i] for i in np.flatnonzero(ends)} == set(END)


def test_the_event_log_has_room_for_a_meeting_a_referral_and_the_end_of_a_claim_on_one_day():
    """Everyone is seen, and referred, on the day on which everyone finds work: three events each."""
    all_at_once = {
        "areas.North": {"claimants": 60, "claims_per_week": 0},
        "claimants.contact_before_start": "suspended",
        "claimants.awaiting_first_meeting_days": 0,
        "jobcentres.Hill.coaches": 1000,
        "jobcentres.Hill.desks": 1000,
        "closures": [{"from": "2021-02-01", "to": "2021-02-14", "announced": "2021-01-01"}],
        "job_entry.monthly_rate_by_week": {0: 0.9},
        "job_entry.market": {"2021-02-01": 0, "2021-02-15": 100},
        "appointments.book_ahead_working_days": 40,
        "programmes.Help": {
            "open": {"from": "2021-02-15", "to": "2021-03-28"},
            "supply": {"places": 1},
            "referral_at_review": 1,
            "weeks": 1,
            "contact_goes_on": True,
        },
    }
    region = Region(tiny(all_at_once), Luck(1, 0), events=True)
    for pool in region.pools:
        assert len(pool.log[0]) >= 3 * len(pool.people)
    events = region.run().events
    on_the_day = events[events[:, 0] == 14]
    held, referred, entered = ((on_the_day[:, 3] == code).sum() for code in (Event.HELD, Event.REFERRED, Event.JOB_ENTRY))
    assert held == referred and held + referred + entered > 100
