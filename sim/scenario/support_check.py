"""What programmes and the labour market allow, from arithmetic alone, before any run.

Like :mod:`sim.scenario.load_check` for coaches: how many can start with the supply there is, and how many vacancies there are for whom.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from sim.calendar import Calendar
from sim.scenario.rates import matching
from sim.scenario.schema import AGE_GROUPS, Scenario
from sim.scenario.shape import one_of
from sim.scenario.supply import LONGEST_HOLIDAY, Ints, days_open, intake_days, supply
from sim.scenario.support import Programme


@dataclass(frozen=True)
class Room:
    """Who can start a programme in the run, if everybody wants to."""

    days: Ints
    """Working days of the run on which it is open, shape (n,)."""
    supply: Ints
    """Places, jobs filled so far, or places of a course, on these days; shape (n,)."""
    courses: int
    """Courses that begin on these days."""
    starts: int
    """How many can start. Of jobs and courses just so many. A place serves one after another: as many as mean lengths fit into the
    days on which the programme is open, and at least one; more if people leave early, fewer if it takes time to fill."""


def room(scenario: Scenario, programme: Programme) -> Room:
    """Who can start a programme in the run, from its dates and its supply."""
    calendar = Calendar(scenario.period.from_, scenario.working_days, LONGEST_HOLIDAY, scenario.period.days + LONGEST_HOLIDAY)
    days, by_day = days_open(scenario, programme, calendar), supply(scenario, programme, calendar)
    there = by_day[days]
    if not there.any():
        starts = 0
    elif programme.supply.jobs is not None:
        starts = int(there[-1])
    elif programme.supply.intakes is not None:
        starts = int(there.sum())
    else:
        length = max(1, math.floor(7 * float(programme.weeks) + 0.5))
        starts = max(int(there.max()), int(by_day[days[0] : days[-1] + 1].sum()) // length)
    courses = np.intersect1d(intake_days(scenario, programme, calendar), days) if programme.supply.intakes is not None else ()
    return Room(days, there, len(courses), starts)


def programmes_in_words(scenario: Scenario) -> list[str]:
    """One line for each programme, by name: when it is open, for whom, and how many can start in the run."""
    lines = []
    for name, programme in sorted(scenario.programmes.items()):
        there = room(scenario, programme)
        whom = _whom(scenario, programme, there)
        lines.append(f"{name}: {_when(scenario, programme)}; for {whom}; {_how_many(programme, there)}")
    return lines


def labour_market_in_words(scenario: Scenario) -> list[str]:
    """One line for each sector, by name: vacancies on the eve of the run, people who look for them, and how fast they find jobs, as a share
    of the monthly rates."""
    market = scenario.labour_market
    if market is None:
        return []
    people = sum(float(area.claimants) for area in scenario.areas.values())
    shared = sum(float(sector.share) for sector in market.sectors.values())
    lines = []
    for name, sector in sorted(market.sectors.items()):
        searchers, vacancies = people * float(sector.share) / shared, float(sector.vacancies)
        lines.append(f"{name}: {vacancies:,.0f} for {searchers:,.0f} people, {matching(market, vacancies, searchers):.0%}")
    return lines


def _when(scenario: Scenario, programme: Programme) -> str:
    opens, closes = programme.open.from_.value, programme.open.to.value
    later, sooner = opens > scenario.period.from_, closes < scenario.period.to
    dates = [f"from {opens}"] * later + [f"until {closes}"] * sooner
    return f"open {' '.join(dates) or 'throughout'}"


def _whom(scenario: Scenario, programme: Programme, there: Room) -> str:
    who = programme.who
    groups = [group for group in AGE_GROUPS if who.age_groups and group in who.age_groups]
    named = (("aged", groups), ("from", who.sectors), ("in", who.areas))
    words = " ".join(["people", *(f"{word} {one_of(names, 'and', quote='')}" for word, names in named if names)])
    words += _weeks(scenario, programme, there)
    return words if words != "people" else "everyone in reviews"


def _weeks(scenario: Scenario, programme: Programme, there: Room) -> str:
    """`` 13 to 52 weeks on the claim``, as on the first day and as on the last if that differs; nothing if any will do."""
    dates = [scenario.period.from_ + dt.timedelta(days=int(day)) for day in there.days[[0, -1]]]
    bounds = [(int(programme.who.at_least_weeks.on(date)), int(programme.who.at_most_weeks.on(date))) for date in dates]
    first, last = (_between(*bound) for bound in bounds)
    changed = f" (at the end {last or 'at any time'})" if last != first else ""
    return f" {first or 'at any time'} on the claim{changed}" if first or last else ""


def _between(least: int, most: int) -> str:
    if most >= 5200:
        return f"from {least} weeks" if least else ""
    return f"{least} to {most} weeks"


def _how_many(programme: Programme, there: Room) -> str:
    if programme.supply.jobs is not None:
        return f"{there.starts:,} jobs can be filled in the run"
    if programme.supply.intakes is not None:
        return f"{there.courses:,} courses with room for {there.starts:,} in the run"
    least, most = there.supply.min(), there.supply.max()
    places = f"{least:,} to {most:,}" if least < most else f"{most:,}"
    return f"{places} places of {float(programme.weeks):.3g} weeks, room for about {there.starts:,} starts in the run"
