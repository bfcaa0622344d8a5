"""What gives way when numbers that vary each within its own interval would together break a rule.

One small function for each rule of :mod:`sim.scenario.consistency` that such a move can break and that has an answer on the spot; each
changes as little as will do:

* shares of a whole are scaled to add up to it, as are recruits posted by name to the number of their cohort; what is taken from one
  jobcentre, or the coaches who go along from it, are scaled down to all there is; so a number may end a little outside its own interval;
* what would be announced after it happens is announced on the day, and what would end before it begins ends on the day it begins;
* an opening or a start after the run is put on its last day, where it does next to nothing, and a closing before it after its first;
* a series of a programme begins when the programme opens, if that is earlier than written, with its first value;
* the phone is no worse than silence: the model would not let it be felt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from sim.scenario.factors import wholes
from sim.scenario.finding import TOLERANCE, series_below, summed
from sim.scenario.numbers import Day, Number, Provenance, Series
from sim.scenario.schema import Scenario
from sim.scenario.tree import Path

AnyNumber = TypeVar("AnyNumber", bound=Provenance)
Replacement = tuple[Path, Number | Series | Day]
Updates = Mapping[Path, Number | Series | Day]
"""Numbers and dates by path that take the place of those in a scenario."""


def adjusted(scenario: Scenario) -> Scenario:
    """A scenario whose numbers were moved, with what must give way to the rules; a valid one as it is."""
    for adjust in ADJUSTMENTS:
        if updates := dict(adjust(scenario)):
            scenario = put(scenario, updates)
    return scenario


def put(value: Any, updates: Updates) -> Any:
    """A scenario, or a part of one, with some numbers replaced; unchecked, and sharing all the rest with the original."""
    if () in updates:
        return updates[()]
    below: dict[Any, dict[Path, Number | Series | Day]] = {}
    for path, new in updates.items():
        below.setdefault(path[0], {})[path[1:]] = new
    if isinstance(value, BaseModel):
        names = {field.alias or name: name for name, field in type(value).model_fields.items()}
        return value.model_copy(update={names[key]: put(getattr(value, names[key]), those) for key, those in below.items()})
    if isinstance(value, list):
        return [put(item, below[key]) if key in below else item for key, item in enumerate(value)]
    return {**value, **{key: put(value[key], those) for key, those in below.items()}}


def at(value: Any, path: Path) -> Any:
    """What is at a path of a scenario."""
    for key in path:
        value = getattr(value, "from_" if key == "from" else key) if isinstance(value, BaseModel) else value[key]
    return value


def moved(number: AnyNumber, value: float | dt.date) -> AnyNumber:
    """The same number or date with another value; the interval it states is widened where the value lies outside."""
    ends = {"low": min, "high": max}
    stated = {end: furthest(getattr(number, end), value) for end, furthest in ends.items() if getattr(number, end) is not None}
    return number.model_copy(update={"value": value, **stated})


def _shares_add_up(s: Scenario) -> Iterator[Replacement]:
    for whole in wholes(s):
        numbers: dict[Path, Number] = {path: at(s, path) for path in whole.members}
        if abs(summed(numbers.values()) - whole.total) > TOLERANCE:
            yield from _scaled(numbers, whole.total)


def _no_more_than_everyone_is_taken(s: Scenario) -> Iterator[Replacement]:
    temporary = s.temporary
    for key, origins in (("takes_from", s.permanent), ("takes_young_from", s.areas)):
        for origin in origins:
            taken = {("jobcentres", name, key, origin): getattr(j, key).get(origin) for name, j in temporary.items()}
            taken = {path: share for path, share in taken.items() if share is not None}
            if summed(taken.values()) > 1 + TOLERANCE:
                yield from _scaled(taken, 1)


def _the_phone_is_no_worse_than_silence(s: Scenario) -> Iterator[Replacement]:
    floor = float(s.job_entry.no_contact)
    if float(s.job_entry.phone_only) < floor:
        yield ("job_entry", "phone_only"), moved(s.job_entry.phone_only, floor)


def _temporary_lives_run_forward(s: Scenario) -> Iterator[Replacement]:
    first, last = s.period.from_, s.period.to
    for name, j in s.temporary.items():
        life = j.temporary
        assert life is not None
        path: Path = ("jobcentres", name, "temporary")
        opens = min(life.opens.value, last)
        yield from _dated((*path, "opens"), life.opens, opens)
        told = min(life.announced.value, opens) if life.announced is not None else opens
        yield from _dated((*path, "announced"), life.announced, told)
        if life.closes is None:
            continue
        closes = max(life.closes.value, opens)
        if closes <= first and opens < first:
            closes = first + dt.timedelta(days=1)
        yield from _dated((*path, "closes"), life.closes, closes)
        if life.closing_announced is not None:
            closing_told = min(max(life.closing_announced.value, told), max(closes, told))
            yield from _dated((*path, "closing_announced"), life.closing_announced, closing_told)


def _recruits_start_in_the_run(s: Scenario) -> Iterator[Replacement]:
    for name, cohort in s.coaches.recruitment.items():
        path: Path = ("coaches", "recruitment", name)
        starts = min(cohort.starts.value, s.period.to)
        yield from _dated((*path, "starts"), cohort.starts, starts)
        if cohort.announced is not None:
            yield from _dated((*path, "announced"), cohort.announced, min(cohort.announced.value, starts))


def _programmes_run_forward(s: Scenario) -> Iterator[Replacement]:
    for name, p in s.programmes.items():
        opens = p.open.from_.value
        yield from _dated(("programmes", name, "open", "to"), p.open.to, max(p.open.to.value, opens))
        start = max(s.period.from_, opens)
        for path, series in series_below(p, ("programmes", name)):
            if (first := series.first) > start:
                entry = series.by_date[first]
                known = {"announced": min(entry.announced, start)} if entry.announced is not None else {}
                rest = {date: later for date, later in series.by_date.items() if date != first}
                yield path, series.model_copy(update={"by_date": {start: entry.model_copy(update=known), **rest}})


def _coaches_are_there_to_move(s: Scenario) -> Iterator[Replacement]:
    """After the dates: who is away at the same time hangs on them."""
    temporary = s.temporary
    for origin, home in s.permanent.items():
        there = {name: j.temporary for name, j in temporary.items() if j.temporary is not None and origin in j.coaches_from}
        moves = {name: s.jobcentres[name].coaches_from[origin] for name in there}
        dates = {s.period.from_, *home.coaches.by_date, *(life.opens.value for life in there.values())}
        share = 1.0
        for date in sorted(date for date in dates if moves and s.period.from_ <= date <= s.period.to):
            away = [name for name, life in there.items() if life.opens.value <= date and (life.closes is None or date < life.closes.value)]
            if (total := summed(moves[name] for name in away)) > (most := home.coaches.on(date)) + TOLERANCE:
                share = min(share, most / total)
        if share < 1:
            yield from _scaled({("jobcentres", name, "coaches_from", origin): number for name, number in moves.items()}, share=share)


ADJUSTMENTS: tuple[Callable[[Scenario], Iterator[Replacement]], ...] = (
    _shares_add_up,
    _no_more_than_everyone_is_taken,
    _the_phone_is_no_worse_than_silence,
    _temporary_lives_run_forward,
    _recruits_start_in_the_run,
    _programmes_run_forward,
    _coaches_are_there_to_move,
)
"""In this order, each on what the one before has left."""


def _scaled(numbers: Mapping[Path, Number], total: float | None = None, share: float = 1) -> Iterator[Replacement]:
    """All of them times the same, to add up to a total, or times a share; to 12 digits."""
    if total is not None:
        share = total / whole if (whole := summed(numbers.values())) else 1
    for path, number in numbers.items():
        yield path, moved(number, float(f"{float(number) * share:.12g}"))


def _dated(path: Path, written: Day | None, date: dt.date) -> Iterator[Replacement]:
    if written is not None and written.value != date:
        yield path, moved(written, date)
