"""Rules that join several keys of programmes and of the labour market, in the manner of :mod:`sim.scenario.consistency`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.scenario.finding import Finding, adds_up, known, once
from sim.scenario.load_check import bands
from sim.scenario.numbers import Number
from sim.scenario.schema import Area, Scenario
from sim.scenario.shape import one_of
from sim.scenario.support import Programme, Supply
from sim.scenario.support_check import room
from sim.scenario.tree import Path

SUPPLY = tuple(Supply.model_fields)
NOTHING = "a lever that touches nothing: "


def programmes_run_forward(s: Scenario) -> Iterator[Finding]:
    """From, to."""
    for name, p in s.programmes.items():
        if p.open.to.value < p.open.from_.value:
            message = f"expected a date on or after {p.open.from_.value}, not {p.open.to.value}"
            yield Finding(("programmes", name, "open", "to"), message)


def supply_is_of_one_kind(s: Scenario) -> Iterator[Finding]:
    """Places, jobs or intakes."""
    for name, p in s.programmes.items():
        if len(given := _kinds_of_supply(p)) != 1:
            words = one_of(given, "and", quote="") if given else "none of them"
            yield Finding(("programmes", name, "supply"), f"expected one of {one_of(SUPPLY, 'and', quote='')}, not {words}")


def programmes_name_what_exists(s: Scenario) -> Iterator[Finding]:
    """Areas; and sectors, which need a labour market."""
    for name, p in s.programmes.items():
        path: Path = ("programmes", name)
        yield from known((*path, "who", "areas"), p.who.areas or [], s.areas, "area", at_key=False)
        yield from _known_sectors(s, (*path, "who", "sectors"), p.who.sectors)
        yield from _known_sectors(s, (*path, "retraining", "to"), p.retraining.to if p.retraining is not None else None)


def eligibility_names_each_once(s: Scenario) -> Iterator[Finding]:
    """Age groups, areas and sectors of a programme."""
    for name, p in s.programmes.items():
        for key in ("age_groups", "areas", "sectors"):
            yield from once(("programmes", name, "who", key), getattr(p.who, key) or [])


def sectors_share_everyone_out(s: Scenario) -> Iterator[Finding]:
    """Claimants by the sector they last worked in, and those who retrain by the sector they move to."""
    if s.labour_market is not None:
        yield from adds_up(("labour_market", "sectors"), (sector.share for sector in s.labour_market.sectors.values()))
    for name, p in s.programmes.items():
        if p.retraining is not None:
            yield from adds_up(("programmes", name, "retraining", "to"), p.retraining.to.values())


def programmes_open_in_the_run(s: Scenario) -> Iterator[Finding]:
    """Closed on every working day of the run, a programme would touch nothing."""
    for name, p in _orderly(s):
        if not len(room(s, p).days):
            opens, closes = p.open.from_.value, p.open.to.value
            message = f"it is open on no working day of the run, {s.period.from_} to {s.period.to}, but from {opens} to {closes}"
            yield Finding(("programmes", name, "open"), NOTHING + message)


def someone_can_start(s: Scenario) -> Iterator[Finding]:
    """Without a place, a course or a job that can be filled in time, a programme would touch nothing."""
    for name, p in _orderly(s):
        there, path = room(s, p), ("programmes", name, "supply")
        if not len(there.days) or there.starts:
            continue
        if p.supply.places is not None:
            yield Finding((*path, "places"), NOTHING + "no whole place on any day on which it is open in the run")
        elif p.supply.jobs is not None:
            yield Finding((*path, "jobs"), NOTHING + "not one job can be filled before it closes or the run ends")
        elif there.courses:
            yield Finding((*path, "intakes", "places"), NOTHING + "no whole place in any course that begins in the run")
        else:
            yield Finding((*path, "intakes"), NOTHING + "no course begins in the run while it is open")


def someone_lives_where_it_is(s: Scenario) -> Iterator[Finding]:
    """A programme for areas without a claimant, then or later, would touch nothing."""
    for name, p in _orderly(s):
        if p.who.areas is not None and all(area in s.areas for area in p.who.areas) and not _populated(s, p):
            yield Finding(("programmes", name, "who", "areas"), NOTHING + "nobody claims there at the start of the run or during it")


def someone_is_of_the_age(s: Scenario) -> Iterator[Finding]:
    """A programme for age groups that nobody is in, where it is, would touch nothing."""
    for name, p in _orderly(s):
        there = [area.age_groups if area.age_groups is not None else s.claimants.age_groups for area in _populated(s, p)]
        if there and p.who.age_groups and not any(float(ages[g]) > 0 for ages in there for g in p.who.age_groups if g in ages):
            yield Finding(("programmes", name, "who", "age_groups"), NOTHING + "nobody there is of these ages")


def someone_is_from_the_sector(s: Scenario) -> Iterator[Finding]:
    """A programme for sectors that nobody worked in or retrains into would touch nothing."""
    if s.labour_market is None:
        return  # which is said
    sectors = s.labour_market.sectors
    worked_in = {name for name, sector in sectors.items() if float(sector.share) > 0}
    led_into = {name for p in s.programmes.values() if p.retraining for name, share in p.retraining.to.items() if float(share) > 0}
    for name, p in s.programmes.items():
        named = set(p.who.sectors or ())
        if named and named <= set(sectors) and not named & (worked_in | led_into):
            yield Finding(("programmes", name, "who", "sectors"), NOTHING + "nobody last worked there, and no programme leads there")


def someone_has_claimed_so_long(s: Scenario) -> Iterator[Finding]:
    """A programme for weeks on the claim that nobody can have while it is open would touch nothing."""
    for name, p in _orderly(s):
        days, areas = room(s, p).days, _populated(s, p)
        if not len(days) or not areas:
            continue
        least, most = (weeks.daily(s.period.from_, s.period.days)[days] for weeks in (p.who.at_least_weeks, p.who.at_most_weeks))
        path, longest = ("programmes", name, "who", "at_least_weeks"), _longest_weeks(s, areas, days)
        if (least > most).all():
            yield Finding(path, NOTHING + "it is above at_most_weeks on every day on which the programme is open in the run")
        elif not ((least <= most) & (least <= longest)).any():
            yield Finding(path, NOTHING + f"nobody can have claimed for more than {longest.max()} weeks while it is open in the run")


def phoning_is_not_worse_than_silence(s: Scenario) -> Iterator[Finding]:
    """The hazard never goes below that without contact, so a lower value for the phone would not be felt."""
    floor, phone = float(s.job_entry.no_contact), float(s.job_entry.phone_only)
    if phone < floor:
        yield Finding(("job_entry", "phone_only"), f"expected at least no_contact, {floor:.9g}, below which nothing goes, not {phone:.9g}")


def programmes_have_names_of_their_own(s: Scenario) -> Iterator[Finding]:
    """Luck goes by the names of area and programme together: of the same name, they would give people of two areas the same luck."""
    for name in s.programmes:
        if name in s.areas:
            yield Finding(("programmes", name), "expected a name that is not that of an area", at_key=True)


RULES = (
    programmes_have_names_of_their_own,
    phoning_is_not_worse_than_silence,
    programmes_run_forward,
    supply_is_of_one_kind,
    programmes_name_what_exists,
    eligibility_names_each_once,
    sectors_share_everyone_out,
    programmes_open_in_the_run,
    someone_can_start,
    someone_lives_where_it_is,
    someone_is_of_the_age,
    someone_is_from_the_sector,
    someone_has_claimed_so_long,
)


def _known_sectors(s: Scenario, path: Path, names: list[str] | dict[str, Number] | None) -> Iterator[Finding]:
    if names is not None and s.labour_market is None:
        yield Finding(path, "expected a labour_market with these sectors in the scenario", at_key=True)
    elif names is not None and s.labour_market is not None:
        yield from known(path, names, s.labour_market.sectors, "sector", at_key=isinstance(names, dict))


def _orderly(s: Scenario) -> Iterator[tuple[str, Programme]]:
    """Programmes whose dates run forward and whose supply is of one kind, if the run goes forward too: the others are told of."""
    if s.period.to < s.period.from_:
        return
    for name, p in s.programmes.items():
        if p.open.from_.value <= p.open.to.value and len(_kinds_of_supply(p)) == 1:
            yield name, p


def _kinds_of_supply(p: Programme) -> list[str]:
    return [kind for kind in SUPPLY if getattr(p.supply, kind) is not None]


def _populated(s: Scenario, p: Programme) -> list[Area]:
    """Areas of a programme where somebody may claim."""
    there = [area for name, area in s.areas.items() if p.who.areas is None or name in p.who.areas]
    return [area for area in there if float(area.claimants) > 0 or _first_claims(s, area) is not None]


def _first_claims(s: Scenario, area: Area) -> int | None:
    """The first day of the run on which somebody may claim there; None if nobody will."""
    days = np.flatnonzero(area.claims_per_week.daily(s.period.from_, s.period.days) > 0)
    return int(days[0]) if len(days) else None


def _longest_weeks(s: Scenario, areas: list[Area], days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Completed weeks on the claim that nobody can exceed in these areas, by day; shape (days,)."""
    waited = [-day for area in areas if (day := _first_claims(s, area)) is not None]  # days since the claim on day 0
    if any(float(area.claimants) > 0 for area in areas):
        waited += [7 * (last + 1) for _, last, share in bands(s) if share > 0]
    return (days + max(waited, default=0)) // 7
