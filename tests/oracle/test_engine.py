"""The engine against the oracle: the same event log, on small scenarios made to be awkward and on random ones."""

from __future__ import annotations

import os
from collections import Counter
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario.schema import CHANNELS, KINDS, Scenario
from tests.oracle.awkward import AWKWARD
from tests.oracle.awkward_support import AWKWARD_SUPPORT
from tests.oracle.compare import compare
from tests.oracle.run import Code
from tests.oracle.small import small
from tests.oracle.strategies import numbered, scenarios

EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "0"))
"""Set it to search further than every test run does, with new luck each time."""
NUMBERED = 200
BLOCK = 20
IN_EVERY_RUN = 80
"""Numbered scenarios that every test run compares; the others are long."""
BLOCKS = [pytest.param(first, marks=[pytest.mark.long] * (first >= IN_EVERY_RUN)) for first in range(0, NUMBERED, BLOCK)]
CASES = AWKWARD | AWKWARD_SUPPORT


@pytest.mark.parametrize("name", CASES)
def test_awkward_scenarios(name: str) -> None:
    case = CASES[name]
    seen = compare(small(case.changes))
    assert {what for what in case.happens if not seen[what]} == set()
    assert {what for what in case.never if seen[what]} == set()


# ---- random scenarios


@cache
def compare_block(first: int) -> Counter[str]:
    """Compare the numbered scenarios of a block; what happened in them."""
    seen: Counter[str] = Counter()
    for number in range(first, first + BLOCK):
        seen += compare(numbered(number), seed=number, replication=number % 3)
    return seen


@pytest.mark.parametrize("first", BLOCKS)
def test_numbered_scenarios(first: int) -> None:
    assert compare_block(first)["scenarios"] == BLOCK


@settings(
    max_examples=EXAMPLES or 40,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(scenario=scenarios(), seed=st.integers(0, 5))
def test_random_scenarios(scenario: Scenario, seed: int) -> None:
    compare(scenario, seed)


OLD_KINDS = KINDS[:2]
AT_LEAST = {
    **{code.name: 300 for code in Code},
    "DROPPED_OUT": 50,
    **{f"BOOKED {kind} {channel}": 300 for kind in OLD_KINDS for channel in CHANNELS},
    **{f"BOOKED youth_hub_meeting {channel}": 100 for channel in CHANNELS},
    **{f"HELD youth_hub_meeting {channel}": 50 for channel in CHANNELS},
    **{f"BUMP {kind} {channel}": 50 for kind in OLD_KINDS for channel in CHANNELS},
    **{f"BUMP youth_hub_meeting {channel}": 5 for channel in CHANNELS},
    **{f"{code} at a temporary jobcentre": 50 for code in ("CLAIM", "MOVE", "BUMP", "HELD", "MISSED", "JOB_ENTRY", "LEFT", "BOOKED")},
    **{f"{code} at a youth hub": 25 for code in ("CLAIM", "MOVE", "BUMP", "HELD", "MISSED", "JOB_ENTRY", "LEFT", "REFERRED", "STARTED")},
    **{f"{code} away from home": 50 for code in ("BOOKED", "BUMP", "HELD", "MISSED")},
    **{f"{code} on the first day": 10 for code in ("CLAIM", "MOVE", "BUMP", "HELD", "MISSED", "JOB_ENTRY", "LEFT", "BOOKED")},
    "booked on the eve": 200,
    "booked past the end": 200,
    "bumped on the day": 100,
    "bumped ahead": 100,
    "bumped for want of a desk only": 20,
    "bumped by a closure": 50,
    "bumped by the end of a temporary jobcentre": 20,
    "moved on opening": 100,
    "moved on closing": 50,
    "moved from a youth hub": 50,
    "moved to a youth hub from a temporary jobcentre": 10,
    "moved while on a programme without contact": 3,
    "a leaver's booking cancelled": 100,
    "turned away by the reserve": 200,
    "turned away for want of a desk": 200,
    "cohorts in training": 20,
    "cohorts coming up to full output": 10,
    "closed weeks": 2,
    "never existed": 3,
    "no coach left where coaches went along": 3,
    # programmes
    "REFERRED and joined": 500,
    "REFERRED and declined": 200,
    "REFERRED again": 50,
    "two programmes at one review": 200,
    "too early or too late on the claim": 100,
    "not referred to the same again": 50,
    "STARTED places": 100,
    "STARTED jobs": 30,
    "STARTED intakes": 50,
    "STARTED at once": 100,
    "STARTED after a wait": 100,
    "STARTED a second programme": 20,
    "STARTED before those longer in the queue": 20,
    "STARTED by order of id": 50,
    "STARTED where contact goes on": 50,
    "STARTED and a booking cancelled": 30,
    "STARTED and a booking tomorrow cancelled": 10,
    "a place taken on the day it is freed": 30,
    "an intake not filled": 20,
    "an intake too small": 10,
    "an intake put off by a day off": 5,
    "not enough jobs": 50,
    "WITHDREW at once": 50,
    "WITHDREW at the close": 50,
    "WITHDREW tired of waiting": 200,
    "COMPLETED without contact": 100,
    "COMPLETED with contact": 50,
    "COMPLETED after the programme closed": 10,
    "COMPLETED on a day off": 50,
    "DROPPED_OUT without contact": 20,
    "DROPPED_OUT with contact": 10,
    "JOB_ENTRY at the end of a programme": 50,
    "JOB_ENTRY while on a programme": 10,
    "JOB_ENTRY after a programme": 10,
    "JOB_ENTRY in a queue": 20,
    "LEFT in a queue": 10,
    "LEFT while on a programme": 5,
    "retrained": 10,
    # the labour market, returns and personal support
    "nobody matched for want of vacancies": 1000,
    "matching other than 1": 1000,
    "vacancies below zero": 50,
    "vacancies back": 10,
    "returned a second time": 50,
    "returned after a programme": 20,
    "returned to another home": 20,
    "RETURN where a jobcentre opens today": 2,
    "RETURN at a youth hub": 10,
    "RETURN at a temporary jobcentre": 20,
    "lost early: bumped": 50,
    "lost early: missed": 100,
    "a factor for the phone": 1000,
    "a factor for the place": 1000,
    "a factor for a programme or a lost meeting": 1000,
}


@pytest.mark.long
def test_numbered_scenarios_exercise_every_rule() -> None:
    seen = sum((compare_block(first) for first in range(0, NUMBERED, BLOCK)), Counter())
    assert {what: seen[what] for what, least in AT_LEAST.items() if seen[what] < least} == {}
