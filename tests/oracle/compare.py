"""Holding the engine against the oracle."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from sim.scenario.schema import CHANNELS, KINDS, Scenario
from tests.oracle.run import Code, Event
from tests.oracle.watched import Watched


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
    day, phase, person, code, jobcentre, kind, channel, programme, value = event
    date = scenario.period.from_ + dt.timedelta(days=day)
    parts = [f"day {day} ({date:%a %d %b %Y}) phase {phase}: person {person} {Code(code).name.lower()}"]
    parts.append(f"at {sorted(scenario.jobcentres)[jobcentre]}")
    parts += sorted(scenario.programmes)[programme : programme + 1] if programme >= 0 else []
    parts += [KINDS[kind]] * (kind >= 0) + [CHANNELS[channel]] * (channel >= 0) + [f"value {value}"] * (value >= 0)
    return ", ".join(parts)
