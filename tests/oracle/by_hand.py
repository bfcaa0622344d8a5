"""Words and luck for logs worked out by hand."""

from __future__ import annotations

from sim.luck import UNITS, Luck, Purpose, person
from sim.scenario.schema import Scenario
from tests.oracle.model import run_oracle
from tests.oracle.run import Code

CLAIM, MOVE, BUMP, MISSED, HELD, JOB_ENTRY, LEFT, BOOKED = list(Code)[:8]
RETURN, REFERRED, STARTED, WITHDREW, COMPLETED, DROPPED_OUT = list(Code)[8:]
FIRST, REVIEW, HUB_MEETING = 0, 1, 2
FACE_TO_FACE, PHONE = 0, 1
ASH, BOX = 0, 1
NONE = -1

FRESH = {"claimants.weeks_on_claim": {"0-0": 1}}  # all of the stock claimed 1 to 7 days ago


def stock(luck: Luck, purpose: Purpose, people: int, count: int = 0) -> list[float]:
    """The uniforms of the first people of the stock, to two places."""
    return [round(luck.uniform(person("Area", None, number), purpose, count), 2) for number in range(people)]


def days_on_claim(luck: Luck, people: int) -> list[int]:
    return [1 + int(7 * luck.uniform(person("Area", None, number), Purpose.CLAIM_AGE_DAY)) for number in range(people)]


def thresholds(luck: Luck, purpose: Purpose, people: int) -> list[float]:
    return [round(luck.exponential(person("Area", None, number), purpose) / UNITS, 3) for number in range(people)]


def plain_log(scenario: Scenario, seed: int) -> list[tuple[int, ...]]:
    """The log without the column of programmes, which must be empty."""
    log = run_oracle(scenario, seed, 0)
    assert {event[7] for event in log} <= {NONE}
    return [event[:7] + event[8:] for event in log]
