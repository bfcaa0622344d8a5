"""Rules that join several keys of a scenario: sums, names, orders of dates. One small function for each; each says what it expected.

Here those of the journey; those of programmes and of the labour market are in :mod:`sim.scenario.consistency_support`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import chain, pairwise

from sim.calendar import bank_holidays
from sim.scenario import consistency_support as support
from sim.scenario.finding import TOLERANCE, Finding, adds_up, known, once, series_below, summed
from sim.scenario.problems import nearest
from sim.scenario.schema import Scenario, Temporary
from sim.scenario.tree import Path

__all__ = ["RULES", "Finding", "findings"]


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Every rule that a scenario breaks."""
    return chain.from_iterable(rule(scenario) for rule in RULES)


def period_runs_forward(s: Scenario) -> Iterator[Finding]:
    """At least one day, at most 20 years."""
    if s.period.to < s.period.from_:
        yield Finding(("period", "to"), f"expected a date on or after period.from, {s.period.from_}, not {s.period.to}")
    elif s.period.days > 20 * 365.25:
        yield Finding(("period", "to"), f"expected at most 20 years from {s.period.from_}, not {s.period.to}")


def bank_holidays_are_known(s: Scenario) -> Iterator[Finding]:
    """For the claims of people already waiting, and for bookings past the end."""
    years = [date.year for date in bank_holidays(s.working_days)]
    first, last = dt.date(min(years), 1, 1), dt.date(max(years), 12, 31)
    waiting, window = int(s.claimants.awaiting_first_meeting_days), int(s.appointments.book_ahead_working_days)
    if s.period.from_ < (earliest := first + dt.timedelta(days=waiting)):
        yield Finding(("period", "from"), f"expected {earliest} or later, since bank holidays are known from {first}, not {s.period.from_}")
    if s.period.to > (latest := last - dt.timedelta(days=2 * window + 14)):
        yield Finding(
            ("period", "to"), f"expected {latest} or earlier, to book ahead while bank holidays are known ({last}), not {s.period.to}"
        )


def series_hold_from_the_start(s: Scenario) -> Iterator[Finding]:
    """A value must be there on the first day; of a programme that opens later, on the day it opens."""
    for path, series in series_below(s):
        start, day = s.period.from_, "the first day"
        if path[0] == "programmes" and (opens := s.programmes[path[1]].open.from_.value) > start:
            start, day = opens, "the day it opens"
        if series.first > start:
            yield Finding(path, f"expected a first date no later than {day}, {start}, not {series.first}")


def shares_add_up(s: Scenario) -> Iterator[Finding]:
    """Age groups, weekdays and weeks on the claim share everyone out."""
    yield from adds_up(("claimants", "age_groups"), s.claimants.age_groups.values())
    yield from adds_up(("claimants", "by_weekday"), s.claimants.by_weekday)
    yield from adds_up(("claimants", "weeks_on_claim"), s.claimants.weeks_on_claim.values())
    for name, area in s.areas.items():
        if area.age_groups is not None:
            yield from adds_up(("areas", name, "age_groups"), area.age_groups.values())
        if area.by_weekday is not None:
            yield from adds_up(("areas", name, "by_weekday"), area.by_weekday)


def bands_are_contiguous(s: Scenario) -> Iterator[Finding]:
    """Weeks on the claim from 0, without gaps or overlaps, the last band open."""
    path: Path = ("claimants", "weeks_on_claim")
    bands = sorted((int(band.rstrip("+").partition("-")[0]), band) for band in s.claimants.weeks_on_claim)
    if not bands:
        return  # their shares do not add up, which is said
    if bands[0][0] != 0:
        yield Finding((*path, bands[0][1]), f"expected the first band to begin at week 0, not {bands[0][0]}", at_key=True)
    for (_, band), (first, following) in pairwise(bands):
        if band.endswith("+"):
            yield Finding((*path, band), "expected only the last band to be open", at_key=True)
        elif first != (end := int(band.partition("-")[2])) + 1:
            yield Finding((*path, following), f"expected the band after {band} to begin at week {end + 1}, not {first}", at_key=True)
    lower, last = bands[-1]
    if not last.endswith("+"):
        yield Finding((*path, last), f"expected the last band to be open, such as {lower}+", at_key=True)
    elif int(s.claimants.longest_weeks_on_claim) < lower:
        longest = int(s.claimants.longest_weeks_on_claim)
        yield Finding(("claimants", "longest_weeks_on_claim"), f"expected at least {lower}, where the last band begins, not {longest}")


