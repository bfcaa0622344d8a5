"""The engine against the oracle: the same event log, on hand-made small scenarios and on random ones."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario.schema import CHANNELS, KINDS, Scenario
from tests.oracle.model import Code, Event, Oracle
from tests.oracle.people import FACE_TO_FACE, Jobseeker
from tests.oracle.small import small
from tests.oracle.strategies import numbered, scenarios

EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "0"))
"""Set it to search further than every test run does, with new luck each time."""
NUMBERED = 120
BLOCK = 20


class Watched(Oracle):
    """The oracle, counting what happens."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        super().__init__(scenario, seed, replication)
        self.seen: Counter[str] = Counter()

    def write(self, day: int, phase: int, who: Jobseeker, code: Code, at: str, kind: int = -1, channel: int = -1, value: int = -1) -> None:
        super().write(day, phase, who, code, at, kind, channel, value)
        temporary = at in self.scenario.temporary
        self.seen[code.name] += 1
        self.seen[f"{code.name} {KINDS[kind]} {CHANNELS[channel]}"] += kind >= 0 and channel >= 0
        self.seen[f"{code.name} at a temporary jobcentre"] += temporary
        self.seen[f"{code.name} away from home"] += at != who.home
        self.seen[f"{code.name} on the first day"] += day == 0
        if code == Code.BOOKED:
            self.seen["booked on the eve"] += day == -1
            self.seen["booked past the end"] += value > self.last
        if code == Code.BUMP:
            self.seen["bumped on the day, coaches absent" if value == day else "bumped ahead"] += 1
            self.seen["bumped though coaches have time"] += self.capacity.coach_minutes(at, value, day) > self.page(at, value).coach_minutes
            self.seen["bumped by a closure"] += self.capacity.exists(at, value, day) and not self.capacity.open(at, value, day)
            self.seen["bumped by the end of a temporary jobcentre"] += not self.capacity.exists(at, value, day)
        if code == Code.MOVE:
            self.seen["moved on opening" if temporary else "moved on closing"] += 1

    def cancel(self, who: Jobseeker) -> None:
        if who.booking is not None:
            self.seen["a leaver's booking cancelled"] += not who.here
        super().cancel(who)

    def has_room(self, name: str, kind: int, channel: int, minutes: int, day: int, ahead: int, today: int) -> bool:
        room = super().has_room(name, kind, channel, minutes, day, ahead, today)
        if not room and self.free_minutes(name, day, today) >= minutes:
            kept = kind == KINDS.index("review") and self.free_minutes(name, day, today) - self.kept(name, day, ahead, today) < minutes
            self.seen["turned away by the reserve" if kept else "turned away for want of a desk"] += 1
        return room

    def end(self) -> None:
        """Count what is seen only at the end."""
        self.seen["scenarios"] += 1
        for cohort in self.scenario.coaches.recruitment.values():
            full = [self.capacity.ramp(cohort, self.days.number(cohort.starts.value), day) for day in range(self.last + 1)]
            self.seen["cohorts in training"] += 0.0 in full
            self.seen["cohorts coming up to full output"] += any(0 < ramp < 1 for ramp in full)
        self.seen["closed weeks"] += any(
            not any(self.capacity.open(name, day + i, day + i) for name in self.number for i in range(7)) for day in range(self.last - 6)
        )
        for name in self.scenario.temporary:
            opens, closes = self.capacity.life(name, self.last)
            self.seen["never existed"] += opens == closes


def engine_events(scenario: Scenario, seed: int, replication: int) -> list[Event]:
    from sim.model.simulation import simulate

    events = simulate(scenario, seed=seed, replication=replication, events=True).events
    return sorted(tuple(row) for row in np.asarray(events).tolist())


def compare(scenario: Scenario, seed: int = 1, replication: int = 0) -> Counter[str]:
    """Fail unless both give the same log; else what happened in it."""
    oracle = Watched(scenario, seed, replication)
    expected, got = oracle.run(), engine_events(scenario, seed, replication)
    if expected != got:
        pytest.fail(differences(scenario, expected, got), pytrace=False)
    oracle.end()
    return oracle.seen


