"""Offered load before a run: minutes asked for over minutes there, from arithmetic alone.

The caseload is projected week by week with nobody waiting: stock and claims by completed weeks on the claim, leaving at the monthly
rates with fortnightly contact. Every claim asks for one first meeting, everyone from their second week on for reviews at the
frequency of their week; missed appointments are asked for again. Youth hubs take their share of the young people of their areas, whose
meetings there count as reviews. A load above 1 cannot last: queues grow, or reviews stretch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.scenario.capacity import calendar_of, capacity
from sim.scenario.numbers import Series
from sim.scenario.rates import daily_hazard
from sim.scenario.schema import AGE_GROUPS, Appointment, Jobcentre, Review, Scenario

Floats = NDArray[np.float64]

HIGHEST_OPENING_LOAD = 4.0
SHORT = 1.05
"""A load of a single jobcentre from which it is named: less is within the roughness of a projection by weeks."""


def offered_load(scenario: Scenario, days: int | None = None, known_on: int | None = None) -> pd.DataFrame:
    """Load by month and jobcentre.

    Args:
        scenario: whose load.
        days: how many days of the period to look at; all if left out.
        known_on: minutes there, and temporary jobcentres, as known on a day; each day's own truth if left out.

    Returns:
        One row per month and jobcentre: ``month`` (ISO), ``jobcentre``, ``caseload`` (people, mean), ``first_minutes`` and
        ``review_minutes`` (at a youth hub of its meetings) asked for, ``coach_minutes`` there, ``load`` (their ratio),
        ``weeks_between_reviews`` (as asked for, mean over people), ``desk_minutes_asked``, ``desk_minutes`` and ``desk_load``.
        Ratios are infinite where nothing is there.
    """
    calendar = calendar_of(scenario)
    days = days or scenario.period.days
    there = capacity(scenario, calendar, days, known_on)
    asked = _Projection(scenario, days, None if known_on is None else calendar.date(known_on))
    months = np.array([calendar.date(day).strftime("%Y-%m") for day in range(days)])
    rows = []
    for month in dict.fromkeys(months):
        inside = months == month
        weeks = np.bincount(np.arange(days)[inside] // 7, minlength=asked.weeks) / 7  # weeks, or parts, inside the month
        for j, name in enumerate(sorted(scenario.jobcentres)):
            first, review = asked.first_minutes[j] @ weeks, asked.review_minutes[j] @ weeks
            desks_asked = asked.desk_minutes[j] @ weeks
            reviews = asked.reviews[j] @ weeks
            minutes, desks = there.expected_minutes[j, inside].sum(), there.desk_minutes[j, inside].sum()
            rows.append(
                {
                    "month": month,
                    "jobcentre": name,
                    "caseload": asked.caseload[j] @ weeks / weeks.sum(),
                    "first_minutes": first,
                    "review_minutes": review,
                    "coach_minutes": float(minutes),
                    "load": _ratio(first + review, minutes),
                    "weeks_between_reviews": _ratio(asked.in_reviews[j] @ weeks, reviews),
                    "desk_minutes_asked": desks_asked,
                    "desk_minutes": float(desks),
                    "desk_load": _ratio(desks_asked, desks),
                }
            )
    return pd.DataFrame(rows)


def opening_load(scenario: Scenario) -> dict[str, float]:
    """Load of each permanent jobcentre in the first calendar month as known on its eve, at most 4 (also where nothing is there)."""
    frame = offered_load(scenario, min(scenario.period.days, 35), known_on=-1)  # whole weeks, and at least a month
    first = frame[frame["month"] == frame["month"].iloc[0]].set_index("jobcentre")["load"]
    return {name: min(HIGHEST_OPENING_LOAD, float(first[name])) for name in scenario.permanent}


def region(frame: pd.DataFrame) -> pd.DataFrame:
    """The load of all jobcentres together, by month, with the columns of :func:`offered_load`."""
    sums = frame.assign(reviews=frame["caseload"] / frame["weeks_between_reviews"].replace(0, np.inf)).groupby("month", sort=True)
    out = sums[["caseload", "first_minutes", "review_minutes", "coach_minutes", "desk_minutes_asked", "desk_minutes", "reviews"]].sum()
    out["load"] = [_ratio(a, b) for a, b in zip(out["first_minutes"] + out["review_minutes"], out["coach_minutes"], strict=True)]
    out["desk_load"] = [_ratio(a, b) for a, b in zip(out["desk_minutes_asked"], out["desk_minutes"], strict=True)]
    out["weeks_between_reviews"] = [_ratio(a, b) for a, b in zip(out["caseload"], out["reviews"], strict=True)]
    return out.drop(columns="reviews").reset_index()


@dataclass(frozen=True)
class Meaning:
    """What a load does to people."""

    stretch_to_weeks: float
    """Weeks between reviews that the minutes allow, at least those asked for; infinite if no minute is left for reviews."""
    first_meetings_queue: bool
    sentence: str


def meaning(scenario: Scenario, row: pd.Series[float]) -> Meaning:
    """What one row of :func:`offered_load` or :func:`region` means, given who is booked first."""
    first, review = row["first_minutes"], row["review_minutes"]
    there, weeks = row["coach_minutes"], row["weeks_between_reviews"]
    kind = _meetings(scenario)[str(row.get("jobcentre")) in scenario.youth_hubs]
    first_rank, review_rank = int(scenario.appointments.first_meeting.priority), int(kind.priority)
    left = there - first if first_rank < review_rank else there * review / (first + review) if first_rank == review_rank else there
    stretched = weeks * review / left if left > 0 else np.inf if review > 0 else weeks
    stretched = max(stretched, weeks)
    queue = first > there if first_rank < review_rank else first + review > there
    if not first and not review:
        text = "nobody asks for anything"
    elif row["load"] <= 1:
        text = f"everyone can be seen in time, with reviews every {weeks:.1f} weeks"
    else:
        parts = ["first meetings queue"] if queue else []
        if np.isinf(stretched):
            parts.append("reviews stop")
        elif f"{stretched:.1f}" != f"{weeks:.1f}":
            parts.append(f"reviews stretch from every {weeks:.1f} weeks to every {stretched:.1f}")
        elif stretched > weeks:
            parts.append(f"reviews, asked for every {weeks:.1f} weeks, run a little late")
        text = " and ".join(parts) or "queues grow"
    if row["desk_load"] > 1:
        text += f"; desks bind ({row['desk_load']:.2f} of their minutes asked for)"
    return Meaning(float(stretched), bool(queue), text)


def in_words(scenario: Scenario, frame: pd.DataFrame) -> list[tuple[str, float, str]]:
    """Month, load of all jobcentres together, and what it means, naming those that are short where the others are not."""
    out = []
    for _, row in region(frame).iterrows():
        sentence = meaning(scenario, row).sentence
        short = (frame["month"] == row["month"]) & (frame["load"] > SHORT) & (frame["coach_minutes"] > 0)
        here = frame[short].sort_values("load", ascending=False)
        if row["load"] <= 1 and len(here):
            named = [f"{name} ({load:.2f})" for name, load in zip(here["jobcentre"][:3], here["load"][:3], strict=True)]
            more = f" and {len(here) - 3} more" if len(here) > 3 else ""
            sentence = f"the minutes suffice in all, but not at {', '.join(named)}{more}"
        out.append((str(row["month"]), float(row["load"]), sentence))
    return out


class _Projection:
    """Expected caseload and minutes asked for; every array has shape (jobcentres by name, weeks)."""

    def __init__(self, scenario: Scenario, days: int, known_on: dt.date | None) -> None:
        self.known_on = known_on
        self.weeks = (days + 6) // 7
        names = sorted(scenario.jobcentres)
        hubs = scenario.youth_hubs
        self.at_hub = [int(name in hubs) for name in names]
        shape = (len(names), self.weeks)
        self.caseload, self.in_reviews = np.zeros(shape), np.zeros(shape)
        self.reviews, self.claims = np.zeros(shape), np.zeros(shape)
        for area_name in sorted(scenario.areas):
            self._add_area(scenario, area_name, names, days)
        first, meetings = scenario.appointments.first_meeting, _meetings(scenario)
        self.first_minutes = self.claims * _weekly(scenario, first.minutes, days) * _again(scenario, first, days)
        self.review_minutes = self.reviews * np.array([_weekly(scenario, kind.minutes, days) for kind in meetings])[self.at_hub]
        self.review_minutes *= np.array([_again(scenario, kind, days) for kind in meetings])[self.at_hub]
        remote = float(scenario.claimants.can_be_served_remotely)
        face_to_face = 1 - remote + remote * _weekly(scenario, scenario.service.face_to_face_share, days)
        self.desk_minutes = (self.first_minutes + self.review_minutes) * face_to_face

    def _add_area(self, scenario: Scenario, area_name: str, names: list[str], days: int) -> None:
        area = scenario.areas[area_name]
        oldest = self.weeks + _last_week(scenario) + 1
        people = np.zeros(oldest)
        weights = _stock_by_week(scenario)
        people[: len(weights)] = float(area.claimants) * weights
        claims = _weekly(scenario, area.claims_per_week, days)
        every = [_every_weeks(scenario, kind, oldest, days) for kind in _meetings(scenario)]
        stay = _stay(scenario, area_name, oldest, days)
        homes = [(j, _shares(scenario, area_name, name, oldest, self.weeks, self.known_on)) for j, name in enumerate(names)]
        for week in range(self.weeks):
            people[0] += claims[week]
            for j, share in homes:
                if share is None:
                    continue
                here = people * share[week]
                self.caseload[j, week] += here.sum()
                self.in_reviews[j, week] += here[1:].sum()
                self.reviews[j, week] += (here[1:] / every[self.at_hub[j]][week, 1:]).sum()
                self.claims[j, week] += claims[week] * share[week, 0]
            people = np.concatenate([[0.0], (people * stay[week])[:-1]])


def _shares(scenario: Scenario, area: str, name: str, oldest: int, weeks: int, known_on: dt.date | None) -> Floats | None:
    """Share of an area's people whose home a jobcentre is, by week of the run and completed weeks on the claim."""
    jobcentre = scenario.jobcentres[name]
    if jobcentre.takes_young_from:
        return _at_hubs(scenario, area, [jobcentre], oldest, weeks, known_on) if area in jobcentre.takes_young_from else None
    if jobcentre.temporary is None:
        if jobcentre.area != area:
            return None
        out = np.ones((weeks, oldest))
        for other in scenario.temporary.values():
            out -= _diverted(scenario, other, name, oldest, weeks, known_on)
        out *= float(jobcentre.share or 0)
    else:
        origins = [origin for origin in sorted(jobcentre.takes_from) if scenario.jobcentres[origin].area == area]
        if not origins:
            return None
        out = np.zeros((weeks, oldest))
        for origin in origins:
            out += _diverted(scenario, jobcentre, origin, oldest, weeks, known_on) * float(scenario.jobcentres[origin].share or 0)
    return out * (1 - _at_hubs(scenario, area, scenario.youth_hubs.values(), oldest, weeks, known_on))