def areas_are_shared_out(s: Scenario) -> Iterator[Finding]:
    """The permanent jobcentres of an area serve all of it."""
    permanent = s.permanent
    if any(j.area not in s.areas or j.share is None for j in permanent.values()):
        return  # what is missing there is said, and shares cannot add up
    for area in s.areas:
        shares = {name: j.share for name, j in permanent.items() if j.area == area and j.share is not None}
        if not any(j.area == area for j in permanent.values()):
            yield Finding(("areas", area), "expected a permanent jobcentre in this area", at_key=True)
        elif abs((total := summed(shares.values())) - 1) > TOLERANCE:
            yield Finding(("jobcentres", max(shares), "share"), f"expected the shares of {area} to add up to 1, not {total:.9g}")


def jobcentres_have_what_they_need(s: Scenario) -> Iterator[Finding]:
    """Permanent ones have an area and a share of it; temporary ones take people from others, youth hubs young people from areas."""
    taking = ("takes_from", "takes_young_from")
    for name, j in s.jobcentres.items():
        given = {key for key in ("area", *taking, "coaches_from", "standing_caseload") if getattr(j, key)}
        given |= {"share"} if j.share is not None else set()
        of_a_permanent_one, of_a_temporary_one = {"area", "share"}, {*taking, "coaches_from", "standing_caseload"}
        kind, stray = ("temporary", of_a_permanent_one) if j.temporary else ("permanent", of_a_temporary_one)
        for key in sorted(stray & given):
            yield Finding(("jobcentres", name, key), f"unknown key for a {kind} jobcentre", at_key=True)
        if not j.temporary:
            for key in sorted(of_a_permanent_one - given):
                yield Finding(("jobcentres", name, key), "missing; a permanent jobcentre needs it")
        elif not given & set(taking):
            yield Finding(("jobcentres", name, "takes_from"), "missing; a temporary jobcentre needs it, or takes_young_from as a youth hub")
        elif set(taking) <= given:
            yield Finding(("jobcentres", name, "takes_young_from"), "expected it or takes_from, not both", at_key=True)


def names_exist(s: Scenario) -> Iterator[Finding]:
    """Areas and jobcentres that others refer to."""
    permanent = set(s.permanent)
    for name, j in s.jobcentres.items():
        if j.area is not None and j.area not in s.areas:
            yield Finding(("jobcentres", name, "area"), f"unknown area '{j.area}'", nearest(j.area, s.areas))
        if j.temporary:
            yield from known(("jobcentres", name, "takes_from"), j.takes_from, permanent, "permanent jobcentre")
            yield from known(("jobcentres", name, "takes_young_from"), j.takes_young_from, s.areas, "area")
            yield from known(("jobcentres", name, "coaches_from"), j.coaches_from, permanent, "permanent jobcentre")
    for name, pool in s.pools.items():
        yield from known(("pools", name, "jobcentres"), pool.jobcentres, s.jobcentres, "jobcentre", at_key=False)
    for number, closure in enumerate(s.closures):
        yield from known(("closures", number, "jobcentres"), closure.jobcentres or [], s.jobcentres, "jobcentre", at_key=False)
    for name, cohort in s.coaches.recruitment.items():
        if isinstance(cohort.to, dict):
            yield from known(("coaches", "recruitment", name, "to"), cohort.to, s.jobcentres, "jobcentre")


def catchments_fit(s: Scenario) -> Iterator[Finding]:
    """No more than everyone is taken from a jobcentre, or of the young from an area, over all who take from it, whether open or not."""
    temporary, taken = s.temporary, [("takes_from", "taken from", origin) for origin in s.permanent]
    for key, words, origin in taken + [("takes_young_from", "of the young taken from", area) for area in s.areas]:
        takers = {name: float(getattr(j, key)[origin]) for name, j in temporary.items() if origin in getattr(j, key)}
        if (total := summed(takers.values())) > 1 + TOLERANCE:
            path: Path = ("jobcentres", max(takers), key, origin)
            yield Finding(path, f"expected all shares {words} {origin} to add up to at most 1, not {total:.9g} ({', '.join(takers)})")


