"""What can vary in a scenario: its numbers and dates with an interval, put together into factors that a planner can name.

A region has hundreds of numbers with an interval, but few things that are unsure: how many claim, how long a meeting takes. So all
entries that differ only by the name of an area, a jobcentre, a cohort, a sector, a programme or by the week are one factor,
``areas.*.claims_per_week``, and so are the dates of a series. They move together, each to the same position in its own interval: a
shared error. That is what the name of a factor claims, and it is the cautious choice: errors that are independent from jobcentre to
jobcentre or from month to month would average out over a region, and the answer would look surer than anybody is.

Shares of a whole cannot all move up together. Such a set is one factor too, in which each share moves by a number of its own before
all are scaled to add up again. What a planner decides (``confidence: policy``) is no assumption, and varies only on request: its
interval says what might be chosen, not what might be true.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from operator import itemgetter
from typing import Any

from pydantic import BaseModel

from sim.scenario.numbers import Day, Number, Series
from sim.scenario.schema import Scenario
from sim.scenario.shape import Shape
from sim.scenario.tree import Path, dotted, text

MIDDLE = 0.5
"""The position of the value as written."""
UP_TO = "up to "
"""Where the entries of a factor differ by more or less: as much as the furthest of them."""


@dataclass(frozen=True)
class Assumption:
    """One number or date with an interval.

    ``date`` is that of an entry of a dated series, None elsewhere. ``member`` is its name in a set of shares, and what its own number
    is known by: a share of the same name in another set of the same factor moves with it, as those of an age group do from area to
    area.
    """

    path: Path
    date: dt.date | None
    member: str
    low: float | dt.date
    value: float | dt.date
    high: float | dt.date
    unit: str
    whole: bool
    confidence: str | None
    source: str | None

    def at(self, position: float) -> float | dt.date:
        """What it is at a position from 0 (low) over 0.5 (the value) to 1 (high), linear between; to 12 digits, whole numbers and dates
        rounded."""
        if position == MIDDLE:
            return self.value
        low, value, high = map(_number, (self.low, self.value, self.high))
        exact = low + (value - low) * position / MIDDLE if position < MIDDLE else value + (high - value) * (position - MIDDLE) / MIDDLE
        if isinstance(self.value, dt.date):
            return dt.date.fromordinal(math.floor(exact + 0.5))
        return min(max(float(math.floor(exact + 0.5) if self.whole else f"{exact:.12g}"), low), high)


@dataclass(frozen=True)
class Factor:
    """What varies as one.

    ``name`` is the key with every free name in it starred: the same in every scenario, so that what is drawn for it is too.
    """

    name: str
    entries: tuple[Assumption, ...]

    @cached_property
    def members(self) -> tuple[str, ...]:
        """What its own numbers are known by: one for each share that is free to move in a set, else a single one without a name."""
        return tuple(dict.fromkeys(entry.member for entry in self.entries))

    @property
    def size(self) -> int:
        """How many numbers of its own it needs."""
        return len(self.members)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its entries as in the assumptions log, each key once."""
        return tuple(dict.fromkeys(dotted(entry.path) for entry in self.entries))

    @property
    def label(self) -> str:
        """Its name for a figure, with a star only for what differs: ``programmes.Kickstart.take_up`` if no other has an interval."""
        if self.is_set:
            return self.name
        columns = zip(*(entry.path for entry in self.entries), strict=True)
        return ".".join(text(column[0]) if len(set(column)) == 1 else "*" for column in columns)

    @property
    def is_set(self) -> bool:
        """Whether it is made of shares of a whole."""
        return self.members != ("",)

    @property
    def unit(self) -> str:
        return self.entries[0].unit

    @property
    def confidences(self) -> tuple[str, ...]:
        """How far its entries can be trusted, each word once; nothing where nothing is said."""
        return tuple(sorted({entry.confidence for entry in self.entries if entry.confidence}))

    @property
    def sources(self) -> tuple[str, ...]:
        """Where they come from, each once."""
        return tuple(dict.fromkeys(entry.source for entry in self.entries if entry.source))

    @cached_property
    def in_words(self) -> tuple[str, str, str]:
        """Low, as written, and high: numbers or dates where all entries have the same, else by how much of the value, or by how many
        days, they differ from it."""
        if len({(entry.low, entry.value, entry.high) for entry in self.entries}) == 1:
            one = self.entries[0]
            return _say(one.low), _say(one.value), _say(one.high)
        low, high = ([_number(getattr(e, end)) - _number(e.value) for e in self.entries] for end in ("low", "high"))
        if self.unit == "date":
            return _differences(low, " days"), "as written", _differences(high, " days")
        values = [_number(entry.value) for entry in self.entries]
        if all(values):
            low, high = ([100 * d / v for d, v in zip(ends, values, strict=True)] for ends in (low, high))
            return _differences(low, "%"), "as written", _differences(high, "%")
        return _differences(low, f" {self.unit}"), "as written", _differences(high, f" {self.unit}")

    @property
    def interval(self) -> str:
        """Its interval in words: ``0.45 to 0.6``, ``-15% to +15%``, ``up to -20 and +42 days``."""
        low, _, high = (words.removeprefix(UP_TO) for words in self.in_words)
        words = f"{UP_TO}{low} and {high}" if UP_TO in "".join(self.in_words) else f"{low} to {high}"
        return words + ", scaled to add up" * self.is_set


