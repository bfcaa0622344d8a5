"""Checks of what comes with jobs: programmes that change the hazard, a labour market that binds nobody, vacancies, and returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.ledger import Record
from sim.model.simulation import simulate
from sim.record import JOB_ENTRY, SECTOR_COLUMNS
from tests.evidence import Check
from tests.exact.incidence import ENOUGH, MONTH, RATES, START, as_usual, entries, made
from tests.exact.statistics import mean, share
from tests.scenarios import tiny, total

# ---- a programme changes the hazard on it and after it

ON_DAY, WEEKS_ON = 8, 10


def factor_on_and_after(day: int) -> float:
    """Claims on Mondays, met on Tuesday, reviewed on the next, day 8; on the programme from that evening for 70 days."""
    return 1.0 if day <= ON_DAY else 2.0 if day < ON_DAY + 7 * WEEKS_ON else 0.5


@cache
def on_a_programme(contact: bool, replications: int) -> list[Record]:
    """Everyone is on it from their first review on: twice the hazard on it, half of it after."""
    programme = {
        "open": {"from": START, "to": dt.date(2027, 12, 31)},
        "supply": {"places": 1_000_000},
        "referral_at_review": 1,
        "weeks": WEEKS_ON,
        "contact_goes_on": contact,
        "job_entry_while_on_it": 2,
        "job_entry_after": 0.5,
    }
    scenario = made(**ENOUGH, **{"appointments.review.every_weeks": {1: 1, 2: 4}, "programmes": {"Twice": programme}})
    return [simulate(scenario, 6 + contact, replication) for replication in range(replications)]


# ---- a labour market that binds nobody


def market(elasticity: float = 0.0, others: float = 0.0, lapsing: float = 0.0, **sectors: Mapping[str, float]) -> dict[str, Any]:
    plenty = {
        "Care": {"share": 0.3, "vacancies": 1e9, "inflow_per_week": 1e9},
        "Trade": {"share": 0.7, "vacancies": 1e9, "inflow_per_week": 0},
    }
    return {
        "labour_market": {
            "sectors": sectors or plenty,
            "elasticity": elasticity,
            "reference_tightness": 0.01,
            "others_hiring_monthly_rate": others,
            "lapsing_monthly_rate": lapsing,
        }
    }


def sector(record: Record, what: str) -> NDArray[np.float64]:
    """A column by day of the only sector, or of all."""
    return record.by_sector[:, :, SECTOR_COLUMNS.index(what)].sum(axis=1)


@cache
def most_matching(replications: int) -> list[Record]:
    """A 64th of the hazard, and jobs beyond count: the factor of matching is 64, its most, on every day."""
    vacancies = {"All": {"share": 1, "vacancies": 1e14, "inflow_per_week": 0}}
    rates = {week: float(1 - (1 - rate) ** (1 / 64)) for week, rate in RATES.items()}
    scenario = made(**market(1.0, **vacancies), **{"job_entry.monthly_rate_by_week": rates})
    return [simulate(scenario, 5, replication) for replication in range(replications)]


# ---- vacancies that nobody takes

UNTAKEN = ((1000, 0), (0, 350), (5000, 70))
"""Vacancies on the first day, and those that come each week."""


def vacancies(start: float, inflow: float) -> tuple[NDArray[np.float64], Record]:
    """What is filled by others or lapses is a constant share of what is there: a geometric approach to inflow over that share."""
    one = {"All": {"share": 1, "vacancies": start, "inflow_per_week": inflow}}
    record = simulate(tiny({"period.to": "2022-01-31", **market(0.5, 0.35, 0.1, **one)}), 1, 0)
    goes = 2 - 0.65 ** (1 / MONTH) - 0.9 ** (1 / MONTH)
    level = inflow / 7 / goes
    return level + (start - level) * (1 - goes) ** np.arange(1, record.days + 1), record


def untaken(start: float, inflow: float) -> Check:
    """The day on which the model is furthest from the closed form."""
    expected, record = vacancies(start, inflow)
    worst = int(np.argmax(np.abs(sector(record, "vacancies") - expected)))
    return Check(
        f"vacancies that nobody takes, {start:,} and {inflow} a week: the worst day",
        float(expected[worst]),
        float(sector(record, "vacancies")[worst]),
        0.0,
        f"{record.days} days",
        tolerance=1e-8 + 1e-10 * float(expected[worst]),
    )


# ---- returns

RATE, SHARE, AWAY, PEOPLE, DAYS = 0.3, 0.6, 6, 12_000, 728
"""Monthly rate of entering work, share who claim again, after so many weeks on average; people on the first day; two years."""


@cache
def returning(replications: int) -> list[Record]:
    start = dt.date(2014, 1, 13)
    scenario = tiny(
        {
            "period": {"from": start, "to": start + dt.timedelta(days=DAYS - 1)},
            "areas.North": {"claimants": PEOPLE, "claims_per_week": 0},
            "jobcentres.Hill.coaches": 0,
            "job_entry": {"monthly_rate_by_week": {0: RATE}},
            "returns": {"share": SHARE, "mean_weeks": AWAY},
        }
    )
    return [simulate(scenario, 1, replication) for replication in range(replications)]


def away(most: int, weeks: float = AWAY) -> NDArray[np.float64]:
    """Probability of each number of days between job entry and the next claim: an exponential time rounded to days, at least one."""
    below = 1 - np.exp(-(np.arange(most) + 0.5) / (7 * weeks))
    below[0] = 0
    return np.diff(below, prepend=0)


def expected_by_day(share_back: float, rate: float = RATE) -> NDArray[np.float64]:
    """Returns of each day per person there at the start, by the renewal equation: shape (DAYS,).

    Who is there on the first day enters work on day t with probability exp(-h t) (1 - exp(-h)); who claims again on day s enters on
    day s + k likewise, for k = 1, 2 ...; of all entries of a day a share returns, after ``away`` days.
    """
    hazard = -np.log(1 - rate) / MONTH
    after_claim = np.append(0, np.exp(-hazard * np.arange(DAYS)) * (1 - np.exp(-hazard)))  # by days since the claim
    gone = away(DAYS)
    returns, entered = np.zeros(DAYS), after_claim[1:].copy()
    for day in range(DAYS):
        returns[day] = share_back * entered[:day] @ gone[day:0:-1]
        entered[day + 1 :] += returns[day] * after_claim[1 : DAYS - day]
    return returns


def returns_of_each(record: Record) -> NDArray[np.int64]:
    """How often each of the people of the first day has claimed again, shape (PEOPLE,)."""
    first = np.arange(len(record.people))
    for person in np.flatnonzero(record.people["earlier"] >= 0):  # ids rise, so the spell before is known already
        first[person] = first[record.people["earlier"][person]]
    return np.bincount(first[record.people["earlier"] >= 0], minlength=PEOPLE)


def renewal(records: list[Record]) -> Check:
    """People are independent of each other."""
    each = np.concatenate([returns_of_each(record) for record in records])
    return mean("returns per person in two years", float(expected_by_day(SHARE).sum()), each, f"{len(each):,} people")


def convolution(records: list[Record], share_back: float = SHARE, weeks: float = AWAY) -> Check:
    """Of the entries that there were on each day, those expected back before the end: independent trials."""
    entered = np.concatenate([record.people["exit"][record.people["exit_kind"] == JOB_ENTRY] for record in records])
    probability = share_back * np.cumsum(away(DAYS, weeks))[DAYS - 1 - entered]
    error = float(np.sqrt((probability * (1 - probability)).sum()))
    observed = sum(total(record, "returns") for record in records)
    return Check("returns, given the entries of each day", float(probability.sum()), observed, error, f"{len(entered):,} entries")


def time_away(records: list[Record]) -> list[Check]:
    """Of early entries, whose returns are all seen: the share back by so many weeks."""
    days = []
    for record in records:
        again = record.people[record.people["earlier"] >= 0]
        entered = record.people["exit"][again["earlier"]]
        days.append((again["claim"] - entered)[entered < DAYS // 3])
    early, law = np.concatenate(days), np.cumsum(away(DAYS))
    return [
        share(f"back within {weeks} weeks, of those who return", float(law[7 * weeks]), early <= 7 * weeks, f"{len(early):,} returns")
        for weeks in (1, 3, 6, 12, 24)
    ]


def hazards(replications: int = 1) -> list[Check]:
    """What programmes and matching do to entering work."""
    out = entries(most_matching(replications), as_usual, "matching at its most")
    for contact, words in ((True, "goes on"), (False, "stops")):
        out += entries(on_a_programme(contact, replications), factor_on_and_after, f"programme on which contact {words}")
    return out


def checks(replications: int = 1) -> list[Check]:
    records = returning(replications)
    return [renewal(records), convolution(records), *time_away(records), *(untaken(*case) for case in UNTAKEN)]