def coaches_are_there_to_move(s: Scenario) -> Iterator[Finding]:
    """On no day do more coaches go along to temporary jobcentres than their own has."""
    temporary = s.temporary
    for origin, home in s.permanent.items():
        moves = {name: float(j.coaches_from[origin]) for name, j in temporary.items() if origin in j.coaches_from}
        lives = {name: temporary[name].temporary for name in moves}
        dates = {s.period.from_, *home.coaches.by_date, *(life.opens.value for life in lives.values() if life)}
        for date in sorted(date for date in dates if s.period.from_ <= date <= s.period.to):
            away = [name for name, life in lives.items() if life and _is_open(life, date)]
            if (total := summed(moves[name] for name in away)) > home.coaches.on(date) + TOLERANCE:
                latest = max(away, key=lambda name: (s.jobcentres[name].temporary.opens.value, name))  # type: ignore[union-attr]
                message = (
                    f"expected at most the {home.coaches.on(date):.9g} coaches of {origin} on {date}, not {total:.9g} ({', '.join(away)})"
                )
                yield Finding(("jobcentres", latest, "coaches_from", origin), message)
                break


def lists_name_each_once(s: Scenario) -> Iterator[Finding]:
    """Members and channels of a pool, jobcentres of a closure."""
    for name, pool in s.pools.items():
        yield from once(("pools", name, "jobcentres"), pool.jobcentres)
        yield from once(("pools", name, "channels"), pool.channels)
    for number, closure in enumerate(s.closures):
        yield from once(("closures", number, "jobcentres"), closure.jobcentres or [])


def pools_are_apart(s: Scenario) -> Iterator[Finding]:
    """A jobcentre is in one pool at most."""
    pool_of: dict[str, str] = {}
    for name, pool in s.pools.items():
        for number, member in enumerate(pool.jobcentres):
            if pool_of.setdefault(member, name) != name:
                message = f"expected a jobcentre in one pool only; '{member}' is in '{pool_of[member]}' already"
                yield Finding(("pools", name, "jobcentres", number), message)


def temporary_lives_run_forward(s: Scenario) -> Iterator[Finding]:
    """Announced, opened, closing announced, closed."""
    for name, j in s.temporary.items():
        life, path = j.temporary, ("jobcentres", name, "temporary")
        assert life is not None
        opens, first = life.opens.value, (life.announced or life.opens).value
        if first > opens:
            yield Finding((*path, "announced"), f"expected no later than it opens, {opens}, not {first}")
        if life.closes is not None and life.closes.value < opens:
            yield Finding((*path, "closes"), f"expected no earlier than it opens, {opens}, not {life.closes.value}")
        if life.closing_announced is None:
            continue
        told = life.closing_announced.value
        if life.closes is None:
            yield Finding((*path, "closing_announced"), "expected 'closes' beside it", at_key=True)
        elif not min(first, opens) <= told <= max(life.closes.value, first):
            message = f"expected between the announcement, {first}, and the closing, {life.closes.value}, not {told}"
            yield Finding((*path, "closing_announced"), message)


def recruits_add_up(s: Scenario) -> Iterator[Finding]:
    """Announced before they start, and all of them go somewhere."""
    for name, cohort in s.coaches.recruitment.items():
        path: Path = ("coaches", "recruitment", name)
        if cohort.announced is not None and cohort.announced.value > cohort.starts.value:
            yield Finding((*path, "announced"), f"expected no later than they start, {cohort.starts.value}, not {cohort.announced.value}")
        if isinstance(cohort.to, dict) and abs((total := summed(cohort.to.values())) - float(cohort.coaches)) > TOLERANCE:
            yield Finding((*path, "to"), f"expected the {float(cohort.coaches):.9g} coaches of the cohort in all, not {total:.9g}")


