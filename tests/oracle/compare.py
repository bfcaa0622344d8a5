"""Holding the engine against the oracle, and counting what happens on the way so that no test passes idly."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from sim.scenario.schema import CHANNELS, KINDS, Scenario
from tests.oracle.model import Code, Event, Oracle
from tests.oracle.people import Jobseeker


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
            self.seen["bumped on the day" if value == day else "bumped ahead"] += 1
            self.seen["bumped for want of a desk only"] += self.capacity.coach_minutes(at, value, day) >= self.page(at, value).coach_minutes
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
