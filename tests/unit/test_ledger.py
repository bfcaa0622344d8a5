"""Nobody is lost: a model that loses people or minutes stops, and says where and when."""

import numpy as np
import pytest

from sim.model import simulation
from sim.model.jobcentre import Pool
from sim.model.ledger import ConservationError, Event, Ledger, column
from sim.model.people import NONE
from sim.model.simulation import simulate
from sim.record import HOME_COLUMNS
from tests.scenarios import events, rich

REPORT = "This is an error in the model, not in the scenario; please report it with the scenario and seed."


def ledger_of_one_day(**tallies):
    """One day at Hill and Vale with 3 people there before; ``claims=(2, 0)`` sets a tally at both."""
    ledger = Ledger(1, ("Hill", "Vale"), 1, wants_events=True)
    people = np.zeros(3, dtype=[("entry", "i4"), ("home", "i2"), ("age", "u1"), ("claim", "i2")])
    people["entry"] = -1
    ledger.start(people, -1)
    for name, values in tallies.items():
        if name in HOME_COLUMNS:
            ledger.by_home[0, :, 0, column(name)] = values
        else:
            ledger.by_site[0, :, column(name)] = values
    return ledger


ADDS_UP = {
    "claims": (2, 0),
    "moved_out": (1, 0),
    "moved_in": (0, 1),
    "job_entries": (1, 0),
    "waiting": (2, 1),
    "in_reviews": (1, 0),
    "coach_minutes": (60, 0),
    "coach_minutes_booked": (50, 0),
    "coach_minutes_held": (40, 0),
    "coach_minutes_missed": (10, 0),
}


def test_a_day_that_adds_up_may_close():
    ledger_of_one_day(**ADDS_UP).close(0, np.zeros(2))


@pytest.mark.parametrize(
    ("tampered", "message"),
    [
        ({"waiting": (1, 1)}, f"day 0, Hill: people on the claim do not add up: counted 2, expected 3. {REPORT}"),
        ({"moved_in": (0, 2)}, f"day 0, Vale: people on the claim do not add up: counted 1, expected 2. {REPORT}"),
        ({"left": (1, 0)}, f"day 0, Hill: people on the claim do not add up: counted 3, expected 2. {REPORT}"),
        (
            {"coach_minutes_missed": (0, 0)},
            f"day 0, Hill: minutes of today's appointments do not add up: counted 40.0, expected 50.0. {REPORT}",
        ),
        ({"coach_minutes": (49, 0)}, "day 0: more coach minutes are booked than are there"),
    ],
)
def test_a_day_that_does_not_stops_the_run_with_place_and_numbers(tampered, message):
    with pytest.raises(ConservationError) as stopped:
        ledger_of_one_day(**{**ADDS_UP, **tampered}).close(0, np.zeros(2))
    assert str(stopped.value) == message


def test_minutes_booked_ahead_are_counted_from_diaries_and_from_people():
    ledger = ledger_of_one_day(**ADDS_UP)
    ledger.booked_ahead[:] = 30, 10
    with pytest.raises(ConservationError, match="day 0, Vale: minutes booked ahead do not add up: counted 10, expected 20"):
        ledger.close(0, np.array([30, 20]))


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
        ("receive", lose_somebody, "people on the claim"),
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
    with pytest.raises(ConservationError, match=f"^day 9, \\w+: {what} do not add up: counted"):
        simulate(rich(), 1, 0)


def test_a_tally_changed_behind_the_models_back_stops_the_run(monkeypatch):
    class Tampered(simulation.Region):
        def _temporary(self, env, part):
            self.ledger.by_home[20, 0, 0, column("left")] += 1
            return super()._temporary(env, part)

    monkeypatch.setattr(simulation, "Region", Tampered)
    with pytest.raises(ConservationError, match="^day 20, Dale: people on the claim do not add up"):
        simulate(rich(), 1, 0)


def test_events_are_in_order_and_only_kept_when_wanted():
    record = simulate(rich(), 1, 0, events=True)
    keys = events(record)[:, :4].tolist()
    assert keys == sorted(keys)
    assert len({tuple(key) for key in keys}) == len(keys), "nobody does the same thing twice in a phase"
    assert simulate(rich(), 1, 0).events is None


@pytest.mark.parametrize("event", Event)
def test_every_kind_of_event_happens_in_the_rich_scenario(event):
    assert len(events(simulate(rich(), 1, 0, events=True), event)) > 10
