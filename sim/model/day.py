"""The phases of a day as instants of the simulation clock.

Time on the clock counts instants: eight a day, one for each phase. A process joins the day by waiting for its phase.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import IntEnum

import simpy

EVE = -1
"""The day before the first, on whose evening the clerk fills the first diary."""

Process = Generator[simpy.Event, None, None]


class Phase(IntEnum):
    """What happens when, every calendar day (rules, section 5)."""

    CHANGES = 0
    ARRIVALS = 1
    CAPACITY = 2
    APPOINTMENTS = 3
    HAZARDS = 4
    SHARED = 5
    CLERK = 6
    CLOSE = 7


PHASES = len(Phase)


def instant(day: int, phase: Phase) -> int:
    """The time of a phase of a day."""
    return day * PHASES + phase


def until(env: simpy.Environment, day: int, phase: Phase) -> simpy.Timeout:
    """Wait for a phase of a day, today or later."""
    return env.timeout(instant(day, phase) - env.now)