def _at_hubs(scenario: Scenario, area: str, hubs: Iterable[Jobcentre], oldest: int, weeks: int, known_on: dt.date | None) -> Floats:
    """Share of an area's people whose home is one of these youth hubs, by week of the run and completed weeks on the claim.

    People of all ages stay equally long in this projection, so that the young are the same share of an area's people at any time.
    """
    shares, total = _age_shares(scenario, area)
    young = shares.get(AGE_GROUPS[0], 0.0) / total
    out = np.zeros((weeks, oldest))
    for hub in hubs:
        if area in hub.takes_young_from:
            out += _takes(scenario, hub, oldest, weeks, known_on) * float(hub.takes_young_from[area]) * young
    return out


def _diverted(scenario: Scenario, temporary: Jobcentre, origin: str, oldest: int, weeks: int, known_on: dt.date | None) -> Floats:
    """Share of an origin's people whose home is a temporary jobcentre, by week of the run and completed weeks on the claim."""
    if origin not in temporary.takes_from:
        return np.zeros((weeks, oldest))
    return _takes(scenario, temporary, oldest, weeks, known_on).astype(np.float64) * float(temporary.takes_from[origin])


def _takes(scenario: Scenario, temporary: Jobcentre, oldest: int, weeks: int, known_on: dt.date | None) -> NDArray[np.bool_]:
    """Whether a temporary jobcentre has its share of people, by week of the run and completed weeks on the claim."""
    assert temporary.temporary is not None
    start, dates = scenario.period.from_, temporary.temporary
    until = known_on or dt.date.max
    opens = (dates.opens.value - start).days / 7 if (dates.announced or dates.opens).value <= until else np.inf
    ends = dates.closes is not None and (dates.closing_announced or dates.closes).value <= until
    closes = (dates.closes.value - start).days / 7 if dates.closes and ends else np.inf
    week, claimed = np.arange(weeks)[:, None], np.arange(weeks)[:, None] - np.arange(oldest)[None, :]
    there = (week >= opens) & (week < closes)
    taken: NDArray[np.bool_] = there & (temporary.standing_caseload | (claimed >= opens))
    return taken