def differences(scenario: Scenario, expected: list[Event], got: list[Event]) -> str:
    """The first events that differ, and a few before, in words."""
    same = 0
    while same < min(len(expected), len(got)) and expected[same] == got[same]:
        same += 1
    lines = [f"the logs differ from event {same} on ({len(expected)} in the oracle's, {len(got)} in the engine's)"]
    lines += [f"  both    {words(scenario, event)}" for event in expected[max(0, same - 5) : same]]
    lines += [f"  oracle  {words(scenario, event)}" for event in expected[same : same + 3]]
    lines += [f"  engine  {words(scenario, event)}" for event in got[same : same + 3]]
    return "\n".join([*lines, scenario.model_dump_json(by_alias=True, exclude_defaults=True)])


def words(scenario: Scenario, event: Event) -> str:
    day, phase, person, code, jobcentre, kind, channel, value = event
    date = scenario.period.from_ + dt.timedelta(days=day)
    parts = [f"day {day} ({date:%a %d %b %Y}) phase {phase}: person {person} {Code(code).name.lower()}"]
    parts.append(f"at {sorted(scenario.jobcentres)[jobcentre]}")
    parts += [KINDS[kind]] * (kind >= 0) + [CHANNELS[channel]] * (channel >= 0) + [f"value {value}"] * (value >= 0)
    return ", ".join(parts)


# ---- random scenarios


@cache
def compare_block(first: int) -> Counter[str]:
    """Compare the numbered scenarios of a block; what happened in them."""
    seen: Counter[str] = Counter()
    for number in range(first, first + BLOCK):
        seen += compare(numbered(number), seed=number, replication=number % 3)
    return seen


@pytest.mark.parametrize("first", range(0, NUMBERED, BLOCK))
def test_numbered_scenarios(first: int) -> None:
    assert compare_block(first)["scenarios"] == BLOCK


@settings(
    max_examples=EXAMPLES or 60,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(scenario=scenarios(), seed=st.integers(0, 5))
def test_random_scenarios(scenario: Scenario, seed: int) -> None:
    compare(scenario, seed)


AT_LEAST = {
    **{code.name: 300 for code in Code},
    **{f"BOOKED {kind} {channel}": 300 for kind in KINDS for channel in CHANNELS},
    **{f"BUMP {kind} {channel}": 50 for kind in KINDS for channel in CHANNELS},
    **{f"{code} at a temporary jobcentre": 50 for code in ("CLAIM", "MOVE", "BUMP", "HELD", "MISSED", "JOB_ENTRY", "LEFT", "BOOKED")},
    **{f"{code} away from home": 50 for code in ("BOOKED", "BUMP", "HELD", "MISSED")},
    **{f"{code} on the first day": 20 for code in ("CLAIM", "MOVE", "BUMP", "HELD", "MISSED", "JOB_ENTRY", "LEFT", "BOOKED")},
    "booked on the eve": 200,
    "booked past the end": 200,
    "bumped on the day, coaches absent": 100,
    "bumped ahead": 100,
    "bumped though coaches have time": 50,
    "bumped by a closure": 50,
    "bumped by the end of a temporary jobcentre": 20,
    "moved on opening": 100,
    "moved on closing": 50,
    "a leaver's booking cancelled": 100,
    "turned away by the reserve": 200,
    "turned away for want of a desk": 200,
    "cohorts in training": 20,
    "cohorts coming up to full output": 10,
    "closed weeks": 2,
    "never existed": 3,
}


def test_numbered_scenarios_exercise_every_rule() -> None:
    seen = sum((compare_block(first) for first in range(0, NUMBERED, BLOCK)), Counter())
    assert {what: seen[what] for what, least in AT_LEAST.items() if seen[what] < least} == {}
