"""What every part of the oracle works with: the scenario, the people, the clock and the event log (section 7)."""

from __future__ import annotations

from collections.abc import Generator
from enum import IntEnum

import numpy as np
import simpy

from sim.luck import UNITS, Luck
from sim.scenario.schema import Scenario
from tests.oracle.capacity import Capacity, Days
from tests.oracle.people import Jobseeker, People

Event = tuple[int, int, int, int, int, int, int, int, int]
Process = Generator[simpy.Event, None, None]

ARRIVALS, CAPACITY, APPOINTMENTS, HAZARDS, SHARED, CLERK = 1, 2, 3, 4, 5, 6  # phases
A_DAY = 7  # units of the clock: one instant per phase


class Code(IntEnum):
    """Events, as numbered in section 7."""

    CLAIM = 0
    MOVE = 1
    BUMP = 2
    MISSED = 3
    HELD = 4
    JOB_ENTRY = 5
    LEFT = 6
    BOOKED = 7
    RETURN = 8
    REFERRED = 9
    STARTED = 10
    WITHDREW = 11
    COMPLETED = 12
    DROPPED_OUT = 13


class Run:
    """One replication, before anything happens in it."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self.scenario = scenario
        self.luck = Luck(seed, replication)
        self.days = Days(scenario.period.from_, scenario.working_days)
        self.capacity = Capacity(scenario, self.days, self.luck)
        self.last = scenario.period.days - 1
        self.number = {name: i for i, name in enumerate(sorted(scenario.jobcentres))}
        self.programme_number = {name: i for i, name in enumerate(sorted(scenario.programmes))}
        self.env = simpy.Environment(initial_time=-A_DAY)
        self.people = People(scenario, self.capacity, self.luck)
        self.log: list[Event] = []

    def phase(self, day: int, phase: int) -> simpy.Event:
        return self.env.timeout(A_DAY * day + phase - self.env.now)

    def write(
        self,
        day: int,
        phase: int,
        who: Jobseeker,
        code: Code,
        at: str,
        kind: int = -1,
        channel: int = -1,
        value: int = -1,
        programme: str | None = None,
    ) -> None:
        number = -1 if programme is None else self.programme_number[programme]
        self.log.append((day, phase, who.id, int(code), self.number[at], kind, channel, number, value))

    def claimants(self) -> list[Jobseeker]:
        """Everyone with a claim now, in order of their ids."""
        return [who for who in self.people.everyone if who.here]


def units(hazard: float) -> int:
    return int(np.rint(hazard * UNITS))


def daily(monthly_rate: float) -> float:
    return float(-np.log(1 - monthly_rate) / 30.4375)