def _stock_by_week(scenario: Scenario) -> Floats:
    """Share of the initial stock by completed weeks on the claim."""
    total = sum(weight for _, _, weight in bands(scenario))
    out = np.zeros(_last_week(scenario) + 1)
    for first, last, weight in bands(scenario):
        out[first : last + 1] += weight / total / (last + 1 - first)
    return out


def bands(scenario: Scenario) -> list[tuple[int, int, float]]:
    """Bands of completed weeks on the claim: first and last week, and the share of the initial stock in it, lowest first."""
    longest = int(scenario.claimants.longest_weeks_on_claim)
    out = []
    for band, weight in scenario.claimants.weeks_on_claim.items():
        first, _, last = band.rstrip("+").partition("-")
        out.append((int(first), int(last) if last else longest, float(weight)))
    return sorted(out)


def _last_week(scenario: Scenario) -> int:
    return max(last for _, last, _ in bands(scenario))


def _stay(scenario: Scenario, area: str, oldest: int, days: int) -> Floats:
    """Share who stay through a week, by week of the run and completed weeks on the claim, at fortnightly contact."""
    factors = scenario.job_entry.by_age_group
    shares, total = _age_shares(scenario, area)
    age = sum(share * (float(factors[g]) if g in factors else 1.0) for g, share in shares.items()) / total
    market = _weekly(scenario, scenario.job_entry.market, days)
    leaving = daily_hazard(_weekly(scenario, scenario.other_leaving.monthly_rate, days))
    job = np.zeros((len(market), oldest))
    for week in sorted(scenario.job_entry.monthly_rate_by_week):
        rate = _weekly(scenario, scenario.job_entry.monthly_rate_by_week[week], days)
        job[:, week:] = (daily_hazard(rate) * age * market)[:, None]
    return np.exp(-7 * (job + leaving[:, None]))