@dataclass(frozen=True)
class Whole:
    """Numbers that must add up to something: their paths, each with its name among them, and to what."""

    name: str
    members: Mapping[Path, str]
    total: float


def factors(scenario: Scenario, policy: bool = False) -> tuple[Factor, ...]:
    """What varies, in the order of the schema and then of names: every number and date whose ``low`` or ``high`` is not its value, except a
    share that has nobody to share with.

    Args:
        scenario: a valid one.
        policy: also what a planner decides (``confidence: policy``).
    """
    sets = {path: whole for whole in wholes(scenario) for path in whole.members}
    found: dict[str, list[Assumption]] = defaultdict(list)
    for key, entry in _entries(scenario, (), ()):
        if (entry.low, entry.high) == (entry.value, entry.value) or (entry.confidence == "policy" and not policy):
            continue
        if (whole := sets.get(entry.path)) is None:
            found[key].append(entry)
        elif len(whole.members) > 1:
            found[whole.name].append(replace(entry, member=whole.members[entry.path]))
    return tuple(Factor(name, tuple(entries)) for name, entries in found.items())


def wholes(s: Scenario) -> Iterator[Whole]:
    """Every set of numbers that must add up, as the rules in :mod:`sim.scenario.consistency` want it."""
    yield _of_a_map("claimants.age_groups", ("claimants", "age_groups"), s.claimants.age_groups)
    yield _of_a_week("claimants.by_weekday", ("claimants", "by_weekday"))
    yield _of_a_map("claimants.weeks_on_claim", ("claimants", "weeks_on_claim"), s.claimants.weeks_on_claim)
    shared_out: dict[str, dict[Path, str]] = {area: {} for area in s.areas}
    for name, jobcentre in s.permanent.items():
        if jobcentre.area is not None:
            shared_out[jobcentre.area]["jobcentres", name, "share"] = name
    for name, area in s.areas.items():
        if area.age_groups is not None:
            yield _of_a_map("areas.*.age_groups", ("areas", name, "age_groups"), area.age_groups)
        if area.by_weekday is not None:
            yield _of_a_week("areas.*.by_weekday", ("areas", name, "by_weekday"))
        yield Whole("jobcentres.*.share", shared_out[name], 1)
    if s.labour_market is not None:
        sectors: dict[Path, str] = {("labour_market", "sectors", name, "share"): name for name in s.labour_market.sectors}
        yield Whole("labour_market.sectors.*.share", sectors, 1)
    for name, programme in s.programmes.items():
        if programme.retraining is not None:
            yield _of_a_map("programmes.*.retraining.to", ("programmes", name, "retraining", "to"), programme.retraining.to)
    for name, cohort in s.coaches.recruitment.items():
        if isinstance(cohort.to, dict):
            path = ("coaches", "recruitment", name, "to")
            yield _of_a_map("coaches.recruitment.*.to", path, cohort.to, float(cohort.coaches))


def _of_a_map(name: str, path: Path, shares: Mapping[Any, Number], total: float = 1) -> Whole:
    return Whole(name, {(*path, key): str(key) for key in shares}, total)


def _of_a_week(name: str, path: Path) -> Whole:
    return Whole(name, {(*path, day): str(day) for day in range(7)}, 1)


def _entries(value: Any, path: Path, star: tuple[str, ...]) -> Iterator[tuple[str, Assumption]]:
    """Every number and date below a value, with its key in which free names are starred."""
    if isinstance(value, (Number, Day)):
        yield ".".join(star), _entry(value, path, star, None)
    elif isinstance(value, Series):
        for date in sorted(value.by_date):
            yield ".".join(star), _entry(value.by_date[date], path, star, date)
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if isinstance(item := getattr(value, name), (BaseModel, Mapping, list)):
                key = field.alias or name
                yield from _entries(item, (*path, key), (*star, key))
    elif isinstance(value, (Mapping, list)):
        free = not _shape(star).keys
        # In order of name: a file with its keys in another order is the same scenario, and positions are told apart by their order.
        items: Iterable[tuple[Any, Any]] = sorted(value.items(), key=itemgetter(0)) if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            yield from _entries(item, (*path, key), (*star, "*" if free else text(key)))


@cache
def _shape(star: tuple[str, ...]) -> Shape:
    """What the schema has at a starred key."""
    return _shape(star[:-1]).below(star[-1]) if star else Shape(Scenario)


def _entry(number: Number | Day, path: Path, star: tuple[str, ...], date: dt.date | None) -> Assumption:
    shape = _shape(star)
    unit, whole = (shape.unit.name, shape.unit.whole) if shape.unit is not None else ("date", False)
    low = number.value if number.low is None else number.low
    high = number.value if number.high is None else number.high
    return Assumption(path, date, "", low, number.value, high, unit, whole, number.confidence, number.source)


def _number(value: float | dt.date) -> float:
    return value.toordinal() if isinstance(value, dt.date) else value


def _say(value: float | dt.date) -> str:
    return value.isoformat() if isinstance(value, dt.date) else f"{value:,.10g}"


def _differences(differences: Sequence[float], unit: str) -> str:
    """How far entries go: all of them the same, or up to the furthest."""
    least, most = sorted((min(differences, key=abs), max(differences, key=abs)), key=abs)
    digits = 6 if unit not in ("%", " days") else 0 if abs(most) >= 1 else 2
    said = f"{round(most, digits):+,.10g}{unit}"
    return said if f"{least:.3g}" == f"{most:.3g}" else UP_TO + said