def closures_run_forward(s: Scenario) -> Iterator[Finding]:
    """From, to, and known no later than the first day shut."""
    for number, closure in enumerate(s.closures):
        if closure.to < closure.from_:
            yield Finding(("closures", number, "to"), f"expected a date on or after {closure.from_}, not {closure.to}")
        if closure.announced is not None and closure.announced > closure.from_:
            yield Finding(
                ("closures", number, "announced"), f"expected no later than its first day, {closure.from_}, not {closure.announced}"
            )


def recruits_have_where_to_work(s: Scenario) -> Iterator[Finding]:
    """While a temporary jobcentre does not exist, recruits posted to it work where it takes people from."""
    for name, cohort in s.coaches.recruitment.items():
        for place in cohort.to if isinstance(cohort.to, dict) else ():
            j = s.temporary.get(place)
            taken = [*j.takes_from.values(), *j.takes_young_from.values()] if j else []
            if taken and not any(map(float, taken)):
                message = f"expected a jobcentre that takes a share of people from somewhere, as {place} does not"
                yield Finding(("coaches", "recruitment", name, "to", place), message, at_key=True)


def youth_hubs_have_their_meeting(s: Scenario) -> Iterator[Finding]:
    """``appointments.youth_hub_meeting`` is there if a youth hub is, and only then."""
    path: Path = ("appointments", "youth_hub_meeting")
    meeting = s.appointments.youth_hub_meeting
    if s.youth_hubs and meeting is None:
        yield Finding(path, f"missing; the youth hub {next(iter(s.youth_hubs))} needs it")
    if meeting is not None and all(j.takes_from and not j.takes_young_from for j in s.temporary.values()):
        yield Finding(path, "a lever that touches nothing: no jobcentre has takes_young_from, which makes a youth hub", at_key=True)


def schedules_hold_from_the_start(s: Scenario) -> Iterator[Finding]:
    """Reviews, and meetings at youth hubs, from the first week of the claim, job entry from its first day."""
    for kind in ("review", "youth_hub_meeting"):
        meeting = getattr(s.appointments, kind)
        if meeting is not None and min(meeting.every_weeks, default=0) != 1:
            yield Finding(("appointments", kind, "every_weeks"), "expected the first entry at week 1, the first of the claim")
    if min(s.job_entry.monthly_rate_by_week, default=1) != 0:
        yield Finding(("job_entry", "monthly_rate_by_week"), "expected the first entry at 0 completed weeks")


def every_lever_bites(s: Scenario) -> Iterator[Finding]:
    """What lies wholly outside the run would touch nothing."""
    first, last = s.period.from_, s.period.to
    if last < first:
        return
    for name, j in s.temporary.items():
        assert j.temporary is not None
        path: Path = ("jobcentres", name, "temporary")
        if (opens := j.temporary.opens.value) > last:
            yield Finding((*path, "opens"), f"a lever that touches nothing: it opens on {opens}, after the last day, {last}")
        elif j.temporary.closes is not None and opens <= (closes := j.temporary.closes.value) <= first and opens < first:
            yield Finding((*path, "closes"), f"a lever that touches nothing: it closes on {closes}, no later than the first day, {first}")
    for name, cohort in s.coaches.recruitment.items():
        if (starts := cohort.starts.value) > last:
            message = f"a lever that touches nothing: they start on {starts}, after the last day, {last}"
            yield Finding(("coaches", "recruitment", name, "starts"), message)
    for number, closure in enumerate(s.closures):
        if closure.from_ > last or closure.from_ <= closure.to < first:
            message = f"a lever that touches nothing: {closure.from_} to {closure.to} is outside the run, {first} to {last}"
            yield Finding(("closures", number), message)


RULES = (
    period_runs_forward,
    bank_holidays_are_known,
    series_hold_from_the_start,
    shares_add_up,
    bands_are_contiguous,
    areas_are_shared_out,
    jobcentres_have_what_they_need,
    names_exist,
    catchments_fit,
    coaches_are_there_to_move,
    lists_name_each_once,
    pools_are_apart,
    temporary_lives_run_forward,
    recruits_add_up,
    recruits_have_where_to_work,
    closures_run_forward,
    youth_hubs_have_their_meeting,
    schedules_hold_from_the_start,
    every_lever_bites,
    *support.RULES,
)


def _is_open(life: Temporary, date: dt.date) -> bool:
    return life.opens.value <= date and (life.closes is None or date < life.closes.value)