def _age_shares(scenario: Scenario, area: str) -> tuple[dict[str, float], float]:
    """Shares of an area's people by age group, lowest first, and their sum."""
    given = scenario.areas[area].age_groups or scenario.claimants.age_groups
    shares: dict[str, float] = {group: float(given[group]) for group in AGE_GROUPS if group in given}
    return shares, float(sum(shares.values()))


def _meetings(scenario: Scenario) -> tuple[Review, Review]:
    """What people in reviews have: a review, or at a youth hub its meeting."""
    return scenario.appointments.review, scenario.appointments.youth_hub_meeting or scenario.appointments.review


def _every_weeks(scenario: Scenario, meeting: Review, oldest: int, days: int) -> Floats:
    """Weeks between meetings, by week of the run and completed weeks on the claim."""
    out = np.ones(((days + 6) // 7, oldest))
    for week in sorted(meeting.every_weeks):
        out[:, week - 1 :] = _weekly(scenario, meeting.every_weeks[week], days)[:, None]
    return out


def _again(scenario: Scenario, kind: Appointment, days: int) -> Floats:
    """Appointments asked for until one is held, by week of the run."""
    again: Floats = 1 / np.maximum(1 - _weekly(scenario, kind.missed, days), 0.01)
    return again


def _weekly(scenario: Scenario, series: Series, days: int) -> Floats:
    """A series by week of the run: its mean over the week's days."""
    daily = series.daily(scenario.period.from_, days)
    weeks = np.arange(days) // 7
    return np.bincount(weeks, weights=daily) / np.bincount(weeks)


def _ratio(asked: float, there: float) -> float:
    return float(asked / there) if there > 0 else np.inf if asked > 0 else 0.0
