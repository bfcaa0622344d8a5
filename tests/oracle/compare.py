"""Holding the engine against the oracle: its event log, and what it writes down beside its events."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from sim.record import COST_COLUMNS, HOME_COLUMNS, SECTOR_COLUMNS
from sim.scenario.schema import CHANNELS, KINDS, Scenario
from tests.oracle.costs import pounds
from tests.oracle.model import Oracle
from tests.oracle.run import Code, Event
from tests.oracle.watched import Watched

AT_CLOSE = ("waiting", "in_reviews", "on_programme")
"""Of people by home at the close of a day, what the oracle counts too."""
ROUNDING = 1e-9
"""How far apart pounds and vacancies may be, which both sum up in their own order; relative, and absolute below 1."""


@dataclass(frozen=True)
class Held:
    """One scenario held against the oracle.

    Args:
        difference: empty if there is none; else how it shows (``events``, ``record``, ``engine`` or ``oracle`` where that one
            stopped), a colon, and the first of it in words.
        seen: how often each rule was used, in the oracle.
        events: in the log.
        spells: of people, those who claim again counted again.
        figures: of the record, beside the events.
    """

    difference: str
    seen: Counter[str]
    events: int = 0
    spells: int = 0
    figures: int = 0


def hold(scenario: Scenario, seed: int = 1, replication: int = 0) -> Held:
    """Run both and compare everything."""
    from sim.model.simulation import simulate

    oracle = Watched(scenario, seed, replication)
    try:
        log = oracle.run()
    except Exception as error:
        return Held(f"oracle: {type(error).__name__}: {error}", oracle.seen)
    try:
        record = simulate(scenario, seed, replication, events=True)
    except Exception as error:  # most often the ledger, which is checked every day
        return Held(f"engine: {type(error).__name__}: {error}", oracle.seen)
    got = sorted_events(record)
    if log != got:
        return Held(f"events: {differences(scenario, log, got)}", oracle.seen)
    both = list(figures(oracle, log, record))
    first = next((words for name, expected, found in both if (words := unequal(name, expected, found))), None)
    oracle.end()
    size = sum(np.size(expected) for _, expected, _ in both)
    return Held(f"record: {first}" if first else "", oracle.seen, len(log), len(oracle.people.everyone), size)


def compare(scenario: Scenario, seed: int = 1, replication: int = 0) -> Counter[str]:
    """Fail unless both give the same; else what happened in it."""
    held = hold(scenario, seed, replication)
    if held.difference:
        pytest.fail(f"{held.difference}\n{scenario.model_dump_json(by_alias=True, exclude_defaults=True)}", pytrace=False)
    return held.seen


def engine_events(scenario: Scenario, seed: int, replication: int) -> list[Event]:
    from sim.model.simulation import simulate

    return sorted_events(simulate(scenario, seed=seed, replication=replication, events=True))


def sorted_events(record: Any) -> list[Event]:
    return sorted(tuple(row) for row in np.asarray(record.events).tolist())


# ---- what is written down beside the events


def figures(oracle: Oracle, log: list[Event], record: Any) -> Iterator[tuple[str, NDArray[Any], NDArray[Any]]]:
    """What the oracle expects and what the engine wrote down, by name: arrays by day, jobcentre, sector or programme, in order of name."""
    scenario, closes, days = oracle.scenario, oracle.closes, range(len(oracle.closes))
    jobcentres, sectors, programmes = sorted(scenario.jobcentres), sorted(oracle.vacancies), sorted(scenario.programmes)
    people = record.by_home.sum(axis=2)
    for what in AT_CLOSE:
        yield (
            f"people {what.replace('_', ' ')} by day and jobcentre",
            array([[close.people[name, what] for name in jobcentres] for close in closes]),
            people[:, :, HOME_COLUMNS.index(what)],
        )
    paid = [[pounds(scenario, oracle.capacity, name, day) for name in jobcentres] for day in days]
    for i, what in enumerate(COST_COLUMNS):
        yield f"pounds for {what} by day and jobcentre", array([[one[what] for one in day] for day in paid]), record.costs[:, :, i]
    for what in ("vacancies", "searchers"):
        yield (
            f"{what} by day and sector",
            array([[getattr(close, what)[name] for name in sectors] for close in closes]),
            record.by_sector[:, :, SECTOR_COLUMNS.index(what)],
        )
    unused = [[-1 if close.unused[name] is None else close.unused[name] for name in programmes] for close in closes]
    yield "places unused by day and programme", array(unused), record.places_unused
    yield "referrals (day, person, programme)", *of_code(log, Code.REFERRED, record, "referred")
    yield "starts (day, person, programme)", *of_code(log, Code.STARTED, record, "started")


def of_code(log: list[Event], code: Code, record: Any, column: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """What happened as the log and as the engine's episodes tell it: sorted rows of day, person and programme."""
    expected = sorted((event[0], event[2], event[7]) for event in log if event[3] == code)
    rows = record.episodes[record.episodes[column] >= 0]
    got = sorted((int(row[column]), int(row["person"]), int(row["programme"])) for row in rows)
    return array(expected).reshape(-1, 3), array(got).reshape(-1, 3)


def array(data: ArrayLike) -> NDArray[Any]:
    return np.asarray(data, dtype=np.float64)


def unequal(name: str, expected: NDArray[Any], found: NDArray[Any]) -> str:
    """The first place where they differ, in words; empty if they agree. Counts agree only if equal: rounding is far less than one."""
    if np.size(expected) == np.size(found) == 0:
        return ""
    if expected.shape != found.shape:
        return f"{name}: {expected.shape} in the oracle, {found.shape} in the engine"
    apart = ~np.isclose(found, expected, rtol=ROUNDING, atol=ROUNDING)
    if not apart.any():
        return ""
    at = tuple(int(i) for i in np.argwhere(apart)[0])
    return f"{name}: at {at} {expected[at]:.10g} in the oracle, {found[at]:.10g} in the engine; {int(apart.sum())} of {apart.size} differ"


# ---- the events, in words


def differences(scenario: Scenario, expected: list[Event], got: list[Event]) -> str:
    """The first events that differ, and a few before, in words."""
    same = 0
    while same < min(len(expected), len(got)) and expected[same] == got[same]:
        same += 1
    lines = [f"the logs differ from event {same} on ({len(expected)} in the oracle's, {len(got)} in the engine's)"]
    lines += [f"  both    {words(scenario, event)}" for event in expected[max(0, same - 5) : same]]
    lines += [f"  oracle  {words(scenario, event)}" for event in expected[same : same + 3]]
    lines += [f"  engine  {words(scenario, event)}" for event in got[same : same + 3]]
    return "\n".join(lines)


def words(scenario: Scenario, event: Event) -> str:
    day, phase, person, code, jobcentre, kind, channel, programme, value = event
    date = scenario.period.from_ + dt.timedelta(days=day)
    parts = [f"day {day} ({date:%a %d %b %Y}) phase {phase}: person {person} {Code(code).name.lower()}"]
    parts.append(f"at {sorted(scenario.jobcentres)[jobcentre]}")
    parts += sorted(scenario.programmes)[programme : programme + 1] if programme >= 0 else []
    parts += [KINDS[kind]] * (kind >= 0) + [CHANNELS[channel]] * (channel >= 0) + [f"value {value}"] * (value >= 0)
    return ", ".join(parts)
